"""The commands that simulate a scenario: run, explain, ensemble, compare."""

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cohesion.cli_options import (
    Asked,
    Json,
    LeverChanges,
    Months,
    Out,
    Outcome,
    ParameterChanges,
    Run,
    Runs,
    ScenarioName,
    Seed,
    Trusted,
    Truster,
    Uncertain,
    Without,
    aligned,
    whole,
)
from cohesion.printing import (
    print_attribution,
    print_closing,
    print_comparison,
    print_ensemble,
    print_explanation,
    print_json,
    print_run,
    progress,
)
from cohesion.uncertainty import DEFAULT

if TYPE_CHECKING:
    from cohesion.scenario import Scenario

#: Runs of each coalition in an attribution: those of the dashboard, so that its numbers are the same.
RUNS_OF_COALITION = 32

app = typer.Typer(add_completion=False, rich_markup_mode=None)


# --- one run ----------------------------------------------------------------------------------------------------------


@app.command(
    epilog="""\b
Examples:
  cohesion run greenland-claim
  cohesion run splitting-the-alliance --run 7 --seed 3
  cohesion run status-quo --lever us_tariff=0.25 --lever us_claim=DNK:1,CAN:0.5 --months 60
  cohesion run trade-war --uncertainty none --json"""
)
def run(
    scenario: ScenarioName,
    number: Run = 0,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = DEFAULT,
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    as_json: Json = False,
) -> None:
    """Tell one run of a scenario, month by month."""
    asked = Asked.of(seed, uncertainty, lever, param, without, months)
    chosen = asked.scenario(scenario)

    from cohesion.model import AllianceModel

    model = AllianceModel(chosen, seed, number, asked.uncertainty, without=asked.without).run()
    history = model.history()
    if not as_json:
        print_run(chosen, history, model.story, f"{chosen.title}, run {number} of seed {seed}")
        return

    from cohesion.ensemble import digest, outcome_table
    from cohesion.summary import members

    as_ensemble, index = history.expand_dims("run"), history["cohesion_index"].values
    print_json(
        {
            "scenario": chosen.name,
            "seed": seed,
            "run": number,
            "months": chosen.months,
            "uncertainty": uncertainty,
            "outcome": model.outcome,
            "cohesion_index": {"first": float(index[0]), "last": float(index[-1])},
            "members": members(as_ensemble),
            "story": model.story,
            "digest": digest(outcome_table(as_ensemble)),
        }
    )


@app.command(
    epilog="""\b
Examples:
  cohesion explain splitting-the-alliance --outcome holds
  cohesion explain splitting-the-alliance --outcome cohesion_index --baseline burden-demand
  cohesion explain greenland-claim --member DNK
  cohesion explain greenland-claim --member DNK --traced
  cohesion explain trade-war --member DEU --toward FRA --run 3 --json"""
)
def explain(
    scenario: ScenarioName,
    member: Truster = None,
    toward: Trusted = "USA",
    number: Run = 0,
    traced: Annotated[
        bool, typer.Option("--traced", help="Trace causes through social learning and anchoring to where they began.")
    ] = False,
    outcome: Outcome = None,
    baseline: Annotated[
        str, typer.Option("--baseline", metavar="OTHER", help="With --outcome: the scenario to explain it against.")
    ] = "status-quo",
    runs: Annotated[
        int,
        typer.Option("--runs", parser=whole(2, 100_000), metavar="N", help="With --outcome: runs of each."),
    ] = RUNS_OF_COALITION,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = DEFAULT,
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    as_json: Json = False,
) -> None:
    """Say why: trust of a member, or the end.

    With --member, an exact ledger of one run: its causes add up to the change. With --outcome, the difference of a
    share of outcomes (or of the cohesion index) to a baseline, divided among its drivers by Shapley values.
    """
    asked = Asked.of(seed, uncertainty, lever, param, without, months)
    chosen = asked.scenario(scenario)
    if outcome is not None and member is None:
        _attribution(chosen, baseline, outcome, runs, asked, as_json)
        return
    if member is None or outcome is not None:
        raise typer.BadParameter("one of --member (of one run) and --outcome (of many)", param_hint="explain")
    if member == toward:
        raise typer.BadParameter(
            f"found {toward} for both --member and --toward; allowed: two different members", param_hint="--toward"
        )

    from cohesion.ledger import explain as explained

    found = explained(chosen, member, toward, number, seed, asked.uncertainty, traced=traced, without=asked.without)
    if as_json:
        print_json(found)
    else:
        print_explanation(found, chosen.title)


