"""The wheel outside the checkout: every command works, or says in one line which extra it needs."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import typer.main

from cohesion import cli

ROOT = Path(__file__).parents[1]
#: Import names of what the extras bring; blocked where a machine has none of them.
EXTRAS = ("SALib", "ema_workbench", "optuna", "distributed", "dask", "solara", "ipyvue", "ipyvuetify", "markdown_it")
#: Arguments with which each command ends soon; names of scenarios and experiments are those that are shipped.
COMMANDS = {
    "scenarios": [],
    "levers": [],
    "parameters": [],
    "validate": ["trade-war"],
    "schema": [],
    "run": ["trade-war", "--months", "3"],
    "explain": ["trade-war", "--runs", "4", "--months", "3", "--member", "DNK"],
    "ensemble": ["trade-war", "--runs", "4", "--months", "3", "--out", "ensemble"],
    "compare": ["status-quo", "trade-war", "--runs", "4", "--months", "3"],
    "batch": ["smoke", "--out", "batch", "--workers", "0"],
    "reproduce": ["ensemble"],
    "analyse": ["batch"],
    "seek": [
        "trade-war",
        "--keep",
        "holds>0.1",
        "--levers",
        "us_tariff",
        "--trials",
        "3",
        "--runs",
        "8",
        "--months",
        "12",
    ],
    "report": ["ensemble", "-o", "report.html"],
    "dashboard": ["--help"],
    "calibrate": ["--help"],
    "backtest": ["--help"],
    "lessons": [],
    "game": ["--help"],
    "game score": ["--file", str(ROOT / "docs" / "game-strategies.txt"), "--help"],
    "facts": [],
    "facts check": ["."],
    "propositions": ["--help"],
}
#: Those that cannot do without an extra, and which it is.
NEED = {"report": "viz", "seek": "study"}


def commands(group, before=()):
    """Every command of the program, in words."""
    for name, command in getattr(group, "commands", {}).items():
        yield " ".join((*before, name))
        yield from commands(command, (*before, name))


def build(kind, folder, root=ROOT):
    """Build without the network, from what the environment has."""
    code = f"import hatchling.build as b; print(b.build_{kind}({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=120
    )
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's content and what stands for a machine without extras, and an empty one to work in."""
    place = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", place, wheel],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    blocked = "import sys\nfor name in " + repr(EXTRAS) + ":\n    sys.modules[name] = None\n"
    (place / "blocked.py").write_text(blocked)
    return place, tmp_path_factory.mktemp("elsewhere")


#: Runs commands of the installed wheel one after another, since loading it for each takes longer than what they do.
CALLS = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout

sys.path.insert(0, sys.argv[1])
if sys.argv[2] == "blocked":
    import blocked
import cohesion
from cohesion.cli import main

assert cohesion.__file__.startswith(sys.path[0])
found = []
for words in json.loads(sys.argv[3]):
    sys.argv, said, errors = ["cohesion", *words], io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(errors):
        try:
            main()
        except SystemExit as ended:
            found.append([ended.code or 0, errors.getvalue()])
print(json.dumps(found))
"""


def called(installed, commands, extras):
    """Exit code and standard error of commands of the installed wheel, in one process in an empty folder."""
    place, folder = installed
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", CALLS, place, "all" if extras else "blocked", json.dumps(commands)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_every_command_is_tried_here():
    assert set(COMMANDS) == set(commands(typer.main.get_command(cli.app)))


def test_every_command_of_the_wheel_works_without_extras_or_names_the_one_it_needs(installed):
    asked = [[*name.split(), *arguments] for name, arguments in COMMANDS.items()]
    for name, (code, error) in zip(COMMANDS, called(installed, asked, extras=False), strict=True):
        if name in NEED:
            assert code == 2, name
            assert error.count("\n") == 1, error
            assert f"cohesion-alliance[{NEED[name]}]" in error
        else:
            assert code == (2 if name == "facts check" else 0), (name, error)
            assert "Traceback" not in error


def test_what_needs_an_extra_only_at_times_names_it_then(installed):
    asked = {
        "viz": ["dashboard", "--no-browser"],
        "study": ["batch", "sensitivity-morris", "--out", "morris"],
        "cluster": ["batch", "smoke", "--out", "far", "--scheduler", "tcp://127.0.0.1:9"],
    }
    for extra, (code, error) in zip(asked, called(installed, list(asked.values()), extras=False), strict=True):
        assert (code, error.count("\n")) == (2, 1), error
        assert f"cohesion-alliance[{extra}]" in error


def test_commands_that_need_an_extra_work_where_it_is(installed):
    names = ("ensemble", "batch", *NEED)
    asked = [[name, *COMMANDS[name], *(["--resume"] if name == "batch" else [])] for name in names]
    for name, (code, error) in zip(names, called(installed, asked, extras=True), strict=True):
        assert code in ((0, 1) if name == "seek" else (0,)), (name, error)  # 1: no change reaches the goal
    assert (installed[1] / "report.html").stat().st_size > 100_000


def test_the_wheel_carries_what_users_look_for(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, kind in (("scenarios", "scenarios"), ("experiments", "experiments"), ("lessons", "lessons")):
        for file in (ROOT / "configs" / folder).glob("*.toml"):
            assert f"cohesion/configs/{kind}/{file.name}" in names
    for file in (ROOT / "cohesion" / "facts").glob("*.csv"):
        assert f"cohesion/facts/{file.name}" in names
    for file in (ROOT / "viz" / "cohesion_viz").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert file.relative_to(ROOT / "viz").as_posix() in names
    assert not [name for name in names if name.startswith(("tests/", "experiments/"))]
    assert max(zipfile.ZipFile(wheel).infolist(), key=lambda one: one.file_size).file_size < 4 * 2**20


def test_the_source_archive_holds_what_builds_and_tests_it(tmp_path):
    archive = build("sdist", tmp_path)
    with tarfile.open(archive) as held:
        names = {name.partition("/")[2] for name in held.getnames()}
    for file in (
        "pyproject.toml",
        "requirements.lock",
        "Makefile",
        "CONTRIBUTING.md",
        "tests/test_wheel.py",
        "docs/odd.md",
    ):
        assert file in names
    assert not [name for name in names if name.startswith((".venv", "results/"))]


def test_what_the_container_copies_makes_the_same_wheel(wheel, tmp_path):
    for line in (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            for source in sources:
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, tmp_path / target)
    (tmp_path / "dist").mkdir()
    made = zipfile.ZipFile(build("wheel", tmp_path / "dist", tmp_path))
    assert {(one.filename, one.CRC) for one in made.infolist()} == {
        (one.filename, one.CRC) for one in zipfile.ZipFile(wheel).infolist()
    }


@pytest.mark.soak
def test_the_wheel_in_an_empty_environment(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=120)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [python, "-m", "pip", "install", "-q", "--constraint", ROOT / "requirements.lock"]
    subprocess.run([*install, wheel], check=True, timeout=900)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, arguments in COMMANDS.items():
        done = subprocess.run(
            [python.with_name("cohesion"), *name.split(), *arguments], cwd=elsewhere, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == (2 if name in {*NEED, "facts check"} else 0), (name, done.stderr)
        assert "Traceback" not in done.stderr
