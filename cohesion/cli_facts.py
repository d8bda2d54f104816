"""The commands for the tables of facts: facts, and facts check."""

import datetime
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cohesion.cli_options import MAX_RUNS, Asked, Json, Seed, whole
from cohesion.printing import CAVEAT, fail, print_json, print_table, progress, say
from cohesion.uncertainty import DEFAULT

if TYPE_CHECKING:
    from cohesion.facts import Facts
    from cohesion.facts.changes import CellChange, FigureChange, TableChange
    from cohesion.scenario import Scenario

#: Faults of a table that are listed; members of a figure that are named.
FAULTS, NAMED = 20, 5

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback(
    invoke_without_command=True,
    epilog="""\b
Examples:
  cohesion facts
  cohesion facts --json
  cohesion facts check drafts/spending.csv""",
)
def facts(context: typer.Context, as_json: Json = False) -> None:
    """List the tables of facts, or check a new one."""
    if context.invoked_subcommand is not None:
        return
    from cohesion.facts import FOLDER
    from cohesion.facts.changes import newest
    from cohesion.facts.schema import TABLES
    from cohesion.facts.tables import shipped_tables

    shipped = shipped_tables()
    found = [(t, shipped[t.file.removesuffix(".csv")]) for t in TABLES]
    if as_json:
        print_json(
            {
                "folder": str(FOLDER),
                "tables": [
                    {
                        "file": t.file, "rows": len(rows), "newest": newest(t, rows), "what": t.what,
                        "key": list(t.key), "columns": [column.name for column in t.columns],
                    }
                    for t, rows in found
                ],
            }
        )  # fmt: skip
        return
    print_table(
        ("file", ">rows", ">newest", "what"),
        [(t.file, f"{len(rows):,}", str(newest(t, rows) or ""), t.what) for t, rows in found],
    )
    say(f"They stand in {FOLDER}, with their sources in SOURCES.md.")


