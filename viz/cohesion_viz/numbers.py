"""The numbers of every chart, as tidy tables: one function a chart, read by every renderer.

They come from datasets of `cohesion.simulate`. A ``month`` is a position on the month axis, 0 the start, -1 the last.
Functions for what a slider moves take well below 10 ms together for 64 runs.
"""

import datetime
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
import xarray as xr

from cohesion.ensemble import compare
from cohesion.facts import ISO3, NAMES, load_facts
from cohesion.levers import BY_NAME as LEVERS
from cohesion.outcome import OUTCOMES
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.rules.measures import probability
from cohesion.scenario import LeverValue, Scenario
from cohesion.simulation import Simulation
from cohesion.summary import QUANTILES, percent
from cohesion.types import POSTURES, Array, BoolArray, IntArray
from cohesion.variables import BY_NAME

#: What a member's panel shows over time.
MEMBER_VARIABLES = ("trust_in_us", "spending", "threat", "credibility")
#: Variables that say nothing of the United States, whose trust in itself is not part of the model.
NOT_OF_THE_US = ("trust_in_us", "goodwill")
#: Ends of scales, so that a colour or a height means the same in every scenario and month; values beyond take the end.
LIMITS = {
    "cohesion_index": (0.0, 1.0),
    "cohesion_with_burden": (0.0, 1.0),
    "unity": (0.0, 1.0),
    "trust_in_us": (0.0, 0.8),
    "european_trust": (0.0, 0.8),
    "spending": (0.0, 6.0),
    "capability": (0.0, 1500.0),
    "autonomy": (0.0, 1.0),
    "alignment": (-1.0, 1.0),
    "aid": (-1.0, 1.0),
    "loss": (0.0, 0.05),
    "tariff": (0.0, 0.5),
}
EVERYTHING_ELSE = "everything else"
_NOT_A_CAUSE = ("clipping",)  # of the ledger's drivers: at the limit of log-odds
_SPELT = {
    "us": "US",
    "nato": "NATO",
    "russia": "Russian",
    "china": "Chinese",
    "europe": "European",
    "ukraine": "Ukrainian",
}
_TODAY = datetime.date(2025, 1, 1)  # start whose facts order blocs and tell neighbours


class Network(NamedTuple):
    """Members (index ISO3) and ties between them."""

    nodes: pd.DataFrame
    edges: pd.DataFrame


class Accounts(NamedTuple):
    """Contributions by driver (index; column ``change``) that add up to ``last - first``, all in log-odds."""

    drivers: pd.DataFrame
    first: float
    last: float


# --- over time --------------------------------------------------------------------------------------------------------


def dates(data: xr.Dataset) -> list[datetime.date]:
    """First day of each month of a dataset."""
    start = datetime.date.fromisoformat(data.attrs["start"])
    return [month_after(start, int(m)) for m in data["month"].values]


