"""The pages in ``docs/reference/`` that are made from the code; `cohesion.tables` writes them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from typer.main import get_command

from cohesion import cli
from cohesion.facts.changes import newest
from cohesion.facts.schema import TABLES, Column, Table
from cohesion.facts.tables import shipped_tables
from cohesion.outcome import OUTCOMES
from cohesion.tables import NOTE, joined, markdown
from cohesion.types import PHASES, POSTURES
from cohesion.variables import VARIABLES

_CODES = {"outcome": OUTCOMES, "posture": POSTURES, "phase": PHASES}


def pages() -> dict[str, str]:
    """Text of every page, by its path from the root of the project."""
    return {
        "docs/reference/command-line.md": _command_line(),
        "docs/reference/facts.md": _facts(),
        "docs/reference/variables.md": _variables(),
    }


def _variables() -> str:
    head = ("name", "meaning", "unit", "by member")
    rows = [(f"`{v.name}`", v.long_name, v.unit, "yes" if v.by_member else "no") for v in VARIABLES]
    codes = [(f"`{name}`", ", ".join(f"{k} {word}" for k, word in enumerate(words))) for name, words in _CODES.items()]
    return joined(
        [
            "# Variables",
            NOTE,
            f"What `cohesion.simulate` keeps of every run and month: {len(VARIABLES)}, defined in "
            "`cohesion/variables.py`. What stands for the state of a member is explained in "
            "[the protocol](../odd.md#2-entities-state-variables-and-scales).",
            markdown(head, rows),
            "## Codes",
            markdown(("variable", "codes"), codes),
        ]
    )


def _command_line() -> str:
    parts = [
        "# Command line",
        NOTE,
        "Every command, as its `--help` tells it. A mistake is one line on the standard error and exit code 2; Ctrl-C "
        "is exit code 130. With `--json` a command prints one JSON object and nothing else.",
    ]
    for command, context in _commands(get_command(cli.app), None, "cohesion"):
        rows = [(p.get_help_record(context), p.param_type_name) for p in command.params]
        named = [(f"`{name.split(' <')[0]}`", text) for (name, text), _ in rows]
        given = [name.strip("`") for (name, _), (_, kind) in zip(named, rows, strict=True) if kind == "argument"]
        usage = " ".join([context.command_path, "[OPTIONS]", *given, *["COMMAND"] * hasattr(command, "commands")])
        parts += [f"## {context.command_path}", f"`{usage}`", command.help.strip()]
        parts.append(markdown(("option", "meaning"), named) if named else "")
        told = [line.strip() for line in (command.epilog or "").splitlines()]
        examples = [line for line in told if line.startswith("cohesion ")]
        if examples:
            parts.append("\n".join(['```text title="Examples (not run in the tests)"', *examples, "```"]))
    return joined(parts)


def _commands(command: Any, parent: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """A command and those below it, each with a context that knows its path."""
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    yield command, context
    for below, found in getattr(command, "commands", {}).items():
        yield from _commands(found, context, below)


def _facts() -> str:
    parts = [
        "# Facts and their sources",
        NOTE,
        f"The {len(TABLES)} tables in `cohesion/facts/`, as their check knows them (`cohesion/facts/schema.py`), and "
        "each source with the number of rows that name it. What a column means, how good it is and what to beware of "
        "stands in [SOURCES.md](../../cohesion/facts/SOURCES.md); terms of use in "
        "[DATA-LICENSES.md](../../DATA-LICENSES.md).",
    ]
    shipped = shipped_tables()
    for table in TABLES:
        rows = shipped[table.file.removesuffix(".csv")]
        parts += _table_of_facts(table, rows)
    return joined(parts)


def _table_of_facts(table: Table, rows: Sequence[Any]) -> list[str]:
    year = newest(table, rows)
    size = f"{len(rows):,} rows" + (f", the newest of {year}" if year else "")
    key = ", ".join(f"`{name}`" for name in table.key)
    sources = Counter(
        str(row[c.name]) for row in rows for c in table.columns if "source" in c.name and str(row[c.name] or "")
    )
    head = ("column", "holds", "may be empty", "how it is known")
    columns = [
        (f"`{c.name}`", _held(c), "yes" if c.optional or c.gaps else "", _basis(c, rows))
        for c in table.columns
        if "source" not in c.name and not c.name.endswith("basis")
    ]
    return [
        f"## {table.file}",
        f"{table.what}. {size}, one for each {key}.",
        markdown(head, columns),
        markdown(("source", "rows"), [(source, f"{count:,}") for source, count in sources.most_common()]),
    ]


def _held(column: Column) -> str:
    """What a column may hold, in words."""
    if column.kind in ("number", "whole"):
        kind = "whole number" if column.kind == "whole" else "number"
        return f"{kind}, {column.low:.10g} to {column.high:.10g}"
    if column.choices:
        return ", ".join(column.choices) if len(column.choices) <= 6 else f"one of {len(column.choices)} names"
    return column.kind


def _basis(column: Column, rows: Sequence[Any]) -> str:
    """How many of its figures were read, computed and so on."""
    if not column.basis:
        return ""
    found = Counter(str(row[column.basis]) for row in rows if row[column.basis])
    return ", ".join(f"{basis} {count:,}" for basis, count in found.most_common())
