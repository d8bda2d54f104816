"""The command line: ``cohesion --help``.

Everything heavy is imported where it is used, so that help and tables answer at once.
"""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, cast

import typer

from cohesion.levers import HOLDERS, LEVERS

if TYPE_CHECKING:
    import xarray as xr

    from cohesion.scenario import Scenario

MAX_RUNS, MAX_SEED, MAX_MONTHS, MAX_THREADS = 1_000_000, 2**63 - 1, 600, 256
#: Runs of which every month is kept; of further ones only the first and the last, so that memory stays small.
BLOCK = 2048
CAVEAT = "This is an exploratory model, not a forecast."

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
    if not isinstance(error, ValueError):
        return None
    from cohesion.facts import FactsError
    from cohesion.results import ResultsError
    from cohesion.scenario import ConfigError

    return str(error) if isinstance(error, ConfigError | FactsError | ResultsError) else None


# --- options ----------------------------------------------------------------------------------------------------------


def _whole(low: int, high: int) -> Callable[[Any], int]:
    """Parser of a whole number in a range."""

    def parse(text: Any) -> int:
        try:
            value = int(str(text))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise typer.BadParameter(f"found {str(text)[:60]!r}; allowed: a whole number from {low:,} to {high:,}")
        return value

    return parse


def _one_of(names: Callable[[], Sequence[str]]) -> Callable[[Any], str]:
    """Parser of a name among those given."""

    def parse(text: Any) -> str:
        if text in names():
            return str(text)
        from cohesion.checks import nearest

        close = nearest(str(text), names())
        hint = f"; did you mean {close}?" if close else ""
        raise typer.BadParameter(f"found {str(text)[:60]!r}; allowed: {', '.join(names())}{hint}")

    return parse


def _mechanisms() -> tuple[str, ...]:
    from cohesion.parameters import MECHANISMS

    return tuple(MECHANISMS)


def _switchable() -> tuple[str, ...]:
    from cohesion.parameters import MECHANISMS, neutral_values

    return tuple(name for name in MECHANISMS if neutral_values(name))


def _member(text: Any) -> str:
    from cohesion.checks import nearest
    from cohesion.facts import ISO3, NAMES

    if text in ISO3:
        return str(text)
    codes = {name: code for code, name in NAMES.items()}
    close = nearest(str(text), (*ISO3, *codes))
    found = codes.get(close.strip('"'), close.strip('"')) if close else None
    hint = f"; did you mean {found} ({NAMES[found]})?" if found else ""
    raise typer.BadParameter(f"found {str(text)[:60]!r}; allowed: ISO 3166 codes of members, {', '.join(ISO3)}{hint}")


_HOLDERS = {holder.split()[0].casefold(): holder for holder in HOLDERS}

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or path of a TOML file.")]
Seed = Annotated[
    int, typer.Option("--seed", parser=_whole(0, MAX_SEED), metavar="N", help="Same seed, same numbers everywhere.")
]
Runs = Annotated[
    int, typer.Option("--runs", parser=_whole(1, MAX_RUNS), metavar="N", help=f"Number of runs, 1 to {MAX_RUNS:,}.")
]
Run = Annotated[int, typer.Option("--run", parser=_whole(0, MAX_RUNS - 1), metavar="N", help="Which run, from 0.")]
Months = Annotated[
    int | None,
    typer.Option("--months", parser=_whole(1, MAX_MONTHS), metavar="N", help="Horizon instead of the scenario's."),
]
Uncertain = Annotated[
    str,
    typer.Option(
        "--uncertainty", parser=_one_of(lambda: ("none", "prior")), metavar="none|prior",
        help="none: default parameters; prior: each run draws its own from their ranges.",
    ),
]  # fmt: skip
LeverChanges = Annotated[
    list[str] | None,
    typer.Option(
        "--lever", metavar="NAME=VALUE", help="Set a lever, as in us_tariff=0.25 or us_claim=DNK:1,CAN:0.5. Repeatable."
    ),
]
ParameterChanges = Annotated[
    list[str] | None,
    typer.Option("--param", "--parameter", metavar="NAME=VALUE", help="Fix a parameter for every run. Repeatable."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without", parser=_one_of(_switchable), metavar="MECHANISM",
        help="Switch a mechanism off (names: cohesion parameters). Repeatable.",
    ),
]  # fmt: skip
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write a folder with tables, bands and figure.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Threads = Annotated[
    int,
    typer.Option("--threads", parser=_whole(1, MAX_THREADS), metavar="N", help="Threads; results do not depend on it."),
]