def month_after(start: datetime.date, months: int) -> datetime.date:
    """First day of the month that comes so many months after another."""
    count = 12 * start.year + start.month - 1 + months
    return datetime.date(count // 12, count % 12 + 1, 1)


def fan(data: xr.Dataset, variable: str = "cohesion_index", member: str | None = None) -> pd.DataFrame:
    """Quantiles over runs by month: index ``date``, columns ``p05``, ``p25``, ``p50``, ``p75``, ``p95``.

    Parameters
    ----------
    data
        Of `cohesion.simulate`, all months.
    variable
        Name of the variable.
    member
        ISO3 code, for a variable by member.
    """
    return _bands(_values(data, variable, member), data)


def shares_over_time(data: xr.Dataset) -> pd.DataFrame:
    """Share of runs with each outcome by month: index ``date``, a column an outcome; rows sum to one."""
    return _shares(data["outcome"].values, OUTCOMES, data)


def trust_changes(data: xr.Dataset) -> pd.DataFrame:
    """Median trust in the US at the start and the end, largest loss first.

    Index ISO3; columns ``name``, ``first``, ``last``, ``change``. The US itself is left out.
    """
    codes = [code for code in data["member"].values.tolist() if code != "USA"]
    values = data["trust_in_us"].sel(member=codes).values
    first, last = np.median(values[:, 0], axis=0), np.median(values[:, -1], axis=0)
    table = pd.DataFrame(
        {"name": [NAMES[code] for code in codes], "first": first, "last": last, "change": last - first},
        index=pd.Index(codes, name="member"),
    )
    return table.sort_values(["change", "name"])


def member_series(
    data: xr.Dataset, member: str, variables: Sequence[str] = MEMBER_VARIABLES
) -> dict[str, pd.DataFrame]:
    """What a member's panel shows over time, by variable: a `fan`, or for ``posture`` the share of runs with each.

    What is not kept in the dataset is left out, and so is trust of the US in itself.
    """
    told = [v for v in variables if v in data and not (member == "USA" and v in NOT_OF_THE_US)]
    found = {name: fan(data, name, member) for name in told if name != "posture"}
    if "posture" in data:
        found["posture"] = _shares(_values(data, "posture", member), POSTURES, data)
    return found


def paired_difference(
    first: xr.Dataset, second: xr.Dataset, variable: str = "cohesion_index", member: str | None = None
) -> pd.DataFrame:
    """Quantiles of the difference run by run, second less first, by month; columns as of `fan`.

    Where one is longer, its further months are left out.

    Raises
    ------
    ValueError
        Where seeds, runs or starts differ, since the difference would then be noise.
    """
    _check_pair(first, second)
    months = min(first.sizes["month"], second.sizes["month"])
    one, two = (_values(data, variable, member)[:, :months] for data in (first, second))
    return _bands(two - one, first.isel(month=slice(months)))


# --- one month --------------------------------------------------------------------------------------------------------


def map_values(data: xr.Dataset, variable: str, month: int = -1) -> pd.DataFrame:
    """A value for each member: the median over runs, or for ``posture`` the most common code and its share of runs.

    Index ISO3; columns ``name``, ``value`` (NaN where it says nothing of the US) and, for codes, ``share``.
    """
    now = data[variable].values[:, month]
    if variable == "posture":
        share = np.stack([(now == k).mean(axis=0) for k in range(len(POSTURES))])
        return by_member(variable, share.argmax(axis=0)).assign(share=share.max(axis=0))
    return by_member(variable, np.median(now, axis=0))


def by_member(variable: str, values: Array | IntArray) -> pd.DataFrame:
    """A table for a map from one value for each member, in the order of `cohesion.facts.ISO3`; see `map_values`."""
    told = np.where(np.array(ISO3) == "USA", np.nan, values) if variable in NOT_OF_THE_US else values
    return pd.DataFrame({"name": [NAMES[code] for code in ISO3], "value": told}, index=pd.Index(ISO3, name="member"))


def map_differences(first: xr.Dataset, second: xr.Dataset, variable: str, month: int = -1) -> pd.DataFrame:
    """Median over runs of the difference run by run, second less first, for each member; columns ``name``, ``value``.

    Raises
    ------
    ValueError
        Where seeds, runs or starts differ.
    """
    _check_pair(first, second)
    moved = second[variable].values[:, month] - first[variable].values[:, month]
    return by_member(variable, np.median(moved, axis=0))


def limits(variable: str, *values: pd.Series) -> tuple[float, float]:
    """Ends of a variable's scale: fixed where they are known, else those of the values given."""
    if variable in LIMITS:
        return LIMITS[variable]
    if variable in BY_NAME and BY_NAME[variable].unit == "probability":
        return 0.0, 1.0
    found = np.concatenate([v.to_numpy(float) for v in values]) if values else np.zeros(1)
    low, high = float(np.nanmin(found)), float(np.nanmax(found))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def symmetric_limit(*values: pd.Series) -> float:
    """One limit for a scale of differences about zero that holds for all values, rounded up; at least 0.01."""
    found = np.concatenate([v.to_numpy(float) for v in values])
    most = max(0.01, float(np.nanmax(np.abs(found), initial=0.0)))
    return _round_up(most)


# --- trust among members ----------------------------------------------------------------------------------------------


def trust_between(simulation: Simulation) -> Array:
    """Median over runs of each member's trust in each other at the present month of a simulation, [member, member]."""
    return np.median(probability(simulation.inputs.prior + simulation.state.deviation), axis=0)


def mutual(trust: Array) -> Array:
    """Mutual trust of each pair, the smaller of the two, [member, member]; zero on the diagonal."""
    return np.minimum(trust, trust.T) * (1 - np.eye(len(trust)))


def blocs(trust: Array, threshold: float = PARAMETERS["threshold_edge"].default) -> pd.DataFrame:
    """Groups of members that trust one another: index ISO3; columns ``bloc`` (0, 1, ...), ``label``.

    Members are tied where their mutual trust reaches the threshold. Parts that are not tied at all are blocs; they are
    split further by Louvain's method (Blondel et al. 2008, fixed seed) only where that is clear: modularity of at least
    0.1. Blocs come in the order of their largest economy, so that they keep their place from month to month.

    Parameters
    ----------
    trust
        Of each member in each other, 0 to 1, [member, member], in the order of `cohesion.facts.ISO3`.
    threshold
        Least mutual trust of a tie; that of the model's own measure by default.
    """
    shared = mutual(trust)
    graph = nx.Graph()
    graph.add_nodes_from(ISO3)
    at = np.argwhere(np.triu(shared >= threshold, 1))
    graph.add_weighted_edges_from((ISO3[i], ISO3[j], float(shared[i, j])) for i, j in at)
    groups = [set(part) for part in nx.connected_components(graph)]
    if graph.number_of_edges():
        finer = nx.community.louvain_communities(graph, weight="weight", seed=0)
        if len(finer) > len(groups) and nx.community.modularity(graph, finer, weight="weight") >= 0.1:
            groups = [set(part) for part in finer]
    rank = {code: k for k, code in enumerate(_by_economy())}
    ordered = sorted((sorted(group, key=rank.__getitem__) for group in groups), key=lambda group: rank[group[0]])
    number = {code: k for k, group in enumerate(ordered) for code in group}
    return pd.DataFrame(
        {"bloc": [number[code] for code in ISO3], "label": [_bloc_label(ordered[number[code]]) for code in ISO3]},
        index=pd.Index(ISO3, name="member"),
    )


def trust_network(
    data: xr.Dataset,
    month: int,
    trust: Array,
    start: Array | None = None,
    threshold: float = PARAMETERS["threshold_edge"].default,
) -> Network:
    """Blocs and ties in a month, as `network`, with posture and trust in the US from an ensemble.

    A dataset holds each member's trust in the US and in the others together, not in each; so ``trust`` (and ``start``,
    that of the start) is handed in, [member, member]: see `trust_between`.
    """
    postures = map_values(data, "posture", month)["value"].to_numpy()
    return network(trust, start, postures, threshold)


def network(
    trust: Array,
    start: Array | None = None,
    postures: Array | IntArray | None = None,
    threshold: float = PARAMETERS["threshold_edge"].default,
) -> Network:
    """Members in their blocs, and the ties that are drawn.

    Blocs rest on all pairs. Hundreds of these trust each other about alike, so only ties between neighbours and with
    the United States are listed (``kind`` "held"), and those that held at the start and no longer do ("broken").

    Parameters
    ----------
    trust, start
        Of each member in each other, now and at the start, 0 to 1, [member, member].
    postures
        Code of each member's posture, for the nodes.
    threshold
        Least mutual trust of a tie.

    Returns
    -------
    Network
        Nodes: ``name``, ``bloc``, ``label``, ``trust_in_us`` (NaN for the US), ``posture`` where given.
        Edges: ``source``, ``target``, ``trust`` (mutual), ``kind``, ``across`` (between blocs).
    """
    shared = mutual(trust)
    nodes = blocs(trust, threshold)
    nodes.insert(0, "name", [NAMES[code] for code in nodes.index])
    nodes["trust_in_us"] = by_member("trust_in_us", trust[:, ISO3.index("USA")])["value"]
    if postures is not None:
        nodes["posture"] = [POSTURES[int(k)] for k in postures]
    held = shared >= threshold
    broken = np.zeros_like(held) if start is None else (mutual(start) >= threshold) & ~held
    pairs = np.argwhere(np.triu((held & _drawn()) | broken, 1)).tolist()
    bloc = nodes["bloc"].to_numpy()
    rows = [
        (ISO3[i], ISO3[j], float(shared[i, j]), "broken" if broken[i, j] else "held", bool(bloc[i] != bloc[j]))
        for i, j in pairs
    ]
    return Network(nodes, pd.DataFrame(rows, columns=["source", "target", "trust", "kind", "across"]))


# --- why --------------------------------------------------------------------------------------------------------------


def ledger(data: xr.Dataset, member: str, largest: int = 6) -> Accounts:
    """What changed a member's trust in the US, in log-odds: means over runs, so that contributions add up exactly.

    Parameters
    ----------
    data
        Of `cohesion.simulate` with ``ledger=True``; drivers are traced to their original cause.
    member
        ISO3 code, not of the US.
    largest
        Number of drivers named, always that many; the others are joined as "everything else".

    Returns
    -------
    Accounts
        Drivers, largest first and the rest last; mean log-odds at the start and the end.

    Raises
    ------
    ValueError
        Where the dataset holds no ledger, or the member is the US.
    """
    if "ledger_traced" not in data:
        raise ValueError("the ensemble holds no ledger; simulate it with ledger=True")
    if member == "USA":
        raise ValueError("trust of the United States in itself is not part of the model")
    at = _position(data, member)
    booked = data["ledger_traced"].values[:, :, at].mean(axis=0)
    trust = data["trust_in_us"].values[:, [0, -1], at]
    first, last = (float(v) for v in np.log(trust / (1 - trust)).mean(axis=0))
    names = map(str, data["driver"].values)
    return accounts(dict(zip(names, booked.tolist(), strict=True)), first, last, largest)


def accounts(drivers: Mapping[str, float], first: float, last: float, largest: int = 6) -> Accounts:
    """The largest contributions and, in one line, everything else, so that they add up to ``last - first``.

    Parameters
    ----------
    drivers
        Contribution of each driver, in log-odds.
    first, last
        Log-odds at the start and the end.
    largest
        Number of drivers named.
    """
    causes = [(name, value) for name, value in drivers.items() if name not in _NOT_A_CAUSE]
    named = sorted(causes, key=lambda item: -abs(item[1]))[:largest]
    change = [value for _, value in named]
    names = [*(name for name, _ in named), EVERYTHING_ELSE]
    table = pd.DataFrame({"change": [*change, last - first - sum(change)]}, index=pd.Index(names, name="driver"))
    return Accounts(table, first, last)


def outcome_differences(first: xr.Dataset, second: xr.Dataset) -> pd.DataFrame:
    """How shares of outcomes differ, second less first: the numbers of `cohesion.ensemble.compare`.

    Index outcome; columns ``first``, ``second`` (shares), ``difference``, ``low``, ``high`` (95 % interval).

    Raises
    ------
    ValueError
        Where seeds or runs differ.
    """
    moved = compare(first, second)["outcome_shares"]
    kinds = np.arange(len(OUTCOMES))
    one, two = ((data["outcome"].values[:, -1:] == kinds).mean(axis=0) for data in (first, second))
    table = pd.DataFrame(moved, index=["difference", "low", "high"]).T.loc[list(OUTCOMES)]
    table.index.name = "outcome"
    table.insert(0, "first", one)
    table.insert(1, "second", two)
    return table


def phase_diagram(table: pd.DataFrame, x: str, y: str, cells: int = 8) -> pd.DataFrame:
    """The most common outcome over two quantities that differ between runs.

    Parameters
    ----------
    table
        A row a run: ``outcome`` and the columns named.
    x, y
        Columns of numbers. Few values (a sweep) are cells of their own; many are cut into ranges of equal, round
        width.
    cells
        Most ranges on each axis, or one more.

    Returns
    -------
    pandas.DataFrame
        A row a cell that holds runs: ``x``, ``y`` (middles), ``x_label``, ``y_label``, ``outcome``, ``share``,
        ``runs``.

    Raises
    ------
    ValueError
        Where a column is missing, holds no numbers, or no run is complete.
    """
    numeric = [str(c) for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    for name in (x, y):
        if name not in numeric:
            raise ValueError(f"no column of numbers {name!r}; there are {', '.join(numeric) or 'none'}")
    found = table[np.isfinite(table[x].to_numpy(float)) & np.isfinite(table[y].to_numpy(float))]
    if found.empty:
        raise ValueError(f"no run has both {x} and {y}")
    across, up = _cells(found[x], cells), _cells(found[y], cells)
    kinds = pd.Categorical(found["outcome"], categories=list(OUTCOMES))
    counts = pd.crosstab([across["middle"], up["middle"]], kinds, dropna=False).reindex(columns=OUTCOMES, fill_value=0)
    counts = counts[counts.sum(axis=1) > 0]
    x_label, y_label = (dict(zip(c["middle"], c["label"], strict=True)) for c in (across, up))
    runs = counts.sum(axis=1).to_numpy()
    left, right = (counts.index.get_level_values(k) for k in (0, 1))
    return pd.DataFrame(
        {
            "x": left,
            "y": right,
            "x_label": [x_label[v] for v in left],
            "y_label": [y_label[v] for v in right],
            "outcome": [OUTCOMES[k] for k in counts.to_numpy().argmax(axis=1)],
            "share": counts.to_numpy().max(axis=1) / runs,
            "runs": runs,
        }
    )


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


# --- in words ---------------------------------------------------------------------------------------------------------


def written(variable: str, value: float) -> str:
    """A value of a variable with its unit."""
    unit = BY_NAME[variable].unit
    if not math.isfinite(value):
        return "not part of the model"
    if unit == "code":
        return POSTURES[int(value)]
    if unit in ("probability", "rate", "share of GDP"):
        return f"{percent(value)} %"
    if unit == "% of GDP":
        return f"{value:.1f} % of GDP"
    if unit == "billion 2024 USD":
        return f"{value:,.0f} billion USD" if value >= 10 else f"{value:.1f} billion USD"
    return signed(value) if unit == "log" else f"{value:.2f}".replace("-", "−")


def written_difference(variable: str, value: float) -> str:
    """A difference of a variable with its sign and unit."""
    unit = BY_NAME[variable].unit
    if not math.isfinite(value):
        return "not part of the model"
    if unit in ("probability", "rate", "share of GDP"):
        return points(value)
    if unit == "% of GDP":
        return f"{signed(value, 1)} % of GDP"
    if unit == "billion 2024 USD":
        return f"{signed(value, 0)} billion USD"
    return signed(value)


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    places = 0 if abs(share) >= 0.0995 or share == 0 else 1
    return f"{signed(100 * share, places)} points"


def signed(value: float, places: int = 2) -> str:
    """A number with its sign; nothing is neither plus nor minus."""
    text = f"{value:+,.{places}f}"
    return text[1:] if float(text.replace(",", "")) == 0 else text.replace("-", "−")


# --- helpers ----------------------------------------------------------------------------------------------------------


def _values(data: xr.Dataset, variable: str, member: str | None) -> Array:
    values = data[variable].values
    return values if member is None else values[:, :, _position(data, member)]


def _position(data: xr.Dataset, member: str) -> int:
    return int(data["member"].values.tolist().index(member))


def _bands(values: Array, data: xr.Dataset) -> pd.DataFrame:
    found = np.quantile(values, list(QUANTILES.values()), axis=0)
    return pd.DataFrame(found.T, index=pd.Index(dates(data), name="date"), columns=list(QUANTILES))


def _shares(codes: Array, names: tuple[str, ...], data: xr.Dataset) -> pd.DataFrame:
    found = {name: (codes == k).mean(axis=0) for k, name in enumerate(names)}
    return pd.DataFrame(found, index=pd.Index(dates(data), name="date"))


def _check_pair(first: xr.Dataset, second: xr.Dataset) -> None:
    if first.attrs["seed"] != second.attrs["seed"] or not np.array_equal(first["run"], second["run"]):
        raise ValueError("two ensembles are compared under common random numbers: seeds and runs must be the same")
    if first.attrs["start"] != second.attrs["start"]:
        raise ValueError("two ensembles are compared month by month: they must start in the same month")


@lru_cache(maxsize=1)
def _drawn() -> BoolArray:
    """Pairs whose tie is drawn: neighbours, and each member with the United States."""
    pairs = np.array(load_facts(_TODAY).neighbours, bool)
    pairs[ISO3.index("USA")] = pairs[:, ISO3.index("USA")] = True
    return pairs | pairs.T


@lru_cache(maxsize=1)
def _by_economy() -> tuple[str, ...]:
    """Members by GDP, the largest first."""
    gdp = load_facts(_TODAY).gdp
    return tuple(ISO3[k] for k in np.argsort(-gdp, kind="stable"))


def _bloc_label(group: list[str]) -> str:
    """A bloc by who is in it, largest economies first, without claiming what binds it."""
    names = [NAMES[code] for code in group]
    if len(group) == len(ISO3):
        return "all members"
    if len(group) == 1:
        return f"{names[0]}, apart"
    return " and ".join(names) if len(group) == 2 else f"{names[0]}, {names[1]} and {len(group) - 2} more"


def _cells(values: pd.Series, cells: int) -> pd.DataFrame:
    """Middle and label of the cell of each value."""
    column = values.to_numpy(float)
    unique = np.unique(column)
    if len(unique) <= max(cells, 12):
        return pd.DataFrame({"middle": column, "label": [f"{v:.3g}" for v in column]}, index=values.index)
    step = _round_up((unique[-1] - unique[0]) / cells)
    first = np.floor(unique[0] / step)
    at = np.floor(column / step + 1e-9)
    labels = {k: f"{k * step:.4g} to {(k + 1) * step:.4g}" for k in np.arange(first, at.max() + 1)}
    return pd.DataFrame({"middle": (at + 0.5) * step, "label": [labels[k] for k in at]}, index=values.index)


def _round_up(value: float) -> float:
    """The next 1, 2, 2.5, 4, 5 or 8 times a power of ten."""
    size = 10.0 ** np.floor(np.log10(value))
    return float(next(step * size for step in (1, 2, 2.5, 4, 5, 8, 10) if step * size >= value * (1 - 1e-9)))


def _lever(name: str) -> str:
    words = [_SPELT.get(word, word) for word in name.split("_")] if name in LEVERS else [name]
    return " ".join(words)


def _amount(value: LeverValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{NAMES.get(key, key)} {amount:g}" for key, amount in value.items())
    assert not isinstance(value, tuple)  # steps are taken one by one
    return f"{value:g}"
