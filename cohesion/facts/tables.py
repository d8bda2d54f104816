"""Reading the tables of facts and checking every cell against the schema.

Nothing is repaired silently: a wrong cell, a missing or double row, a gap without a stated fallback
raises `FactsError` with the file, the row, the column, the value and what is allowed.
"""

import csv
import datetime
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from cohesion.facts.codes import ISO3, FactsError
from cohesion.facts.schema import TABLES, Column, Table

FOLDER = Path(__file__).parent
FIRST_START = datetime.date(2014, 1, 1)

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]

_MONTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


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


@lru_cache(maxsize=8)
def read_tables(folder: Path) -> Tables:
    """Read and check all tables of a folder, once; rows by the stem of the file name."""
    tables = {table.file.removesuffix(".csv"): _read(folder, table) for table in TABLES}
    _check_between(tables)
    return tables


def _read(folder: Path, table: Table) -> list[dict[str, str]]:
    names = [column.name for column in table.columns]
    try:
        with open(folder / table.file, encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FactsError(table.file, "the whole file", "any", str(error), "a readable CSV file in UTF-8") from error
    if not lines or lines[0] != names:
        found = ",".join(lines[0]) if lines else ""
        raise FactsError(table.file, "row 1 (header)", "all", found, ",".join(names))
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(names):
            raise FactsError(table.file, f"row {number}", "all", ",".join(line), f"{len(names)} cells")
    rows = [dict(zip(names, line, strict=True)) for line in lines[1:]]
    keys = _check_keys(table, rows)
    for column in table.columns:
        _check_column(table, column, rows, keys)
    return rows


def _check_keys(table: Table, rows: list[dict[str, str]]) -> list[str]:
    keys = [" ".join(row[name] for name in table.key) for row in rows]
    seen: dict[str, int] = {}
    column = "+".join(table.key)
    for number, key in enumerate(keys, start=2):
        if key in seen:
            raise FactsError(table.file, _place(number, key), column, key, f"each key once (also in row {seen[key]})")
        seen[key] = number
    for key in table.complete:
        if key not in seen:
            allowed = f"{len(table.complete)} rows, none left out"
            raise FactsError(table.file, f"no row for {key}", column, "", allowed)
    return keys


def _check_column(table: Table, column: Column, rows: list[dict[str, str]], keys: list[str]) -> None:
    allowed = _allowed(column)
    for number, (row, key) in enumerate(zip(rows, keys, strict=True), start=2):
        value = row[column.name]
        if value == "":
            if not column.optional and not key.startswith(column.gaps):
                raise FactsError(table.file, _place(number, key), column.name, value, f"{allowed}; not empty")
        elif not _fits(column, value):
            raise FactsError(table.file, _place(number, key), column.name, value, allowed)
        elif column.basis and row[column.basis] == "":
            allowed = f"the basis of {column.name} ({value})"
            raise FactsError(table.file, _place(number, key), column.basis, "", allowed)


def _fits(column: Column, value: str) -> bool:
    match column.kind:
        case "choice":
            return value in column.choices
        case "number" | "whole":
            try:
                number = float(value)
            except ValueError:
                return False
            return column.low <= number <= column.high and (column.kind == "number" or number.is_integer())
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


def _check_between(tables: Tables) -> None:
    """What no single cell shows: sums, orders, and that each member has a cabinet and a decisive election."""
    totals = dict.fromkeys(ISO3, 0.0)
    for row in tables["trade_ties"]:
        totals[row["iso3_from"]] += float(row["share_of_exports_pct"] or 0)
    for code, total in totals.items():
        if total > 100:
            place = f"rows from {code}"
            raise FactsError("trade_ties.csv", place, "share_of_exports_pct", f"{total:g}", "a sum of 100 at most")
    for number, row in enumerate(tables["neighbours"], start=2):
        if row["iso3_a"] >= row["iso3_b"]:
            key = f"{row['iso3_a']} {row['iso3_b']}"
            raise FactsError("neighbours.csv", _place(number, key), "iso3_b", row["iso3_b"], "iso3_a before iso3_b")
    governed = {row["iso3"] for row in tables["cabinets"] if row["cabinet_start"] <= FIRST_START.isoformat()}
    decided = {row["iso3"] for row in tables["elections"] if row["decides_government"] == "1" and len(row["due"]) == 7}
    for code in ISO3:
        if code not in governed:
            allowed = f"a cabinet in office on {FIRST_START}"
            raise FactsError("cabinets.csv", f"no row for {code}", "cabinet_start", "", allowed)
        if code not in decided:
            allowed = "an election that decides the government, due YYYY-MM"
            raise FactsError("elections.csv", f"no row for {code}", "decides_government", "", allowed)
