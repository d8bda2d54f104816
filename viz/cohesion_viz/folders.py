"""Result folders below a root: which there are, and what is in one. Nothing outside the root is ever opened."""

import datetime
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohesion import posterior
from cohesion.checks import ConfigError, clean
from cohesion.outcome import OUTCOMES
from cohesion.parameters import DRAWN, neutral_values
from cohesion.results import FORMAT, Results, ResultsError, read_results
from cohesion.scenario import Scenario, scenario_from_text
from cohesion.simulation import drawn
from cohesion.studies.effects import INDEX, by_point
from cohesion.studies.folder import FORMAT as BATCH
from cohesion.studies.plan import Plan
from cohesion.studies.reading import OpenResults, open_results
from cohesion.summary import QUANTILES, percent, verdict
from cohesion.uncertainty import DEFAULT, DRAWN_FROM, Uncertainty
from cohesion_viz.answers import months

#: How deep folders are looked for, how many are offered, and the largest table and manifest that are read.
DEPTH, MOST = 3, 300
MAX_TABLE, MAX_MANIFEST = 256 * 2**20, 4 * 2**20
#: The table of runs: a file of an ensemble, of a batch a folder with a file for each chunk; and all that is read.
TABLE = "outcomes.parquet"
READ = (TABLE, f"{TABLE}/*", "bands.nc", "*.json")
#: Folders that sessions look at, each held once, until the last of them leaves.
_OPEN: "WeakValueDictionary[tuple[Any, ...], Opened]" = WeakValueDictionary()
_OPENING = threading.Lock()


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
    """What a result folder holds, of an ensemble or of a batch.

    Attributes
    ----------
    title, verdict
        Name and finding in words.
    provenance
        Where it comes from, for reading.
    command
        That wrote it.
    seed, runs
        Of the ensemble, or of each point.
    uncertainty
        What its runs drew their parameters from.
    table
        A row a run: outcome, measures, and what differs between runs.
    parameters, measures
        Names of the columns of numbers: parameters or factors, and what was measured.
    fan
        Quantiles of the cohesion index by month, as of `cohesion_viz.numbers.fan`; None where there are none for all
        runs.
    scenario
        Of an ensemble, with what it fixed; None of a batch.
    plan
        Of a batch.
    """

    title: str
    verdict: str
    provenance: dict[str, str]
    command: str
    seed: int
    runs: int
    uncertainty: Uncertainty
    table: pd.DataFrame
    parameters: tuple[str, ...]
    measures: tuple[str, ...]
    fan: pd.DataFrame | None = None
    scenario: Scenario | None = None
    plan: Plan | None = None

    def scenario_of(self, row: int) -> Scenario:
        """The scenario of a run, by its row of the table: with the same seed and run number, the same numbers."""
        if self.plan is None:
            assert self.scenario is not None
            scenario = self.scenario
        else:
            about, point = self.plan.experiment, int(self.table["point"].loc[row])
            scenario = _fixed(self.plan.scenario(point), about.uncertainty, about.without)
        if self.uncertainty in ("none", DEFAULT):
            return scenario
        run = [int(self.table["run"].loc[row])]
        here, there = (drawn(self.seed, run, kind) for kind in (DEFAULT, self.uncertainty))
        apart = {name: float(np.ravel(value)[0]) for name, value in there.items() if np.any(value != here[name])}
        return scenario.with_changes(parameters=apart | dict(scenario.parameters))


def _fixed(scenario: Scenario, uncertainty: str, without: tuple[str, ...]) -> Scenario:
    """A scenario whose runs are the same where parameters are drawn: what was not drawn is fixed."""
    fixed = {p.name: p.default for p in DRAWN} if uncertainty == "none" else {}
    fixed |= scenario.parameters
    for mechanism in without:
        fixed |= neutral_values(mechanism)
    return scenario.with_changes(parameters=fixed) if fixed != scenario.parameters else scenario


