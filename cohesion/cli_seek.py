"""The command for the inverse question: seek."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cohesion.cli_options import Asked, Json, Months, ParameterChanges, ScenarioName, Seed, Uncertain, whole
from cohesion.printing import print_json, print_table, progress, say
from cohesion.uncertainty import DEFAULT

if TYPE_CHECKING:
    from cohesion.scenario import Scenario
    from cohesion.studies.seek import Change, Found, Result

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""\b
Examples:
  cohesion seek splitting-the-alliance --keep "holds>0.5" --levers us_tariff,us_claim,us_culture_war
  cohesion seek us-withdrawal --keep "splinters<0.05" --levers pillar,budget_speed --out less.toml"""
)
def seek(
    scenario: ScenarioName,
    keep: Annotated[
        str, typer.Option("--keep", metavar="GOAL", help="Goal, as in splinters<0.1, holds>0.5 or cohesion_index>0.6.")
    ],
    levers: Annotated[str, typer.Option("--levers", metavar="A,B,…", help="Levers that may change.")],
    trials: Annotated[
        int, typer.Option("--trials", parser=whole(1, 10_000), metavar="N", help="Changes that are tried.")
    ] = 200,
    runs: Annotated[
        int, typer.Option("--runs", parser=whole(8, 100_000), metavar="N", help="Runs of each trial.")
    ] = 128,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = DEFAULT,
    param: ParameterChanges = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.toml", help="Write the scenario with the changes.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the smallest changes that reach a goal.

    They are checked on seeds the search has not seen, and under other assumptions. Exit code 1 where none reaches it.
    """
    from cohesion.scenario import ConfigError
    from cohesion.studies.seek import Goal
    from cohesion.studies.seek import seek as sought

    asked = Asked.of(seed, uncertainty, None, param, None, months, runs)
    chosen = asked.scenario(scenario)
    goal = Goal.of(keep)
    names = tuple(dict.fromkeys(part.strip() for part in levers.split(",") if part.strip()))
    if not names:
        raise ConfigError("--levers: found none; allowed: the names of levers with commas between them")
    if out is not None and out.exists():
        raise ConfigError(f"--out: {out} exists and is left alone; name another file")
    with progress(trials, chosen.name) as report:
        found = sought(
            chosen, goal, names, trials=trials, runs=runs, seed=seed, uncertainty=asked.uncertainty, report=report
        )
    if found.scenario is not None and out is not None:
        try:
            out.write_text(found.scenario.to_toml(), encoding="utf-8", newline="\n")
        except OSError as error:
            raise ConfigError(f"--out: {out} cannot be written ({error.strerror})") from None
    if as_json:
        print_json(_plain(found, chosen, asked, trials))
    else:
        _print(found, chosen, trials, runs, seed, out)
    if found.best is None:
        raise typer.Exit(1)


def _plain(found: "Found", chosen: "Scenario", asked: Asked, trials: int) -> dict[str, object]:
    from dataclasses import asdict
    from importlib.metadata import version

    return {
        "scenario": chosen.name,
        "goal": str(found.goal),
        "seed": asked.seed,
        "runs": asked.runs,
        "trials": trials,
        "uncertainty": asked.uncertainty,
        "version": version("cohesion-alliance"),
        "unchanged": asdict(found.unchanged),
        "best": None if found.best is None else asdict(found.best),
        "certain": found.certain,
        "toml": None if found.scenario is None else found.scenario.to_toml(),
        "front": [asdict(change) for change in found.front],
        "checks": found.checks.to_dict("records"),
    }


def _print(found: "Found", chosen: "Scenario", trials: int, runs: int, seed: int, out: Path | None) -> None:
    goal, before = found.goal, found.unchanged.result
    say(f"{chosen.title}: what keeps {goal}?", "bold")
    say(f"Unchanged: {_told(before)}. {trials} changes were tried, on {runs} runs of seed {seed} each.")
    rows = [(f"{c.effort:.3f}", _told(c.result), _told(c.fresh) if c.fresh else "", _amounts(c)) for c in found.front]
    print_table((">effort", f"{goal.measure}", "on a fresh seed", "added to levers"), rows, "Effort against result")
    if found.best is None:
        nearest = min(found.front, key=lambda c: c.result.value if goal.below else -c.result.value)
        say(
            f"No change of these levers reaches it. The nearest: {_told(nearest.result)} with {_amounts(nearest)}.",
            "bold",
        )
        return
    if not found.best.effort:
        say("It is reached with nothing changed.", "bold")
    else:
        kind = (
            "its whole interval reaches" if found.certain else "its value reaches, but not its whole interval reaches,"
        )
        say(
            f"Smallest: {_amounts(found.best)} (effort {found.best.effort:.3f}); on a fresh seed {kind} the goal.",
            "bold",
        )
    print_table(
        ("under", goal.measure, "goal"),
        [(r["assumption"], f"{r['value']:.3f} ({r['low']:.3f} to {r['high']:.3f})", "met" if r["met"] else "MISSED")
         for r in found.checks.to_dict("records")],
        "Checked under other seeds and assumptions",
    )  # fmt: skip
    missed = int((~found.checks["met"]).sum())
    say(f"The goal is met in {len(found.checks) - missed} of {len(found.checks)} checks.")
    if out is not None:
        say(f"Next: cohesion ensemble {out}")


def _told(result: "Result") -> str:
    return f"{result.value:.3f} ({result.low:.3f} to {result.high:.3f})"


def _amounts(change: "Change") -> str:
    moved = [f"{name} {amount:+.3g}" for name, amount in change.amounts.items() if amount]
    return ", ".join(moved) if moved and change.effort else "nothing"
