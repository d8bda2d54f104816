"""The report of the tests that take minutes: ``README.md`` beside this file, a section of each, written by the test."""

import os
import platform
from datetime import date
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "README.md"
HEAD = """# Soak

What the tests of `make soak` measured when they last ran here. Each writes its own section.
"""


def record(key: str, title: str, text: str) -> None:
    """Write a section, in the place of an earlier one of the same key or at the end."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else HEAD
    first, last = f"<!-- {key} -->\n", f"<!-- end of {key} -->\n"
    before, found, rest = page.partition(first)
    after = rest.partition(last)[2] if found else ""
    section = f"{first}## {title}\n\n{text.strip()}\n\n{where()}\n{last}"
    PAGE.write_text(before + ("" if found else "\n") + section + after, encoding="utf-8", newline="\n")


def where() -> str:
    """When and on what it was measured."""
    load = f"; load {os.getloadavg()[1]:.0f} over the last five minutes" if hasattr(os, "getloadavg") else ""
    said = f"{platform.system()}, {os.cpu_count()} processors, Python {platform.python_version()}{load}"
    return f"Measured on {date.today().isoformat()}: {said}."


def table(rows: dict[str, str]) -> str:
    """Names and values in Markdown."""
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())])
