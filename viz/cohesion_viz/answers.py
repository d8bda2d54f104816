"""What comes out of the engine: numbers, not drawings."""

import datetime
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from cohesion.ensemble import interval
from cohesion.facts import ISO3
from cohesion.outcome import OUTCOMES
from cohesion.scenario import Scenario
from cohesion.summary import QUANTILES
from cohesion.types import PHASES, POSTURES
from cohesion.uncertainty import DEFAULT
from cohesion_viz.jobs import ALLIANCE_VARIABLES, MEMBER_VARIABLES, Array, Detail, Pieces
from cohesion_viz.numbers import month_after, outcome_differences

#: Those whose differences mean something.
MEASURED = tuple(name for name in MEMBER_VARIABLES if name != "posture")
_LEVELS = np.array(list(QUANTILES.values()))


class Ensemble:
    """Numbers of so many runs of a scenario.

    Parameters
    ----------
    scenario, seed
        What was simulated.
    pieces
        Of `cohesion_viz.jobs.compute`, in order of run numbers.
    """

    def __init__(self, scenario: Scenario, seed: int, pieces: list[Pieces]) -> None:
        self.scenario, self.seed = scenario, seed
        self._pieces = pieces
        index, outcome = self.values("cohesion_index"), self.values("outcome")
        self.runs = index.shape[-1]
        self.dates = months(scenario)
        self.final_index, self.final_outcome = index[-1], outcome[-1]
        self.fan = _frame(_quantiles(index), self.dates)
        self.shares = pd.DataFrame(
            {name: (outcome == k).mean(axis=-1) for k, name in enumerate(OUTCOMES)}, index=self.fan.index
        )
        self.counts = {name: int((self.final_outcome == k).sum()) for k, name in enumerate(OUTCOMES)}
        self._quantiles: dict[str, Array] = {}
        self._lock = threading.Lock()

    def share(self, outcome: str) -> tuple[float, float, float]:
        """Share of runs that end with an outcome, and its 95 % interval."""
        return (self.counts[outcome] / self.runs, *interval(self.counts[outcome], self.runs))

    def members(self, variable: str) -> Array:
        """Median over runs, or the commonest code, ``[month, member]``."""
        found = self._of(variable)
        return found if variable == "posture" else found[2]

    def member_fan(self, variable: str, member: str) -> pd.DataFrame:
        """Quantiles of a member's variable by month, as `cohesion_viz.charts.fan`."""
        return _frame(self._of(variable)[:, :, ISO3.index(member)], self.dates)

    def alliance_fan(self, variable: str) -> pd.DataFrame:
        """Quantiles of a variable of the alliance by month, of any of `ALLIANCE_VARIABLES`."""
        return self.fan if variable == "cohesion_index" else _frame(self._of(variable), self.dates)

    @property
    def phases(self) -> pd.DataFrame:
        """Share of runs in each phase of the war, by month."""
        return pd.DataFrame(self._of("phase"), self.fan.index, columns=list(PHASES))

    def values(self, variable: str) -> Array:
        """Every run, the run axis last, while they are held."""
        return np.concatenate([piece[variable] for piece in self._pieces], axis=-1)

    def ends(self) -> xr.Dataset:
        """The last month of all runs, as far as `cohesion.ensemble.compare` needs it."""
        data = {"cohesion_index": self.final_index[:, None], "outcome": self.final_outcome[:, None]}
        attributes = {"seed": self.seed, "uncertainty": DEFAULT}
        runs = {"run": np.arange(self.runs)}
        return xr.Dataset({name: (("run", "month"), v) for name, v in data.items()}, runs, attributes)

    def settle(self) -> None:
        """Work out all that can be asked for, and let go of the runs."""
        for variable in (*MEMBER_VARIABLES, *ALLIANCE_VARIABLES, "phase"):
            self._of(variable)
        self._pieces = []

    def said(self) -> dict[str, Any]:
        """What `cohesion.summary.verdict` needs."""
        shares = {name: self.share(name) for name in OUTCOMES}
        return {
            "scenario": self.scenario.title,
            "runs": self.runs,
            "outcome_shares": {name: share for name, (share, _, _) in shares.items()},
            "outcome_intervals": {name: [low, high] for name, (_, low, high) in shares.items()},
        }

    def _of(self, variable: str) -> Array:
        """Quantiles ``[level, month, member]``, the commonest posture ``[month, member]``, phases ``[month, phase]``.

        Of a variable of the alliance there is no member axis.
        """
        with self._lock:
            if variable not in self._quantiles:
                of = {"posture": _commonest, "phase": _phase_shares}.get(variable, _quantiles)
                self._quantiles[variable] = of(self.values(variable))
            return self._quantiles[variable]


