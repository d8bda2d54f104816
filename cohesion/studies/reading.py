"""Reading what a batch or an ensemble left behind: `open_results`, and running a sample of it again."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from cohesion import posterior
from cohesion.ensemble import digest, outcome_table
from cohesion.results import ResultsError, check_files, read_netcdf, read_results, versions
from cohesion.scenario import scenario_from_text
from cohesion.studies.experiment import Experiment, experiment_from
from cohesion.studies.folder import FORMAT, BatchFolder
from cohesion.studies.plan import Plan
from cohesion.summary import simulate_all


@dataclass(frozen=True)
class OpenResults:
    """A result folder, of a batch or of an ensemble.

    Attributes
    ----------
    path
        The folder.
    manifest
        What it says of itself.
    outcomes
        One row a run: of a batch with scenario, point, run and factors first.
    """

    path: Path
    manifest: dict[str, Any]
    outcomes: pd.DataFrame

    @property
    def bands(self) -> xr.Dataset:
        """Quantiles by month and member, of a batch by point too.

        Raises
        ------
        ResultsError
            Where none were kept.
        """
        return self._dataset("bands.nc", 'keep = ["bands"]')

    @property
    def trajectories(self) -> xr.Dataset:
        """All months of the variables kept of each run of a batch.

        Raises
        ------
        ResultsError
            Where none were kept.
        """
        place = BatchFolder(self.path)
        pieces = place.pieces("trajectories")
        if not pieces:
            raise ResultsError(f'{self.path}: no trajectories were kept; they need keep = ["trajectories"]')
        read = [xr.load_dataset(io.BytesIO(place.read(piece)), engine="h5netcdf") for piece in pieces]
        return xr.concat(read, "run", join="outer")

    @property
    def experiment(self) -> Experiment:
        """The experiment of a batch.

        Raises
        ------
        ResultsError
            Where it is the folder of an ensemble.
        """
        if self.manifest.get("format") != FORMAT:
            raise ResultsError(f"{self.path}: the result of an ensemble, not of a batch")
        return experiment_from(self.manifest["experiment"], str(self.path))

    @property
    def bibtex(self) -> str:
        """A BibTeX entry for it."""
        return str(self.manifest.get("cite", ""))

    def _dataset(self, name: str, needed: str) -> xr.Dataset:
        if not (self.path / name).is_file():
            raise ResultsError(f"{self.path}: no bands were kept; they need {needed}")
        check_files(self.path, self.manifest)
        data = read_netcdf(self.path, name)
        member = data["member"].values
        return data.assign_coords(member=member.astype(str)) if member.dtype.kind == "S" else data


def open_results(folder: str | Path) -> OpenResults:
    """Open a folder written by ``cohesion batch`` or ``cohesion ensemble --out``.

    Parameters
    ----------
    folder
        Its path. A batch may be unfinished: then there is what has been computed so far.

    Raises
    ------
    ResultsError
        Where it is none, or is damaged.
    """
    place = BatchFolder(folder)
    if not (place.path / "plan.json").is_file():
        found = read_results(folder)
        return OpenResults(place.path, found.manifest, found.outcomes)
    manifest = place.manifest() or {"format": FORMAT, "finished": False, **(place.identity() or {})}
    tables = []
    for piece in place.pieces():
        tables.append(pd.read_parquet(io.BytesIO(place.read(piece))))
    if not tables:
        raise ResultsError(f"{folder}: no run is finished yet")
    return OpenResults(place.path, manifest, pd.concat(tables, ignore_index=True))


def reproduce(folder: str | Path, points: int = 8, seed: int = 0) -> dict[str, Any]:
    """Run a sample of points again and compare every column of every run.

    Parameters
    ----------
    folder
        Of a batch or an ensemble.
    points
        Points to run again (of an ensemble: all its runs).
    seed
        Of the choice of points.

    Returns
    -------
    dict
        ``agrees``; ``points``, ``runs`` and ``columns`` compared; ``differences``: the first of each point that
        differs; ``changed``: what is another version here than there.

    Raises
    ------
    ResultsError
        Where the folder cannot be read.
    """
    opened = open_results(folder)
    if opened.manifest.get("format") != FORMAT:
        return _reproduce_ensemble(opened)
    plan = Plan.of(opened.experiment)
    table, runs = opened.outcomes, plan.experiment.runs
    there = table["point"].unique()
    chosen = np.sort(np.random.default_rng(seed).choice(there, min(points, len(there)), replace=False))
    differences, compared = [], 0
    for point in chosen.tolist():
        before = table[table["point"] == point].reset_index(drop=True)
        again = plan.outcomes(point * runs, point * runs + int(before["run"].iloc[-1]) + 1)
        # of a batch that was interrupted, some in between may not be there
        again = again[again["run"].isin(before["run"])].reset_index(drop=True)
        compared += len(before)
        for name in before:
            same = name in again and before[name].equals(again[name].astype(before[name].dtype))
            if not same:
                row = 0 if name not in again else int((before[name] != again[name]).to_numpy().argmax())
                now = None if name not in again else again[name].iloc[row]
                run = before["run"].iloc[row]
                differences.append(f"point {point}, run {run}, {name}: {before[name].iloc[row]}, now {now}")
                break
    changed = [
        f"{name}: {opened.manifest[name]}, here {plan.identity[name]}"
        for name in ("version", "code", "posterior", "numpy")
        if opened.manifest.get(name) != plan.identity[name]
    ]
    return {
        "agrees": not differences,
        "points": len(chosen),
        "runs": compared,
        "columns": len(table.columns),
        "differences": differences,
        "changed": changed,
    }


def _reproduce_ensemble(opened: OpenResults) -> dict[str, Any]:
    """Run an ensemble again and compare the digest of its outcomes."""
    manifest = opened.manifest
    about = manifest["scenario"]
    scenario = scenario_from_text(about["toml"], f"{about['name']}.toml")
    without = tuple(name for name in manifest["without"].split(", ") if name)
    _, ends = simulate_all(scenario, manifest["runs"], manifest["seed"], manifest["uncertainty"], without)
    again = digest(outcome_table(ends))
    then = manifest["digests"]["outcomes.parquet"]
    now = versions()
    changed = [f"{k}: {v}, here {now.get(k)}" for k, v in manifest["versions"].items() if now.get(k) != v]
    if manifest["uncertainty"] == "posterior" and manifest["posterior"] != (here := posterior.digest()):
        changed.append(f"posterior: {manifest['posterior']}, here {here}")
    return {
        "agrees": again == then,
        "points": 1,
        "runs": manifest["runs"],
        "columns": len(opened.outcomes.columns),
        "differences": [] if again == then else [f"digest of outcomes: {then}, now {again}"],
        "changed": changed,
    }
