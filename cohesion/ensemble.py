"""Many runs at once: `simulate`, and what is said of an ensemble.

Run r of an ensemble equals the Mesa model started with the same seed and run number, to the last bit, whatever the number of runs
beside it, the size of a chunk or the number of threads.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from threadpoolctl import threadpool_limits

from cohesion import outcome as rule
from cohesion.explain import Ledger
from cohesion.facts import ISO3
from cohesion.parameters import THRESHOLDS
from cohesion.scenario import Scenario, load_scenario
from cohesion.simulation import Simulation, Uncertainty, Values
from cohesion.types import PHASES, POSTURES
from cohesion.variables import VARIABLES

#: Runs that are computed together: few enough for the cache, many enough to spread the cost of a call.
CHUNK = 64
Progress = Callable[[int], None]
Records = dict[str, npt.NDArray[Any]]


def simulate(
    scenario: str | Path | Scenario,
    runs: int = 256,
    seed: int = 0,
    uncertainty: Uncertainty = "prior",
    *,
    parameters: Values | None = None,
    without: tuple[str, ...] = (),
    ledger: bool = False,
    variables: tuple[str, ...] | None = None,
    first_run: int = 0,
    chunk: int = CHUNK,
    threads: int = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run an ensemble of a scenario.

    Parameters
    ----------
    scenario
        A name, a path or a `Scenario`.
    runs
        Number of runs, at least 1.
    seed
        Non-negative. Scenarios with the same seed share shocks and parameter sets, run by run.
    uncertainty
        ``"none"``: one default parameter set; ``"prior"``: each run draws its own set from the ranges.
    parameters
        Values that replace defaults or draws: a number, or one a run, ``[runs]``.
    without
        Mechanisms to switch off.
    ledger
        Whether to keep both ledgers of trust in the US (``ledger_direct`` and ``ledger_traced``, by driver).
    variables
        Names of the variables to keep; all where None. The outcome and its criteria are always kept.
    first_run
        Number of the first run.
    chunk, threads
        How the work is cut and shared; results do not depend on them.
    progress
        Called with the number of runs done after each chunk.

    Returns
    -------
    xarray.Dataset
        Dimensions ``run``, ``month`` (0 is the start) and ``member``; units and long names as attributes. ``outcome`` is an index
        into `cohesion.outcome.OUTCOMES`, judged on the two years before each month.

    Raises
    ------
    ConfigError
        Where the scenario is not valid.
    ValueError
        Where ``runs`` or ``chunk`` is below 1, or a name in ``variables`` or ``without`` is unknown.
    """
    scenario = load_scenario(scenario)
    if runs < 1 or chunk < 1:
        raise ValueError(f"runs and chunk must be at least 1, not {runs} and {chunk}")
    kept = [v for v in VARIABLES if variables is None or v.name in variables]
    numbers = range(first_run, first_run + runs)
    pieces = [numbers[k : k + chunk] for k in range(0, runs, chunk)]

    def work(piece: range) -> Records:
        at = piece.start - first_run
        sliced = {
            name: value[at : at + len(piece)] if isinstance(value, np.ndarray) and value.ndim else value
            for name, value in (parameters or {}).items()
        }
        simulation = Simulation(scenario, seed, piece, uncertainty, sliced, without)
        record = _record(simulation, [v.name for v in kept], Ledger.of(simulation) if ledger else None)
        if progress:
            progress(len(piece))
        return record

    with threadpool_limits(limits=1, user_api="blas"):  # small matrices: threads of BLAS only wait for each other
        if threads == 1:
            records = [work(piece) for piece in pieces]
        else:
            with ThreadPoolExecutor(threads) as pool:
                records = list(pool.map(work, pieces))
    joined = {name: np.concatenate([r[name] for r in records]) for name in records[0]}
    return _dataset(joined, scenario, seed, numbers, uncertainty, without)


