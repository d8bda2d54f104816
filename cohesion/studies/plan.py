"""The runs of an experiment on one long axis: scenario by scenario, point by point, run by run.

A chunk is a range of that axis. What is computed for a chunk depends on the experiment and the range alone, so chunks
may be of any size, be computed anywhere, in any order, and again.
"""

import hashlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from cohesion import extend, facts, posterior
from cohesion.checks import ConfigError
from cohesion.ensemble import CHUNK, INDICES, outcome_rows
from cohesion.record import Recorder, Records, dataset
from cohesion.scenario import Scenario
from cohesion.simulation import Simulation
from cohesion.studies import histograms
from cohesion.studies.experiment import Experiment, count_points
from cohesion.studies.factors import as_steps
from cohesion.types import Array
from cohesion.variables import BY_NAME

#: Bytes of histograms that a chunk may hold.
MOST_BYTES = 64 * 2**20
#: Attributes of a dataset that are of one scenario.
_OF_A_SCENARIO = ("scenario", "title", "start")


@dataclass(frozen=True)
class Chunk:
    """What is kept of a range of runs, as the bytes of files."""

    first: int
    last: int
    files: dict[str, bytes]
    code: str
    posterior: str | None


@dataclass(frozen=True)
class Plan:
    """An experiment whose points are made.

    Attributes
    ----------
    experiment
        The experiment.
    design
        Values of the factors, ``[point, factor]``, the same for every scenario.
    """

    experiment: Experiment
    design: Array

    @classmethod
    def of(cls, experiment: Experiment) -> "Plan":
        """Make the points of an experiment; the same experiment gives the same points."""
        return cls(experiment, design(experiment))

    @property
    def points(self) -> int:
        """Points of all scenarios."""
        return len(self.design) * len(self.experiment.scenarios)

    @property
    def total(self) -> int:
        """Runs in all."""
        return self.points * self.experiment.runs

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What decides the numbers: two plans with the same identity have the same results."""
        return {
            "experiment": self.experiment.to_dict(),
            "design": hashlib.sha256(np.ascontiguousarray(self.design, "<f8").tobytes()).hexdigest(),
            "version": version("cohesion-alliance"),
            "code": code_digest(),
            "posterior": self.posterior,
            "numpy": np.__version__,
        }

    @property
    def posterior(self) -> str | None:
        """Digest of the sets that runs draw from here; None where they draw from none."""
        return posterior.digest_under(self.experiment.uncertainty)

    @property
    def points_of_chunk(self) -> int:
        """Most points in a chunk: histograms are kept by point."""
        if "bands" not in self.experiment.keep:
            return self.points
        months = max(s.months for s in self.experiment.scenarios) + 1
        cells = sum(len(facts.ISO3) if BY_NAME[name].by_member else 1 for name in self.experiment.variables) * months
        return max(1, MOST_BYTES // (cells * histograms.BINS * 4))

    def table(self, first: int = 0, last: int | None = None) -> pd.DataFrame:
        """Scenario, point, run and factors of a range of runs, a row each."""
        number = np.arange(first, self.total if last is None else last)
        point, run = np.divmod(number, self.experiment.runs)
        names = pd.array([s.name for s in self.experiment.scenarios], dtype="str")
        rows = {"scenario": names[point // len(self.design)], "point": point, "run": run}
        values = self.design[point % len(self.design)]
        return pd.DataFrame(rows | {f.name: values[:, k] for k, f in enumerate(self.experiment.factors)})

    def scenario(self, point: int) -> Scenario:
        """The scenario of a point, with its levers and parameters put in."""
        scenario, row = self._at(point)
        values = self.design[row : row + 1]
        parameters = {
            f.targets[0]: float(values[0, k]) for k, f in enumerate(self.experiment.factors) if f.kind == "parameter"
        }
        levers = {name: as_steps(path[0], scenario) for name, path in self._paths(scenario, values).items()}
        return scenario.with_changes(levers=levers, parameters=parameters)

    def chunk(self, first: int, last: int) -> Chunk:
        """Compute a range of runs.

        Parameters
        ----------
        first, last
            Numbers of the first run and of the one after the last.
        """
        blocks = [self._run(block) for block in self._blocks(first, last)]
        files = {"outcomes": _parquet(self._named(first, last, blocks))}
        if "bands" in self.experiment.keep:
            files["histograms"] = self._histograms(first, blocks)
        if "trajectories" in self.experiment.keep:
            files["trajectories"] = self._trajectories(first, last, blocks)
        return Chunk(first, last, files, code_digest(), self.posterior)

    def outcomes(self, first: int, last: int) -> pd.DataFrame:
        """Compute the outcomes of a range of runs: a row each."""
        return self._named(first, last, [self._run(block) for block in self._blocks(first, last)])

    def _named(self, first: int, last: int, blocks: list[Records]) -> pd.DataFrame:
        rows = [outcome_rows(records, range(len(records["outcome"]))) for records in blocks]
        return pd.concat([self.table(first, last), pd.concat(rows, ignore_index=True).drop(columns="run")], axis=1)

    def _at(self, point: int) -> tuple[Scenario, int]:
        of, row = divmod(point, len(self.design))
        return self.experiment.scenarios[of], row

    def _blocks(self, first: int, last: int) -> Iterator[range]:
        """Ranges that are stepped together: of one scenario, and few enough for the cache."""
        of_scenario = len(self.design) * self.experiment.runs
        while first < last:
            end = min(last, first + CHUNK, (first // of_scenario + 1) * of_scenario)
            yield range(first, end)
            first = end

    def _paths(self, scenario: Scenario, values: Array) -> dict[str, Array]:
        """Levers that vary, ``[point, month, 32 or 1]``; delays come after values."""
        shared = {name: path[None] for name, path in scenario.paths().items()}
        varied: dict[str, Array] = {}
        for k in sorted(range(len(self.experiment.factors)), key=lambda k: self.experiment.factors[k].kind == "delay"):
            factor = self.experiment.factors[k]
            if factor.kind != "parameter":
                varied |= factor.apply(shared | varied, scenario, values[:, k])
        return varied

    def _run(self, numbers: range) -> Records:
        """Step a block of runs."""
        experiment = self.experiment
        point = np.array(numbers) // experiment.runs
        run = [number % experiment.runs for number in numbers]
        scenario = experiment.scenarios[point[0] // len(self.design)]
        rows, place = np.unique(point % len(self.design), return_inverse=True)
        values = self.design[rows]
        paths = {name: path[place] for name, path in self._paths(scenario, values).items()}
        parameters = {f.targets[0]: values[place, k] for k, f in enumerate(experiment.factors) if f.kind == "parameter"}
        kept = INDICES if not experiment.keep else tuple(dict.fromkeys((*INDICES, *experiment.variables)))
        with threadpool_limits(limits=1, user_api="blas"):
            simulation = Simulation(
                scenario, experiment.seed, run, experiment.uncertainty, parameters, experiment.without, paths
            )
            recorder = Recorder(simulation, kept)
            while not simulation.finished:
                simulation.step()
                recorder.keep()
        return recorder.records()

    def _histograms(self, first: int, blocks: list[Records]) -> bytes:
        """Counts by point and variable."""
        counts: dict[str, histograms.Counts] = {}
        for records in blocks:
            count = len(records["outcome"])
            points = np.arange(first, first + count) // self.experiment.runs
            first += count
            for point in np.unique(points):
                for name in self.experiment.variables:
                    found = histograms.count(records[name][points == point], name)
                    key = f"{point}/{name}"
                    counts[key] = counts[key] + found if key in counts else found
        return histograms.packed(counts)

    def _trajectories(self, first: int, last: int, blocks: list[Records]) -> bytes:
        """All months of the variables; of several scenarios each run says of which it is, and when that starts."""
        import xarray as xr

        experiment, stream = self.experiment, io.BytesIO()
        wanted = list(dict.fromkeys(("cohesion_index", *experiment.variables)))
        about = {"seed": experiment.seed, "uncertainty": experiment.uncertainty,
                 "without": ", ".join(experiment.without)}  # fmt: skip
        parts, of, starts = [], [], []
        for numbers, records in zip(self._blocks(first, last), blocks, strict=True):
            scenario, _ = self._at(numbers[0] // experiment.runs)
            data = dataset(records, scenario, [number % experiment.runs for number in numbers], about)
            parts.append(data[wanted].drop_vars("criterion", errors="ignore"))
            of += [scenario.name] * len(numbers)
            starts += [scenario.start.isoformat()] * len(numbers)
        joined = xr.concat(parts, "run")
        joined = joined.assign_coords(
            run=np.arange(first, last),
            point=("run", np.arange(first, last) // self.experiment.runs),
            scenario=("run", of),
            start=("run", starts),
        )
        if len(experiment.scenarios) > 1:
            joined.attrs = {name: value for name, value in joined.attrs.items() if name not in _OF_A_SCENARIO}
        packed = {name: {"zlib": True, "complevel": 4} for name in joined.data_vars}
        joined.to_netcdf(stream, engine="h5netcdf", encoding=packed)
        return stream.getvalue()


def design(experiment: Experiment) -> Array:
    """Values of the factors at each point, ``[point, factor]``.

    Samples are those of SALib: Latin hypercube (McKay, Beckman and Conover 1979), Saltelli's scheme on a scrambled
    Sobol' sequence (Saltelli et al. 2010), Morris trajectories on four levels (Morris 1991). Delays are rounded to
    whole months.
    """
    factors = experiment.factors
    if experiment.method == "none":
        return np.zeros((1, 0))
    if experiment.method in ("points", "file"):
        return np.array(experiment.levels, float)
    if experiment.method == "sweep":
        grid = np.meshgrid(*experiment.levels, indexing="ij")
        return np.stack([axis.ravel() for axis in grid], axis=-1)
    try:
        from SALib.sample import latin, morris, sobol
    except ImportError:
        raise ConfigError("sampling needs SALib: pip install 'cohesion-alliance[study]'") from None
    problem = problem_of(experiment)
    if experiment.method == "sobol":
        sample = sobol.sample(problem, experiment.size, calc_second_order=False, seed=experiment.seed)
    elif experiment.method == "morris":
        sample = morris.sample(problem, experiment.size, num_levels=4, seed=experiment.seed)
    else:
        sample = latin.sample(problem, experiment.size, seed=experiment.seed)
    found = np.asarray(sample, float)
    for k, factor in enumerate(factors):
        if factor.kind == "delay":
            found[:, k] = np.round(found[:, k])
    assert len(found) == count_points(experiment)
    return found


def problem_of(experiment: Experiment) -> dict[str, Any]:
    """The factors of a sample in the terms of SALib."""
    return {
        "num_vars": len(experiment.factors),
        "names": [f.name for f in experiment.factors],
        "bounds": [[f.low, f.high] for f in experiment.factors],
    }


_code = ""


def code_digest() -> str:
    """SHA-256 of the model's source and facts, and of what extends it: what must agree for numbers to agree.

    The tables of `cohesion.posterior` are not in it, since they come of fits that ask for this; see `Plan.posterior`.
    """
    global _code
    if not _code:
        sha = hashlib.sha256()
        package = Path(facts.__file__).resolve().parents[1]
        modules = [path for path in package.glob("*.py") if not path.name.startswith(("cli", "printing"))]
        parts = [package.glob(part) for part in ("rules/*.py", "facts/*.py", "facts/*.csv", "posterior/*.py")]
        for path in sorted(itertools.chain(modules, *parts)):
            sha.update(path.relative_to(package).as_posix().encode() + b"\0")
            sha.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
        for name, digest in extend.versions().items():
            sha.update(f"{name}\0{digest}\0".encode())
        _code = sha.hexdigest()
    return _code


def _parquet(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.to_parquet(stream, index=False)
    return stream.getvalue()
