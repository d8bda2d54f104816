"""The documentation says what the code does: examples run, generated tables are current, names and links exist."""

import ast
import dataclasses
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cohesion import levers, outcome, parameters, scenario, tables, types, variables

ROOT = Path(__file__).resolve().parents[1]
PAGES = {p.relative_to(ROOT).as_posix(): p for p in [*ROOT.glob("README.md"), *sorted((ROOT / "docs").rglob("*.md"))]}
ODD = ROOT / "docs" / "odd.md"
RULES = sorted(p for p in (ROOT / "cohesion" / "rules").glob("*.py") if p.name != "__init__.py")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
SHELL_OPERATORS = {"|", ">", ">>", "&&", ";"}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text)


def commands(block: str) -> list[list[str]]:
    """Arguments of each line that calls cohesion, up to a pipe; other programs (make, git, pip) are left alone."""
    found = []
    for line in block.replace("\\\n", " ").splitlines():
        line = line.strip().removeprefix("$ ")
        if line.split()[:1] == ["cohesion"]:
            words = shlex.split(line, comments=True)[1:]
            end = next((k for k, word in enumerate(words) if word in SHELL_OPERATORS), len(words))
            found.append(words[:end])
    return found


def slug(heading: str) -> str:
    """Anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(text: str) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)}


def vocabulary() -> set[str]:
    """Names of the code that the protocol may set in backticks."""
    found = {p.name for p in parameters.PARAMETERS} | set(parameters.MECHANISMS)
    found |= {x.name for x in levers.LEVERS} | {v.name for v in variables.VARIABLES}
    for kind in (types.State, types.Inputs, types.Shocks):
        found |= {field.name for field in dataclasses.fields(kind)}
    found |= {*outcome.OUTCOMES, *outcome.CRITERIA, *types.POSTURES, *scenario.scenario_names()}
    for page in RULES:
        for node in ast.walk(ast.parse(text_of(page))):
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
    return found | {"deal", "breach", "peace"}  # symbols of the page itself


def test_there_are_pages_and_the_readme_is_among_them():
    assert {"README.md", "docs/odd.md", "docs/limits.md"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_examples_of_a_page_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    text, namespace = text_of(PAGES[name]), {"__name__": "example"}
    for block in FENCE.finditer(text):
        language, code = block.groups()
        if language in ("python", "py"):
            line = text.count("\n", 0, block.start(2))
            exec(compile("\n" * line + code, str(PAGES[name]), "exec"), namespace)
        elif language in ("bash", "console", "sh", "shell"):
            for arguments in commands(code):
                done = subprocess.run(
                    [sys.executable, "-m", "cohesion", *arguments], capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"cohesion {shlex.join(arguments)}\n{done.stderr}"


@pytest.mark.parametrize("name", tables.render())
def test_a_generated_table_is_current(name):
    page = ROOT / name
    assert page.is_file(), f"{name} is missing; run: make docs-tables"
    assert text_of(page) == tables.render()[name], f"{name} is stale; run: make docs-tables"


def test_every_parameter_and_every_lever_is_in_the_protocol():
    named = set(re.findall(r"`([a-z0-9_]+)`", prose(text_of(ODD))))
    assert {p.name for p in parameters.PARAMETERS} - named == set()
    assert {x.name for x in levers.LEVERS} - named == set()


def test_every_name_in_the_protocol_exists():
    named = set(re.findall(r"`([a-z][a-z0-9_]*)`", prose(text_of(ODD))))
    assert named - vocabulary() == set()


def test_every_rule_file_is_in_the_protocol_and_every_file_named_exists():
    files = set(re.findall(r"`([\w./-]+\.(?:py|md|toml|csv))`", prose(text_of(ODD))))
    assert {page.relative_to(ROOT).as_posix() for page in RULES} <= files
    assert [name for name in files if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("name", PAGES)
def test_links_of_a_page_resolve(name):
    page, broken = PAGES[name], []
    for link in re.findall(r"\]\(\s*([^)\s]+)\s*\)", prose(text_of(page))):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(text_of(target))):
            broken.append(link)
    assert broken == []
