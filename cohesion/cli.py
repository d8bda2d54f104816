"""The command line: ``cohesion --help``.

Everything heavy is imported where it is used, so that help and tables answer at once.
"""

import os
import shlex
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from cohesion import cli_batch, cli_facts, cli_game, cli_history, cli_lessons, cli_propositions, cli_report, cli_seek
from cohesion.cli_options import (
    HOLDER_OF,
    Asked,
    Holder,
    Json,
    LeverChanges,
    Mechanism,
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
    one_of,
    whole,
)
from cohesion.levers import LEVERS
from cohesion.printing import (
    print_attribution,
    print_closing,
    print_comparison,
    print_ensemble,
    print_explanation,
    print_json,
    print_run,
    print_scenario,
    print_table,
    progress,
    warn,
)
from cohesion.uncertainty import DEFAULT
from cohesion.version import MODEL

if TYPE_CHECKING:
    from cohesion.scenario import Scenario

#: Runs of each coalition in an attribution: those of the dashboard, so that its numbers are the same.
RUNS_OF_COALITION = 32

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def main() -> NoReturn:
    """Run the command line: exit code 2 and one line for a mistake of the user, 130 for Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if "COHESION_EXTENSIONS" in os.environ:
            from cohesion import extend

            extend.load()
        code = app(prog_name="cohesion", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except MemoryError:
        code = _failed("not enough memory for so many runs and months; ask for fewer with --runs or --months", 1)
    except Exception as error:
        message = _message(error)
        if message is None:
            raise
        code = _failed(message, 2)
    sys.exit(code)


def _failed(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def _message(error: Exception) -> str | None:
    """What to say of a mistake of the user; None for any other error."""
    if isinstance(error, typer.BadParameter) and error.message:
        named = error.param_hint if error.param is None else error.param.opts[0]
        return f"{named}: {error.message}"
    if hasattr(error, "format_message"):  # of typer
        text = " ".join(str(error.format_message()).split()).rstrip(".")
        if close := getattr(error, "possibilities", None):
            text = f"{getattr(error, 'message', text)}. Did you mean {' or '.join(close)}?"
        context = getattr(error, "ctx", None)
        return text if context is None else f"{text} (see {context.command_path} --help)"
    if isinstance(error, ImportError) and "COHESION_EXTENSIONS" in str(error):
        return str(error)
    if not isinstance(error, ValueError):
        return None
    try:
        from cohesion.facts import FactsError
    except ValueError as broken:  # no facts are to be had where COHESION_FACTS says
        return str(broken)
    from cohesion.results import ResultsError
    from cohesion.scenario import ConfigError

    return str(error) if isinstance(error, ConfigError | FactsError | ResultsError) else None


# --- tables of what there is ------------------------------------------------------------------------------------------


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"cohesion {version('cohesion-alliance')}, model {MODEL}")
        except PackageNotFoundError:
            print(f"cohesion, not installed, model {MODEL}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog="""\b
Examples:
  cohesion scenarios
  cohesion run greenland-claim
  cohesion ensemble splitting-the-alliance --baseline status-quo
  cohesion explain greenland-claim --member DNK --traced

Each command explains itself: cohesion ensemble --help""",
)
def _cohesion(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Does NATO hold together, and why? An agent-based simulation of 32 members, Russia and Ukraine.

    An exploratory model, not a forecast.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    epilog="""\b
Examples:
  cohesion scenarios
  cohesion scenarios splitting-the-alliance
  cohesion scenarios trade-war --json"""
)
def scenarios(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")] = None,
    as_json: Json = False,
) -> None:
    """List the scenarios, or show one in full."""
    from cohesion.scenario import load_scenario, scenario_names

    if name is None:
        found = [load_scenario(each) for each in scenario_names()]
        if as_json:
            print_json({"scenarios": [{"name": s.name, "title": s.title, "months": s.months} for s in found]})
        else:
            print_table(
                ("name", ">months", "start", "title"),
                [(s.name, f"{s.months}", s.month_label(0), s.title) for s in found],
            )
        return
    scenario = load_scenario(name)
    if as_json:
        print_json(scenario.to_dict())
    else:
        print_scenario(scenario)


@app.command(
    epilog="""\b
Examples:
  cohesion levers
  cohesion levers --holder europe
  cohesion levers --json"""
)
def levers(holder: Holder = None, as_json: Json = False) -> None:
    """Show the policy levers and who holds them."""
    found = [lever for lever in LEVERS if holder is None or lever.holder == HOLDER_OF[holder]]
    if as_json:
        print_json({"levers": [asdict(lever) for lever in found]})
        return
    rows = [
        (
            x.name, x.holder, x.unit, f"{x.neutral:g}", f"{x.low:g} to {x.high:g}",
            "by member" if x.by_member else "one value", x.meaning,
        )
        for x in found
    ]  # fmt: skip
    print_table(("lever", "held by", "unit", ">neutral", "range", "given", "meaning"), rows)


@app.command(
    epilog="""\b
