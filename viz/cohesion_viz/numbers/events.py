"""Events of a scenario as rows of a timeline."""

import pandas as pd

from cohesion.facts import NAMES
from cohesion.levers import BY_NAME as LEVERS
from cohesion.scenario import LeverValue, Scenario
from cohesion_viz.numbers.words import SPELT


def events(scenario: Scenario) -> pd.DataFrame:
    """What is dated in a scenario, in order: its events and the steps of its levers.

    Columns ``key`` (``event 1``, or ``us_tariff 2`` for a lever's second step, counted as in the file), ``date``,
    ``until`` (None: it stays), ``month`` (from the start; may lie before or after the run), ``kind`` ("event" or
    "step"), ``text``, ``source``, ``levers`` (in words).
    """
    rows = [
        (f"event {k}", e.date, e.until, "event", e.text, e.source,
         ", ".join(f"{_lever(name)} {_amount(value)}" for name, value in e.levers.items()))
        for k, e in enumerate(scenario.events, 1)
    ]  # fmt: skip
    for name, value in scenario.levers.items():
        for k, step in enumerate(value if isinstance(value, tuple) else (), 1):
            words = f"{_lever(name)} {_amount(step.value)}"
            rows.append((f"{name} {k}", step.start, None, "step", words, "", words))
    table = pd.DataFrame(rows, columns=["key", "date", "until", "kind", "text", "source", "levers"])
    table.insert(3, "month", [scenario.month_of(day) for day in table["date"]])
    return table.sort_values("date", kind="stable", ignore_index=True)


def _lever(name: str) -> str:
    words = [SPELT.get(word, word) for word in name.split("_")] if name in LEVERS else [name]
    return " ".join(words)


def _amount(value: LeverValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{NAMES.get(key, key)} {amount:g}" for key, amount in value.items())
    assert not isinstance(value, tuple)  # steps are taken one by one
    return f"{value:g}"
