"""What a worker computes for the dashboard: numbers of some runs of a scenario, or nothing where it is told to stop.

Nothing is imported here that a worker does not need: it starts in a third of the time that the server takes.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from cohesion.facts import ISO3
from cohesion.ledger import Ledger
from cohesion.outcome import HOLDS
from cohesion.record import Recorder, Records, empty
from cohesion.rules.measures import probability
from cohesion.scenario import Scenario
from cohesion.simulation import Beginning, Simulation, begin

Array = npt.NDArray[Any]
#: Numbers of some runs by name, the run axis last.
Pieces = dict[str, Array]

#: Months between two pictures of the network.
QUARTER = 3
#: Variables by member that are kept by month.
MEMBER_VARIABLES = (
    "trust_in_us", "european_trust", "goodwill", "threat", "spending", "credibility", "posture",
)  # fmt: skip
#: Variables of the alliance that are kept by month, beside the phase of the war.
ALLIANCE_VARIABLES = ("cohesion_index", "unity", "pressure")
#: Runs of the first band: a worker keeps how they begin, since a lever that moves leaves that as it is.
FIRST = 64
#: Months up to which a worker keeps how runs begin: 0.1 MB a month, for each of eight.
KEPT_MONTHS = 240
_POOLS = ThreadpoolController()  # looking for them anew would take a millisecond or two of each job
Stopped = Callable[[], bool]


@dataclass(frozen=True)
class Detail:
    """What is worked out of a few runs after the rest.

    Attributes
    ----------
    runs
        How many.
    trust
        Mean trust, ``[quarter, observer, observed]``.
    ledger
        Mean traced contributions to trust in the US in log-odds, ``[driver, member]``.
    first, last
        Mean log-odds of trust in the US at the start and the end, ``[member]``.
    """

    runs: int
    trust: Array
    ledger: Array
    first: Array
    last: Array

    def trust_at(self, month: int) -> Array:
        """Trust between members in the quarter of a month, ``[observer, observed]``."""
        return self.trust[min(month // QUARTER, len(self.trust) - 1)]

    def booked(self, member: str) -> tuple[dict[str, float], float, float]:
        """What changed a member's trust in the US: contribution by driver, and log-odds at the start and the end."""
        at = ISO3.index(member)
        change = dict(zip(Ledger.DRIVERS, self.ledger[:, at].tolist(), strict=True))
        return change, float(self.first[at]), float(self.last[at])


def never() -> bool:
    """Not to be stopped."""
    return False


def compute(scenario: Scenario, seed: int, runs: range, stopped: Stopped = never) -> Pieces | None:
    """Some runs of a scenario, by name, the run axis last; None where stopped.

    Parameters
    ----------
    scenario, seed, runs
        What is simulated.
    stopped
        Asked each month.
    """
    tables = empty(len(runs), scenario.months, (*ALLIANCE_VARIABLES, "phase", *MEMBER_VARIABLES))
    kept = {name: _as_sent(table) for name, table in tables.items()}
    outcome = _run(scenario, seed, runs, kept, stopped)
    if outcome is None:
        return None
    kept["outcome"] = outcome
    return {name: np.ascontiguousarray(np.moveaxis(values, 0, -1)) for name, values in kept.items()}


def ends(scenario: Scenario, seed: int, runs: range, stopped: Stopped = never) -> tuple[Array, Array] | None:
    """Whether the alliance holds at the end, and the last cohesion index, ``[run]`` each; None where stopped."""
    kept = empty(len(runs), scenario.months, ("cohesion_index",))
    outcome = _run(scenario, seed, runs, kept, stopped)
    return None if outcome is None else (outcome[:, -1] == HOLDS, kept["cohesion_index"][:, -1])


def _simulation(scenario: Scenario, seed: int, runs: range) -> Simulation:
    """Runs at their start; that of a first band is kept, under common random numbers it is the next one's too."""
    if runs.stop > FIRST or scenario.months > KEPT_MONTHS:
        return Simulation(scenario, seed, runs)
    fixed = tuple(sorted(scenario.parameters.items()))
    return Simulation(scenario, seed, runs, beginning=_beginning(scenario.start, scenario.months, fixed, seed, runs))


@lru_cache(maxsize=8)
def _beginning(
    start: datetime.date, months: int, parameters: tuple[tuple[str, float], ...], seed: int, runs: range
) -> Beginning:
    """All that the beginning of a scenario's runs depends on is named here."""
    return begin(Scenario("", "", "", start, months, parameters=dict(parameters)), seed, runs)


def _run(scenario: Scenario, seed: int, runs: range, kept: Records, stopped: Stopped) -> Array | None:
    """Run to the end and keep variables in these tables; the outcome at each month, ``[run, month]``."""
    if stopped():  # asked before it came to its turn
        return None
    with _POOLS.limit(limits=1, user_api="blas"):
        simulation = _simulation(scenario, seed, runs)
        recorder = Recorder(simulation, into=kept)
        while not simulation.finished:
            if stopped():
                return None
            simulation.step()
            recorder.keep()
        return recorder.outcomes()


def _as_sent(table: Array) -> Array:
    """An empty table of the same axes, in memory as a piece is sent: the run axis last, in single precision."""
    shape = (*table.shape[1:], table.shape[0])
    return np.moveaxis(np.empty(shape, table.dtype if table.dtype == np.int8 else np.float32), -1, 0)


def detail(scenario: Scenario, seed: int, runs: range, stopped: Stopped = never) -> Detail | None:
    """Trust between members by quarter and the traced ledger of each member; None where stopped."""
    if stopped():  # asked before it came to its turn
        return None
    with _POOLS.limit(limits=1, user_api="blas"):
        simulation = _simulation(scenario, seed, runs)
        book, prior = Ledger.of(simulation), simulation.inputs.prior
        trust = [probability(prior, simulation.state.deviation).mean(axis=0)]
        while not simulation.finished:
            if stopped():
                return None
            simulation.step(book=book)
            if simulation.state.month % QUARTER == 0:
                trust.append(probability(prior, simulation.state.deviation).mean(axis=0))
    traced = book.toward_us()[1].mean(axis=0)
    usa = simulation.inputs.usa
    first = np.broadcast_to(prior[..., usa], (len(runs), len(ISO3))).mean(axis=0)
    last = (prior[..., usa] + simulation.state.deviation[..., usa]).mean(axis=0)
    return Detail(len(runs), np.stack(trust).astype(np.float32), traced, first, last)
