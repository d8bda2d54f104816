"""Ensembles in stages: a first band at once, then more runs, until another view is asked for.

Runs are computed by worker processes that all sessions share, a few runs a piece, so that the server's own thread
stays free to answer. A newer request cancels an older one within a month of simulated time. Run numbers are the same
at every stage, so refining never contradicts a first band. How much a session, and all of them, may have under way
stands in `cohesion_viz.limits`.
"""

import hashlib
import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from cohesion import attribution
from cohesion.scenario import ConfigError, Scenario
from cohesion_viz.answers import Answer, Ensemble, Paired
from cohesion_viz.jobs import FIRST, Detail, Pieces, compute, detail, ends
from cohesion_viz.limits import AT_WORK, BYTES_OF_A_MONTH
from cohesion_viz.shared import Room, Shared
from cohesion_viz.workers import Urgency, Workers

#: Runs of a piece at most.
PIECE = 64
#: Runs behind the network and the ledgers.
DETAIL_RUNS = 16
#: Seconds between the first band and further work, in which a browser on the same machine draws it undisturbed.
BREATH = 0.06
_ONE_AT_A_TIME = threading.Lock()
_log = logging.getLogger(__name__)


def digest(scenario: Scenario) -> str:
    """The same for scenarios that give the same numbers."""
    content = {key: value for key, value in scenario.to_dict().items() if key not in ("name", "title", "story")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Request:
    """What is to be computed.

    Attributes
    ----------
    scenario, baseline, seed, runs
        What is simulated; no baseline where None.
    pair
        Whether the two are compared run by run; else the baseline stands behind the scenario.
    variable
        Of the map: worked out before the first band is published, so that drawing waits for nothing. Another variable
        is no other request.
    """

    scenario: Scenario
    baseline: Scenario | None
    seed: int
    runs: int
    pair: bool = False
    variable: str = field(default="trust_in_us", compare=False)


class _Stopped(Exception):
    """A newer request has come."""


@dataclass
class _Part:
    """An ensemble in the making."""

    scenario: Scenario
    seed: int
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
    shared
        What all sessions share: finished results, and room for runs.
    """

    def __init__(self, workers: Workers, publish: Callable[[Answer], None], shared: Shared | None = None) -> None:
        self._workers, self._publish = workers, publish
        self._shared = shared or Shared()
        self._cache = self._shared.cache
        self._slot = workers.open()
        self._ticket = 0
        self._next: tuple[int, Request] | None = None
        self._at_work = 0
        self._wanted = False
        self._lock = threading.Lock()
        self._closed = False

    @property
    def next_ticket(self) -> int:
        """Number that the next request will have."""
        return self._ticket + 1

    def ask(self, request: Request) -> int:
        """Begin to answer; what was asked before is dropped.

        Returns
        -------
        int
            Number of the request: that of the answers to it.
        """
        with self._lock:
            ticket = self._ticket = self._ticket + 1
            self._workers.newest(self._slot, ticket)
            self._next, self._wanted = (ticket, request), True
            if self._at_work == AT_WORK:  # those that are stopping take it up
                return ticket
            self._at_work += 1
        threading.Thread(target=self._work_on, daemon=True, name=f"cohesion-{ticket}").start()
        return ticket

    def stop(self) -> None:
        """Leave what is being computed; a later request goes on."""
        with self._lock:
            self._ticket += 1
            self._next, self._wanted = None, False
            if not self._closed:
                self._workers.newest(self._slot, self._ticket)

    def close(self) -> None:
        """Stop, for good."""
        self.stop()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._workers.close(self._slot)

    def _work_on(self) -> None:
        """Answer the newest request until there is no newer one."""
        while True:
            with self._lock:
                work, self._next = self._next, None
                if work is None:
                    self._at_work -= 1
                    return
            self._work(*work)

    def _work(self, ticket: int, request: Request) -> None:
        answer = Answer(ticket, target=request.runs)
        try:
            with closing(self._stages(answer, request)) as stages:
                for stage in stages:
                    answer = stage
                    if answer.ensemble:
                        answer.ensemble.members(request.variable)
                    self._say(answer)
        except _Stopped:
            self._let_go(answer)
        except Exception as error:
            _log.error("%s", traceback.format_exc())
            text = str(error) if isinstance(error, ConfigError) else f"The computation failed: {error!r:.200}"
            with suppress(_Stopped):
                self._say(replace(answer, done=True, error=text))

    def _stages(self, answer: Answer, request: Request) -> Generator[Answer]:
        """The answer as it grows."""
        main = self._part(request.scenario, request)
        ghost = self._part(request.baseline, request) if request.baseline else None
        with ExitStack() as room:
            grow = self._pair if ghost and request.pair else self._single
            for stage in grow(answer, main, ghost, room):
                answer = stage
                yield answer
            for part in (main, ghost):
                if part and part.ensemble:
                    part.ensemble.settle()
                    self._cache.put(part.key, part.ensemble)
        yield (answer := replace(answer, done=True))
        if ghost:
            yield replace(answer, causes=self._causes(ghost, main, answer.ticket))

    def _single(self, answer: Answer, main: _Part, ghost: _Part | None, room: ExitStack) -> Iterator[Answer]:
        """One ensemble, with the baseline behind it."""
        target, ticket = answer.target, answer.ticket
        self._take_room(self._shared.first_bands, room, (main, ghost), min(FIRST, target), ticket)
        self._grow(main, min(FIRST, target), ticket)
        answer = replace(answer, ensemble=main.ensemble, baseline=ghost.ensemble if ghost else None)
        yield answer
        time.sleep(BREATH)
        if ghost and not ghost.ensemble:
            self._grow(ghost, min(FIRST, target), ticket)
            answer = replace(answer, baseline=ghost.ensemble)
            yield answer
        answer = replace(answer, detail=self._detail(main, ticket), following=main.ensemble)
        yield answer
        self._take_room(self._shared.refinements, room, (main, ghost), target, ticket)
        while main.runs < target:
            self._grow(main, min(target, 2 * main.runs), ticket)
            answer = replace(answer, ensemble=main.ensemble, following=main.ensemble)
            if main.runs < target:
                yield answer
        if ghost:
            self._grow(ghost, target, ticket)
        yield replace(answer, baseline=ghost.ensemble if ghost else None)

    def _pair(self, answer: Answer, main: _Part, ghost: _Part | None, room: ExitStack) -> Iterator[Answer]:
        """Two ensembles that grow together, and their differences."""
        assert ghost
        key = ("pair", main.key, ghost.key)
        paired: Paired | None = self._cache.get(key)
        if paired is None or not (main.ensemble and ghost.ensemble):
            main.ensemble = ghost.ensemble = None  # what is kept of them are no longer runs
        self._take_room(self._shared.first_bands, room, (main, ghost), min(FIRST, answer.target), answer.ticket)
        while main.runs < answer.target:
            runs = min(answer.target, 2 * main.runs or FIRST)
            if main.runs == FIRST:
                self._take_room(self._shared.refinements, room, (main, ghost), answer.target, answer.ticket)
            paired = Paired(*(self._grow(part, runs, answer.ticket) for part in (ghost, main)))
            if runs < answer.target:
                yield replace(answer, ensemble=main.ensemble, baseline=ghost.ensemble, paired=paired)
        if paired and main.pieces:
            paired.settle()
            self._cache.put(key, paired)
        yield replace(answer, ensemble=main.ensemble, baseline=ghost.ensemble, paired=paired)

    def _take_room(self, where: Room, held: ExitStack, parts: tuple[_Part | None, ...], runs: int, ticket: int) -> None:
        """Wait for room for the runs that parts do not have yet, and hold it as long as ``held``."""
        months = sum(max(0, runs - part.runs) * (part.scenario.months + 1) for part in parts if part)
        if months:
            held.enter_context(where.taken(months * BYTES_OF_A_MONTH, lambda: self._check(ticket)))

    def _let_go(self, answer: Answer) -> None:
        """Of an answer that was stopped, and that stays on screen until the next: its runs, but for a first band.

        That one is small and soon replaced, and the time is the next one's; where others wait for room it goes too.
        """
        for ensemble in (answer.ensemble, answer.baseline, answer.following):
            if ensemble and (ensemble.runs > FIRST or not self._wanted or self._shared.first_bands.wanted):
                ensemble.settle()

    def _part(self, scenario: Scenario, request: Request) -> _Part:
        key = (digest(scenario), request.seed, request.runs)
        held = self._cache.get(key)
        if held is not None and held.scenario != scenario:
            held = None  # the same numbers under another title
        return _Part(scenario, request.seed, key, ensemble=held)

    def _grow(self, part: _Part, runs: int, ticket: int) -> Ensemble:
        """Compute up to so many runs, in as many pieces as there are workers or more."""
        have = part.runs
        if part.ensemble and have >= runs:
            return part.ensemble
        size = max(1, min(PIECE, -(-(runs - have) // self._workers.count)))
        wanted = [(part.scenario, range(k, min(k + size, runs))) for k in range(have, runs, size)]
        urgency = Urgency.REFINEMENT if have else Urgency.FIRST_BAND
        part.pieces += self._gather(compute, wanted, part.seed, ticket, urgency)
        part.ensemble = Ensemble(part.scenario, part.seed, list(part.pieces))
        return part.ensemble

    def _causes(self, first: _Part, second: _Part, ticket: int) -> pd.DataFrame:
        """What each driver accounts for; one session at a time, so that no first band waits for another's causes."""
        key = (first.key[:2], second.key[:2], "causes")
        found: pd.DataFrame | None = self._cache.get(key)
        if found is None:
            among = attribution.drivers(first.scenario, second.scenario)
            sets = attribution.coalitions(among)
            mixed = {c: attribution.mixed(first.scenario, second.scenario, among, c) for c in sets}
            while not _ONE_AT_A_TIME.acquire(timeout=0.2):
                self._check(ticket)
            try:
                found = attribution.divide(*self._ends(mixed, first.seed, ticket), [driver.name for driver in among])
            finally:
                _ONE_AT_A_TIME.release()
            self._cache.put(key, found)
        return found

    def _ends(self, mixed: dict[Any, Scenario], seed: int, ticket: int) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """How the runs of each coalition end, kept as they come: who is interrupted goes on from there."""
        keys = {coalition: (digest(scenario), seed, "ends") for coalition, scenario in mixed.items()}
        known = {coalition: self._cache.get(key) for coalition, key in keys.items()}
        missing = [coalition for coalition, held in known.items() if held is None]
        size = 2 * self._workers.count
        for group in (missing[k : k + size] for k in range(0, len(missing), size)):
            wanted = [(mixed[coalition], range(attribution.RUNS)) for coalition in group]
            for coalition, held in zip(group, self._gather(ends, wanted, seed, ticket, Urgency.CAUSES), strict=True):
                known[coalition] = held
                self._cache.put(keys[coalition], held)
        return {c: held[0] for c, held in known.items()}, {c: held[1] for c, held in known.items()}

    def _detail(self, part: _Part, ticket: int) -> Detail:
        key = (part.key[:2], "detail")
        found: Detail | None = self._cache.get(key)
        if found is None:
            wanted = [(part.scenario, range(DETAIL_RUNS))]
            found = self._gather(detail, wanted, part.seed, ticket, Urgency.DETAIL)[0]
            self._cache.put(key, found)
        assert found is not None
        return found

    def _gather(
        self, job: Callable[..., Any], wanted: list[tuple[Scenario, range]], seed: int, ticket: int, urgency: Urgency
    ) -> list[Any]:
        """Results of a job on some runs of scenarios, not more at once than there are workers: others wait too."""
        futures: list[Future[Any]] = []
        for count, (scenario, runs) in enumerate(wanted):
            if count >= self._workers.count:
                futures[count - self._workers.count].result()
            self._check(ticket)
            futures.append(self._workers.submit(job, scenario, seed, runs, self._slot, ticket, urgency))
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