def _record(simulation: Simulation, names: list[str], book: Ledger | None) -> Records:
    """Run to the horizon and keep what is asked, ``[run, month, ...]``."""
    months = simulation.scenario.months
    runs = simulation.state.trust_in_us.shape[0]
    kept = [v for v in VARIABLES if v.name in names]
    coded = {"posture": np.int8, "phase": np.int8}
    record: Records = {
        v.name: np.empty((runs, months + 1, len(ISO3)) if v.by_member else (runs, months + 1), coded.get(v.name, float))
        for v in kept
    }
    criteria = {name: np.empty((runs, months + 1)) for name in rule.CRITERIA}
    for month in range(months + 1):
        if month:
            simulation.step(book=book)
        for v in kept:
            value = v.of(simulation.state, simulation.inputs)
            record[v.name][:, month] = value if v.by_member else value[:, 0]
        for name, value in simulation.criteria().items():
            criteria[name][:, month] = value
    means = {name: rule.trailing_mean(values) for name, values in criteria.items()}
    thresholds = _thresholds(simulation)
    record["outcome"] = rule.classify(means, thresholds)
    record["criteria"] = np.stack([means[name][:, -1] for name in rule.CRITERIA], axis=-1)
    record["connectivity"] = _connectivity(simulation)
    if book is not None:
        record["ledger_direct"], record["ledger_traced"] = book.toward_us()
    return record


def _thresholds(simulation: Simulation) -> dict[str, Any]:
    """Thresholds of each run, ``[run, 1]`` each: they may be set like any parameter."""
    return {p.name: getattr(simulation.parameters, p.name) for p in THRESHOLDS}


def _connectivity(simulation: Simulation) -> npt.NDArray[Any]:
    from cohesion.rules.measures import connectivity

    return connectivity(
        simulation.state.deviation, simulation.inputs.prior, simulation.parameters.threshold_edge
    )


def _dataset(
    records: Records, scenario: Scenario, seed: int, numbers: range, uncertainty: str, without: tuple[str, ...]
) -> xr.Dataset:
    """Name dimensions, coordinates and units."""
    data = xr.Dataset(
        coords={
            "run": np.array(numbers),
            "month": np.arange(scenario.months + 1),
            "member": list(ISO3),
            "criterion": list(rule.CRITERIA),
        },
        attrs={
            "scenario": scenario.name,
            "title": scenario.title,
            "start": scenario.start.isoformat(),
            "seed": seed,
            "uncertainty": uncertainty,
            "without": ", ".join(without),
        },
    )
    for v in VARIABLES:
        if v.name in records:
            dims = ("run", "month", "member") if v.by_member else ("run", "month")
            data[v.name] = (dims, records[v.name], {"units": v.unit, "long_name": v.long_name})
    data["outcome"] = (
        ("run", "month"), records["outcome"],
        {"units": "code", "long_name": "outcome of the two years before", "codes": ", ".join(rule.OUTCOMES)},
    )  # fmt: skip
    data["criteria"] = (
        ("run", "criterion"), records["criteria"],
        {"units": "1", "long_name": "what the final outcome is judged on, mean of the last two years"},
    )  # fmt: skip
    data["connectivity"] = (
        ("run",), records["connectivity"],
        {"units": "1", "long_name": "algebraic connectivity of mutual trust in the last month"},
    )  # fmt: skip
    for name, codes in (("posture", POSTURES), ("phase", PHASES)):
        if name in data:
            data[name].attrs["codes"] = ", ".join(codes)
    if "ledger_direct" in records:
        data = data.assign_coords(driver=list(Ledger.DRIVERS))
        for name, text in (("direct", "change of trust in the US booked to its driver"),
                           ("traced", "change of trust in the US traced to its original cause")):  # fmt: skip
            data[f"ledger_{name}"] = (
                ("run", "driver", "member"), records[f"ledger_{name}"], {"units": "log-odds", "long_name": text},
            )  # fmt: skip
    return data


