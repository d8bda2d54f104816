"""The documentation says what the code does: examples run, generated tables are current, names and links exist."""

import ast
import dataclasses
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from cohesion import cli, levers, outcome, parameters, scenario, tables, types, variables

ROOT = Path(__file__).resolve().parents[1]
PAGES = {p.relative_to(ROOT).as_posix(): p for p in [*ROOT.glob("README.md"), *sorted((ROOT / "docs").rglob("*.md"))]}
EXPERIMENTS = sorted((ROOT / "experiments").rglob("*.md"))
ODD = ROOT / "docs" / "odd.md"
RULES = sorted(p for p in (ROOT / "cohesion" / "rules").glob("*.py") if p.name != "__init__.py")
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
SHELL_OPERATORS = {"|", ">", ">>", "&&", ";"}
SHELL = ("bash", "console", "sh", "shell")
#: Programs that set up what the tests already have.
SETUP = {"python3", "py", "source", "pip"}
#: The mark of a block that is shown and not run; its title is seen on the site.
NOT_RUN = "not run in the tests"


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language, title and content."""

    line: int
    language: str
    title: str
    code: str

    @property
    def marked(self) -> bool:
        return NOT_RUN in self.title.lower()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text)


def blocks(text: str) -> list[Block]:
    found = []
    for match in FENCE.finditer(text):
        language, _, rest = match[1].partition(" ")
        title = re.search(r'title="([^"]*)"', rest)
        found.append(Block(text.count("\n", 0, match.start(2)), language, title[1] if title else "", match[2]))
    return found


def commands(block: str) -> list[list[str]]:
    """Arguments of each line that calls cohesion, up to a pipe."""
    found = []
    for line in lines_of(block):
        if line.split()[:1] == ["cohesion"]:
            words = shlex.split(line, comments=True)[1:]
            end = next((k for k, word in enumerate(words) if word in SHELL_OPERATORS), len(words))
            found.append(words[:end])
    return found


def lines_of(block: str) -> list[str]:
    return [line.strip().removeprefix("$ ") for line in block.replace("\\\n", " ").splitlines()]


def misunderstood(arguments: list[str]) -> str:
    """What the command line finds wrong with arguments, which it reads without doing what they ask."""
    command = get_command(cli.app)
    try:
        context = command.make_context("cohesion", list(arguments))
        while hasattr(command, "commands") and (rest := [*context._protected_args, *context.args]):
            name, command, rest = command.resolve_command(context, rest)
            context = command.make_context(name, rest, parent=context)
    except Exception as error:
        return f"cohesion {shlex.join(arguments)}: {error}"
    return ""


class Reader:
    """Does what a page says, block after block, in an empty folder and within this process."""

    def __init__(self, page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.page, self.namespace, self.printed = page, {"__name__": "example"}, ""
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def follow(self, block: Block) -> None:
        where = f"{self.page.relative_to(ROOT)}:{block.line}"
        if block.title == "Output":
            assert plain(block.code) in plain(self.printed), f"{where}: not what was printed:\n{self.printed}"
        elif block.marked or block.language in ("", "text"):
            asked = commands(block.code)
            assert block.marked or not asked, f"{where}: a command that nobody runs; say so: title={NOT_RUN!r}"
            assert [said for arguments in asked if (said := misunderstood(arguments))] == [], where
        elif block.language == "python":
            exec(compile("\n" * block.line + block.code, str(self.page), "exec"), self.namespace)
        elif block.language == "toml":
            self.configure(block)
        else:
            assert block.language in SHELL, f"{where}: {block.language} is not run; say so: title={NOT_RUN!r}"
            self.call(block, where)

    def configure(self, block: Block) -> None:
        """A file that is named is written and checked; a part of one has to be TOML."""
        tomllib.loads(block.code)
        if block.title:
            Path(block.title).write_text(block.code, encoding="utf-8")
            self.call(Block(block.line, "bash", "", f"cohesion validate {block.title}"), block.title)

    def call(self, block: Block, where: str) -> None:
        for line in filter(None, lines_of(block.code)):
            program = line.split()[0]
            if program == "make":
                assert re.search(rf"^{line.split()[1]}:", text_of(ROOT / "Makefile"), re.MULTILINE), f"{where}: {line}"
            else:
                known = program in ("cohesion", *SETUP) or ".venv" in program or line.startswith("#")
                assert known, f"{where}: nobody runs {program}"
        self.printed = ""
        for arguments in commands(block.code):
            self.monkeypatch.setattr(sys, "argv", ["cohesion", *arguments])
            self.capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                cli.main()
            out, err = self.capsys.readouterr()
            assert not ended.value.code, f"{where}: cohesion {shlex.join(arguments)}\n{err}"
            self.printed += out


def plain(text: str) -> str:
    """Lines without what trails; whole lines are compared."""
    return "\n" + "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


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


@pytest.fixture
def read(tmp_path, monkeypatch, capsys):
    """Gives a reader of a page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the workers of a batch
    return lambda page: Reader(page, monkeypatch, capsys)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if blocks(text_of(page))])
def test_examples_of_a_page_run(name, read):
    reader = read(PAGES[name])
    for block in blocks(text_of(PAGES[name])):
        reader.follow(block)


def test_commands_of_the_experiments_are_understood():
    asked = [arguments for page in EXPERIMENTS for block in blocks(text_of(page)) for arguments in commands(block.code)]
    assert asked
    assert [said for arguments in asked if (said := misunderstood(arguments))] == []


@pytest.mark.parametrize(
    "block",
    [
        Block(1, "bash", "", "cohesion levers --holder nobody\n"),
        Block(1, "bash", "", "rm -rf results\n"),
        Block(1, "bash", "", "make no-such-target\n"),
        Block(1, "python", "", "assert False\n"),
        Block(1, "toml", "", "us_tariff = \n"),
        Block(1, "toml", "wrong.toml", 'title = "Wrong"\n[levers]\nno_such_lever = 1\n'),
        Block(1, "text", "Output", "what was never printed\n"),
        Block(1, "text", "", "cohesion levers\n"),
        Block(1, "r", "", "library(arrow)\n"),
        Block(1, "text", "Not run in the tests: too long", "cohesion ensemble status-quo --rums 3\n"),
    ],
)
def test_a_block_that_is_wrong_or_that_nobody_runs_is_found(block, read):
    with pytest.raises((AssertionError, ValueError)):
        read(ROOT / "README.md").follow(block)


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
