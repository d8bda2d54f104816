"""How the benchmark measures: in turn, in fresh processes, and on which machine.

Times are of the processor, not of the clock: everyone computes on one thread and waits for nothing, and what else runs
on the machine then counts for less.
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from time import process_time

from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[2]
STARTS = 5  # of each command
MEMORY = """
import resource, sys
from pathlib import Path
from cohesion import simulate

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # Linux counts the parent's memory in ru_maxrss
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

simulate({scenario!r}, runs=2)  # imports what it needs
before = peak()
data = simulate({scenario!r}, runs={runs}, variables={variables!r})
print(before, peak(), data.nbytes / 2**20)
"""


def timed(task: Callable[[], object]) -> Callable[[], float]:
    """A task of this process as one that gives the seconds of the processor it took."""

    def seconds() -> float:
        start = process_time()
        task()
        return process_time() - start

    return seconds


def in_turn(tasks: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each task in each round; tasks take turns, so that a slow spell of the machine hits all."""
    took: dict[str, list[float]] = {name: [] for name in tasks}
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in range(rounds):
            for name, task in tasks.items():
                took[name].append(task())
    return took


def environment() -> dict[str, str]:
    """Environment in which a fresh interpreter finds this checkout first."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def starting(code: str, python: Path | str = sys.executable) -> list[float] | None:
    """Seconds of the processor of a fresh interpreter for some code, once byte-compiled; None where it fails.

    None on Windows too, which does not tell the time of processes that have ended.
    """
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(STARTS + 1):
            before = os.times()
            done = subprocess.run(
                [str(python), "-c", code], cwd=folder, env=environment(), capture_output=True, check=False
            )
            after = os.times()
            user, system = after.children_user - before.children_user, after.children_system - before.children_system
            took.append(user + system)
            if done.returncode or os.name == "nt":
                return None
    return took[1:]  # the first one compiles


def memory(scenario: str, runs: int, variables: tuple[str, ...] | None) -> tuple[float, float, float] | None:
    """Peak memory of a fresh process in MiB before and after an ensemble, and size of its result; None on Windows."""
    if find_spec("resource") is None:
        return None
    code = MEMORY.format(scenario=scenario, runs=runs, variables=variables)
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=True, text=True)
    before, after, result = map(float, done.stdout.split())
    return before, after, result


def command(*arguments: str) -> str:
    """Code that does what the installed command does."""
    return f"import sys; sys.argv[1:] = {list(arguments)!r}; from cohesion.cli import main; main()"


def machine() -> str:
    """Processor, system and versions, without names or paths."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "mesa", "xarray"))
    return f"{model}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {versions}"


def load() -> str:
    """Processes that wanted a core in the last minute, in words."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
