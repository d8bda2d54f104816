"""Settings for all tests: property tests are repeatable, not timed on a shared machine; commands."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

OF_ALL = {"deadline": None, "derandomize": True, "print_blob": False, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("test", **OF_ALL)
settings.register_profile("soak", max_examples=400, **OF_ALL)


def pytest_configure(config: pytest.Config) -> None:
    """Try properties that name no number of examples on 400, not 100, where their mark is asked for (`make soak`)."""
    settings.load_profile("soak" if config.option.markexpr == "soak or hypothesis" else "test")


# Programs that tests interrupt inherit it: a shell starts what is in its background with interrupts ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the browser first and those of single rules last: no process is left with a long one at the end."""
    items.sort(key=lambda item: item.path, reverse=True)


def pytest_collection_finish() -> None:
    """Leave what was loaded and collected out of garbage collection, which would go through all of it each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run a command within this process, in an empty folder: exit code, stdout and stderr."""
    from cohesion import cli

    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cohesion", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        found = capsys.readouterr()
        return int(ended.value.code or 0), found.out, found.err

    return run


#: What `python WORDS` does, in a process that was forked from one which has libraries loaded.
WORDS = """
import os, runpy, sys

os.environ.clear()
os.environ.update(environment)
os.chdir(folder)
for name, stream in (("out", 1), ("err", 2)):
    os.dup2(os.open(os.path.join(place, name), os.O_WRONLY | os.O_CREAT), stream)
sys.path[:0] = [folder, *environment.get("PYTHONPATH", "").split(os.pathsep)]
sys.argv = words[1:]
if words[0] == "-m":
    runpy.run_module(words[1], run_name="__main__", alter_sys=True)
else:
    exec(words[1], {"__name__": "__main__"})
"""


FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()


@pytest.fixture(scope="session", autouse=True)
def libraries() -> None:
    """Start the process that others are forked from, with the libraries that commands use, not only batches."""
    if FORKSERVER:
        from multiprocessing.forkserver import ensure_running, set_forkserver_preload

        set_forkserver_preload(["typer", "xarray", "pyarrow.parquet", "pydantic", "dask.array"])
        ensure_running()


@pytest.fixture(scope="session")
def afresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python (``-m`` or ``-c`` and more) in a process that has nothing of the project yet.

    It has the libraries that the project uses: loading them each time would take most of the time.
    """
    start = multiprocessing.get_context("forkserver" if FORKSERVER else "spawn")
    folder = tmp_path_factory.mktemp("afresh")

    def run(*words: object, cwd: Path | None = None, **settings: object) -> subprocess.CompletedProcess[str]:
        place = Path(tempfile.mkdtemp(dir=folder))
        given = {name: str(value) for name, value in settings.items()}
        told = {
            "environment": {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **given},
            "words": [str(word) for word in words], "folder": str(cwd or place), "place": str(place),
        }  # fmt: skip
        process = start.Process(target=exec, args=(WORDS, told))
        process.start()
        process.join(300)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, 300)
        said = [(place / name).read_text(encoding="utf-8") for name in ("out", "err")]
        return subprocess.CompletedProcess(words, process.exitcode, *said)

    return run
