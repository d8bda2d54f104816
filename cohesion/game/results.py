"""A class's results: codes as students paste them, one row a student, as a table and as CSV.

Names and codes come from strangers. A line that cannot be read becomes a row that says why; the others stand.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cohesion.checks import ConfigError, clean
from cohesion.game.code import decode, encode
from cohesion.game.moves import FIRST_YEAR, LEVERS, YEARS, Game
from cohesion.game.score import COMPONENTS, Score
from cohesion.outcome import OUTCOMES

MAX_LINES, MAX_LINE = 1000, 400
MAX_NAME = 80


@dataclass(frozen=True)
class Entry:
    """A line: the name given, the code, and the finished game, or what is wrong."""

    name: str
    code: str
    game: Game | None
    error: str = ""


def entries(text: str) -> list[Entry]:
    """The lines of a text, ``code`` or ``name, code`` each; empty ones are left out.

    Raises
    ------
    ConfigError
        Where there are more lines than a class has.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_LINES:
        raise ConfigError(f"codes: {len(lines)} lines; at most {MAX_LINES} at once")
    return [_entry(line) for line in lines]


def _entry(line: str) -> Entry:
    if len(line) > MAX_LINE:
        return Entry("", clean(line[:60]), None, f"line: {len(line)} characters; at most {MAX_LINE}")
    name, _, code = line.replace("\t", ",").replace(";", ",").rpartition(",")
    name, code = clean(name.strip(" ,\"'"))[:MAX_NAME], code.strip(" \"'")
    try:
        game = decode(code)
    except ConfigError as error:
        return Entry(name, clean(code), None, str(error))
    if not game.finished:
        return Entry(name, clean(code), None, f"code: {len(game.moves)} of {YEARS} years are played")
    return Entry(name, encode(game), game)


def columns() -> tuple[str, ...]:
    """Heads of the results: name, code, scores, outcomes, and each lever by year."""
    years = [f"{name}_{FIRST_YEAR + year}" for name in LEVERS for year in range(YEARS)]
    shares = [f"share_{name}" for name in OUTCOMES]
    parts = [component.name for component in COMPONENTS]
    return (
        "name",
        "code",
        "seed",
        "us_path",
        "score",
        *parts,
        "score_of_run",
        "outcome_of_run",
        *shares,
        "error",
        *years,
    )


def row(entry: Entry, score: Score | None) -> dict[str, Any]:
    """One student's row; all but name, code and error are empty where the code could not be read.

    ``score`` and its components are means over the runs; ``score_of_run`` and ``outcome_of_run`` are of the run played.
    """
    found: dict[str, Any] = dict.fromkeys(columns(), "")
    found |= {"name": entry.name, "code": entry.code, "error": entry.error}
    if entry.game is None or score is None:
        return found
    found |= {"seed": entry.game.seed, "us_path": entry.game.path, "score": round(score.mean(), 2)}
    found |= {name: round(float(values.mean()), 2) for name, values in score.components.items()}
    found |= {"score_of_run": round(float(score.total[0]), 2), "outcome_of_run": OUTCOMES[int(score.outcome[0])]}
    found |= {f"share_{name}": float((score.outcome == k).mean()) for k, name in enumerate(OUTCOMES)}
    for year in range(YEARS):
        found |= {f"{name}_{FIRST_YEAR + year}": v for name, v in entry.game.levers(year).items()}
    return found


def written(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV; a text that a spreadsheet would take for a formula is written as text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _plain(value) for key, value in each.items()} for each in rows)
    return out.getvalue()


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
