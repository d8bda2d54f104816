"""Measure the ensemble against other ways to write the model, and what it costs by size; see README.md beside this.

``python -m experiments.benchmark`` prints a report; with ``--write`` it becomes results.md beside this file. The first
time it makes an environment for each peer. With ``--profile`` the report is where the time of an ensemble goes, and the
file profile.md.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import mesa

from cohesion import AllianceModel, load_scenario, simulate
from experiments.benchmark import where
from experiments.benchmark.measure import command, in_turn, load, machine, memory, starting, timed
from experiments.benchmark.peers import PEERS, Peer, Process
from experiments.benchmark.plain_mesa import PlainAlliance
from experiments.benchmark.prepare import OFF, prepare
from experiments.benchmark.sizes import BASE, cases

HERE = Path(__file__).parent
SCENARIO = "splitting-the-alliance"
#: Runs of those that step one run at a time and of the frame that holds many, a round.
SINGLE_RUNS, FRAME_RUNS = 2, 64
RUNS_OF = {"together": FRAME_RUNS}
EVERYTHING, SAME = "ensemble, all mechanisms", "ensemble, mechanisms of the yardstick"
MODEL, PLAIN = "`AllianceModel`, one run at a time", "plain Mesa, `batch_run`"
PROFILED = (32, 128)  # runs: a piece of the dashboard's first answer, and a chunk of an ensemble
MEMORY = ((64, None), (512, None), (512, ("cohesion_index",)), (1024, None))

Task = tuple[Callable[[], float], int]  # what gives the seconds of so many runs


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


def tasks(runs: int, processes: dict[Peer, Process]) -> dict[str, Task]:
    """What is compared."""
    found: dict[str, Task] = {
        EVERYTHING: (timed(partial(simulate, SCENARIO, runs=runs)), runs),
        SAME: (timed(partial(simulate, SCENARIO, runs=runs, without=OFF)), runs),
        MODEL: (timed(partial(alliance_model, SINGLE_RUNS)), SINGLE_RUNS),
        PLAIN: (timed(partial(plain_mesa, SINGLE_RUNS)), SINGLE_RUNS),
    }
    for peer, process in processes.items():
        for task, name in peer.tasks.items():
            count = RUNS_OF.get(task, SINGLE_RUNS)
            found[name] = partial(process.seconds, task, count), count
    return found


def speeds(runs: int, rounds: int, peers: list[Peer]) -> dict[str, list[float]]:
    """Runs per second of each way in each round."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        inputs = Path(folder) / "inputs.npz"
        prepare(load_scenario(SCENARIO), 0, range(FRAME_RUNS)).save(inputs)
        processes = {peer: stack.enter_context(Process(peer, inputs)) for peer in peers}
        compared = tasks(runs, processes)
        in_turn({name: task for name, (task, _) in tasks(2, processes).items()}, 1)  # imports, caches
        took = in_turn({name: task for name, (task, _) in compared.items()}, rounds)
    return {name: [compared[name][1] / seconds for seconds in took[name]] for name in took}


def ratio(first: list[float], second: list[float]) -> list[float]:
    """Of two things measured in turn, round by round."""
    return [a / b for a, b in zip(first, second, strict=True)]


def spread(values: list[float] | None, digits: int) -> str:
    """Median and range, as a row of a table has them."""
    if values is None:
        return "not measured |"
    return f"{statistics.median(values):.{digits}f} | {min(values):.{digits}f} to {max(values):.{digits}f}"


def table(head: str, rows: list[str]) -> list[str]:
    """A table with one column of names and two of numbers, after an empty line."""
    return ["", f"| {head} | median | range |", "| --- | ---: | ---: |", *rows]


def comparison(runs: int, rounds: int, peers: list[Peer]) -> list[str]:
    """The ensemble beside the other ways."""
    measured = speeds(runs, rounds, peers)
    rows = [
        f"| {SAME} : {name} | {spread(ratio(measured[SAME], v), 1)} |" for name, v in measured.items() if name != SAME
    ]
    rows += [f"| {EVERYTHING} : {PLAIN} | {spread(ratio(measured[EVERYTHING], measured[PLAIN]), 1)} |"]
    rows += [f"| {EVERYTHING} : {MODEL} | {spread(ratio(measured[EVERYTHING], measured[MODEL]), 1)} |"]
    lines = table("ratio of runs per second", rows)
    missing = [peer.name for peer in PEERS if peer not in peers]
    if missing:
        lines += ["", f"Not measured, since there is no environment: {', '.join(missing)}."]
    return lines + table(
        "runs per second of the processor", [f"| {name} | {spread(v, 2)} |" for name, v in measured.items()]
    )