def listed(root: Path) -> list[Folder]:
    """Result folders below a root, the newest first; no more than `MOST`."""
    found: list[Folder] = []
    for place in _folders(root, root, DEPTH):
        manifest = place / "manifest.json"
        if manifest.is_file() and _inside(root, manifest) and (said := _read(manifest)):
            name = place.relative_to(root).as_posix()
            about = said["scenario"] if said["format"] == FORMAT else said["experiment"]
            seed = said["seed"] if said["format"] == FORMAT else about["seed"]
            found.append(Folder(name, str(about["title"]), int(said["runs"]), int(seed), str(said["written"])))
    return sorted(found, key=lambda folder: folder.written, reverse=True)[:MOST]


def opened(root: Path, name: str) -> Opened:
    """What is in a folder, by its name below the root.

    Raises
    ------
    ResultsError
        Where the name leads outside the root, or the folder is not a whole result, damaged or too large.
    """
    parts = PurePosixPath(name).parts
    strange = not name.isprintable() or "\\" in name or PurePosixPath(name).is_absolute() or ".." in parts
    if not name or len(name) > 500 or strange:
        raise ResultsError(f"{name[:80]!r} is not the name of a folder of results")
    place = root.joinpath(*parts)
    if not all(_inside(root, root.joinpath(*parts[:k])) for k in range(1, len(parts) + 1)):
        raise ResultsError(f"{name[:80]!r} leads outside the folder of results")
    if not os.path.isdir(place):  # where a name is too long, a path would raise an error
        raise ResultsError(f"{name[:80]!r} is not the name of a folder of results")
    files = [file for pattern in READ for file in place.glob(pattern)]
    if not all(_inside(root, file) for file in files):
        raise ResultsError(f"{name[:80]!r} holds a link that leads outside the folder of results")
    if sum(file.stat().st_size for file in files if TABLE in (file.name, file.parent.name)) > MAX_TABLE:
        raise ResultsError(f"{name}: {TABLE} is larger than {MAX_TABLE // 2**20} MiB, the most that is read")
    key = place.resolve(), *(file.stat().st_mtime_ns for file in files)
    with _OPENING:
        found = _OPEN.get(key)
        if found is None:
            found = _OPEN[key] = _read_whole(place, name)
        return found


def _read_whole(place: Path, name: str) -> Opened:
    try:
        if (place / "plan.json").is_file():
            return _batch(open_results(place))
        return _ensemble(read_results(place))
    except ResultsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # whatever a manifest changed by hand leads to
        why = ("" if isinstance(error, ConfigError) else f"{type(error).__name__}: ") + clean(str(error))
        raise ResultsError(f"{clean(name)}: manifest.json is not as it was written ({why})") from None


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


def _ensemble(results: Results) -> Opened:
    manifest, table = results.manifest, results.outcomes
    scenario = scenario_from_text(manifest["scenario"]["toml"], f"{manifest['scenario']['name']}.toml")
    measures = tuple(name for name in table.columns if name not in ("run", "outcome"))
    runs = range(int(table["run"].iloc[0]), int(table["run"].iloc[-1]) + 1) if len(table) else range(0)
    unknown = {*scenario.parameters, *manifest["changes"].get("parameters", {})}
    if _of_other_sets(manifest):
        unknown |= set(posterior.sets())
    values = drawn(int(manifest["seed"]), runs, manifest["uncertainty"]) if runs else {}
    parameters = {name: value for name, value in values.items() if name not in unknown}
    whole = pd.concat([table, pd.DataFrame(parameters, index=table.index)], axis="columns")
    index = results.bands["cohesion_index"].transpose("month", "quantile").values
    fan = pd.DataFrame(index, pd.Index(months(scenario)[: len(index)], name="date"), list(QUANTILES))
    baseline = manifest["baseline"]
    told = {
        "Scenario": manifest["scenario"]["title"],
        "Baseline": baseline["title"] if baseline else "none",
        **_told(manifest, int(manifest["seed"]), manifest["uncertainty"]),
    }
    without = tuple(name for name in manifest.get("without", "").split(", ") if name)
    return Opened(
        manifest["scenario"]["title"], verdict(results.summary, manifest["scenario"]["title"]), told,
        manifest["command"], int(manifest["seed"]), int(manifest["runs"]), manifest["uncertainty"], whole,
        tuple(parameters), measures, fan,
        scenario=_fixed(scenario, manifest["uncertainty"], without),
    )  # fmt: skip


