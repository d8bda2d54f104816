"""The command that tests the essay's claims: propositions."""

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cohesion.cli_options import Asked, Json, Seed, Uncertain, WorkersOrNone, one_of, whole
from cohesion.printing import duration, print_json, print_table, progress, say
from cohesion.uncertainty import DEFAULT

if TYPE_CHECKING:
    from cohesion.propositions.findings import Finding

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _ids() -> tuple[str, ...]:
    from cohesion.propositions.table import IDS

    return IDS


@app.command(
    epilog="""\b
Examples:
  cohesion propositions --runs 64
  cohesion propositions P2 P9 --runs 128 --json
  cohesion propositions --out experiments/propositions"""
)
def propositions(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", parser=one_of(_ids), help="P1 to P11; all by default.")
    ] = None,
    runs: Annotated[
        int,
        typer.Option(
            "--runs", parser=whole(2, 100_000), metavar="N", help="Parameter sets; each is run four times in every arm."
        ),
    ] = 512,
    seed: Seed = 0,
    uncertainty: Uncertain = DEFAULT,
    workers: WorkersOrNone = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write a page with its figure on each, and tables.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Test the essay's claims, P1 to P11.

    Each is supported, mixed or refuted, by paired contrasts and a rule that was fixed before the first run.
    """
    import os

    from cohesion.propositions import folder
    from cohesion.propositions.findings import findings
    from cohesion.propositions.pages import About
    from cohesion.propositions.table import propositions as read
    from cohesion.propositions.trial import Trial, run

    chosen = read(tuple(ids or _ids()))
    if out is not None:
        folder.check(out, [p.id for p in chosen])
        import cohesion_viz.charts  # noqa: F401  (what is missing shows before the work, not after)
    asked = Asked.of(seed, uncertainty, None, None, None, None, runs)
    began = time.monotonic()
    trial = Trial.of(chosen, runs, seed, asked.uncertainty)
    with _shown(trial.total) as report:
        kept = run(trial, os.cpu_count() or 1 if workers is None else workers, report)
    found = findings(chosen, trial, kept)
    about = About(
        runs, seed, uncertainty, len(trial.variants), shlex.join(["cohesion", *sys.argv[1:]]),
        round(time.monotonic() - began, 3),
    )  # fmt: skip
    if out is not None:
        folder.write(found, out, about)
    if as_json:
        print_json(folder.plain(found, about))
        return
    _print(found)
    say(about.in_words())
    if out is not None:
        say(f"Pages and tables: {out}")


def _print(found: "list[Finding]") -> None:
    rows = [
        (
            f.proposition.id, f.verdict, f"{100 * f.holds:.0f} %", f"{100 * f.agreement:.0f} %", f.proposition.title,
        )
        for f in found
    ]  # fmt: skip
    print_table(("claim", "verdict", ">holds in", ">resampled", "title"), rows, "The propositions, tested")
    say(
        "Holds in: share of parameter sets in which all parts of the claim are as claimed and large enough. Resampled: "
        "how often the verdict is the same when sets are drawn again. What is structural stands on each page (--out)."
    )


@contextmanager
def _shown(total: int) -> Iterator[Callable[[int], None]]:
    """Progress on stderr: a bar on a terminal, else a line for each tenth."""
    if sys.stderr.isatty():
        with progress(total, "propositions") as report:
            yield report
        return
    began, done = time.monotonic(), 0

    def tell(runs: int) -> None:
        nonlocal done
        tenth, done = 10 * done // total, done + runs
        if 10 * done // total > tenth:
            rate = done / (time.monotonic() - began)
            left = f"{rate:,.0f} a second, {duration((total - done) / rate)} left"
            print(f"{done:,} of {total:,} runs, {left}", file=sys.stderr, flush=True)

    yield tell
