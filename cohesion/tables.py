"""The tables in ``docs/``, made from the definitions: ``python -m cohesion.tables``; ``--check`` only compares."""

import sys
from collections.abc import Sequence
from pathlib import Path

from cohesion import posterior
from cohesion.levers import HOLDERS, LEVERS, in_words
from cohesion.parameters import MECHANISMS, PARAMETERS, Parameter
from cohesion.scenario import Scenario, load_scenario, scenario_names

ROOT = Path(__file__).resolve().parents[1]
#: Stands below the title of every page that is made.
NOTE = "<!-- Made from the code by `make docs-tables`; edit the definitions, not this file. -->"


def render() -> dict[str, str]:
    """Text of every table file, by its path from the root of the project."""
    from cohesion import reference  # which imports the command line, which words its values here

    tables = {"docs/parameters.md": _parameters(), "docs/levers.md": _levers(), "docs/scenarios.md": _scenarios()}
    return tables | reference.pages()


def stale() -> list[str]:
    """Paths whose file is missing or differs from what the code says."""
    return [
        path
        for path, text in render().items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]


def _parameters() -> str:
    parts = [
        "# Parameters",
        NOTE,
        f"Every uncertain quantity of the model: {len(PARAMETERS)}, defined in `cohesion/parameters.py`. "
        "An ensemble draws each run's values uniformly from the ranges, but those that were fitted come together from "
        f"one of the {next(iter(posterior.sets().values())).size} sets that history up to {posterior.ORIGIN} supports "
        "(`cohesion calibrate`): *fitted* is their median, and in brackets their 5 % and 95 % quantile. "
        "Thresholds are not drawn but moved by a tenth. "
        "*Off* is the value at which what a parameter governs does nothing: `--without` sets it. "
        "A source that is not a publication is the word assumption, with its reason.",
    ]
    for key, title in MECHANISMS.items():
        rows = [_row_of(p) for p in PARAMETERS if p.mechanism == key]
        if rows:
            head = ("name", "meaning", "unit", "default", "range", "fitted", "off", "source")
            parts += [f"## {title}", f"`--without {key}`" if any(row[6] for row in rows) else "", markdown(head, rows)]
    return joined(parts)


def _row_of(p: Parameter) -> tuple[str, ...]:
    off = "" if p.neutral is None else f"{p.neutral:g}"
    drawn = " (threshold, not drawn)" if p.threshold else ""
    return (
        f"`{p.name}`", p.meaning + drawn, p.unit, f"{p.default:g}", f"{p.low:g} to {p.high:g}",
        posterior.in_words(p.name), off, p.source,
    )  # fmt: skip


def _levers() -> str:
    parts = [
        "# Levers",
        NOTE,
        f"Every policy lever: {len(LEVERS)}, defined in `cohesion/levers.py`. A lever that is not set stays at its "
        "neutral value, the conduct at the start of the scenario.",
    ]
    for holder in HOLDERS:
        head = ("name", "meaning", "unit", "neutral", "range", "by member", "basis of the range")
        rows = [
            (
                f"`{x.name}`", x.meaning, x.unit, f"{x.neutral:g}", f"{x.low:g} to {x.high:g}",
                "yes" if x.by_member else "no", x.basis,
            )
            for x in LEVERS
            if x.holder == holder
        ]  # fmt: skip
        parts += [f"## {holder}", markdown(head, rows)]
    return joined(parts)


def _scenarios() -> str:
    found = [load_scenario(name) for name in scenario_names()]
    listed = [(f"[`{s.name}`](#{s.name})", s.title, s.month_label(0), f"{s.months}") for s in found]
    parts = [
        "# Scenarios",
        NOTE,
        "Shipped in `configs/scenarios/`; a lever that is not named is neutral.",
        markdown(("name", "title", "start", "months"), listed),
    ]
    for scenario in found:
        parts += _scenario(scenario)
    return joined(parts)


def _scenario(s: Scenario) -> list[str]:
    about = s.to_dict()
    parts = [f"## {s.name}", f"**{s.title}**, {s.month_label(0)} to {s.month_label(s.months - 1)}.", s.story.strip()]
    if about["levers"]:
        parts.append(markdown(("lever", "value"), [(f"`{k}`", in_words(v)) for k, v in about["levers"].items()]))
    if about["events"]:
        rows = [
            (
                event["date"] + (f" until {event['until']}" if "until" in event else ""), event["text"],
                "; ".join(f"`{k}` {in_words(v)}" for k, v in event["levers"].items()), event.get("source", ""),
            )
            for event in about["events"]
        ]  # fmt: skip
        parts.append(markdown(("date", "event", "levers", "source"), rows))
    if about["parameters"]:
        fixed = [(f"`{k}`", f"{v:g}") for k, v in about["parameters"].items()]
        parts.append(markdown(("parameter", "value"), fixed))
    if s.sources:
        parts.append("\n".join(["Sources:", "", *(f"- {source}" for source in s.sources)]))
    return parts


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def joined(parts: Sequence[str]) -> str:
    """A page of its parts, empty ones left out."""
    return "\n\n".join(part for part in parts if part) + "\n"


def main() -> None:
    """Write the files, or with ``--check`` say which are stale and exit with 1."""
    if "--check" in sys.argv[1:]:
        found = stale()
        for path in found:
            print(f"{path} is stale; run: make docs-tables", file=sys.stderr)
        sys.exit(1 if found else 0)
    if not (ROOT / "pyproject.toml").is_file():
        sys.exit("error: the tables belong to a checkout of the project; this package is installed without one")
    for path, text in render().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(path)


if __name__ == "__main__":
    main()
