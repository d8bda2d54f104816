"""Where chunks are computed: in this process, in local worker processes, or on a Dask cluster."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, Generic, Protocol, TypeVar

from cohesion.checks import ConfigError
from cohesion.studies.plan import Chunk, Plan

#: How often a cluster tries a chunk whose worker was lost.
RETRIES = 10

Part = TypeVar("Part")
PartOf = TypeVar("PartOf", covariant=True)


class Work(Protocol[PartOf]):
    """Work on one long axis, of which any range can be computed by itself: a `Plan`, or the trial of propositions."""

    def chunk(self, first: int, last: int) -> PartOf:
        """Compute a range."""


class Workers(Protocol[Part]):
    """Where chunks are computed; ``count`` of them at a time."""

    count: int

    def submit(self, first: int, last: int) -> "Future[Part]":
        """Have a range computed."""

    def restart(self) -> None:
        """Begin again after a worker process was lost; what was submitted is forgotten."""

    def stop(self) -> None:
        """End at once; what is under way is given up."""


class Here(Generic[Part]):
    """The process itself, for tests and for those who changed a rule in a notebook."""

    count = 1

    def __init__(self, work: Work[Part]) -> None:
        self._work = work
        self._pool: Executor = ThreadPoolExecutor(1)

    def submit(self, first: int, last: int) -> "Future[Part]":
        """Have a range computed."""
        return self._pool.submit(self._work.chunk, first, last)

    def restart(self) -> None:
        """Nothing is lost here but the whole process."""

    def stop(self) -> None:
        """End after the chunk under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Local(Generic[Part]):
    """Worker processes on this machine."""

    def __init__(self, work: Work[Part], count: int) -> None:
        self.count = count
        self._work = work
        self._start()

    def _start(self) -> None:
        self._pool = ProcessPoolExecutor(self.count, multiprocessing.get_context("spawn"), _prepare, (self._work,))

    def submit(self, first: int, last: int) -> "Future[Part]":
        """Have a range computed."""
        return self._pool.submit(_compute, first, last)

    def restart(self) -> None:
        """New processes in place of the old."""
        self.stop()
        self._start()

    def stop(self) -> None:
        """Kill the processes: a chunk is kept whole or not at all, so nothing is spoilt."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.kill()


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    plan
        What is computed.
    address
        Of its scheduler, as in ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ConfigError
        Where Dask is missing, the scheduler does not answer, or no worker has come.
    """

    def __init__(self, plan: Plan, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ConfigError("--scheduler needs Dask: pip install 'cohesion-alliance[cluster]'") from None
        try:
            self._client: Any = Client(address, timeout=10)
            self._client.wait_for_workers(1, timeout=60)
        except (OSError, TimeoutError, ValueError) as error:
            raise ConfigError(
                f"--scheduler: found {address!r}, which does not answer or has no workers ({error}); "
                "allowed: the address of a Dask scheduler, as in tcp://10.0.0.1:8786"
            ) from None
        self.count = max(1, sum(self._client.nthreads().values()))
        self._plan = self._client.scatter(plan, broadcast=True, hash=False)
        self._pool = self._client.get_executor(retries=RETRIES, pure=False)

    def submit(self, first: int, last: int) -> "Future[Chunk]":
        """Have a range of runs computed."""
        future: Future[Chunk] = self._pool.submit(Plan.chunk, self._plan, first, last)
        return future

    def restart(self) -> None:
        """Dask itself gives a lost worker's chunks to others."""

    def stop(self) -> None:
        """Leave the cluster; it forgets what is under way."""
        self._client.close(timeout=1)


_work: Work[Any] | None = None  # of this worker process


def _prepare(work: Work[Any]) -> None:
    """Make a worker process ready: it leaves Ctrl-C to its driver, and goes when the driver is gone."""
    global _work
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_driver, daemon=True).start()


def _end_with_the_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver:
        driver.join()
        os._exit(0)


def _compute(first: int, last: int) -> Any:
    assert _work is not None
    return _work.chunk(first, last)


def workers_of(plan: Plan, count: int | None, scheduler: str | None) -> Callable[[], Workers[Chunk]]:
    """Where a plan is to be computed: on a cluster, in this process (0), or in so many local processes."""
    if scheduler is not None:
        return lambda: Cluster(plan, scheduler)
    if count == 0:
        return lambda: Here(plan)
    return lambda: Local(plan, count or os.cpu_count() or 1)
