"""Reading the tables of facts and checking every cell against the schema.

Nothing is repaired silently: a wrong cell, a missing or double row, a gap without a stated fallback
raises `FactsError` with the file, the row, the column, the value and what is allowed.
"""

import csv
import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from cohesion.facts.codes import FOLDER, ISO3, NAMES, FactsError
from cohesion.facts.schema import LAST_YEAR, TABLES, YEARS, Column, Table

FIRST_START = datetime.date(2014, 1, 1)
SURVEYS_FOR_A_MEAN = min(5, len(ISO3) - 1)

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]

_MONTH = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]+")


def check_tables(folder: Path | None = None) -> None:
    """Check every table of facts.

    Parameters
    ----------
    folder
        Where the CSV files are; the package's own tables by default.

    Raises
    ------
    FactsError
        At the first cell, row or file that is not as the schema says.
    """
    read_tables(folder or FOLDER)


def read_tables(folder: Path) -> Tables:
    """Read and check all tables of a folder; rows by the stem of the file name."""
    tables: dict[str, list[Row]] = {}
    for table in TABLES:
        rows, faults = read_table(folder / table.file, table)
        for fault in faults:
            raise fault
        tables[table.file.removesuffix(".csv")] = rows
    for fault in faults_between(tables):
        raise fault
    return tables


@lru_cache(maxsize=1)
def shipped_tables() -> Tables:
    """The tables of this process, read once: NATO's, or those of the folder that ``COHESION_FACTS`` names."""
    return read_tables(FOLDER)


def read_table(path: Path, table: Table) -> tuple[list[Row], list[FactsError]]:
    """Rows of one file, and every fault of its cells and keys.

    Raises
    ------
    FactsError
        Where the file cannot be cut into the cells of the schema's columns.
    """
    names = [column.name for column in table.columns]
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:  # spreadsheets put a mark at the start
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FactsError(table.file, "the whole file", "any", str(error), "a readable CSV file in UTF-8") from error
    _check_header(table, lines[0] if lines else [], names)
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(names):
            raise FactsError(table.file, f"row {number}", "all", ",".join(line), f"{len(names)} cells")
    rows = [dict(zip(names, line, strict=True)) for line in lines[1:]]
    keys = keys_of(table, rows)
    return list(rows), [
        *_key_faults(table, rows, keys),
        *(fault for column in table.columns for fault in _cell_faults(table, column, rows, keys)),
    ]


def keys_of(table: Table, rows: Sequence[Row]) -> list[str]:
    """What tells the rows of a table apart, one text a row."""
    return [" ".join(row[name] for name in table.key) for row in rows]


def _check_header(table: Table, found: list[str], names: list[str]) -> None:
    row = "row 1 (header)"
    if found == names:
        return
    for name in found if len(found) > 1 else ():
        if name not in names:
            missing = [each for each in names if each not in found]
            allowed = "one of " + ", ".join(names) + _nearest(name, missing)
            raise FactsError(table.file, row, name, name, allowed)
    raise FactsError(table.file, row, "all", ",".join(found), ",".join(names))


def _key_faults(table: Table, rows: Sequence[Row], keys: list[str]) -> Iterator[FactsError]:
    seen: dict[str, int] = {}
    column = "+".join(table.key)
    for number, key in enumerate(keys, start=2):
        if key in seen:
            yield FactsError(table.file, _place(number, key), column, key, f"each key once (also in row {seen[key]})")
        else:
            seen[key] = number
    required = _required(table, rows)
    for key in required:
        if key not in seen:
            yield FactsError(table.file, f"no row for {key}", column, "", f"{len(required)} rows, none left out")


def _required(table: Table, rows: Sequence[Row]) -> tuple[str, ...]:
    """Keys that must be there: the schema's, and those of all countries for each year up to the last in the table."""
    if not table.complete or "year" not in table.key:
        return table.complete
    known = {str(year): year for year in range(YEARS[-1] + 1, LAST_YEAR + 1)}
    last = max((known.get(row["year"], 0) for row in rows), default=0)
    codes = dict.fromkeys(key.split()[0] for key in table.complete)
    return table.complete + tuple(f"{code} {year}" for code in codes for year in known.values() if year <= last)


def _cell_faults(table: Table, column: Column, rows: Sequence[Row], keys: list[str]) -> Iterator[FactsError]:
    allowed = _allowed(column)
    for number, (row, key) in enumerate(zip(rows, keys, strict=True), start=2):
        value = row[column.name]
        if value == "":
            if not column.optional and not key.startswith(column.gaps):
                yield FactsError(table.file, _place(number, key), column.name, value, f"{allowed}; not empty")
        elif not _fits(column, value):
            wrong = next((part for part in value.split(";") if part not in column.choices), value)
            yield FactsError(
                table.file, _place(number, key), column.name, value, allowed + _nearest(wrong, column.choices)
            )
        elif column.basis and row[column.basis] == "":
            basis = f"the basis of {column.name} ({value})"
            yield FactsError(table.file, _place(number, key), column.basis, "", basis)


