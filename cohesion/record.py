"""What is kept of runs as they are stepped, and its form as a dataset."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cohesion import outcome as rule
from cohesion.facts import ISO3
from cohesion.ledger import Ledger
from cohesion.parameters import THRESHOLDS
from cohesion.rules.measures import connectivity
from cohesion.scenario import Scenario
from cohesion.simulation import Simulation
from cohesion.types import PHASES, POSTURES
from cohesion.variables import BY_NAME, VARIABLES

if TYPE_CHECKING:
    import xarray as xr

Records = dict[str, npt.NDArray[Any]]
_CODED = {"posture": np.int8, "phase": np.int8}


def empty(runs: int, months: int, variables: tuple[str, ...] | None = None) -> Records:
    """Arrays to keep variables in, ``[run, month]`` or ``[run, month, member]``, the start included.

    Raises
    ------
    ValueError
        Where a name is unknown.
    """
    for name in variables or ():
        if name not in BY_NAME:
            raise ValueError(f"unknown variable {name!r}; variables are {', '.join(BY_NAME)}")
    # The month comes first in memory: what is written at once lies together.
    return {
        v.name: np.empty(
            (months + 1, runs, len(ISO3)) if v.by_member else (months + 1, runs), _CODED.get(v.name, float)
        ).swapaxes(0, 1)
        for v in VARIABLES
        if variables is None or v.name in variables
    }


class Recorder:
    """Keeps variables and criteria of every month of a simulation, the start included.

    Parameters
    ----------
    simulation
        At its start.
    variables
        Names of the variables to keep; all where None.
    into
        Arrays of `empty` (or their slices of the run axis) to write to; new ones where None.
    """

    def __init__(
        self, simulation: Simulation, variables: tuple[str, ...] | None = None, into: Records | None = None
    ) -> None:
        self._simulation = simulation
        runs, months = simulation.state.trust_in_us.shape[0], simulation.scenario.months + 1
        self._values = empty(runs, months - 1, variables) if into is None else into
        self._kept = [v for v in VARIABLES if v.name in self._values]
        self._criteria = {name: np.empty((runs, (months + 2) // 3)) for name in rule.CRITERIA}  # [run, quarter]
        self.keep()

    def keep(self) -> None:
        """Keep the present month."""
        simulation = self._simulation
        month = simulation.state.month
        for v in self._kept:
            value = v.of(simulation.state, simulation.inputs)
            self._values[v.name][:, month] = value if v.by_member else value[:, 0]
        if month % 3 == 0:  # defence is assessed and postures are taken at the end of a quarter
            for name, value in simulation.criteria().items():
                self._criteria[name][:, month // 3] = value

    def outcomes(self) -> npt.NDArray[np.int8]:
        """Outcome at each month so far, an index into `cohesion.outcome.OUTCOMES`, ``[run, month]``."""
        return rule.classify(self._means(), self._thresholds())

    def _means(self) -> dict[str, npt.NDArray[Any]]:
        past = self._simulation.state.month + 1
        return {
            name: rule.trailing_mean(np.repeat(values, 3, axis=1)[:, :past]) for name, values in self._criteria.items()
        }

    def _thresholds(self) -> dict[str, Any]:
        """Thresholds of each run, ``[run, 1]`` each: they may be set like any parameter."""
        return {p.name: getattr(self._simulation.parameters, p.name) for p in THRESHOLDS}

    def records(self, book: Ledger | None = None) -> Records:
        """What was kept up to the present month, ``[run, month, ...]``, with the outcome and its criteria."""
        simulation = self._simulation
        past = slice(0, simulation.state.month + 1)
        kept: Records = {name: values[:, past] for name, values in self._values.items()}
        means = self._means()
        kept["outcome"] = rule.classify(means, self._thresholds())
        kept["criteria"] = np.stack([means[name][:, -1] for name in rule.CRITERIA], axis=-1)
        kept["connectivity"] = connectivity(
            simulation.state.deviation, simulation.inputs.prior, simulation.parameters.threshold_edge
        )
        if book is not None:
            kept["ledger_direct"], kept["ledger_traced"] = book.toward_us()
        return kept


def dataset(records: Records, scenario: Scenario, runs: Sequence[int], attributes: dict[str, Any]) -> "xr.Dataset":
    """Records with names, coordinates and units.

    Parameters
    ----------
    records
        Of `Recorder.records`, joined over chunks.
    scenario, runs
        Of the ensemble.
    attributes
        Seed and the like.
    """
    import xarray as xr  # here, since workers of a batch need none, and it loads Dask too where that is installed

    kept = {
        v.name: (
            ("run", "month", "member") if v.by_member else ("run", "month"),
            records[v.name],
            {"units": v.unit, "long_name": v.long_name},
        )
        for v in VARIABLES
        if v.name in records
    }
    data = xr.Dataset(
        kept,
        coords={
            "run": np.array(runs),
            "month": np.arange(records["outcome"].shape[1]),
            "member": list(ISO3),
            "criterion": list(rule.CRITERIA),
        },
        attrs={
            "scenario": scenario.name,
            "title": scenario.title,
            "start": scenario.start.isoformat(),
            **attributes,
        },
    )
    data["outcome"] = (
        ("run", "month"), records["outcome"],
        {"units": "code", "long_name": "outcome of the two years before", "codes": ", ".join(rule.OUTCOMES)},
    )  # fmt: skip
    data["criteria"] = (
        ("run", "criterion"), records["criteria"],
        {"units": "1", "long_name": "what the last outcome is judged on, mean of the two years before"},
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
        texts = {"direct": "booked to its driver", "traced": "traced to its original cause"}
        for name, text in texts.items():
            attributes = {"units": "log-odds", "long_name": f"change of trust in the US, {text}"}
            data[f"ledger_{name}"] = (("run", "driver", "member"), records[f"ledger_{name}"], attributes)
    return data
