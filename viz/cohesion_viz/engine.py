"""Ensembles in stages: a first band at once, then more runs, until another view is asked for.

Runs are computed by worker processes that all sessions share, a few runs a piece, so that the server's own thread
stays free to answer. A newer request cancels an older one within a month of simulated time. Run numbers are the same
at every stage, so refining never contradicts a first band. What comes out are numbers, not drawings.
"""

import datetime
import hashlib
import json
import logging
import multiprocessing
import os
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from cohesion.ensemble import interval
from cohesion.facts import ISO3
from cohesion.ledger import Ledger
from cohesion.outcome import OUTCOMES
from cohesion.record import Recorder
from cohesion.rules.measures import probability
from cohesion.scenario import ConfigError, Scenario
from cohesion.simulation import Simulation
from cohesion.summary import QUANTILES
from cohesion.types import POSTURES
from cohesion_viz.numbers import Accounts

Array = npt.NDArray[Any]
Pieces = dict[str, Array]

#: Runs of the first band, and how many are cut off for each further piece.
FIRST, PIECE = 64, 64
#: Runs behind the network and the ledgers.
DETAIL_RUNS = 16
#: Months between two pictures of the network.
QUARTER = 3
#: Variables by member that are kept by month.
MEMBER_VARIABLES = (
    "trust_in_us", "european_trust", "goodwill", "threat", "spending", "credibility", "posture",
)  # fmt: skip
_LEVELS = np.array(list(QUANTILES.values()))
_log = logging.getLogger(__name__)


# --- in a worker ------------------------------------------------------------------------------------------------------

Stopped = Callable[[], bool]
_tickets: Any = None  # of this worker process: the newest request of each session


def _never() -> bool:
    return False


def _prepare(tickets: Any) -> None:
    """Load what a worker needs, before the first request."""
    global _tickets
    _tickets = tickets
    from cohesion.scenario import load_scenario

    compute(replace(load_scenario("status-quo"), months=1), 0, range(1), _never)


def compute(scenario: Scenario, seed: int, runs: range, stopped: Stopped = _never) -> Pieces | None:
    """Some runs of a scenario, by name, the run axis last; None where stopped.

    Parameters
    ----------
    scenario, seed, runs
        What is simulated.
    stopped
        Asked each month.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        simulation = Simulation(scenario, seed, runs)
        recorder = Recorder(simulation, ("cohesion_index", *MEMBER_VARIABLES))
        while not simulation.finished:
            if stopped():
                return None
            simulation.step()
            recorder.keep()
        records = recorder.records()
    kept = {name: records[name] for name in ("cohesion_index", "outcome", *MEMBER_VARIABLES)}
    return {name: np.ascontiguousarray(np.moveaxis(value, 0, -1), _kind(value)) for name, value in kept.items()}


def _kind(value: Array) -> Any:
    return value.dtype if value.dtype == np.int8 else np.float32


def detail(scenario: Scenario, seed: int, runs: range, stopped: Stopped = _never) -> "Detail | None":
    """Trust between members by quarter and the traced ledger of each member; None where stopped."""
    with threadpool_limits(limits=1, user_api="blas"):
        simulation = Simulation(scenario, seed, runs)
        book, prior = Ledger.of(simulation), simulation.inputs.prior
        trust = [probability(prior + simulation.state.deviation).mean(axis=0)]
        while not simulation.finished:
            if stopped():
                return None
            simulation.step(book=book)
            if simulation.state.month % QUARTER == 0:
                trust.append(probability(prior + simulation.state.deviation).mean(axis=0))
    traced = book.toward_us()[1].mean(axis=0)
    usa = simulation.inputs.usa
    first = np.broadcast_to(prior[..., usa], (len(runs), len(ISO3))).mean(axis=0)
    last = (prior[..., usa] + simulation.state.deviation[..., usa]).mean(axis=0)
    return Detail(len(runs), np.stack(trust).astype(np.float32), traced, first, last)


def _task(job: Callable[..., Any], scenario: Scenario, seed: int, runs: range, slot: int, ticket: int) -> Any:
    """What is sent to a worker process."""
    return job(scenario, seed, runs, lambda: bool(_tickets[slot] != ticket))


# --- what comes out ---------------------------------------------------------------------------------------------------


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

    def accounts(self, member: str, largest: int = 6) -> Accounts:
        """What changed a member's trust in the US, as of `cohesion_viz.numbers.ledger`."""
        at = ISO3.index(member)
        booked, first, last = self.ledger[:, at], float(self.first[at]), float(self.last[at])
        order = np.argsort(-np.abs(booked), kind="stable")[:largest]
        rest = last - first - float(booked[order].sum())
        names = [*(Ledger.DRIVERS[k] for k in order), "everything else"]
        table = pd.DataFrame({"change": [*booked[order], rest]}, index=pd.Index(names, name="driver"))
        return Accounts(table, first, last)