@dataclass(frozen=True)
class _Asked:
    """What the options ask for."""

    seed: int
    uncertainty: Literal["none", "prior"]
    levers: dict[str, Any]
    parameters: dict[str, float]
    without: tuple[str, ...]
    months: int | None
    runs: int = 1
    threads: int = 1

    @classmethod
    def of(
        cls,
        seed: int,
        uncertainty: str,
        levers: list[str] | None,
        parameters: list[str] | None,
        without: list[str] | None,
        months: int | None,
        runs: int = 1,
        threads: int = 1,
    ) -> "_Asked":
        from cohesion.scenario import parse_lever, parse_parameter

        return cls(
            seed, cast(Literal["none", "prior"], uncertainty), _once("--lever", levers, parse_lever),
            _once("--param", parameters, parse_parameter), tuple(dict.fromkeys(without or ())), months, runs, threads,
        )  # fmt: skip

    def scenario(self, name: str, levers: bool = True) -> "Scenario":
        """The scenario of a name with the changes put in; says its warnings."""
        from cohesion.scenario import load_scenario

        found = load_scenario(name)
        chosen = self.levers if levers else {}
        if chosen or self.parameters or self.months is not None:
            found = found.with_changes(levers=chosen, parameters=self.parameters, months=self.months)
        for warning in found.warnings():
            _warn(f"{found.name}: {warning}")
        return found

    def changes(self) -> dict[str, Any]:
        """For the record."""
        return {"levers": self.levers, "parameters": self.parameters, "without": list(self.without)}


def _once(option: str, texts: list[str] | None, parse: Callable[[str], tuple[str, Any]]) -> dict[str, Any]:
    from cohesion.scenario import ConfigError

    found: dict[str, Any] = {}
    for text in texts or ():
        name, value = parse(text)
        if name in found:
            raise ConfigError.at(option, name, text, "each name once")
        found[name] = value
    return found


# --- output -----------------------------------------------------------------------------------------------------------


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, indent=2, allow_nan=False))


def _say(text: str = "", style: str = "") -> None:
    """A paragraph: folded and styled on a terminal, one line elsewhere."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        Console(highlight=False).print(Text(text, style=style))
    else:
        print(text)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A table; a column whose name starts with ``>`` is set to the right. Plain and never folded outside a terminal."""
    if title:
        _say(title, "bold")
    right = [name.startswith(">") for name in columns]
    names = [name.lstrip(">") for name in columns]
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name, to_right in zip(names, right, strict=True):
            table.add_column(name, justify="right" if to_right else "left", header_style="bold cyan")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console(highlight=False).print(table)
        return
    lines = [names, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(names))]
    for line in lines:
        cells = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True))
        print("  ".join(cells).rstrip())
    print()


@contextmanager
def _progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar with the time left on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


