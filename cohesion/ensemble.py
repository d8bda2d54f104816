"""Many runs at once: `simulate`, and what is said of an ensemble.

Run r of an ensemble equals the Mesa model started with the same seed and run number, to the last bit, whatever the
number of runs beside it, the size of a chunk or the number of threads.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from cohesion import outcome as rule
from cohesion.facts import Facts
from cohesion.ledger import Ledger
from cohesion.record import Recorder, Records, dataset, empty
from cohesion.scenario import Scenario, load_scenario
from cohesion.simulation import Simulation, Values, check_values
from cohesion.uncertainty import DEFAULT, Uncertainty

if TYPE_CHECKING:
    import xarray as xr

#: Runs that are computed together: few enough for the cache, many enough to spread the cost of a call.
CHUNK = 128
#: Runs that are drawn together in a bootstrap, so that memory does not grow with runs times resamples.
BOOTSTRAP_BLOCK = 65_536
#: Variables that a table of outcomes needs.
INDICES = ("cohesion_index", "cohesion_with_burden")
Progress = Callable[[int], None]


def simulate(
    scenario: str | Path | Scenario,
    runs: int = 256,
    seed: int = 0,
    uncertainty: Uncertainty = DEFAULT,
    *,
    parameters: Values | None = None,
    without: tuple[str, ...] = (),
    facts: Facts | None = None,
    ledger: bool = False,
    variables: tuple[str, ...] | None = None,
    first_run: int = 0,
    chunk: int = CHUNK,
    threads: int = 1,
    progress: Progress | None = None,
) -> "xr.Dataset":
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
        ``"none"``: one default parameter set; ``"prior"``: each run draws its own set from the ranges;
        ``"posterior"``: each draws one of the sets that history supports (`cohesion.posterior`), whole, and the rest
        from the ranges.
    parameters
        Values that replace defaults or draws: a number, or one a run, ``[runs]``.
    without
        Mechanisms to switch off.
    facts
        Figures of the start in place of those of the package; see `cohesion.facts.load_facts`.
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
        Dimensions ``run``, ``month`` (0 is the start) and ``member``; units and long names as attributes. ``outcome``
        is an index into `cohesion.outcome.OUTCOMES`, judged on the two years before each month.

    Raises
    ------
    ConfigError
        Where the scenario is not valid.
    ValueError
        Where ``runs`` or ``chunk`` is below 1, or another name or shape does not fit.
    """
    scenario = load_scenario(scenario)
    if runs < 1 or chunk < 1:
        raise ValueError(f"runs and chunk must be at least 1, not {runs} and {chunk}")
    check_values(uncertainty, without, parameters or {}, runs)
    numbers = range(first_run, first_run + runs)
    pieces = [numbers[k : k + chunk] for k in range(0, runs, chunk)]

    table = empty(runs, scenario.months, variables)

    def work(piece: range) -> Records:
        at = piece.start - first_run
        given = {name: np.asarray(value) for name, value in (parameters or {}).items()}
        sliced = {name: value[at : at + len(piece)] if value.ndim else value for name, value in given.items()}
        simulation = Simulation(scenario, seed, piece, uncertainty, sliced, without, facts=facts)
        book = Ledger.of(simulation) if ledger else None
        recorder = Recorder(simulation, into={name: array[at : at + len(piece)] for name, array in table.items()})
        while not simulation.finished:
            simulation.step(book=book)
            recorder.keep()
        if progress:
            progress(len(piece))
        return recorder.records(book)

    with threadpool_limits(limits=1, user_api="blas"):  # small matrices: threads of BLAS only wait for each other
        if threads == 1:
            records = [work(piece) for piece in pieces]
        else:
            with ThreadPoolExecutor(threads) as pool:
                records = list(pool.map(work, pieces))
    rest = [name for name in records[0] if name not in table]
    joined = {name: np.concatenate([r[name] for r in records]) for name in rest}
    return dataset(
        table | joined, scenario, numbers, {"seed": seed, "uncertainty": uncertainty, "without": ", ".join(without)}
    )


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
    # at the ends the interval is closed, and rounding would leave it a last bit off
    return (0.0 if count == 0 else float(middle - half)), (1.0 if count == total else float(middle + half))


def outcome_shares(data: "xr.Dataset") -> dict[str, tuple[float, float, float]]:
    """Share of runs with each final outcome and its Wilson interval: ``{name: (share, low, high)}``."""
    final = data["outcome"].values[:, -1]
    found = rule.shares(final)
    return {name: (share, *interval(round(share * final.size), final.size)) for name, share in found.items()}


def compare(
    first: "xr.Dataset", second: "xr.Dataset", variable: str = "cohesion_index", resamples: int = 2000
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
        ``median``: difference of medians and 95 % interval; ``paired``: quantiles 5, 50 and 95 % of the difference run
        by run;
        ``outcome_shares``: ``{name: (difference, low, high)}``.

    Raises
    ------
    ValueError
        Where seeds or runs differ, since the difference would then be noise.
    """
    same = all(first.attrs[name] == second.attrs[name] for name in ("seed", "uncertainty"))
    if not same or not np.array_equal(first["run"], second["run"]):
        raise ValueError("ensembles are compared under common random numbers: seed, runs and uncertainty must agree")
    a, b = first[variable].values[:, -1], second[variable].values[:, -1]
    kinds = np.arange(len(rule.OUTCOMES))
    one, two = ((data["outcome"].values[:, -1:] == kinds).astype(float) for data in (first, second))
    changed = two - one
    generator = np.random.default_rng(0)
    medians, moved = np.empty(resamples), np.empty((resamples, len(rule.OUTCOMES)))
    block = 1 + BOOTSTRAP_BLOCK // a.size
    for start in range(0, resamples, block):
        rows = slice(start, min(start + block, resamples))
        pick = generator.integers(0, a.size, (rows.stop - start, a.size))
        medians[rows] = np.median(b[pick], axis=1) - np.median(a[pick], axis=1)
        moved[rows] = changed[pick].mean(axis=1)
    low, high = np.percentile(moved, [2.5, 97.5], axis=0)
    difference = changed.mean(axis=0)
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


def outcome_table(data: "xr.Dataset") -> pd.DataFrame:
    """One row a run: run, outcome, first and last cohesion index, and the criteria of the outcome."""
    needed = ("outcome", *INDICES, "criteria", "connectivity")
    return outcome_rows({name: data[name].values for name in needed}, data["run"].values)


def outcome_rows(records: Records, runs: npt.ArrayLike) -> pd.DataFrame:
    """The same of what is kept of runs, as of `cohesion.record.Recorder.records`."""
    final = records["outcome"][:, -1]
    columns: dict[str, Any] = {"run": np.asarray(runs), "outcome": [rule.OUTCOMES[k] for k in final]}
    for name in INDICES:
        columns[f"{name}_first"] = records[name][:, 0]
        columns[f"{name}_last"] = records[name][:, -1]
    columns |= {name: records["criteria"][:, k] for k, name in enumerate(rule.CRITERIA)}
    return pd.DataFrame(columns | {"connectivity": records["connectivity"]})


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