class Ensemble:
    """Numbers of so many runs of a scenario.

    Parameters
    ----------
    scenario, seed
        What was simulated.
    pieces
        Of `compute`, in order of run numbers.
    """

    def __init__(self, scenario: Scenario, seed: int, pieces: list[Pieces]) -> None:
        self.scenario, self.seed = scenario, seed
        self._pieces = pieces
        index = np.concatenate([piece["cohesion_index"] for piece in pieces], axis=-1)
        outcome = np.concatenate([piece["outcome"] for piece in pieces], axis=-1)
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

    def settle(self) -> None:
        """Work out all that can be asked for, and let go of the runs."""
        for variable in MEMBER_VARIABLES:
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
        """Quantiles ``[level, month, member]``, or the commonest code ``[month, member]``."""
        with self._lock:
            if variable not in self._quantiles:
                values = np.concatenate([piece[variable] for piece in self._pieces], axis=-1)
                self._quantiles[variable] = _commonest(values) if variable == "posture" else _quantiles(values)
            return self._quantiles[variable]


@dataclass(frozen=True)
class Answer:
    """What is known so far about a request.

    Attributes
    ----------
    ticket
        Number of the request.
    ensemble, baseline, detail
        Numbers, as far as they are there.
    following
        The ensemble for what may follow the first band: it comes with the detail.
    target
        Runs that were asked for.
    done
        Whether nothing more will come.
    error
        What went wrong, for the person who asked.
    move
        The newest move of a control that this answers; for the page, not set here.
    """

    ticket: int = 0
    ensemble: Ensemble | None = None
    baseline: Ensemble | None = None
    detail: Detail | None = None
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
    counts = range(scenario.start.month - 1, scenario.start.month + scenario.months)
    return [datetime.date(scenario.start.year + k // 12, k % 12 + 1, 1) for k in counts]


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


def _commonest(codes: Array) -> Array:
    counts = np.stack([(codes == k).sum(axis=-1) for k in range(len(POSTURES))])
    return counts.argmax(axis=0)


# --- workers ----------------------------------------------------------------------------------------------------------


class Workers(Protocol):
    """Where runs are computed."""

    count: int

    def open(self) -> int:
        """A slot for a session."""

    def close(self, slot: int) -> None:
        """Give a slot back."""

    def newest(self, slot: int, ticket: int) -> None:
        """Say which request of a slot counts: others stop."""

    def submit(
        self, job: Callable[..., Any], scenario: Scenario, seed: int, runs: range, slot: int, ticket: int
    ) -> "Future[Any]":
        """Compute some runs."""


class _Slots:
    """Slots of sessions: the ticket that counts in each."""

    def __init__(self, tickets: Any) -> None:
        self._tickets = tickets
        self._free = list(range(len(tickets)))[::-1]
        self._lock = threading.Lock()

    def open(self) -> int:
        """A slot for a session."""
        with self._lock:
            return self._free.pop()

    def close(self, slot: int) -> None:
        """Give a slot back."""
        self.newest(slot, -1)
        with self._lock:
            self._free.append(slot)

    def newest(self, slot: int, ticket: int) -> None:
        """Say which request of a slot counts: others stop."""
        self._tickets[slot] = ticket


class Threads(_Slots):
    """Workers that are threads: nothing to start, but they hold the interpreter while they work."""

    def __init__(self, count: int = 1, sessions: int = 1024) -> None:
        super().__init__([-1] * sessions)
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="cohesion-runs")

    def submit(
        self, job: Callable[..., Any], scenario: Scenario, seed: int, runs: range, slot: int, ticket: int
    ) -> "Future[Any]":
        """Compute some runs."""
        return self._pool.submit(job, scenario, seed, runs, lambda: bool(self._tickets[slot] != ticket))


class Processes(_Slots):
    """Workers that are processes, started at once and ready before they are needed."""

    def __init__(self, count: int = 0, sessions: int = 1024) -> None:
        context = multiprocessing.get_context("spawn")
        tickets = context.Array("q", [-1] * sessions, lock=False)
        super().__init__(tickets)
        self.count = count or max(1, min(8, os.cpu_count() or 1))
        self._pool = ProcessPoolExecutor(self.count, context, _prepare, (tickets,))
        for _ in range(self.count):
            self._pool.submit(int)

    def submit(
        self, job: Callable[..., Any], scenario: Scenario, seed: int, runs: range, slot: int, ticket: int
    ) -> "Future[Any]":
        """Compute some runs."""
        return self._pool.submit(_task, job, scenario, seed, runs, slot, ticket)

    def shutdown(self) -> None:
        """End the processes."""
        for slot in range(len(self._tickets)):
            self._tickets[slot] = -1
        self._pool.shutdown(wait=False, cancel_futures=True)


class Cache:
    """The newest finished results by key, shared by all sessions."""

    def __init__(self, size: int = 96) -> None:
        self._size = size
        self._held: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        """What is held under a key, or None."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Hold a result."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)


def digest(scenario: Scenario) -> str:
    """The same for scenarios that give the same numbers."""
    content = {key: value for key, value in scenario.to_dict().items() if key not in ("name", "title", "story")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# --- the engine -------------------------------------------------------------------------------------------------------


class _Stopped(Exception):
    """A newer request has come."""


@dataclass
class _Part:
    """An ensemble in the making."""

    scenario: Scenario
    key: Any
    pieces: list[Pieces] = field(default_factory=list)
    ensemble: Ensemble | None = None

    @property
    def runs(self) -> int:
        return self.ensemble.runs if self.ensemble else 0


class Engine:
    """Answers the requests of one session, the newest only.

    Parameters
    ----------
    workers
        Where runs are computed.
    publish
        Called with each `Answer`, from another thread.
    cache
        Finished results.
    """

    def __init__(self, workers: Workers, publish: Callable[[Answer], None], cache: Cache | None = None) -> None:
        self._workers, self._publish = workers, publish
        self._cache = cache or Cache()
        self._slot = workers.open()
        self._ticket = 0
        self._lock = threading.Lock()
        self._closed = False

    @property
    def next_ticket(self) -> int:
        """Number that the next request will have."""
        return self._ticket + 1

    def ask(
        self, scenario: Scenario, baseline: Scenario | None, seed: int, runs: int, variable: str = "trust_in_us"
    ) -> int:
        """Begin to answer; what was asked before is dropped.

        Parameters
        ----------
        scenario, baseline, seed, runs
            What is simulated.
        variable
            Of the map: worked out before the first band is published, so that drawing waits for nothing.

        Returns
        -------
        int
            Number of the request: that of the answers to it.
        """
        with self._lock:
            self._ticket += 1
            ticket = self._ticket
            self._workers.newest(self._slot, ticket)
        work = (ticket, scenario, baseline, seed, runs, variable)
        threading.Thread(target=self._work, args=work, daemon=True, name=f"cohesion-{ticket}").start()
        return ticket

    def close(self) -> None:
        """Stop, for good."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._ticket += 1
                self._workers.close(self._slot)

    def _work(
        self, ticket: int, scenario: Scenario, baseline: Scenario | None, seed: int, runs: int, variable: str
    ) -> None:
        answer = Answer(ticket, target=runs)
        try:
            for stage in self._stages(answer, scenario, baseline, seed):
                answer = stage
                if answer.ensemble:
                    answer.ensemble.members(variable)
                self._say(answer)
        except _Stopped:
            return
        except Exception as error:
            _log.error("%s", traceback.format_exc())
            text = str(error) if isinstance(error, ConfigError) else f"The computation failed: {error!r:.200}"
            with suppress(_Stopped):
                self._say(replace(answer, done=True, error=text))

    def _stages(self, answer: Answer, scenario: Scenario, baseline: Scenario | None, seed: int) -> Iterator[Answer]:
        """The answer as it grows."""
        target, ticket = answer.target, answer.ticket
        main = self._part(scenario, seed, target)
        ghost = None if baseline is None else self._part(baseline, seed, target)
        self._grow(main, seed, min(FIRST, target), ticket)
        answer = replace(answer, ensemble=main.ensemble, baseline=ghost.ensemble if ghost else None)
        yield answer
        if ghost and not ghost.ensemble:
            self._grow(ghost, seed, min(FIRST, target), ticket)
            answer = replace(answer, baseline=ghost.ensemble)
            yield answer
        answer = replace(answer, detail=self._detail(main, seed, ticket), following=main.ensemble)
        yield answer
        while main.runs < target:
            self._grow(main, seed, min(target, 2 * main.runs), ticket)
            answer = replace(answer, ensemble=main.ensemble, following=main.ensemble)
            if main.runs < target:
                yield answer
        if ghost and ghost.runs < target:
            self._grow(ghost, seed, target, ticket)
            answer = replace(answer, baseline=ghost.ensemble)
        for part in (main, ghost):
            if part and part.ensemble:
                part.ensemble.settle()
                self._cache.put(part.key, part.ensemble)
        yield replace(answer, done=True)

    def _part(self, scenario: Scenario, seed: int, runs: int) -> _Part:
        key = (digest(scenario), seed, runs)
        held = self._cache.get(key)
        if held is not None and held.scenario != scenario:
            held = None  # the same numbers under another title
        return _Part(scenario, key, ensemble=held)

    def _grow(self, part: _Part, seed: int, runs: int, ticket: int) -> None:
        """Compute up to so many runs, in as many pieces as there are workers or more."""
        have = part.runs
        if have >= runs:
            return
        size = max(1, min(PIECE, -(-(runs - have) // self._workers.count)))
        wanted = [range(k, min(k + size, runs)) for k in range(have, runs, size)]
        part.pieces += self._gather(compute, part.scenario, seed, wanted, ticket)
        part.ensemble = Ensemble(part.scenario, seed, list(part.pieces))

    def _detail(self, part: _Part, seed: int, ticket: int) -> Detail:
        key = (part.key[:2], "detail")
        found: Detail | None = self._cache.get(key)
        if found is None:
            found = self._gather(detail, part.scenario, seed, [range(DETAIL_RUNS)], ticket)[0]
            self._cache.put(key, found)
        assert found is not None
        return found

    def _gather(
        self, job: Callable[..., Any], scenario: Scenario, seed: int, wanted: list[range], ticket: int
    ) -> list[Any]:
        """Results of a job over ranges of runs, not more at once than there are workers: others wait too."""
        futures: list[Future[Any]] = []
        for count, runs in enumerate(wanted):
            if count >= self._workers.count:
                futures[count - self._workers.count].result()
            self._check(ticket)
            futures.append(self._workers.submit(job, scenario, seed, runs, self._slot, ticket))
        found = [future.result() for future in futures]
        self._check(ticket)
        if any(piece is None for piece in found):
            raise _Stopped
        return found

    def _check(self, ticket: int) -> None:
        if ticket != self._ticket or self._closed:
            raise _Stopped

    def _say(self, answer: Answer) -> None:
        self._check(answer.ticket)
        self._publish(answer)
