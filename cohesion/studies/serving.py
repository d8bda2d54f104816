"""Local worker processes: how they start, and that each computes ranges of its work until its driver is gone.

Nothing of the simulation is imported here, since what the environment names is added to it when it is loaded: the
environment has to be the driver's before the work comes and brings its modules.
"""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any


def context() -> Any:
    """How they are started: on Linux forked from one that has the libraries, which each would load for a second.

    A process that was itself forked has that of its parent, which starts none for it.
    """
    if sys.platform != "linux" or multiprocessing.parent_process() is not None:
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["pandas", "pyarrow.parquet", "pydantic"])
    return found


def prepare() -> None:
    """Have that process load them while this one is still busy with its own."""
    if context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        ensure_running()


def serve(environment: dict[str, str], pipe: "Connection[Any, Any]") -> None:
    """Take work and then ranges of it from a pipe, and answer each; Ctrl-C is left to the driver.

    Parameters
    ----------
    environment
        Of the driver.
    pipe
        Gives the work (`cohesion.studies.workers.Work`), then first and last of each range; takes what was computed and
        None, or None and the exception.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_end_with_the_driver, daemon=True).start()
    with suppress(EOFError, OSError):  # the driver is gone
        work = pipe.recv()
        while True:
            ends = pipe.recv()
            try:
                found, failed = work.chunk(*ends), None
            except Exception as error:
                error.add_note(f"In a worker process:\n{traceback.format_exc()}")
                found, failed = None, error
            pipe.send((found, failed))


def _end_with_the_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver:
        driver.join()
        os._exit(0)