def sizes(rounds: int) -> list[str]:
    """What an ensemble costs by members, months and runs, against the base case of the same round."""
    measured = {
        f"{dimension} {size}": timed(task) for dimension, by in cases(load_scenario(SCENARIO)).items()
        for size, task in by.items()
    }  # fmt: skip
    took = in_turn(measured, rounds)
    base = dict(zip(("members", "months", "runs"), BASE, strict=True))
    rows = []
    for name, seconds in took.items():
        dimension, size = name.split()
        of_base = ratio(seconds, took[f"{dimension} {base[dimension]}"])
        note = ", for timing only" if dimension == "members" and int(size) > base["members"] else ""
        rows.append(f"| {name}{note} | {spread(of_base, 2)} |")
    members, months, runs = BASE
    lines = table(f"time against {members} members, {months} months, {runs} runs", rows)
    return [
        *lines,
        "",
        f"The base case took {statistics.median(took[f'runs {runs}']):.2f} s of the processor (median).",
    ]


def beginnings(peers: list[Peer]) -> list[str]:
    """Fresh interpreters from start to end."""
    starts = {
        "`python -c pass`": starting("pass"),
        "`import cohesion`": starting("import cohesion"),
        "`cohesion --help`": starting(command("--help")),
        "`cohesion run status-quo`": starting(command("run", "status-quo")),
        "`from cohesion import simulate`": starting("from cohesion import simulate"),
        "`import mesa`": starting("import mesa"),
    }
    starts |= {f"`import {peer.module}`": starting(f"import {peer.module}", peer.python) for peer in peers}
    return table(
        "seconds of the processor from start to end",
        [f"| {name} | {spread(took, 2)} |" for name, took in starts.items()],
    )


def memories() -> list[str]:
    """Peak memory of ensembles in fresh processes."""
    lines = ["", "| memory, MiB | libraries | peak | of that, result |", "| --- | ---: | ---: | ---: |"]
    for runs, variables in MEMORY:
        used = memory(SCENARIO, runs, variables)
        kept = "all variables" if variables is None else "the cohesion index alone"
        numbers = "not measured | |" if used is None else " | ".join(f"{value:.0f}" for value in used)
        lines.append(f"| {runs} runs, {kept} | {numbers} |")
    return lines


def report(runs: int, rounds: int, size_rounds: int) -> str:
    """Everything measured, as a page."""
    peers = [peer for peer in PEERS if peer.make()]
    before = load()
    body = [*comparison(runs, rounds, peers), *sizes(size_rounds), *beginnings(peers), *memories()]
    head = [
        f"{machine()}; {', '.join(peer.version() for peer in peers) or 'no peers'}.",
        f"Load average of a minute {before} before and {load()} after, the benchmark itself being 1.",
        f"Scenario {SCENARIO}, {load_scenario(SCENARIO).months} months, one thread; ensembles of {runs} runs, "
        f"{FRAME_RUNS} in one frame, {SINGLE_RUNS} of the others; {rounds} rounds in turn, {size_rounds} of the sizes.",
    ]
    return "\n".join(head + body) + "\n"


def profile(repeats: int) -> str:
    """Where the time of an ensemble goes, as a page."""
    scenario = load_scenario(SCENARIO)
    return (
        f"{machine()}.\nScenario {SCENARIO}, {scenario.months} months, one core, BLAS on one thread, all variables "
        f"kept, without the start; median of {repeats} repeats.\n\n{where.table(scenario, PROFILED, repeats)}"
    )


def main() -> None:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmark", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write results.md (or profile.md) beside this file")
    parser.add_argument("--profile", action="store_true", help="where the time goes, by file of rules")
    parser.add_argument("--runs", type=int, default=512, help="runs of an ensemble (default: 512)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the comparison (default: 5)")
    parser.add_argument("--size-rounds", type=int, default=3, help="rounds of the sizes (default: 3)")
    options = parser.parse_args()
    page = profile(options.rounds) if options.profile else report(options.runs, options.rounds, options.size_rounds)
    print(page, end="")
    if options.write:
        name, title = ("profile", "Where the time goes") if options.profile else ("results", "Results of the benchmark")
        (HERE / f"{name}.md").write_text(f"# {title}\n\n{page}", encoding="utf-8")


if __name__ == "__main__":
    main()
