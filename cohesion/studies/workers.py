"""Where chunks are computed: in this process, in local worker processes, or on a Dask cluster."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from cohesion.checks import ConfigError
from cohesion.studies.plan import Chunk, Plan
from cohesion.studies.serving import context, serve

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
    """Worker processes on this machine, each with a pipe of its own.

    `concurrent.futures.ProcessPoolExecutor` has one pipe for the results of all: where a worker is killed in the middle
    of writing one, the rest is waited for without end. Here that worker's pipe ends with it.
    """

    def __init__(self, work: Work[Part], count: int) -> None:
        self.count = count
        self._work = work
        self._start()

    def _start(self) -> None:
        start = context()
        self._waiting: SimpleQueue[tuple[Future[Part], int, int] | None] = SimpleQueue()
        self._processes = []
        for _ in range(self.count):
            here, there = start.Pipe()
            process = start.Process(target=serve, args=(dict(os.environ), there), daemon=True)
            process.start()
            there.close()  # so that the pipe ends with the process
            self._processes.append(process)
            threading.Thread(target=_follow, args=(here, self._work, self._waiting), daemon=True).start()

    def submit(self, first: int, last: int) -> "Future[Part]":
        """Have a range computed; `BrokenProcessPool` is raised by the result of a worker that was lost."""
        future: Future[Part] = Future()
        self._waiting.put((future, first, last))
        return future

    def restart(self) -> None:
        """New processes in place of the old."""
        self.stop()
        self._start()

    def stop(self) -> None:
        """Kill the processes: a chunk is kept whole or not at all, so nothing is spoilt."""
        for process in self._processes:
            process.kill()
            self._waiting.put(None)


def _follow(
    pipe: "Connection[Any, Any]", work: Work[Any], waiting: "SimpleQueue[tuple[Future[Any], int, int] | None]"
) -> None:
    """Give a worker process its work, and one range after another, as long as it lives and there are any."""
    with pipe:
        with suppress(OSError):  # it is gone already: the first range will tell
            pipe.send(work)
        while (given := waiting.get()) is not None:
            future, *ends = given
            try:
                pipe.send(ends)
                found, error = pipe.recv()
            except (EOFError, OSError):
                future.set_exception(BrokenProcessPool("a worker process was lost"))
                return
            except Exception as unreadable:
                found, error = None, unreadable
            if error is None:
                future.set_result(found)
            else:
                future.set_exception(error)


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


def workers_of(plan: Plan, count: int | None, scheduler: str | None) -> Callable[[], Workers[Chunk]]:
    """Where a plan is to be computed: on a cluster, in this process (0), or in so many local processes."""
    if scheduler is not None:
        return lambda: Cluster(plan, scheduler)
    if count == 0:
        return lambda: Here(plan)
    return lambda: Local(plan, count or os.cpu_count() or 1)
