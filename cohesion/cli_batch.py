"""Commands for experiments at scale: batch, reproduce, analyse."""

import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cohesion.cli_options import OUTCOMES_OR_INDEX, Json, WorkersOrNone, one_of, whole
from cohesion.printing import duration, print_json, print_table, say

if TYPE_CHECKING:
    from cohesion.studies.batch import Progress
    from cohesion.studies.plan import Plan

ExperimentName = Annotated[
    str, typer.Argument(metavar="EXPERIMENT", help="Name of a shipped experiment, or path of a TOML file.")
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that a batch or an ensemble was written to.")]
#: Runs that time and space are estimated from.
PILOT = 64

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""\b
Examples:
  cohesion batch smoke --out results/smoke
  cohesion batch coercion-phase-diagram --dry-run
  cohesion batch mine.toml --out results/mine --workers 8
  cohesion batch mine.toml --out results/mine --resume --scheduler tcp://10.0.0.1:8786"""
)
def batch(
    experiment: ExperimentName,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what DIR holds of this batch; also starts one.")
    ] = False,
    workers: WorkersOrNone = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Compute on a Dask cluster, as in tcp://10.0.0.1:8786."),
    ] = None,
    chunk: Annotated[
        int | None,
        typer.Option(
            "--chunk", parser=whole(1, 65_536), metavar="RUNS", help="Runs of a chunk; results do not change."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many points and runs, and the time and space to expect.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run an experiment, point by point.

    A point is one setting of what the experiment varies; each is run many times.

    What is done is kept whatever happens; --resume does the rest.
    """
    if workers != 0 and scheduler is None and not dry_run:
        from cohesion.studies.serving import prepare

        prepare()
    from cohesion.scenario import ConfigError
    from cohesion.studies.batch import run_batch
    from cohesion.studies.experiment import load_experiment
    from cohesion.studies.folder import BatchFolder
    from cohesion.studies.plan import Plan
    from cohesion.studies.workers import workers_of

    if scheduler is not None and workers is not None:
        raise ConfigError("--workers: stands beside --scheduler, whose cluster has its own; allowed: one of them")
    plan = Plan.of(load_experiment(experiment))
    if dry_run:
        _expect(plan, workers, as_json)
        return
    if out is None:
        raise ConfigError("--out: missing; name the folder to write to, as in --out results/mine")
    folder = BatchFolder(out)
    command = shlex.join(["cohesion", *sys.argv[1:]])
    log = _Log(folder.path / "batch.log", command)
    try:
        with _shown(plan, log) as report, _terminated_like_interrupted():
            manifest = run_batch(
                plan, folder, workers_of(plan, workers, scheduler), resume=resume, chunk=chunk, command=command,
                report=report,
            )  # fmt: skip
    except KeyboardInterrupt:
        log.write("interrupted")
        print(
            f"stopped; go on with: cohesion batch {shlex.quote(experiment)} --out {shlex.quote(str(out))} --resume",
            file=sys.stderr,
        )
        raise
    log.write(f"finished; outcomes {manifest['digests']['outcomes.parquet']}")
    if as_json:
        print_json(manifest)
        return
    say(f"{manifest['points']:,} points, {manifest['runs']:,} runs in {out}", "bold")
    for name, digest in manifest["digests"].items():
        say(f"SHA-256 of {name}: {digest}")
    say(f"Next: cohesion analyse {shlex.quote(str(out))}")


@app.command(
    epilog="""\b
Examples:
  cohesion reproduce results/smoke
  cohesion reproduce results/mine --points 100 --json"""
)
def reproduce(
    folder: Folder,
    points: Annotated[
        int, typer.Option("--points", parser=whole(1, 1_000_000), metavar="N", help="Points to run again.")
    ] = 8,
    as_json: Json = False,
) -> None:
    """Run part of a batch again and compare.

    Compares every number of every run to the last bit; of an ensemble, all runs. Exit code 1 where they differ.
    """
    from cohesion.studies.reading import reproduce as again

    found = again(folder, points)
    if as_json:
        print_json(found)
    else:
        verdict = "agrees" if found["agrees"] else "DIFFERS"
        of = f"{found['points']:,} points, " if found["points"] > 1 else ""
        say(f"{folder}: {verdict} ({of}{found['runs']:,} runs, {found['columns']} columns each)", "bold")
        for line in found["differences"][:10]:
            say(line)
        for line in found["changed"] if found["differences"] else ():
            say(f"Not as it was: {line}")
    if not found["agrees"]:
        raise typer.Exit(1)


@app.command(
    epilog="""\b
Examples:
  cohesion analyse results/smoke
  cohesion analyse results/mine --outcome holds --csv"""
)
def analyse(
    folder: Folder,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            parser=one_of(lambda: OUTCOMES_OR_INDEX),
            metavar="NAME",
            help="holds, european_pillar, hollow, splinters, or cohesion_index; that of the experiment by default.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write; DIR/analysis by default.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write outcomes.csv beside the tables.")] = False,
    as_json: Json = False,
) -> None:
    """Write tables and figures of a batch.

    What they are follows from the experiment: phase diagram, main effects, sensitivity, discovery, runs needed.
    """
    from cohesion.studies.analysis import analyse as analysed
    from cohesion.studies.analysis import write
    from cohesion.studies.reading import open_results

    opened = open_results(folder)
    target = out or opened.path / "analysis"
    found = analysed(opened.outcomes, opened.experiment, outcome)
    write(found, target)
    if opened.bibtex:
        (target / "citation.bib").write_text(f"{opened.bibtex}\n", encoding="utf-8")
    if csv:
        opened.outcomes.to_csv(target / "outcomes.csv", index=False)
    if as_json:
        print_json({"folder": str(target), "findings": list(found.findings)})
        return
    say(opened.experiment.title, "bold")
    for line in found.findings:
        say(line)
    say(f"Tables and figures: {target}")


# --- what is shown ----------------------------------------------------------------------------------------------------


def _expect(plan: "Plan", workers: int | None, as_json: bool) -> None:
    """Points and runs, and what a pilot of a few runs says of time and space."""
    import os

    pilot = min(PILOT, plan.total)
    plan.outcomes(0, 1)
    began = time.perf_counter()
    chunk = plan.chunk(0, pilot)
    each = (time.perf_counter() - began) / pilot
    processes = max(1, workers if workers is not None else os.cpu_count() or 1)
    expected = {
        "points": plan.points,
        "runs": plan.total,
        "seconds": plan.total * each / processes,
        "bytes": sum(map(len, chunk.files.values())) / pilot * plan.total,
    }
    if as_json:
        print_json(expected)
        return
    factors = ", ".join(f.name for f in plan.experiment.factors) or "none"
    say(plan.experiment.title, "bold")
    print_table(
        ("what", ">expected"),
        [
            ("scenarios", f"{len(plan.experiment.scenarios):,}"),
            ("factors", factors if len(factors) < 80 else f"{len(plan.experiment.factors)}"),
            ("points", f"{plan.points:,}"),
            ("runs", f"{plan.total:,}"),
            (f"time with {processes} processes", f"about {duration(expected['seconds'])}"),
            ("space on disk", f"about {_size(expected['bytes'])}"),
        ],
    )
    say(f"Time and space are those of {pilot} runs, scaled; processes are taken to share the work evenly.")


class _Log:
    """The log file of a batch: a line for each event, once its folder exists."""

    def __init__(self, path: Path, command: str) -> None:
        self._path, self._first = path, command

    def write(self, text: str) -> None:
        """Add a line; a log that cannot be written stops no batch."""
        if not self._path.parent.is_dir():
            return
        try:
            with self._path.open("a", encoding="utf-8") as stream:
                for line in filter(None, (self._first, text)):
                    stream.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {line}\n")
            self._first = ""
        except OSError:
            pass


@contextmanager
def _shown(plan: "Plan", log: _Log) -> "Iterator[Callable[[Progress], None]]":
    """Progress on stderr: a bar on a terminal, else a line a chunk; and in the log."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    def line(p: "Progress") -> str:
        if not p.rate:
            return f"{p.done:,} of {p.total:,} runs are there"
        pace = f"{p.rate:,.0f} a second, {duration(p.left)} left"
        return f"{p.done:,} of {p.total:,} runs, {pace}, {_size(p.bytes)} written"

    if not sys.stderr.isatty():

        def tell(p: "Progress") -> None:
            log.write(line(p))
            print(line(p), file=sys.stderr, flush=True)

        yield tell
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=plan.total)

        def move(p: "Progress") -> None:
            log.write(line(p))
            bar.update(task, completed=p.done, description=f"{p.rate:,.0f} runs/s" if p.rate else "starting")

        yield move


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Stop on SIGTERM as on Ctrl-C: schedulers of clusters send it."""

    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
