"""Where runs are computed: threads or processes that all sessions share, told by tickets which request counts."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol

from cohesion.scenario import load_scenario
from cohesion_viz.jobs import compute

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
        self, job: Callable[..., Any], what: Any, seed: int, runs: range, slot: int, ticket: int
    ) -> "Future[Any]":
        """Compute some runs of a scenario or of a game: ``what`` is handed to the job."""


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
        self, job: Callable[..., Any], what: Any, seed: int, runs: range, slot: int, ticket: int
    ) -> "Future[Any]":
        """Compute some runs."""
        return self._pool.submit(job, what, seed, runs, lambda: bool(self._tickets[slot] != ticket))


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
        self, job: Callable[..., Any], what: Any, seed: int, runs: range, slot: int, ticket: int
    ) -> "Future[Any]":
        """Compute some runs."""
        return self._pool.submit(_task, job, what, seed, runs, slot, ticket)

    def shutdown(self) -> None:
        """End the processes."""
        for slot in range(len(self._tickets)):
            self._tickets[slot] = -1
        self._pool.shutdown(wait=False, cancel_futures=True)