# --- tables of what there is ------------------------------------------------------------------------------------------


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"cohesion {version('cohesion-alliance')}")
        except PackageNotFoundError:
            print("cohesion, not installed")
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
    from cohesion.tables import in_words

    if name is None:
        found = [load_scenario(each) for each in scenario_names()]
        if as_json:
            _print_json({"scenarios": [{"name": s.name, "title": s.title, "months": s.months} for s in found]})
        else:
            _table(
                ("name", ">months", "start", "title"),
                [(s.name, f"{s.months}", s.month_label(0), s.title) for s in found],
            )
        return
    scenario = load_scenario(name)
    about = scenario.to_dict()
    if as_json:
        _print_json(about)
        return
    _say(f"{scenario.title} ({scenario.name})", "bold")
    _say(f"{scenario.month_label(0)} to {scenario.month_label(scenario.months - 1)}, {scenario.months} months")
    _say()
    _say(" ".join(scenario.story.split()))
    _say()
    meaning = {lever.name: lever.meaning for lever in LEVERS}
    rows = [(key, in_words(value), meaning[key]) for key, value in about["levers"].items()]
    if rows:
        _table(("lever", "value", "meaning"), rows, "Levers; all others stay as they were at the start")
    if about["events"]:
        events = []
        for event in about["events"]:
            moved = ", ".join(f"{key} = {in_words(value)}" for key, value in event["levers"].items())
            until = f" until {event['until']}" if "until" in event else ""
            events.append((event["date"] + until, event["text"], moved, event.get("source", "")))
        _table(("date", "event", "levers", "source"), events, "Events")
    if about["parameters"]:
        _table(("parameter", ">value"), [(k, f"{v:g}") for k, v in about["parameters"].items()], "Parameters")
    for source in scenario.sources:
        _say(f"Source: {source}")