def _nearest(value: str, valid: Sequence[str]) -> str:
    """A hint at the valid name most like the value; a member may be named in full."""
    by_folded = {NAMES[code].casefold(): code for code in valid if code in NAMES}
    by_folded |= {name.casefold(): name for name in valid}
    found = get_close_matches(value[:200].casefold(), by_folded, n=1)
    return f"; did you mean {by_folded[found[0]]!r}?" if found else ""


def _fits(column: Column, value: str) -> bool:
    match column.kind:
        case "choice":
            return value in column.choices
        case "number" | "whole":
            pattern = _NUMBER if column.kind == "number" else _WHOLE
            return pattern.fullmatch(value) is not None and column.low <= float(value) <= column.high
        case "date":
            return _is_date(value)
        case "month":
            return _MONTH.fullmatch(value) is not None
        case "targets":
            return all(target in column.choices for target in value.split(";"))
        case _:
            return value.strip() == value


def _is_date(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def _allowed(column: Column) -> str:
    match column.kind:
        case "choice":
            return "one of " + ", ".join(column.choices)
        case "number" | "whole":
            noun = "whole number" if column.kind == "whole" else "number"
            return f"a {noun} from {column.low:g} to {column.high:g}"
        case "date":
            return "a date YYYY-MM-DD"
        case "month":
            return "YYYY-MM, or YYYY"
        case "targets":
            return "codes of members, ALL or UKR, parted by semicolons"
        case _:
            return "text without spaces at its ends"


def _place(number: int, key: str) -> str:
    return f"row {number} ({key})"


def faults_between(tables: Tables) -> Iterator[FactsError]:
    """What no single cell shows: sums, orders, and that there is enough to derive a start for each member."""
    totals = dict.fromkeys(ISO3, 0.0)
    for row in tables["trade_ties"]:
        totals[row["iso3_from"]] += float(row["share_of_exports_pct"] or 0)
    for code, total in totals.items():
        if total > 100:
            place = f"rows from {code}"
            yield FactsError("trade_ties.csv", place, "share_of_exports_pct", f"{total:g}", "a sum of 100 at most")
    for number, row in enumerate(tables["neighbours"], start=2):
        if row["iso3_a"] >= row["iso3_b"]:
            key = f"{row['iso3_a']} {row['iso3_b']}"
            yield FactsError("neighbours.csv", _place(number, key), "iso3_b", row["iso3_b"], "iso3_a before iso3_b")
    yield from _faults_of_governments(tables)
    yield from _faults_of_surveys(tables["us_image"])


def _faults_of_governments(tables: Tables) -> Iterator[FactsError]:
    """Each member has a cabinet at the first start and an election that decides, of a known month."""
    governed = {row["iso3"] for row in tables["cabinets"] if row["cabinet_start"] <= FIRST_START.isoformat()}
    decided = set()
    for number, row in enumerate(tables["elections"], start=2):
        if row["decides_government"] == "1":
            decided.add(row["iso3"])
            if len(row["due"]) != 7:
                place = _place(number, f"{row['iso3']} {row['body']}")
                yield FactsError("elections.csv", place, "due", row["due"], "YYYY-MM, as it decides the government")
    for code in ISO3:
        if code not in governed:
            allowed = f"a cabinet in office on {FIRST_START}"
            yield FactsError("cabinets.csv", f"no row for {code}", "cabinet_start", "", allowed)
        if code not in decided:
            allowed = "an election that decides the government, due YYYY-MM"
            yield FactsError("elections.csv", f"no row for {code}", "decides_government", "", allowed)


def _faults_of_surveys(rows: Sequence[Row]) -> Iterator[FactsError]:
    """One US president a year, and before the first start a year with enough surveys for a mean."""
    presidents: dict[str, str] = {}
    surveys: Counter[str] = Counter()
    for number, row in enumerate(rows, start=2):
        president = presidents.setdefault(row["year"], row["us_president"])
        if row["us_president"] != president:
            place, allowed = (
                _place(number, f"{row['iso3']} {row['year']}"),
                f"one a year, as in the rows above: {president}",
            )
            yield FactsError("us_image.csv", place, "us_president", row["us_president"], allowed)
        if row["favorable_us_pct"] and int(row["year"]) < FIRST_START.year:
            surveys[row["year"]] += 1
    most = max(surveys.values(), default=0)
    if most < SURVEYS_FOR_A_MEAN:
        allowed = f"a year with {SURVEYS_FOR_A_MEAN} or more"
        yield FactsError(
            "us_image.csv", f"years before {FIRST_START.year}", "favorable_us_pct", f"{most} members", allowed
        )
