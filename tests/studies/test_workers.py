"""Worker processes: results and errors come back, and a lost worker is noticed whenever it is lost."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection

import pytest

from cohesion.studies.workers import Local

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


class Squares:
    def chunk(self, first, last):
        return [k * k for k in range(first, last)]


class Wrong:
    def chunk(self, first, last):
        raise ValueError(f"nothing from {first} to {last}")


class DiesAtWork:
    def chunk(self, first, last):
        os.kill(os.getpid(), signal.SIGKILL)


class DiesAsItAnswers:
    """Killed with half of the answer to the third range written."""

    def chunk(self, first, last):
        if first == 2:
            whole = connection.Connection._send
            connection.Connection._send = lambda pipe, data: (
                whole(pipe, bytes(data)[: len(data) // 2]),
                os.kill(os.getpid(), signal.SIGKILL),
            )
        return bytes(100_000)


@pytest.fixture
def local():
    """Starts workers, and stops them."""
    started = []

    def start(work, count=2):
        started.append(Local(work, count))
        return started[-1]

    yield start
    for workers in started:
        workers.stop()


def test_results_come_back_as_they_were_asked_for(local):
    workers = local(Squares())
    asked = {workers.submit(k, k + 2): k for k in range(20)}
    assert all(future.result() == [asked[future] ** 2, (asked[future] + 1) ** 2] for future in as_completed(asked, 60))


def test_an_error_comes_back_with_where_it_was_raised(local):
    workers = local(Wrong(), 1)
    for k in range(2):  # the worker lives on
        with pytest.raises(ValueError, match=f"nothing from {k} to 9") as caught:
            workers.submit(k, 9).result(60)
        assert "in chunk" in caught.value.__notes__[0]


@pytest.mark.parametrize("work", [DiesAtWork(), DiesAsItAnswers()], ids=["at work", "as it answers"])
def test_a_worker_that_is_killed_is_noticed_and_others_take_its_place(local, work):
    workers = local(work)
    asked = [workers.submit(k, k + 1) for k in range(6)]
    lost = next(future for future in as_completed(asked, 60) if future.exception())
    assert isinstance(lost.exception(), BrokenProcessPool)
    workers._work = Squares()
    workers.restart()
    assert workers.submit(3, 5).result(60) == [9, 16]


def test_no_process_is_left_when_they_are_stopped(local):
    workers = local(Squares())
    workers.submit(0, 1).result(60)
    processes = workers._processes
    workers.stop()
    for process in processes:
        process.join(20)
        assert not process.is_alive()


def test_a_process_that_was_forked_from_one_with_workers_has_workers_too(local):
    local(Squares(), 1).submit(0, 1).result(60)
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert pool.submit(_nine).result(60) == [9]


def _nine():
    workers = Local(Squares(), 1)
    try:
        return workers.submit(3, 4).result(60)
    finally:
        workers.stop()
