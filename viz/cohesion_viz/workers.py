"""Where runs are computed: threads or processes that all sessions share.

What is most urgent goes first: a first band never waits for what refines another. Tickets tell which request of a
session counts; work for any other stops.
"""

import heapq
import itertools
import multiprocessing
import os
import threading
from collections.abc import Callable, MutableSequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from enum import IntEnum
from functools import partial
from typing import Any

from cohesion.scenario import load_scenario
from cohesion_viz.jobs import compute
from cohesion_viz.limits import SESSIONS

#: Slots: a session that is being closed has its slot for a moment longer.
_SLOTS = 2 * SESSIONS
_tickets: Any = None  # of this worker process: the newest request of each session


def _prepare(tickets: Any) -> None:
    """Load what a worker needs, before the first request."""
    global _tickets
    _tickets = tickets
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    compute(replace(load_scenario("status-quo"), months=1), 0, range(1))


def _end_with_the_server() -> None:
    """Leave when the server is gone, however it went: a worker would wait for ever for its next task."""
    server = multiprocessing.parent_process()
    if server:
        server.join()
        os._exit(0)


def _task(job: Callable[..., Any], what: Any, seed: int, runs: range, slot: int, ticket: int) -> Any:
    """What is sent to a worker process."""
    return job(what, seed, runs, lambda: bool(_tickets[slot] != ticket))


class Urgency(IntEnum):
    """How urgent work is: the lowest goes first."""

    FIRST_BAND = 0
    DETAIL = 1
    REFINEMENT = 2
    CAUSES = 3


class Workers:
    """Workers that all sessions share.

    Parameters
    ----------
    pool, count
        Where they work, and how many there are.
    tickets
        The ticket that counts in each slot: a slot is what a session has here.
    """

    def __init__(self, pool: Executor, count: int, tickets: MutableSequence[int]) -> None:
        self.count = count
        self._pool, self._tickets = pool, tickets
        self._free = list(range(len(tickets)))[::-1]
        self._waiting: list[tuple[int, int, Future[Any], tuple[Any, ...]]] = []
        self._order = itertools.count()
        self._busy = 0
        self._lock = threading.RLock()

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

    def submit(
        self,
        job: Callable[..., Any],
        what: Any,
        seed: int,
        runs: range,
        slot: int,
        ticket: int,
        urgency: Urgency = Urgency.FIRST_BAND,
    ) -> "Future[Any]":
        """Compute some runs of a scenario or of a game; None where the request no longer counts."""
        future: Future[Any] = Future()
        with self._lock:
            work = job, what, seed, runs, slot, ticket
            heapq.heappush(self._waiting, (urgency, next(self._order), future, work))
        self._start()
        return future

    def _start(self) -> None:
        """Hand out what is most urgent, one piece to each worker."""
        with self._lock:
            while self._waiting and self._busy < self.count:
                _, _, future, work = heapq.heappop(self._waiting)
                if self._tickets[work[4]] != work[5]:
                    future.set_result(None)
                    continue
                self._busy += 1
                self._handed(work).add_done_callback(partial(self._finished, future))

    def _finished(self, future: "Future[Any]", done: "Future[Any]") -> None:
        with self._lock:
            self._busy -= 1
        self._start()
        if done.cancelled():
            future.cancel()
        elif error := done.exception():
            future.set_exception(error)
        else:
            future.set_result(done.result())

    def _handed(self, work: tuple[Any, ...]) -> "Future[Any]":
        """A piece of work, given to the pool."""
        raise NotImplementedError


class Threads(Workers):
    """Workers that are threads: nothing to start, but they hold the interpreter while they work."""

    def __init__(self, count: int = 1) -> None:
        super().__init__(ThreadPoolExecutor(count, thread_name_prefix="cohesion-runs"), count, [-1] * _SLOTS)

    def _handed(self, work: tuple[Any, ...]) -> "Future[Any]":
        job, what, seed, runs, slot, ticket = work
        return self._pool.submit(job, what, seed, runs, lambda: bool(self._tickets[slot] != ticket))


class Processes(Workers):
    """Workers that are processes, started at once and ready before they are needed."""

    def __init__(self, count: int = 0) -> None:
        self._context = multiprocessing.get_context("spawn")
        tickets = self._context.Array("q", [-1] * _SLOTS, lock=False)
        count = count or max(1, min(8, os.cpu_count() or 1))
        super().__init__(self._new(count, tickets), count, tickets)

    def _new(self, count: int, tickets: Any) -> ProcessPoolExecutor:
        before = multiprocessing.active_children()
        pool = ProcessPoolExecutor(count, self._context, _prepare, (tickets,))
        for _ in range(count):
            pool.submit(int)
        self._children = [child for child in multiprocessing.active_children() if child not in before]
        return pool

    def _handed(self, work: tuple[Any, ...]) -> "Future[Any]":
        try:
            return self._pool.submit(_task, *work)
        except BrokenProcessPool:  # one was killed: what it had in hand has failed, the next goes to new ones
            self._pool = self._new(self.count, self._tickets)
            return self._pool.submit(_task, *work)

    def shutdown(self) -> None:
        """End the processes at once, those too that are still starting."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in self._children:
            child.terminate()
