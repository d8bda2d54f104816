"""The command for the game: a class's results from its codes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cohesion.cli_options import Json
from cohesion.printing import CAVEAT, print_json, print_table, progress, say

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback()
def game() -> None:
    """Hold the alliance: score the codes of a class."""


@app.command(
    "score",
    epilog="""\b
Examples:
  cohesion game score hold1.7.status-quo.…
  cohesion game score --file codes.txt
  cohesion game score --file codes.txt --csv > results.csv""",
)
def score_codes(
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="CODE", help="Codes of finished games, or 'name, code'.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="A text with a code, or 'name, code', a line.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with the levers of each year.")] = False,
    as_json: Json = False,
) -> None:
    """Play the games of codes again and print their scores.

    A code holds moves, not a score: what is printed is what the model makes of them.
    """
    from cohesion.game import play, score
    from cohesion.game.results import entries, row, written
    from cohesion.scenario import ConfigError

    lines = list(codes or [])
    if file is not None:
        lines.append(_read(file))
    found = entries("\n".join(lines))
    if not found:
        raise ConfigError("no codes; give them as arguments or with --file")
    if not any(entry.game for entry in found):
        raise ConfigError(found[0].error)
    rows: list[dict[str, Any]] = []
    with progress(len(found), "games") as report:
        for entry in found:
            rows.append(row(entry, score(play(entry.game)) if entry.game else None))
            report(1)
    if as_csv:
        print(written(rows), end="")
    elif as_json:
        print_json({"results": rows})
    else:
        _print(rows)


def _read(file: Path) -> str:
    from cohesion.checks import clean
    from cohesion.game.results import MAX_LINE, MAX_LINES
    from cohesion.scenario import ConfigError

    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_LINES * MAX_LINE + 1)
        if len(data) > MAX_LINES * MAX_LINE:
            raise ConfigError(f"{clean(str(file))}: larger than {MAX_LINES} lines of {MAX_LINE} characters")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{clean(str(file))}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{clean(str(file))}: not text in UTF-8") from None


def _print(rows: list[dict[str, Any]]) -> None:
    from cohesion.game.score import COMPONENTS

    heads = ("name", "US path", ">seed", ">score", *(f">{c.title}" for c in COMPONENTS), ">of the run", "outcome")
    keys = ("name", "us_path", "seed", "score", *(c.name for c in COMPONENTS), "score_of_run", "outcome_of_run")
    good = [each for each in rows if not each["error"]]
    if good:
        ordered = sorted(good, key=lambda each: -each["score"])
        print_table(heads, [[_cell(each[key]) for key in keys] for each in ordered])
    for count, each in enumerate(rows, 1):
        if each["error"]:
            say(f"{count}. {each['name'] or each['code']}: {each['error']}")
    say("Score and components: means over 32 runs of the same moves; of the run: the run that was played.")
    say(CAVEAT)


def _cell(value: Any) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