def interval(count: int, total: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson score interval of a share (Wilson 1927), 95 % by default.

    Parameters
    ----------
    count, total
        Runs with the outcome and all runs; ``0 <= count <= total``, ``total >= 1``.
    """
    share, square = count / total, z * z / total
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * np.sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def outcome_shares(data: xr.Dataset) -> dict[str, tuple[float, float, float]]:
    """Share of runs with each final outcome and its Wilson interval: ``{name: (share, low, high)}``."""
    final = data["outcome"].values[:, -1]
    found = rule.shares(final)
    return {name: (share, *interval(round(share * final.size), final.size)) for name, share in found.items()}


def compare(
    first: xr.Dataset, second: xr.Dataset, variable: str = "cohesion_index", resamples: int = 2000
) -> dict[str, Any]:
    """Paired difference of two ensembles under common random numbers, second less first.

    Parameters
    ----------
    first, second
        Results of `simulate` with the same seed and runs.
    variable
        One without the member dimension; its last month is compared.
    resamples
        Bootstrap resamples of runs (pairs are kept) for the intervals.

    Returns
    -------
    dict
        ``median``: difference of medians and 95 % interval; ``paired``: quantiles 5, 50 and 95 % of the difference run by run;
        ``outcome_shares``: ``{name: (difference, low, high)}``.

    Raises
    ------
    ValueError
        Where seeds or runs differ, since the difference would then be noise.
    """
    if first.attrs["seed"] != second.attrs["seed"] or not np.array_equal(first["run"], second["run"]):
        raise ValueError("two ensembles are compared under common random numbers: seeds and runs must be the same")
    a, b = first[variable].values[:, -1], second[variable].values[:, -1]
    kinds = np.arange(len(rule.OUTCOMES))
    one = (first["outcome"].values[:, -1:] == kinds).astype(float)
    two = (second["outcome"].values[:, -1:] == kinds).astype(float)
    pick = np.random.default_rng(0).integers(0, a.size, (resamples, a.size))
    medians = np.median(b[pick], axis=1) - np.median(a[pick], axis=1)
    moved = (two - one)[pick].mean(axis=1)
    low, high = np.percentile(moved, [2.5, 97.5], axis=0)
    difference = (two - one).mean(axis=0)
    return {
        "variable": variable,
        "median": {
            "difference": float(np.median(b) - np.median(a)),
            "interval": [float(v) for v in np.percentile(medians, [2.5, 97.5])],
        },
        "paired": dict(zip(("p05", "p50", "p95"), map(float, np.percentile(b - a, [5, 50, 95])), strict=True)),
        "outcome_shares": {
            name: (float(difference[k]), float(low[k]), float(high[k])) for k, name in enumerate(rule.OUTCOMES)
        },
    }


def outcome_table(data: xr.Dataset) -> pd.DataFrame:
    """One row a run: run, outcome, first and last cohesion index, and the criteria of the outcome."""
    final = data["outcome"].values[:, -1]
    table = pd.DataFrame({"run": data["run"].values, "outcome": [rule.OUTCOMES[k] for k in final]})
    for name in ("cohesion_index", "cohesion_with_burden"):
        table[f"{name}_first"] = data[name].values[:, 0]
        table[f"{name}_last"] = data[name].values[:, -1]
    for k, name in enumerate(rule.CRITERIA):
        table[name] = data["criteria"].values[:, k]
    table["connectivity"] = data["connectivity"].values
    return table


def digest(table: pd.DataFrame) -> str:
    """SHA-256 of a table's contents: column names, then columns in order, numbers as little-endian 64-bit."""
    sha = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        sha.update(name.encode() + b"\0")
        if pd.api.types.is_numeric_dtype(column):
            kind = "<i8" if pd.api.types.is_integer_dtype(column) else "<f8"
            sha.update(column.to_numpy().astype(kind).tobytes())
        else:
            sha.update("\0".join(column).encode())
    return sha.hexdigest()