class Paired:
    """Differences run by run of two ensembles under common random numbers, second less first.

    Parameters
    ----------
    first, second
        Of the same seed, runs and months, their runs still held.

    Attributes
    ----------
    fan
        Quantiles of the difference of the cohesion index by month, as of `cohesion_viz.numbers.paired_difference`.
    outcomes
        As of `cohesion_viz.numbers.outcome_differences`.
    lower
        Share of pairs whose last index is lower in the second.
    """

    def __init__(self, first: Ensemble, second: Ensemble) -> None:
        self.first, self.second = first, second
        self.fan = _frame(_quantiles(second.values("cohesion_index") - first.values("cohesion_index")), second.dates)
        self.outcomes = outcome_differences(first.ends(), second.ends())
        self.lower = float((second.final_index < first.final_index).mean())
        self._quantiles: dict[str, Array] = {}
        self._lock = threading.Lock()

    def members(self, variable: str) -> Array:
        """Median difference, ``[month, member]``; of any of `MEASURED`."""
        return self._of(variable)[2]

    def member_fan(self, variable: str, member: str) -> pd.DataFrame:
        """Quantiles of the difference of a member's variable by month."""
        return _frame(self._of(variable)[:, :, ISO3.index(member)], self.second.dates)

    def settle(self) -> None:
        """Work out all that can be asked for, so that the ensembles may let go of their runs."""
        for variable in MEASURED:
            self._of(variable)

    def _of(self, variable: str) -> Array:
        with self._lock:
            if variable not in self._quantiles:
                self._quantiles[variable] = _quantiles(self.second.values(variable) - self.first.values(variable))
            return self._quantiles[variable]


@dataclass(frozen=True)
class Answer:
    """What is known so far about a request.

    Attributes
    ----------
    ticket
        Number of the request.
    ensemble, baseline, detail, paired
        Numbers, as far as they are there.
    causes
        The difference to the baseline divided among drivers, as of `cohesion.attribution.divide`.
    stale
        Whether the causes are those of an earlier request; for the page, not set here.
    following
        The ensemble for what may follow the first band: it comes with the detail.
    target
        Runs that were asked for.
    done
        Whether all runs are in; the causes may follow.
    error
        What went wrong, for the person who asked.
    move
        The newest move of a control that this answers; for the page, not set here.
    """

    ticket: int = 0
    ensemble: Ensemble | None = None
    baseline: Ensemble | None = None
    detail: Detail | None = None
    paired: Paired | None = None
    causes: pd.DataFrame | None = None
    stale: bool = False
    following: Ensemble | None = None
    target: int = 0
    done: bool = False
    error: str = ""
    move: int = 0

    @property
    def runs(self) -> int:
        """Runs behind the numbers so far."""
        return self.ensemble.runs if self.ensemble else 0


def months(scenario: Scenario) -> list[datetime.date]:
    """First day of each month, the start included."""
    return [month_after(scenario.start, month) for month in range(scenario.months + 1)]


def _frame(quantiles: Array, dates: list[datetime.date]) -> pd.DataFrame:
    return pd.DataFrame(quantiles.T, index=pd.Index(dates, name="date"), columns=list(QUANTILES))


def _quantiles(values: Array) -> Array:
    """Quantiles over the last axis, the levels first; as `numpy.quantile`, faster for a short axis."""
    ordered = np.sort(values, axis=-1)
    at = _LEVELS * (values.shape[-1] - 1)
    low = at.astype(int)
    high = np.minimum(low + 1, values.shape[-1] - 1)
    between = (at - low).astype(values.dtype)
    return np.moveaxis(ordered[..., low] * (1 - between) + ordered[..., high] * between, -1, 0)


def _phase_shares(codes: Array) -> Array:
    return np.stack([(codes == k).mean(axis=-1) for k in range(len(PHASES))], axis=-1)


def _commonest(codes: Array) -> Array:
    counts = np.stack([(codes == k).sum(axis=-1) for k in range(len(POSTURES))])
    return counts.argmax(axis=0)
