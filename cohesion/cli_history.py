"""Commands that hold the model against history: calibrate and backtest."""

import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from cohesion.cli_options import Json, Workers, whole
from cohesion.printing import print_backtest, print_calibration, print_json, progress, say

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""\b
Examples:
  cohesion calibrate --origin 2021 --out results/posterior
  cohesion calibrate --origin 2024 --candidates 2000 --json"""
)
def calibrate(
    origin: Annotated[int, typer.Option("--origin", metavar="Y", help="Year of the newest figure that is used.")],
    candidates: Annotated[
        int, typer.Option("--candidates", parser=whole(500, 1_000_000), metavar="N", help="Parameter sets to try.")
    ] = 8_000,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = Path("results/posterior"),
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Fit the uncertain parameters to history up to a year.

    Spending and views of the United States decide which sets are kept. An interrupted fit goes on where it stopped.
    """
    from cohesion.scenario import ConfigError
    from cohesion.studies.calibrate import calibrate as fitted
    from cohesion.studies.history import ORIGINS

    if origin not in ORIGINS:
        raise ConfigError(f"--origin: found {origin}; allowed: {', '.join(map(str, ORIGINS))}")
    with progress(candidates, f"calibrate {origin}") as report:
        recipe = fitted(origin, out, candidates, workers, report)
    if as_json:
        print_json(recipe)
        return
    print_calibration(recipe)
    say(f"{recipe['sets']} sets in {out / f'{origin}.csv'}, the recipe beside them", "bold")


@app.command(
    epilog="""\b
Examples:
  cohesion backtest
  cohesion backtest --origin 2021 --through 2024 --out results/backtest
  cohesion backtest --origin 2024 --through 2026 --json"""
)
def backtest(
    origin: Annotated[
        int | None, typer.Option("--origin", metavar="Y", help="One origin; 2016 to 2022 and 2024 by default.")
    ] = None,
    through: Annotated[
        int | None, typer.Option("--through", metavar="Y", help="Last year; three after the origin by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write tables, scores and figures.")] = None,
    as_json: Json = False,
) -> None:
    """Forecast what members spend from a past year, and score it.

    Events of the later years are known, their figures are not. Parameters are those that history up to the origin
    supports. Beside it: persistence, a linear trend, everyone at the pledge, and a pooled panel regression.
    """
    from cohesion.results import check_target
    from cohesion.studies.backtest import FILES, FORMAT, check, write
    from cohesion.studies.backtest import backtest as tested

    origins, last = check(origin, through)
    if out is not None:
        check_target(out, FORMAT, FILES)
        import cohesion_viz.history_charts  # noqa: F401  (what is missing shows before the work, not after)
    began = time.monotonic()
    with progress(len(origins), "origins") as report:
        found = tested(origins, last, report)
    if out is not None:
        write(found, out, shlex.join(["cohesion", *sys.argv[1:]]), round(time.monotonic() - began, 3))
    if as_json:
        print_json(found.said())
        return
    print_backtest(found.said())
    if out is not None:
        say(f"Written to {out}", "bold")
