"""One run of a scenario, stepped by month as a Mesa model, with what there is to see of every month."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cohesion.facts import ISO3, NAMES
from cohesion.ledger import Ledger
from cohesion.model import AllianceModel
from cohesion.outcome import OUTCOMES
from cohesion.rules.measures import log_odds, probability
from cohesion.scenario import Scenario
from cohesion.types import PHASES
from cohesion_viz import numbers
from cohesion_viz.answers import months
from cohesion_viz.jobs import Array

#: What the table says of each member, after its name.
TABLE_VARIABLES = (
    "posture", "trust_in_us", "european_trust", "goodwill", "threat", "credibility", "credibility_without_us",
    "spending", "capability", "autonomy", "alignment",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A sentence of the story.

    Attributes
    ----------
    month
        Month at whose start it can first be told.
    label
        Month that it tells of, as in ``March 2026``.
    text
        The sentence.
    kind
        ``"told"`` of what the model did, ``"event"`` for an event of the scenario, ``"step"`` for a lever that changes.
    """

    month: int
    label: str
    text: str
    kind: str


class SingleRun:
    """All months of a run that has been stepped to its horizon; see `step_through`.

    Parameters
    ----------
    model
        At its horizon.
    seed
        Of the ensemble that the run is of.
    told
        Sentences of the model's story with the month at whose start each can be told.
    traced
        Contributions to trust in the US in log-odds, traced to their original cause, ``[month, driver, member]``.

    Attributes
    ----------
    scenario, seed, number
        What was run.
    dates
        First day of each month, the start included.
    path
        Cohesion index by month, index ``date``.
    outcomes
        Outcome by month, judged on the two years before; the last is that of the run.
    story
        What happened, in order.
    """

    def __init__(self, model: AllianceModel, seed: int, told: list[tuple[int, str]], traced: Array) -> None:
        history = model.history()
        self._values: dict[str, Array] = {str(name): values.values for name, values in history.data_vars.items()}
        self._traced = traced
        self.scenario, self.seed, self.number = model.simulation.scenario, seed, model.run_number
        self.dates: list[datetime.date] = months(self.scenario)
        self.path = pd.Series(self._values["cohesion_index"], pd.Index(self.dates, name="date"), name="cohesion_index")
        self.outcomes = tuple(OUTCOMES[code] for code in self._values["outcome"])
        self.story = _story(self.scenario, told)

    @property
    def ending(self) -> str:
        """Outcome of the run, one of `cohesion.outcome.OUTCOMES`."""
        return self.outcomes[-1]

    def value(self, variable: str, month: int) -> float:
        """A variable of the alliance, Russia or Ukraine at the start of a month."""
        return float(self._values[variable][month])

    def phase(self, month: int) -> str:
        """Phase of the war, one of `cohesion.types.PHASES`."""
        return PHASES[int(self._values["phase"][month])]

    def members(self, variable: str, month: int) -> pd.DataFrame:
        """A variable of every member at the start of a month, as of `cohesion_viz.numbers.by_member`."""
        return numbers.by_member(variable, self._values[variable][month])

    def table(self, month: int) -> pd.DataFrame:
        """The state of the members at the start of a month: index ISO3, a column for each of `TABLE_VARIABLES`.

        Units are those of `cohesion.variables`, posture is its code; NaN where a variable says nothing of the US.
        """
        return pd.DataFrame({name: self.members(name, month)["value"] for name in TABLE_VARIABLES})

    def accounts(self, member: str, month: int) -> numbers.Accounts:
        """What changed a member's trust in the US by the start of a month, as of `cohesion_viz.numbers.accounts`."""
        at = ISO3.index(member)
        booked = dict(zip(Ledger.DRIVERS, self._traced[month, :, at].tolist(), strict=True))
        trust = self._values["trust_in_us"][[0, month], at]
        first, last = (float(odds) for odds in log_odds(trust))
        return numbers.accounts(booked, first, last)


def step_through(
    scenario: Scenario, seed: int, number: int, stopped: Callable[[], bool] = lambda: False
) -> SingleRun | None:
    """Step an `cohesion.AllianceModel` month by month to its horizon; None where stopped.

    Parameters
    ----------
    scenario, seed, number
        The run is number ``number`` of ``simulate(scenario, seed=seed)``.
    stopped
        Asked each month.
    """
    model = AllianceModel(scenario, rng=seed, run=number)
    told = [(0, line["text"]) for line in model.story]
    traced = [_toward_us(model)]
    while not model.simulation.finished:
        if stopped():
            return None
        before = len(model.story)
        model.step()
        told += [(model.state.month, line["text"]) for line in model.story[before:]]
        traced.append(_toward_us(model))
    return SingleRun(model, seed, told, np.stack(traced))


def described(run: SingleRun, variable: str, month: int) -> str:
    """The highest and the lowest member of a month, in words."""
    values = run.members(variable, month).dropna(subset="value").sort_values("value", kind="stable")
    low, high = values.iloc[0], values.iloc[-1]
    ends = [f"{row['name']} ({numbers.written(variable, float(row['value']))})" for row in (high, low)]
    return f"Highest in {ends[0]}, lowest in {ends[1]}."


def explained(accounts: numbers.Accounts, member: str, when: str) -> str:
    """How far a member's trust in the US has come, and the drivers that moved it most, in words."""
    first, last = (numbers.written("trust_in_us", float(probability(v))) for v in accounts[1:])
    change = accounts.drivers["change"]
    moved = change[change.abs().sort_values(ascending=False, kind="stable").index]
    large = [f"{name} ({numbers.signed(value)})" for name, value in moved.items() if abs(value) >= 0.005][:3]
    most = f"Most of it, in log-odds: {', '.join(large)}." if large else "Nothing has moved it."
    return f"{NAMES[member]}'s trust in the United States: {first} at the start, {last} at the start of {when}. {most}"


def _toward_us(model: AllianceModel) -> Array:
    return model.ledger.toward_us()[1][0].copy()


def _story(scenario: Scenario, told: list[tuple[int, str]]) -> tuple[Line, ...]:
    """The model's sentences and the dated steps of levers, which the model does not tell of."""
    events = numbers.events(scenario)
    rows: list[Any] = list(events.itertuples())
    happened = {(int(row.month) + 1, row.text) for row in rows if row.kind == "event"}
    lines = [
        Line(k, scenario.month_label(max(0, k - 1)), text, "event" if (k, text) in happened else "told")
        for k, text in told
    ]
    lines += [
        Line(int(row.month) + 1, scenario.month_label(int(row.month)), numbers.first_capital(row.text), "step")
        for row in rows
        if row.kind == "step" and 0 <= row.month < scenario.months
    ]
    order = {"event": 0, "step": 1, "told": 2}
    return tuple(sorted(lines, key=lambda line: (line.month, order[line.kind])))