Examples:
  cohesion parameters --mechanism trade
  cohesion parameters --json"""
)
def parameters(mechanism: Mechanism = None, as_json: Json = False) -> None:
    """Show the parameters, ranges and sources.

    Fitted: median and 90 % interval of the sets that history supports, which runs draw from.
    """
    from cohesion import posterior
    from cohesion.parameters import MECHANISMS, PARAMETERS

    found = [p for p in PARAMETERS if mechanism is None or p.mechanism == mechanism]
    if as_json:
        fitted = {k: dict(zip(("p05", "p50", "p95"), v, strict=True)) for k, v in posterior.fitted().items()}
        listed = [asdict(p) | {"posterior": fitted.get(p.name)} for p in found]
        print_json({"mechanisms": MECHANISMS, "posterior_origin": posterior.ORIGIN, "parameters": listed})
        return
    rows = [
        (
            p.name, p.mechanism, p.unit, f"{p.default:g}", f"{p.low:g} to {p.high:g}", posterior.in_words(p.name),
            "" if p.neutral is None else f"{p.neutral:g}", p.meaning, p.source,
        )
        for p in found
    ]  # fmt: skip
    print_table(("parameter", "mechanism", "unit", ">default", "range", "fitted", ">off", "meaning", "source"), rows)


@app.command(
    epilog="""\b
Examples:
  cohesion validate my-scenario.toml
  cohesion validate my-experiment.toml
  cohesion validate my-lesson.toml
  cohesion validate drafts/*.toml"""
)
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenarios, experiments or lessons in TOML.")],
) -> None:
    """Check files of scenarios, experiments and lessons.

    Each is OK or has one error; the exit code is 2 if any has.
    """
    from cohesion.lesson_file import is_lesson, load_lesson
    from cohesion.scenario import ConfigError, load_scenario
    from cohesion.studies.experiment import count_points, is_experiment, load_experiment

    faulty = 0
    for file in files:
        try:
            if is_experiment(file):
                experiment = load_experiment(file)
                points = count_points(experiment) * len(experiment.scenarios)
                print(f"{file}: OK ({experiment.title}, {points:,} points of {experiment.runs} runs)")
                continue
            if is_lesson(file):
                lesson = load_lesson(file)
                print(f"{file}: OK ({lesson.title}, {len(lesson.moves)} moves)")
                continue
            scenario = load_scenario(file)
        except ConfigError as error:
            faulty += 1
            _failed(str(error), 2)
            continue
        for warning in scenario.warnings():
            warn(f"{file}: {warning}")
        print(f"{file}: OK ({scenario.title}, {scenario.months} months from {scenario.month_label(0)})")
    if faulty:
        raise typer.Exit(2)


@app.command(
    epilog="""\b
Examples:
  cohesion schema > scenario.schema.json
  cohesion schema experiment > experiment.schema.json
  cohesion schema lesson > lesson.schema.json"""
)
def schema(
    of: Annotated[
        str,
        typer.Argument(
            metavar="[scenario|experiment|lesson]",
            parser=one_of(lambda: ("scenario", "experiment", "lesson")),
            help="Of what.",
        ),
    ] = "scenario",
) -> None:
    """Print the JSON Schema of a file, for editors."""
    if of == "experiment":
        from cohesion.studies.experiment import experiment_schema

        print_json(experiment_schema())
    elif of == "lesson":
        from cohesion.lesson_file import lesson_schema

        print_json(lesson_schema())
    else:
        from cohesion.scenario import json_schema

        print_json(json_schema())


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
    from cohesion.scenario import load_scenario

    other = load_scenario(baseline)
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


app.add_typer(cli_batch.app)
app.add_typer(cli_seek.app)
app.add_typer(cli_report.app)
app.add_typer(cli_history.app)
app.add_typer(cli_lessons.app)
app.add_typer(cli_facts.app, name="facts")
app.add_typer(cli_game.app, name="game")
app.add_typer(cli_propositions.app)


@app.command(
    epilog="""\b
Examples:
  cohesion dashboard
  cohesion dashboard --port 9000 --no-browser
  cohesion dashboard --results results
  cohesion dashboard --host 0.0.0.0 --token token.txt --name cohesion.example.org"""
)
def dashboard(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port; 0 takes a free one.")
    ] = 8765,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    results: Annotated[
        Path | None, typer.Option("--results", metavar="DIR", help="Offer the result folders below this one.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    token: Annotated[
        Path | None,
        typer.Option("--token", metavar="FILE", help="Ask for the token in this file; a new one is written if none."),
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="With --host: let everybody in who reaches the address.")
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A name it is called by, as of a proxy; can be repeated."),
    ] = None,
) -> None:
    """Open the dashboard in a browser.

    It needs no internet, and only this machine can reach it unless --host says otherwise; then it asks for a token.
    """
    from cohesion.scenario import ConfigError
    from cohesion_viz.server import ServerError, serve

    if token is not None and no_token:
        raise ConfigError("--token asks for a token and --no-token does not: give one of the two")

    try:
        serve(host, port, results, browser, token, name or (), no_token)
    except ServerError as error:
        raise ConfigError(str(error)) from None


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
