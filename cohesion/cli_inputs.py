"""The commands for what a run is made of: scenarios, levers, parameters, and the files that set them."""

from dataclasses import asdict
from typing import Annotated

import typer

from cohesion.cli_options import HOLDER_OF, Holder, Json, Mechanism, one_of
from cohesion.levers import LEVERS
from cohesion.printing import fail, print_json, print_scenario, print_table, warn

app = typer.Typer(add_completion=False, rich_markup_mode=None)


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
            fail(str(error))
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
