"""Measure runs per second: the ensemble, the Mesa model and a plain Mesa version, in turn; see README.md beside this.

``python -m experiments.benchmark`` prints a report; with ``--write`` it becomes results.md beside this file. With
``--profile`` the report is where the time of an ensemble goes, and the file profile.md.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import mesa
from threadpoolctl import threadpool_limits

from cohesion import AllianceModel, load_scenario, simulate
from experiments.benchmark.plain_mesa import OFF, PlainAlliance
from experiments.benchmark.where import table

HERE = Path(__file__).parent
SCENARIO = "splitting-the-alliance"
SINGLE_RUNS = 3  # of the two versions that step one run at a time, per repeat
STARTS = 5  # of each command
PROFILED = (32, 128)  # runs: a piece of the dashboard's first answer, and a chunk of an ensemble
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
data = simulate({scenario!r}, runs={runs})
print(before, peak(), data.nbytes / 2**20)
"""


def ensemble(runs: int) -> None:
    """All mechanisms, all variables, one core."""
    simulate(SCENARIO, runs=runs)


def core_ensemble(runs: int) -> None:
    """The mechanisms of the plain version alone, with all variables, one core."""
    simulate(SCENARIO, runs=runs, without=OFF)


def alliance_model(runs: int) -> None:
    """The Mesa model, one run after the other, with ledgers, story and data collection."""
    for run in range(runs):
        AllianceModel(SCENARIO, run=run).run()


def plain_mesa(runs: int) -> None:
    """The plain version under Mesa's own `batch_run`, in this process."""
    mesa.batch_run(
        PlainAlliance,
        {"scenario": [SCENARIO], "run": list(range(runs))},
        iterations=1,
        max_steps=load_scenario(SCENARIO).months,
        number_processes=1,
        display_progress=False,
    )


def in_turn(tasks: dict[str, tuple[Callable[[int], None], int]], repeats: int) -> dict[str, list[float]]:
    """Runs per second of each task in each repeat; tasks take turns, so that a slow spell of the machine hits all."""
    speeds: dict[str, list[float]] = {name: [] for name in tasks}
    with threadpool_limits(limits=1, user_api="blas"):
        for task, _ in tasks.values():
            task(2)
        for _ in range(repeats):
            for name, (task, runs) in tasks.items():
                start = perf_counter()
                task(runs)
                speeds[name].append(runs / (perf_counter() - start))
    return speeds


def environment() -> dict[str, str]:
    """Environment in which a fresh interpreter finds this checkout first."""
    paths = [str(HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def seconds(code: str) -> list[float] | None:
    """Seconds that a fresh interpreter takes for some code, once byte-compiled; None where it fails."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(STARTS + 1):
            start = perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", code],
                cwd=folder,
                env=environment(),
                capture_output=True,
                check=False,
            )
            took.append(perf_counter() - start)
            if done.returncode:
                return None
    return took[1:]  # the first one compiles


def memory(runs: int) -> tuple[float, float, float] | None:
    """Peak memory of a fresh process in MB before and after an ensemble, and size of its result; None on Windows."""
    if find_spec("resource") is None:
        return None
    code = MEMORY.format(scenario=SCENARIO, runs=runs)
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=True, text=True)
    before, after, result = map(float, done.stdout.split())
    return before, after, result


def command(*arguments: str) -> str:
    """Code that does what the installed command does."""
    return f"import sys; sys.argv[1:] = {list(arguments)!r}; from cohesion.cli import main; main()"


def machine() -> str:
    """Processor and versions, without names or paths."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "mesa", "xarray"))
    return f"{model}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {versions}"


def spread(values: list[float] | None, digits: int) -> str:
    """Median and range, as a row of a table has them."""
    if values is None:
        return "not measured |"
    return f"{statistics.median(values):.{digits}f} | {min(values):.{digits}f} to {max(values):.{digits}f}"


def report(runs: int, repeats: int) -> str:
    """Everything measured, as a page."""
    tasks = {
        "ensemble, all mechanisms": (ensemble, runs),
        "ensemble, mechanisms of plain Mesa": (core_ensemble, runs),
        "`AllianceModel`, one run at a time": (alliance_model, SINGLE_RUNS),
        "plain Mesa, `batch_run`": (plain_mesa, SINGLE_RUNS),
    }
    speeds = in_turn(tasks, repeats)
    everything, same, model, plain = speeds.values()
    ratios = {
        "same mechanisms, ensemble : plain Mesa": (same, plain),
        "all sixteen mechanisms, ensemble : plain Mesa": (everything, plain),
        "all sixteen mechanisms, ensemble : `AllianceModel`": (everything, model),
        "`AllianceModel` (all sixteen, ledgers) : plain Mesa": (model, plain),
    }
    starts = {
        "`python -c pass`": "pass",
        "`import cohesion`": "import cohesion",
        "`cohesion --help`": command("--help"),
        "`cohesion run status-quo`": command("run", "status-quo"),
    }
    months = load_scenario(SCENARIO).months
    lines = [
        f"{machine()}.",
        f"Scenario {SCENARIO}, {months} months, one core, BLAS on one thread; ensembles of {runs} runs, "
        f"{SINGLE_RUNS} runs of the others; {repeats} repeats in turn.",
        "",
        "| ratio of runs per second | median | range |",
        "| --- | ---: | ---: |",
    ]
    for name, (a, b) in ratios.items():
        lines.append(f"| {name} | {spread([first / second for first, second in zip(a, b, strict=True)], 1)} |")
    lines += ["", "| runs per second | median | range |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {spread(values, 1)} |" for name, values in speeds.items()]
    lines += ["", "| seconds from start to end | median | range |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {spread(seconds(code), 2)} |" for name, code in starts.items()]
    used = memory(runs)
    if used:
        before, after, result = used
        lines += [
            "",
            f"Peak memory of an ensemble of {runs} runs with all variables: {after:.0f} MB. The interpreter "
            f"with its libraries takes {before:.0f} MB of it and the result {result:.0f} MB.",
        ]
    return "\n".join(lines) + "\n"


def profile(repeats: int) -> str:
    """Where the time of an ensemble goes, as a page."""
    scenario = load_scenario(SCENARIO)
    return (
        f"{machine()}.\nScenario {SCENARIO}, {scenario.months} months, one core, BLAS on one thread, all variables "
        f"kept, without the start of the runs; median of {repeats} repeats.\n\n{table(scenario, PROFILED, repeats)}"
    )


def main() -> None:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmark", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write results.md (or profile.md) beside this file")
    parser.add_argument("--profile", action="store_true", help="where the time goes, by file of rules")
    parser.add_argument("--runs", type=int, default=512, help="runs of an ensemble (default: 512)")
    parser.add_argument("--repeats", type=int, default=5, help="repeats of everything in turn (default: 5)")
    options = parser.parse_args()
    page = profile(options.repeats) if options.profile else report(options.runs, options.repeats)
    print(page, end="")
    if options.write:
        name, title = ("profile", "Where the time goes") if options.profile else ("results", "Results of the benchmark")
        (HERE / f"{name}.md").write_text(f"# {title}\n\n{page}", encoding="utf-8")


if __name__ == "__main__":
    main()
