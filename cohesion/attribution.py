"""Why two scenarios end differently: Shapley's division of the difference among what distinguishes them.

A driver is a lever whose path differs (or, where there are many, all levers of one holder). Each coalition of drivers
is a scenario of its own that takes its levers from the second scenario and all others from the first; it is
simulated under common random numbers. A driver's share is its mean marginal effect over all orders in which drivers can
be put in (Shapley 1953), so shares add up exactly to the difference, run by run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from cohesion.ensemble import simulate
from cohesion.levers import BY_NAME, HOLDERS
from cohesion.outcome import HOLDS
from cohesion.scenario import LeverValue, Scenario, load_scenario
from cohesion.types import Array

#: Most drivers: 2 to this power is the number of ensembles. Beyond it levers are joined by holder.
MOST = 7
ASSUMPTIONS = "assumptions"

Coalition = frozenset[str]


@dataclass(frozen=True)
class Driver:
    """Something in which two scenarios differ.

    Attributes
    ----------
    name
        Of the lever or the holder; `ASSUMPTIONS` for parameters that the scenarios fix differently.
    levers
        Names of its levers.
    """

    name: str
    levers: tuple[str, ...]


def drivers(first: Scenario, second: Scenario) -> tuple[Driver, ...]:
    """What distinguishes two scenarios of the same start and horizon, in the order of the levers.

    Raises
    ------
    ValueError
        Where start or horizon differ.
    """
    if (first.start, first.months) != (second.start, second.months):
        raise ValueError("the difference of two scenarios is divided over the same months: start and months must agree")
    one, two = first.paths(), second.paths()
    moved = [name for name in one if not np.array_equal(one[name], two[name])]
    found = [Driver(name, (name,)) for name in moved]
    further = [Driver(ASSUMPTIONS, ())] if first.parameters != second.parameters else []
    if len(found) + len(further) > MOST:
        groups = {holder: tuple(n for n in moved if BY_NAME[n].holder == holder) for holder in HOLDERS}
        found = [Driver(holder, levers) for holder, levers in groups.items() if levers]
    return (*found, *further)


def coalitions(among: Sequence[Driver]) -> Iterator[Coalition]:
    """Every set of drivers, by their names, small ones first."""
    names = [driver.name for driver in among]
    for size in range(len(names) + 1):
        yield from map(frozenset, combinations(names, size))


def mixed(first: Scenario, second: Scenario, among: Sequence[Driver], coalition: Coalition) -> Scenario:
    """The first scenario with the levers of a coalition as in the second."""
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
    return np.array(parts)


def divide(holds: Mapping[Coalition, Array], index: Mapping[Coalition, Array], names: Sequence[str]) -> pd.DataFrame:
    """The difference divided among drivers.

    Parameters
    ----------
    holds, index
        Of every coalition: whether the alliance holds at the end, and the last cohesion index, ``[run]``.
    names
        Of the drivers.

    Returns
    -------
    pandas.DataFrame
        Index ``driver``; columns ``change`` of the share of runs in which the alliance holds, ``low`` and ``high`` (its
        95 % interval over runs, normal; NaN of one run), ``cohesion`` (mean change of the cohesion index). The largest
        change first.
    """
    each = shapley({c: np.asarray(v, float) for c, v in holds.items()}, names)
    runs = each.shape[-1]
    change = each.mean(axis=-1)
    half = 1.96 * each.std(axis=-1, ddof=1) / np.sqrt(runs) if runs > 1 else np.full(len(names), np.nan)
    table = pd.DataFrame(
        {
            "change": change,
            "low": change - half,
            "high": change + half,
            "cohesion": shapley(index, names).mean(axis=-1),
        },
        index=pd.Index(list(names), name="driver"),
    )
    order = np.lexsort((-np.abs(table["cohesion"]), -np.abs(table["change"])))
    return table.iloc[order]


def attribute(first: str | Scenario, second: str | Scenario, runs: int = 32, seed: int = 0) -> pd.DataFrame:
    """Why the second of two scenarios ends as it does and not as the first; see `divide`.

    Parameters
    ----------
    first, second
        Names, paths or scenarios; the first is taken over the months of the second.
    runs, seed
        Of each coalition's ensemble.
    """
    two = load_scenario(second)
    one = load_scenario(first).with_changes(start=two.start, months=two.months)
    among = drivers(one, two)
    holds: dict[Coalition, Array] = {}
    index: dict[Coalition, Array] = {}
    for coalition in coalitions(among):
        data = simulate(mixed(one, two, among, coalition), runs, seed=seed, variables=("cohesion_index",))
        holds[coalition] = data["outcome"].values[:, -1] == HOLDS
        index[coalition] = data["cohesion_index"].values[:, -1]
    return divide(holds, index, [driver.name for driver in among])
