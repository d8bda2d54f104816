"""Result folders below a root: which there are, and what is in one. Nothing outside the root is ever opened."""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohesion.outcome import OUTCOMES
from cohesion.parameters import from_uniform
from cohesion.results import FORMAT, Results, ResultsError, read_results
from cohesion.scenario import scenario_from_text
from cohesion.shocks import parameter_draws
from cohesion.summary import QUANTILES
from cohesion_viz.answers import months

#: How deep folders are looked for, how many are offered, and the largest table and manifest that are read.
DEPTH, MOST = 3, 300
MAX_TABLE, MAX_MANIFEST = 256 * 2**20, 4 * 2**20


@dataclass(frozen=True)
class Folder:
    """A result folder.

    Attributes
    ----------
    name
        Path below the root, with slashes.
    title, runs, seed, written
        Of its manifest.
    """

    name: str
    title: str
    runs: int
    seed: int
    written: str


@dataclass(frozen=True)
class Opened:
    """What a result folder holds.

    Attributes
    ----------
    results
        Read and verified.
    table
        A row a run: outcome, measures, and the parameters that differ between runs.
    parameters, measures
        Names of the columns of numbers.
    fan
        Quantiles of the cohesion index by month, as of `cohesion_viz.numbers.fan`.
    """

    results: Results
    table: pd.DataFrame
    parameters: tuple[str, ...]
    measures: tuple[str, ...]
    fan: pd.DataFrame


def listed(root: Path) -> list[Folder]:
    """Result folders below a root, the newest first; no more than `MOST`."""
    found: list[Folder] = []
    for manifest in sorted(root.glob("manifest.json")) + [
        path for depth in range(1, DEPTH + 1) for path in sorted(root.glob("*/" * depth + "manifest.json"))
    ]:
        place = manifest.parent
        if _inside(root, place) and manifest.stat().st_size <= MAX_MANIFEST and (said := _read(manifest)):
            name = place.relative_to(root).as_posix()
            found.append(
                Folder(name, said["scenario"]["title"], int(said["runs"]), int(said["seed"]), str(said["written"]))
            )
    return sorted(found, key=lambda folder: folder.written, reverse=True)[:MOST]


def opened(root: Path, name: str) -> Opened:
    """What is in a folder, by its name below the root.

    Raises
    ------
    ResultsError
        Where the name leads outside the root, or the folder is not a whole result, damaged or too large.
    """
    parts = PurePosixPath(name).parts
    if (
        not name
        or len(name) > 500
        or "\0" in name
        or "\\" in name
        or PurePosixPath(name).is_absolute()
        or ".." in parts
    ):
        raise ResultsError(f"{name[:80]!r} is not the name of a folder of results")
    place = root.joinpath(*parts)
    if not _inside(root, place):
        raise ResultsError(f"{name[:80]!r} leads outside the folder of results")
    table = place / "outcomes.parquet"
    if table.is_file() and table.stat().st_size > MAX_TABLE:
        raise ResultsError(f"{name}: outcomes.parquet is larger than {MAX_TABLE // 2**20} MiB, the most that is read")
    results = read_results(place)
    return _with_parameters(results)


def default_axes(found: Opened) -> tuple[str, str]:
    """The two parameters whose values differ most between runs with different outcomes (correlation ratio)."""
    outcome = found.table["outcome"].to_numpy()
    ranked = sorted(found.parameters, key=lambda name: -correlation_ratio(found.table[name].to_numpy(float), outcome))
    return ranked[0], ranked[1]


def correlation_ratio(values: npt.NDArray[Any], groups: npt.NDArray[Any]) -> float:
    """Share of the variance of values that lies between groups, 0 to 1 (Pearson's eta squared)."""
    total = float(values.var())
    means = np.empty_like(values, dtype=float)
    for group in np.unique(groups):
        means[groups == group] = values[groups == group].mean()
    return float(means.var()) / total if total > 0 else 0.0


def _with_parameters(results: Results) -> Opened:
    manifest, table = results.manifest, results.outcomes
    scenario = scenario_from_text(manifest["scenario"]["toml"], "manifest.json")
    measures = tuple(name for name in table.columns if name not in ("run", "outcome"))
    parameters: dict[str, Any] = {}
    if manifest["uncertainty"] == "prior" and len(table):
        runs = range(int(table["run"].iloc[0]), int(table["run"].iloc[-1]) + 1)
        drawn = from_uniform(parameter_draws(int(manifest["seed"]), runs))
        fixed = {*scenario.parameters, *manifest["changes"].get("parameters", {})}
        parameters = {name: values for name, values in drawn.items() if name not in fixed}
    whole = pd.concat([table, pd.DataFrame(parameters, index=table.index)], axis="columns")
    index = results.bands["cohesion_index"].transpose("month", "quantile").values
    fan = pd.DataFrame(index, pd.Index(months(scenario)[: len(index)], name="date"), list(QUANTILES))
    return Opened(results, whole, tuple(parameters), measures, fan)


def shares(table: pd.DataFrame) -> dict[str, int]:
    """How many runs have each outcome."""
    counts = table["outcome"].value_counts()
    return {name: int(counts.get(name, 0)) for name in OUTCOMES}


def within(table: pd.DataFrame, ranges: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Runs whose values lie in all ranges, ends included."""
    keep = np.ones(len(table), bool)
    for name, (low, high) in ranges.items():
        keep &= table[name].between(low, high).to_numpy()
    return table[keep]


def written_day(stamp: str) -> str:
    """A day as in ``3 March 2026``, from a manifest's time."""
    try:
        day = datetime.datetime.fromisoformat(stamp)
    except ValueError:
        return stamp[:30]
    return f"{day.day} {day:%B %Y}, {day:%H:%M} UTC"


def _inside(root: Path, place: Path) -> bool:
    try:
        return place.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that cannot be
        return False


def _read(manifest: Path) -> dict[str, Any] | None:
    """A manifest of this format; None where it is not."""
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        whole = said["format"] == FORMAT and "title" in said["scenario"] and {"runs", "seed", "written"} <= said.keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return said if whole else None