@app.command(
    epilog="""\b
Examples:
  cohesion facts check drafts/spending.csv
  cohesion facts check drafts/troops.csv --scenario us-withdrawal --runs 512
  cohesion facts check drafts/us_image.csv --runs 0
  cohesion facts check drafts/spending.csv --json"""
)
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with the name of a table.")],
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="SCENARIO", help="Whose start and outcomes to compare.")
    ] = "status-quo",
    runs: Annotated[
        int, typer.Option("--runs", parser=whole(0, MAX_RUNS), metavar="N", help="Runs with each table; 0 for none.")
    ] = 128,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Check a new table and say what it would change.

    FILE is to take the place of the table of the same name. Its faults are listed (exit code 2); without any, what
    differs: cells, figures at the start of a scenario, and its outcomes with the same random numbers. Nothing is
    written.
    """
    _check_name(file)
    from cohesion.facts import facts_from, load_facts
    from cohesion.facts.changes import BY_FILE, figure_changes, replacing, starts, table_change
    from cohesion.facts.tables import shipped_tables

    tables, faults = replacing(file)
    if faults:
        _refuse([str(fault) for fault in faults])
    chosen = Asked.of(seed, DEFAULT, None, None, None, None).scenario(scenario)
    change = table_change(BY_FILE[file.name], shipped_tables()[file.stem], tables[file.stem])
    figures = {day: figure_changes(load_facts(day), facts_from(tables, day)) for day in starts(change, chosen.start)}
    figures = {day: found for day, found in figures.items() if found or day == chosen.start}
    effect = _effect(chosen, facts_from(tables, chosen.start), runs, seed) if runs else None
    if as_json:
        print_json(
            {
                **asdict(change),
                "scenario": chosen.name,
                "starts": [
                    {"start": str(day), "figures": [asdict(figure) for figure in found]}
                    for day, found in figures.items()
                ],
                "effect": effect,
            }
        )
        return
    _print_table_change(change, BY_FILE[file.name].what)
    for day, found in figures.items():
        _print_figures(found, day, chosen)
    if effect is not None:
        _print_effect(effect, chosen)
    if len(figures) > 1:
        say(f"Runs of {chosen.name} do not see every new figure; give --scenario a file with start = {max(figures)}.")


def _check_name(file: Path) -> None:
    """Refuse what is not called like a table."""
    from cohesion.checks import nearest
    from cohesion.facts.schema import TABLES

    names = [table.file for table in TABLES]
    if file.name in names:
        return
    if file.suffix == ".toml":
        raise typer.BadParameter(
            f"found {str(file)!r}; allowed: a table in CSV. Scenarios and their events: cohesion validate {file}",
            param_hint="FILE",
        )
    close = nearest(file.name, names)
    hint = f"; did you mean {close}?" if close else ""
    raise typer.BadParameter(
        f"found {file.name[:60]!r}; allowed: the name of the table to replace, one of {', '.join(names)}{hint}",
        param_hint="FILE",
    )


def _refuse(faults: list[str]) -> None:
    for fault in faults[:FAULTS]:
        fail(fault)
    if len(faults) > FAULTS:
        fail(f"and {len(faults) - FAULTS:,} more")
    raise typer.Exit(2)


def _effect(chosen: "Scenario", facts: "Facts", runs: int, seed: int) -> dict[str, Any]:
    """The scenario with the shipped tables and with the new one, run by run with the same random numbers."""
    from cohesion.ensemble import compare, simulate
    from cohesion.summary import NEEDED, summary

    with progress(2 * runs, chosen.name) as report:
        before, after = (
            simulate(chosen, runs, seed, facts=given, variables=NEEDED, progress=report) for given in (None, facts)
        )
    index, outcome = (after[name].values[:, -1] != before[name].values[:, -1] for name in ("cohesion_index", "outcome"))
    return {
        "scenario": chosen.name, "seed": seed, "runs": runs,
        "runs_changed": {"cohesion_index": int(index.sum()), "outcome": int(outcome.sum())},
        "difference": compare(before, after),
        "shipped": summary(before, chosen), "new": summary(after, chosen),
    }  # fmt: skip


def _print_table_change(change: "TableChange", what: str) -> None:
    say(f"{change.file}: sound, {change.rows_after:,} rows; the shipped table has {change.rows_before:,}", "bold")
    say(what)
    if not change.columns:
        say("Every cell is the same.")
        return
    if change.rows_added or change.rows_removed:
        say(f"Rows added: {len(change.rows_added):,}; removed: {len(change.rows_removed):,}")
    print_table(
        ("column", ">added", ">removed", ">changed", "largest change"),
        [(c.column, f"{c.added:,}", f"{c.removed:,}", f"{c.changed:,}", _told(c.largest)) for c in change.columns],
        "Cells that differ",
    )
    if change.members:
        say(f"Members: {', '.join(change.members)}")
    if change.years:
        say(f"Years: {', '.join(map(str, change.years))}")


def _told(cell: "CellChange | None") -> str:
    if cell is None:
        return ""
    before, after = (text if len(text) <= 40 else f"{text[:40]}…" for text in (cell.before, cell.after))
    relative = "" if cell.relative is None else f" ({100 * cell.relative:+.1f} %)"
    return f"{cell.row[:60]}: {before} to {after}{relative}"


def _print_figures(found: "tuple[FigureChange, ...]", day: datetime.date, chosen: "Scenario") -> None:
    say()
    whose = f"the start of {chosen.name}" if day == chosen.start else "the first start that sees every new figure"
    heading = f"Figures in {day:%Y-%m}, {whose}"
    if not found:
        say(f"{heading}: none changes")
        return
    rows = [
        (
            change.figure, f"{len(change.values):,}",
            ", ".join(f"{v.of} {_number(v.before)} to {_number(v.after)}" for v in change.values[:NAMED])
            + (", …" if len(change.values) > NAMED else ""),
        )
        for change in found
    ]  # fmt: skip
    print_table(("figure", ">values moved", "largest first"), rows, heading)
    if any(change.figure == "groups" for change in found):
        say("Levers of a scenario that name a group keep the shipped one until the table is replaced.")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _print_effect(effect: dict[str, Any], chosen: "Scenario") -> None:
    from cohesion.summary import percent

    say()
    say(f"{chosen.title}, {effect['runs']:,} runs of seed {effect['seed']} with each table", "bold")
    moved, difference = effect["runs_changed"], effect["difference"]
    if not any(moved.values()):
        say("Every run ends the same, to the last bit.")
        return
    before, after = (effect[name]["cohesion_index"]["last"]["p50"] for name in ("shipped", "new"))
    median, (low, high) = difference["median"]["difference"], difference["median"]["interval"]
    rows = [
        ("median final cohesion index", f"{before:.4f}", f"{after:.4f}", f"{median:+.4f}", f"{low:+.4f} to {high:+.4f}")
    ]
    for name, (share, low, high) in difference["outcome_shares"].items():
        before, after = (effect[table]["outcome_shares"][name] for table in ("shipped", "new"))
        rows.append(
            (
                f"{name.replace('_', ' ')}, % of runs", percent(before), percent(after), f"{100 * share:+.1f}",
                f"{100 * low:+.1f} to {100 * high:+.1f}",
            )
        )  # fmt: skip
    print_table(("", ">shipped", ">new", ">difference", ">95 % interval"), rows)
    say(
        f"{moved['cohesion_index']:,} runs end with another cohesion index (run by run "
        f"{difference['paired']['p05']:+.4f} to {difference['paired']['p95']:+.4f} in nine of ten), "
        f"{moved['outcome']:,} with another outcome."
    )
    say(CAVEAT)