@app.command(
    epilog="""\b
Examples:
  cohesion levers
  cohesion levers --holder europe
  cohesion levers --json"""
)
def levers(
    holder: Annotated[
        str | None,
        typer.Option(
            "--holder",
            parser=_one_of(lambda: tuple(_HOLDERS)),
            metavar="WHO",
            help=f"One of {', '.join(_HOLDERS)}.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the policy levers and who holds them."""
    found = [lever for lever in LEVERS if holder is None or lever.holder == _HOLDERS[holder]]
    if as_json:
        _print_json({"levers": [asdict(lever) for lever in found]})
        return
    rows = [
        (
            x.name, x.holder, x.unit, f"{x.neutral:g}", f"{x.low:g} to {x.high:g}",
            "by member" if x.by_member else "one value", x.meaning,
        )
        for x in found
    ]  # fmt: skip
    _table(("lever", "held by", "unit", ">neutral", "range", "given", "meaning"), rows)


@app.command(
    epilog="""\b
Examples:
  cohesion parameters --mechanism trade
  cohesion parameters --json"""
)
def parameters(
    mechanism: Annotated[
        str | None,
        typer.Option("--mechanism", parser=_one_of(_mechanisms), metavar="NAME", help="Only those of one mechanism."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the parameters, ranges and sources."""
    from cohesion.parameters import MECHANISMS, PARAMETERS

    found = [p for p in PARAMETERS if mechanism is None or p.mechanism == mechanism]
    if as_json:
        _print_json({"mechanisms": MECHANISMS, "parameters": [asdict(p) for p in found]})
        return
    rows = [
        (
            p.name, p.mechanism, p.unit, f"{p.default:g}", f"{p.low:g} to {p.high:g}",
            "" if p.neutral is None else f"{p.neutral:g}", p.meaning, p.source,
        )
        for p in found
    ]  # fmt: skip
    _table(("parameter", "mechanism", "unit", ">default", "range", ">off", "meaning", "source"), rows)


@app.command(
    epilog="""\b
Examples:
  cohesion validate my-scenario.toml
  cohesion validate drafts/*.toml"""
)
def validate(files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files in TOML.")]) -> None:
    """Check scenario files.

    Each is OK or has one error; the exit code is 2 if any has.
    """
    from cohesion.scenario import ConfigError, load_scenario

    faulty = 0
    for file in files:
        try:
            scenario = load_scenario(file)
        except ConfigError as error:
            faulty += 1
            _failed(str(error), 2)
            continue
        for warning in scenario.warnings():
            _warn(f"{file}: {warning}")
        print(f"{file}: OK ({scenario.title}, {scenario.months} months from {scenario.month_label(0)})")
    if faulty:
        raise typer.Exit(2)


@app.command(
    epilog="""\b
Examples:
  cohesion schema > scenario.schema.json"""
)
def schema() -> None:
    """Print the JSON Schema of a scenario file."""
    from cohesion.scenario import json_schema

    _print_json(json_schema())


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
    uncertainty: Uncertain = "prior",
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    as_json: Json = False,
) -> None:
    """Tell one run of a scenario, month by month."""
    asked = _Asked.of(seed, uncertainty, lever, param, without, months)
    chosen = asked.scenario(scenario)

    from cohesion.ensemble import digest, outcome_table
    from cohesion.model import AllianceModel
    from cohesion.outcome import OUTCOMES
    from cohesion.results import members

    model = AllianceModel(chosen, seed, number, asked.uncertainty, without=asked.without).run()
    history = model.history()
    index = history["cohesion_index"].values
    if as_json:
        as_ensemble = history.expand_dims("run")
        _print_json(
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
        return
    _say(f"{chosen.title}, run {number} of seed {seed}", "bold")
    _table(("month", "what happens"), [(line["month"], line["text"]) for line in model.story])
    others = [code for code in history["member"].values.tolist() if code != "USA"]
    trust = history["trust_in_us"].sel(member=others).values.mean(axis=-1)
    rows = [
        (
            chosen.month_label(m), f"{index[m]:.2f}", f"{trust[m]:.2f}", f"{history['unity'].values[m]:.2f}",
            OUTCOMES[int(history["outcome"].values[m])].replace("_", " "),
        )
        for m in sorted({*range(0, chosen.months + 1, 12), chosen.months})
    ]  # fmt: skip
    _table(("month", ">cohesion index", ">trust in the US", ">unity", "outcome of the two years before"), rows)
    _say(CAVEAT)


@app.command(
    epilog="""\b
Examples:
  cohesion explain greenland-claim --member DNK
  cohesion explain greenland-claim --member DNK --traced
  cohesion explain trade-war --member DEU --toward FRA --run 3 --json"""
)
def explain(
    scenario: ScenarioName,
    member: Annotated[str, typer.Option("--member", parser=_member, metavar="ISO3", help="Whose trust, as in DNK.")],
    toward: Annotated[str, typer.Option("--toward", parser=_member, metavar="ISO3", help="Trust in whom.")] = "USA",
    number: Run = 0,
    traced: Annotated[
        bool, typer.Option("--traced", help="Trace causes through social learning and anchoring to where they began.")
    ] = False,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = "prior",
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    as_json: Json = False,
) -> None:
    """Say why a member's trust changed.

    An exact ledger of causes: what they add up to is the change.
    """
    asked = _Asked.of(seed, uncertainty, lever, param, without, months)
    chosen = asked.scenario(scenario)
    if member == toward:
        raise typer.BadParameter(
            f"found {toward} for both --member and --toward; allowed: two different members", param_hint="--toward"
        )

    from cohesion.explain import explain as explained
    from cohesion.facts import NAMES

    found = explained(chosen, member, toward, number, seed, asked.uncertainty, traced=traced, without=asked.without)
    if as_json:
        _print_json(found)
        return
    first, last = found["probability_first"], found["probability_last"]
    drivers: dict[str, float] = found["drivers"]
    ally = f"the {NAMES[toward]}" if toward in ("USA", "GBR", "NLD") else NAMES[toward]
    _say(f"Trust of {NAMES[member]} in {ally}: {chosen.title}, run {number} of seed {seed}", "bold")
    _say(f"{first:.2f} at the start, {last:.2f} at the end (belief that it would honour Article 5, a probability)")
    _say()
    block = "█" if "utf" in (sys.stdout.encoding or "").lower() else "#"
    scale = max(map(abs, drivers.values()), default=1.0)
    rows = [(name, f"{value:+.3f}", block * max(1, round(30 * abs(value) / scale))) for name, value in drivers.items()]
    rows.append(("sum", f"{sum(drivers.values()):+.3f}", ""))
    _table(("cause", ">log-odds", "size"), rows)
    largest = [f"{name} ({value:+.2f})" for name, value in list(drivers.items())[:3]]
    if largest:
        named = largest[0] if len(largest) == 1 else f"{', '.join(largest[:-1])} and {largest[-1]}"
        count = {1: "only cause is", 2: "two causes are", 3: "three biggest causes are"}[len(largest)]
        _say(f"The {count} {named}.")
        if not traced:
            _say("Anchoring and social learning pass on what other causes began: --traced shows those.")
    else:
        _say("Nothing has moved it.")


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
    uncertainty: Uncertain = "prior",
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    threads: Threads = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run a scenario many times.

    Says how often the alliance holds, with intervals. With --baseline, levers set here apply to SCENARIO
    alone, everything else to both.
    """
    asked = _Asked.of(seed, uncertainty, lever, param, without, months, runs, threads)
    chosen = asked.scenario(scenario)
    other = None if baseline is None else _aligned(asked.scenario(baseline, levers=False), chosen)
    said = _ensemble(asked, chosen, other, out)
    if as_json:
        _print_json(said)
        return

    from cohesion.results import verdict

    _say(verdict(said), "bold")
    _say()
    _tables(said)
    _closing(said, out)


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
    uncertainty: Uncertain = "prior",
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
    threads: Threads = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare two scenarios run by run.

    Both see the same random numbers; differences are B less A. Levers and parameters set here apply to both.
    """
    asked = _Asked.of(seed, uncertainty, lever, param, without, months, runs, threads)
    b = asked.scenario(second)
    a = _aligned(asked.scenario(first), b)
    said = _ensemble(asked, b, a, out)
    before, difference = said.pop("baseline"), said.pop("difference")
    if as_json:
        shared = {key: said[key] for key in ("seed", "runs", "months", "uncertainty", "changes")}
        _print_json({"scenarios": [a.name, b.name]} | shared | {"difference": difference, "a": before, "b": said})
        return

    from cohesion.results import difference_in_words, percent

    _say(f"{b.name} against {a.name}: {difference_in_words(difference['median'])}.", "bold")
    _say()
    medians = [one["cohesion_index"]["last"]["p50"] for one in (before, said)]
    low, high = difference["median"]["interval"]
    rows = [
        (
            "median final cohesion index", *(f"{median:.2f}" for median in medians),
            f"{difference['median']['difference']:+.2f}", f"{low:+.2f} to {high:+.2f}",
        )
    ]  # fmt: skip
    for name, (moved, low, high) in difference["outcome_shares"].items():
        rows.append(
            (
                f"{name.replace('_', ' ')}, % of runs", percent(before["outcome_shares"][name]),
                percent(said["outcome_shares"][name]), f"{100 * moved:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}",
            )
        )  # fmt: skip
    _table(("", f">{a.name}", f">{b.name}", ">difference", ">95 % interval"), rows)
    paired = difference["paired"]
    _say(
        f"Run by run, the final cohesion index differs by {paired['p50']:+.2f} in the median "
        f"({paired['p05']:+.2f} to {paired['p95']:+.2f} in nine of ten of {said['runs']:,} pairs)."
    )
    _closing(said, out)


def _aligned(other: "Scenario", chosen: "Scenario") -> "Scenario":
    """The other scenario with the horizon of the first, since last months are compared."""
    if other.start != chosen.start:
        _warn(f"{other.name} starts in {other.month_label(0)}, {chosen.name} in {chosen.month_label(0)}")
    if other.months != chosen.months:
        _warn(f"{other.name} is run for the {chosen.months} months of {chosen.name} instead of {other.months}")
        other = other.with_changes(months=chosen.months)
    return other


def _ensemble(asked: _Asked, chosen: "Scenario", other: "Scenario | None", out: Path | None) -> dict[str, Any]:
    """Simulate, summarise and, where asked for, write the result folder."""
    from cohesion.results import NEEDED, check_target, summary, write_results

    if out is not None:
        check_target(out)
        import cohesion_viz.charts  # noqa: F401  (what is missing shows before the work, not after)
    began = time.monotonic()
    with _progress(asked.runs * (1 if other is None else 2), chosen.name) as report:
        data, ends = _simulated(chosen, asked, NEEDED if out is None else None, report)
        before = None if other is None else _simulated(other, asked, NEEDED, report)
    said = summary(ends, chosen, None if other is None or before is None else (other, before[1]))
    said["changes"] = asked.changes()
    if out is not None:
        write_results(
            out, chosen, data, ends=ends, baseline=None if other is None or before is None else (other, before[0]),
            command=shlex.join(["cohesion", *sys.argv[1:]]), changes=asked.changes(),
            seconds=round(time.monotonic() - began, 3), said=said,
        )  # fmt: skip
    return said


def _simulated(
    scenario: "Scenario", asked: _Asked, variables: tuple[str, ...] | None, report: Callable[[int], None]
) -> "tuple[xr.Dataset, xr.Dataset]":
    """All months of the first runs, and the first and last month of all."""
    import xarray as xr

    from cohesion.ensemble import simulate
    from cohesion.results import NEEDED

    full, ends = None, []
    for first in range(0, asked.runs, BLOCK):
        block = simulate(
            scenario, min(BLOCK, asked.runs - first), asked.seed, asked.uncertainty, without=asked.without,
            variables=variables, first_run=first, threads=asked.threads, progress=report,
        )  # fmt: skip
        full = block if full is None else full
        ends.append(block[[*NEEDED, "outcome", "criteria", "connectivity"]].isel(month=[0, -1]))
    assert full is not None
    return full, ends[0] if len(ends) == 1 else xr.concat(ends, "run", join="exact")


def _tables(said: dict[str, Any]) -> None:
    """Outcome shares, cohesion index and the members whose trust moves most, beside the baseline where there is one."""
    from cohesion.facts import NAMES
    from cohesion.results import percent

    each = [said, *([said["baseline"]] if "baseline" in said else [])]
    rows = []
    for name in said["outcome_shares"]:
        row = [name.replace("_", " ")]
        for one in each:
            low, high = one["outcome_intervals"][name]
            row += [f"{percent(one['outcome_shares'][name])} %", f"{percent(low)} to {percent(high)}"]
        rows.append(row)
    heads = [head for one in each for head in (f">{one['scenario']}", ">95 % interval")]
    _table(("outcome", *heads), rows, f"Outcomes, share of {said['runs']:,} runs")
    index = [
        (one["scenario"], when, *(f"{one['cohesion_index'][when][q]:.2f}" for q in ("p05", "p50", "p95")))
        for one in each
        for when in ("first", "last")
    ]
    _table(("scenario", "month", ">5 %", ">median", ">95 %"), index, "Cohesion index, 0 to 1")
    moved = sorted(
        (
            (NAMES[code], *values["trust_in_us"])
            for code, values in said["members"].items()
            if values["trust_in_us"][0] is not None
        ),
        key=lambda row: -abs(row[2] - row[1]),
    )[:5]
    trust = [(name, f"{first:.2f}", f"{last:.2f}", f"{last - first:+.2f}") for name, first, last in moved]
    _table(("member", ">first", ">last", ">change"), trust, "Trust in the US, the five medians that change most")


def _closing(said: dict[str, Any], out: Path | None) -> None:
    """What to bear in mind, and where the result is."""
    from cohesion.results import largest_sensitivity

    threshold, move, outcome, change = largest_sensitivity(said)
    if abs(change) > 0.1:
        _say(
            f"Caution: with {threshold} moved by {move}, the share of "
            f"'{outcome.replace('_', ' ')}' changes by {100 * change:+.0f} points."
        )
    _say(CAVEAT)
    if out is not None:
        _say(f"Written to {out}")