def _batch(results: OpenResults) -> Opened:
    experiment = results.experiment
    factors = tuple(f.name for f in experiment.factors)
    table, manifest = results.outcomes, results.manifest
    known = ("scenario", "point", "run", "outcome", *factors)
    points = by_point(table, experiment, experiment.outcome)
    of = "mean final cohesion index" if experiment.outcome == INDEX else f"share that ends as {experiment.outcome}"
    ends = [f"{v:.2f}" if experiment.outcome == INDEX else f"{percent(v)} %"
            for v in (points["value"].min(), points["value"].max())]  # fmt: skip
    found = f"{experiment.title}: over {len(points):,} points the {of} runs from {ends[0]} to {ends[1]}."
    if "digests" not in manifest:
        found += " This batch is not finished."
    told = {
        "Scenarios": ", ".join(s.title for s in experiment.scenarios),
        "Question": experiment.question,
        "Points": f"{len(points):,}",
        **_told({"runs": len(table)} | manifest, experiment.seed, experiment.uncertainty),
    }
    return Opened(
        experiment.title, found, told, str(manifest.get("command", "")), experiment.seed, experiment.runs,
        experiment.uncertainty, table, factors, tuple(name for name in table.columns if name not in known),
        plan=Plan.of(experiment),
    )  # fmt: skip


def _told(manifest: dict[str, Any], seed: int, uncertainty: Uncertainty) -> dict[str, str]:
    """What the manifests of both kinds say."""
    return {
        "Runs": f"{manifest['runs']:,}",
        "Seed": str(seed),
        "Assumptions": DRAWN_FROM[uncertainty] + (", as of another calibration" if _of_other_sets(manifest) else ""),
        "Written": written_day(str(manifest.get("written", "not yet"))),
        "Version": str(manifest.get("versions", {}).get("cohesion-alliance", manifest.get("version", "unknown"))),
        "Commit": (manifest.get("commit") or "unknown")[:12],
        "Checksums": "agree",
    }


def _of_other_sets(manifest: dict[str, Any]) -> bool:
    """Whether runs drew from a posterior that is not the one here, so that their parameters are not known."""
    return manifest.get("posterior") not in (None, posterior.digest())


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


def _folders(root: Path, place: Path, depth: int) -> Iterator[Path]:
    """A folder and those in it, so deep; no way leads through a link out of the root and back."""
    yield place
    if depth:
        for inner in sorted(place.iterdir()):
            if inner.is_dir() and _inside(root, inner) and os.access(inner, os.R_OK | os.X_OK):
                yield from _folders(root, inner, depth - 1)


def _inside(root: Path, place: Path) -> bool:
    try:
        return place.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that cannot be
        return False


def _read(manifest: Path) -> dict[str, Any] | None:
    """A manifest of this format; None where it is not."""
    try:
        with manifest.open("rb") as stream:
            text = stream.read(MAX_MANIFEST + 1)
        if len(text) > MAX_MANIFEST:
            return None
        said = json.loads(text)
        about = {FORMAT: "scenario", BATCH: "experiment"}[said["format"]]
        seed = said["seed"] if about == "scenario" else said["experiment"]["seed"]
        whole = "title" in said[about] and isinstance(seed, int) and isinstance(said["runs"], int) and "written" in said
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return said if whole else None
