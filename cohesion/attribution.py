"""Why two scenarios end differently: Shapley's division of the difference among what distinguishes them.

A driver is a cause in the field's words (a trade war, claims, concessions): the levers that belong to it. Each
coalition of drivers is a scenario of its own that takes their levers from the second scenario and all others from the
first; it is simulated under common random numbers. A driver's share is its mean marginal effect over all orders in
which drivers can be put in (Shapley 1953), so shares add up exactly to the difference, run by run.

Social learning is a driver too: it has no lever, but carries what the others do from member to member. A coalition
without it is compared with the first scenario without it, so its share is what learning adds to the difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from cohesion.ensemble import Progress, simulate
from cohesion.outcome import OUTCOMES
from cohesion.parameters import neutral_values
from cohesion.scenario import LeverValue, Scenario, load_scenario
from cohesion.types import Array
from cohesion.uncertainty import DEFAULT, Uncertainty

#: Levers of each driver; every lever belongs to one, and one from outside is a driver by itself.
DRIVERS = {
    "trade war": ("us_tariff", "joint_retaliation"),
    "territorial claims": ("us_claim",),
    "rhetoric and commitment": ("us_commitment", "us_culture_war", "us_troops", "us_withdrawal", "us_reward"),
    "burden demand": ("us_burden_demand", "pledge", "budget_speed"),
    "concessions": (
        "us_concession_territory", "us_concession_nato", "us_concession_sanctions", "us_deal_seeking", "us_courting",
        "territory_ceded", "ukraine_rearmament",
    ),
    "Russian pressure": ("russia_pressure", "russia_wedge", "russia_bargaining", "russia_offensive"),
    "support for Ukraine": ("us_aid", "europe_aid", "assurance_force", "sanctions", "oil_squeeze"),
    "European pillar": ("pillar",),
}  # fmt: skip
LEARNING, ASSUMPTIONS = "learning", "assumptions"
#: Runs of each coalition.
RUNS = 32

Coalition = frozenset[str]


@dataclass(frozen=True)
class Driver:
    """Something in which two scenarios differ.

    Attributes
    ----------
    name
        A key of `DRIVERS`, `LEARNING`, or `ASSUMPTIONS` for parameters that the scenarios fix differently.
    levers
        Names of those of its levers that differ.
    """

    name: str
    levers: tuple[str, ...]


def drivers(first: Scenario, second: Scenario) -> tuple[Driver, ...]:
    """What distinguishes two scenarios of the same start and horizon, in the order of `DRIVERS`.

    Raises
    ------
    ValueError
        Where start or horizon differ.
    """
    if (first.start, first.months) != (second.start, second.months):
        raise ValueError("the difference of two scenarios is divided over the same months: start and months must agree")
    one, two = first.paths(), second.paths()
    moved = {name for name in one if not np.array_equal(one[name], two[name])}
    ours = {lever for levers in DRIVERS.values() for lever in levers}
    causes = DRIVERS | {name.replace("_", " "): (name,) for name in one if name not in ours}  # levers from outside
    found = [Driver(name, tuple(n for n in levers if n in moved)) for name, levers in causes.items()]
    found = [driver for driver in found if driver.levers]
    if first.parameters != second.parameters:
        found.append(Driver(ASSUMPTIONS, ()))
    return (*found, Driver(LEARNING, ())) if found else ()


def coalitions(among: Sequence[Driver]) -> Iterator[Coalition]:
    """Every set of drivers, by their names, small ones first."""
    names = [driver.name for driver in among]
    for size in range(len(names) + 1):
        yield from map(frozenset, combinations(names, size))


def mixed(first: Scenario, second: Scenario, among: Sequence[Driver], coalition: Coalition) -> Scenario:
    """The first scenario with the levers of a coalition as in the second, and learning off where it is not in it."""
    taken = {lever for driver in among if driver.name in coalition for lever in driver.levers}
    levers: dict[str, LeverValue] = {name: v for name, v in first.levers.items() if name not in taken}
    levers |= {name: v for name, v in second.levers.items() if name in taken}
    kept = [
        replace(event, levers=own)
        for scenario, of_second in ((first, False), (second, True))
        for event in scenario.events
        if (own := {name: v for name, v in event.levers.items() if (name in taken) == of_second})
    ]
    parameters = (second if ASSUMPTIONS in coalition else first).parameters
    if any(driver.name == LEARNING for driver in among) and LEARNING not in coalition:
        parameters = parameters | neutral_values(LEARNING)
    return replace(first, levers=levers, events=tuple(kept), parameters=parameters)


def shapley(values: Mapping[Coalition, Array], names: Sequence[str]) -> Array:
    """Shapley values of drivers, ``[driver, ...]``, in the order of their names.

    Parameters
    ----------
    values
        Of every coalition; any shape, the same for all.
    names
        Of the drivers.

    Source: Shapley (1953), A Value for n-Person Games.
    """
    count = len(names)
    parts = []
    for name in names:
        without = [coalition for coalition in values if name not in coalition]
        weight = {size: factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)}
        terms = [weight[len(c)] * (np.asarray(values[c | {name}]) - np.asarray(values[c])) for c in without]
        parts.append(np.sum(terms, axis=0))
    return np.array(parts).reshape(count, *np.shape(next(iter(values.values()))))  # also where there is no driver


def divide(holds: Mapping[Coalition, Array], index: Mapping[Coalition, Array], names: Sequence[str]) -> pd.DataFrame:
    """The difference divided among drivers.

    Parameters
    ----------
    holds, index
        Of every coalition: whether a run ends with the outcome in question, and its last cohesion index, ``[run]``.
    names
        Of the drivers.

    Returns
    -------
    pandas.DataFrame
        Index ``driver``; columns ``change`` of the share of runs with the outcome, ``low`` and ``high`` (its 95 %
        interval over runs, normal; NaN of one run), and the same of the mean cohesion index (``cohesion``,
        ``cohesion_low``, ``cohesion_high``). The largest change first.
    """
    columns: dict[str, Array] = {}
    for prefix, values in (("", holds), ("cohesion_", index)):
        each = shapley(_differences(values), names)
        runs = each.shape[-1]
        mean = each.mean(axis=-1)
        half = 1.96 * each.std(axis=-1, ddof=1) / np.sqrt(runs) if runs > 1 else np.full(len(names), np.nan)
        columns[prefix.rstrip("_") or "change"] = mean
        columns |= {f"{prefix}low": mean - half, f"{prefix}high": mean + half}
    table = pd.DataFrame(columns, index=pd.Index(list(names), name="driver"))
    order = np.lexsort((-np.abs(table["cohesion"]), -np.abs(table["change"])))
    return table.iloc[order]


def _differences(values: Mapping[Coalition, Array]) -> dict[Coalition, Array]:
    """Of each coalition to the first scenario: with learning or without it, as the coalition is."""
    plain = {coalition: np.asarray(value, float) for coalition, value in values.items()}
    return {c: value - plain[c & {LEARNING}] for c, value in plain.items()}


def attribute(
    first: str | Scenario,
    second: str | Scenario,
    runs: int = RUNS,
    seed: int = 0,
    outcome: str = "holds",
    uncertainty: Uncertainty = DEFAULT,
    without: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Why the second of two scenarios ends as it does and not as the first; see `divide`.

    Parameters
    ----------
    first, second
        Names, paths or scenarios; the first is taken over the months of the second.
    runs, seed
        Of each coalition's ensemble.
    outcome
        Whose share is divided: one of `cohesion.outcome.OUTCOMES`.
    uncertainty, without, progress
        As in `cohesion.simulate`; learning that is switched off is no driver.
    """
    two = load_scenario(second)
    one = load_scenario(first).with_changes(start=two.start, months=two.months)
    among = tuple(driver for driver in drivers(one, two) if driver.name not in without)
    share: dict[Coalition, Array] = {}
    index: dict[Coalition, Array] = {}
    for coalition in coalitions(among):
        data = simulate(
            mixed(one, two, among, coalition), runs, seed, uncertainty, without=without, variables=("cohesion_index",),
            progress=progress,
        )  # fmt: skip
        share[coalition] = data["outcome"].values[:, -1] == OUTCOMES.index(outcome)
        index[coalition] = data["cohesion_index"].values[:, -1]
    return divide(share, index, [driver.name for driver in among])
