"""What a new table changes: cells against the shipped table, and figures of a start derived from it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from cohesion.facts import LAST_START, Facts
from cohesion.facts.codes import ISO3, FactsError
from cohesion.facts.schema import BASES, TABLES, Column, Table
from cohesion.facts.tables import Row, Tables, faults_between, keys_of, read_table, shipped_tables

BY_FILE = {table.file: table for table in TABLES}


@dataclass(frozen=True)
class CellChange:
    """A cell filled before and after: its row's key, its texts, and the change over the value before.

    `relative` is None for what is no number, and where it was 0.
    """

    row: str
    before: str
    after: str
    relative: float | None


@dataclass(frozen=True)
class ColumnChange:
    """Cells of a column that differ.

    Attributes
    ----------
    column
        Its name.
    added, removed, changed
        Cells filled that were empty or not there, the reverse, and those filled before and after.
    largest
        Of the changed cells the one that changes most in relation, else the first; None if none changed.
    """

    column: str
    added: int
    removed: int
    changed: int
    largest: CellChange | None


@dataclass(frozen=True)
class TableChange:
    """How a table differs from the shipped one of the same name.

    Attributes
    ----------
    file
        Its name.
    rows_before, rows_after
        Their numbers.
    rows_added, rows_removed
        Keys.
    columns
        Those outside the key with a cell that differs.
    members, years
        Of the rows added or removed and of those with another figure: not only another basis, text or source.
    """

    file: str
    rows_before: int
    rows_after: int
    rows_added: tuple[str, ...]
    rows_removed: tuple[str, ...]
    columns: tuple[ColumnChange, ...]
    members: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True)
class ValueChange:
    """A value of a start: of which member, pair, group and member, or month, and what it was and is."""

    of: str
    before: float
    after: float


@dataclass(frozen=True)
class FigureChange:
    """An array of `Facts` that differs, and its values that do, the largest change first."""

    figure: str
    values: tuple[ValueChange, ...]


def replacing(path: Path) -> tuple[Tables, list[FactsError]]:
    """The shipped tables with one in place of that of the same name, and every fault of it.

    Parameters
    ----------
    path
        A CSV file with the name of a table; nothing is written.

    Raises
    ------
    FactsError
        Where the file cannot be read as cells of the schema's columns.
    """
    rows, faults = read_table(path, BY_FILE[path.name])
    tables = {**shipped_tables(), path.stem: rows}
    return tables, faults or list(faults_between(tables))


def newest(table: Table, rows: Sequence[Row]) -> int | None:
    """Latest year of a table's rows; None where they bear no date."""
    return max((int(row[table.dated][:4]) for row in rows), default=None) if table.dated else None


def table_change(table: Table, before: Sequence[Row], after: Sequence[Row]) -> TableChange:
    """Compare two versions of a table, row by row of the same key."""
    old = dict(zip(keys_of(table, before), before, strict=True))
    new = dict(zip(keys_of(table, after), after, strict=True))
    columns, touched = [], {key: True for key in old.keys() ^ new.keys()}
    for column in table.columns:
        moved = [key for key in {**old, **new} if _differs(column, _cell(old, key, column), _cell(new, key, column))]
        if moved and column.name not in table.key:
            columns.append(_column_change(column, moved, old, new))
        if column.kind != "text" and column.choices != BASES:
            touched |= dict.fromkeys(moved, True)
    rows = [new.get(key) or old[key] for key in touched]
    return TableChange(
        table.file, len(before), len(after),
        tuple(key for key in new if key not in old), tuple(key for key in old if key not in new), tuple(columns),
        tuple(code for code in ISO3 if any(code in _codes(row) for row in rows)),
        tuple(sorted({int(row[table.dated][:4]) for row in rows})) if table.dated else (),
    )  # fmt: skip


def figure_changes(before: Facts, after: Facts) -> tuple[FigureChange, ...]:
    """Arrays that differ between the facts of two sets of tables, for the same start."""
    found = []
    for field in fields(Facts):
        old, new = _labelled(field.name, before), _labelled(field.name, after)
        every = [ValueChange(label, old.get(label, 0.0), new.get(label, 0.0)) for label in {**old, **new}]
        if moved := [value for value in every if value.before != value.after]:
            moved.sort(key=lambda value: -abs(value.after - value.before))
            found.append(FigureChange(field.name, tuple(moved)))
    return tuple(found)


def starts(change: TableChange, start: datetime.date) -> tuple[datetime.date, ...]:
    """The start asked about, and where the table has later figures the first January that sees them all."""
    sees_all = datetime.date(max(change.years, default=0) + 1, 1, 1)
    return (start, sees_all) if start < sees_all <= LAST_START else (start,)


def _cell(rows: Mapping[str, Row], key: str, column: Column) -> str:
    return rows[key][column.name] if key in rows else ""


def _differs(column: Column, before: str, after: str) -> bool:
    if column.kind in ("number", "whole") and before and after:
        return float(before) != float(after)
    return before != after


def _column_change(column: Column, moved: list[str], old: Mapping[str, Row], new: Mapping[str, Row]) -> ColumnChange:
    cells = [(key, _cell(old, key, column), _cell(new, key, column)) for key in moved]
    changed = [CellChange(key, a, b, _relative(column, a, b)) for key, a, b in cells if a and b]
    largest = max(changed, key=lambda cell: abs(cell.relative or 0), default=None)
    added, removed = sum(not a for _, a, _ in cells), sum(not b for _, _, b in cells)
    return ColumnChange(column.name, added, removed, len(changed), largest)


def _relative(column: Column, before: str, after: str) -> float | None:
    if column.kind not in ("number", "whole") or float(before) == 0:
        return None
    return (float(after) - float(before)) / abs(float(before))


def _codes(row: Row) -> set[str]:
    """Members that a row is about."""
    found = {value for name, value in row.items() if name.startswith("iso3") or name == "actor"}
    return found | set(row.get("target", "").split(";"))


def _labelled(name: str, facts: Facts) -> dict[str, float]:
    """Cells of an array by member, pair, group and member, or month; empty for what is no array."""
    value: Any = getattr(facts, name)
    if isinstance(value, dict):
        pairs = {(group, code): x for group, mask in value.items() for code, x in zip(ISO3, mask, strict=True)}
        return {f"{group}: {code}": float(x) for (group, code), x in pairs.items()}
    if not isinstance(value, np.ndarray):
        return {}
    if value.ndim == 2:
        return {f"{ISO3[i]} {ISO3[j]}": float(value[i, j]) for i in range(len(ISO3)) for j in range(len(ISO3))}
    labels = facts.war_months if name == "war_intensity" else ISO3
    return dict(zip(labels, map(float, value), strict=True))