def _attribution(chosen: "Scenario", baseline: str, outcome: str, runs: int, asked: Asked, as_json: bool) -> None:
    """Divide the difference to a baseline among its drivers."""
    from cohesion.attribution import attribute

    other = asked.scenario(baseline, levers=False)
    of_index = outcome == "cohesion_index"
    share = "holds" if of_index else outcome
    table = attribute(other, chosen, runs, asked.seed, share, asked.uncertainty, asked.without)
    columns = ["cohesion", "cohesion_low", "cohesion_high"] if of_index else ["change", "low", "high"]
    parts = table[columns].set_axis(["change", "low", "high"], axis="columns")
    if as_json:
        print_json(
            {
                "scenario": chosen.name, "baseline": other.name, "outcome": outcome, "seed": asked.seed,
                "runs": runs, "uncertainty": asked.uncertainty, "without": list(asked.without),
                "change": float(parts["change"].sum()),
                "drivers": [{"driver": str(name), **row} for name, row in parts.to_dict("index").items()],
            }
        )  # fmt: skip
    else:
        print_attribution(parts, chosen, other, outcome, runs)


# --- ensembles --------------------------------------------------------------------------------------------------------


@app.command(
    epilog="""\b
Examples:
  cohesion ensemble splitting-the-alliance --baseline status-quo --runs 512
  cohesion ensemble splitting-the-alliance --without learning
  cohesion ensemble status-quo --lever us_tariff=0.25 --lever joint_retaliation=1 --baseline status-quo
  cohesion ensemble trade-war --out results/trade-war --json"""
)
def ensemble(
    scenario: ScenarioName,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="OTHER", help="Compare with this scenario, under the same random numbers."),
    ] = None,
    runs: Runs = 256,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = DEFAULT,
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run a scenario many times.

    Says how often the alliance holds, with intervals. With --baseline, levers set here apply to SCENARIO
    alone, everything else to both.
    """
    asked = Asked.of(seed, uncertainty, lever, param, without, months, runs)
    chosen = asked.scenario(scenario)
    other = None if baseline is None else aligned(asked.scenario(baseline, levers=False), chosen)
    said = _ensemble(asked, chosen, other, out)
    if as_json:
        print_json(said)
        return
    print_ensemble(said)
    print_closing(said, out)


@app.command(
    epilog="""\b
Examples:
  cohesion compare status-quo splitting-the-alliance
  cohesion compare bare-ceasefire guarded-ceasefire --runs 1024
  cohesion compare burden-demand splitting-the-alliance --months 60 --json"""
)
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="Name of a scenario, or path of a TOML file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    runs: Runs = 256,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = DEFAULT,
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare two scenarios run by run.

    Both see the same random numbers; differences are B less A. Levers and parameters set here apply to both.
    """
    asked = Asked.of(seed, uncertainty, lever, param, without, months, runs)
    b = asked.scenario(second)
    a = aligned(asked.scenario(first), b)
    said = _ensemble(asked, b, a, out)
    before, difference = said.pop("baseline"), said.pop("difference")
    if as_json:
        shared = {key: said[key] for key in ("seed", "runs", "months", "uncertainty", "changes")}
        print_json({"scenarios": [a.name, b.name]} | shared | {"difference": difference, "a": before, "b": said})
        return
    print_comparison(before, said, difference)
    print_closing(said, out)


def _ensemble(asked: Asked, chosen: "Scenario", other: "Scenario | None", out: Path | None) -> dict[str, Any]:
    """Simulate, summarise and, where asked for, write the result folder."""
    from cohesion.results import check_target, write_results
    from cohesion.summary import NEEDED, simulate_all, summary

    if out is not None:
        check_target(out)
        import cohesion_viz.charts  # noqa: F401  (what is missing shows before the work, not after)
    began = time.monotonic()
    with progress(asked.runs * (1 if other is None else 2), chosen.name) as report:
        how = asked.runs, asked.seed, asked.uncertainty, asked.without
        data, ends = simulate_all(chosen, *how, NEEDED if out is None else None, report)
        before = None if other is None else simulate_all(other, *how, NEEDED, report)
    said = summary(ends, chosen, None if other is None or before is None else (other, before[1]))
    said["changes"] = asked.changes()
    if out is not None:
        write_results(
            out, chosen, data, ends=ends, baseline=None if other is None or before is None else (other, before[0]),
            command=shlex.join(["cohesion", *sys.argv[1:]]), changes=asked.changes(),
            seconds=round(time.monotonic() - began, 3), said=said,
        )  # fmt: skip
    return said
