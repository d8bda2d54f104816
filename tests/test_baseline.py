"""Saved numbers of every scenario: they move only with a version and a reason."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cohesion import scenario_names, simulate
from experiments.baseline import saved


@pytest.fixture(scope="module")
def found():
    return saved.numbers()


def test_no_number_of_any_scenario_moves_without_a_version_and_a_reason(found):
    lines = saved.differences(saved.read(), found)
    assert not lines, "\n".join(
        [*lines, "If this is meant: raise MODEL in cohesion/version.py, say why in CHANGELOG.md, run make baseline."]
    )


def test_the_changelog_gives_the_reason_of_the_present_version():
    assert saved.reason()


def test_every_scenario_has_saved_numbers_of_the_present_version():
    record = saved.read()
    assert record["model"] == saved.MODEL
    assert set(record["scenarios"]) == set(scenario_names())
    assert all(set(digests) == set(scenario_names()) for digests in record["digests"].values())


def test_a_parameter_that_moves_by_a_millionth_is_noticed_and_named(found):
    nudged = simulate("status-quo", saved.RUNS, saved.SEED, parameters={"anchor": 0.02 * (1 + 1e-6)})
    exact = simulate("status-quo", saved.RUNS, saved.SEED, parameters={"anchor": 0.02})
    record = saved.record({"status-quo": saved.summary(exact)})
    lines = saved.differences(record, {"status-quo": saved.summary(nudged)})
    assert any("trust_in_us" in line for line in lines)


def test_a_last_bit_is_noticed_where_the_arithmetic_is_known_and_passes_elsewhere(found):
    record = saved.record(found)
    other = copy.deepcopy(found)
    other["trade-war"]["digest"] = "0" * 64
    assert "trade-war: a last bit differs" in saved.differences(record, other)[0]
    record["digests"] = {"another processor": record["digests"][saved.arithmetic()]}
    assert saved.differences(record, other) == []


def test_a_scenario_or_variable_that_comes_or_goes_is_named(found):
    record = saved.record(found)
    less = {name: copy.deepcopy(one) for name, one in found.items() if name != "trade-war"}
    del less["status-quo"]["means by year"]["threat"]
    lines = saved.differences(record, less)
    assert lines == [
        "trade-war: a scenario no longer there",
        "status-quo: variable threat no longer there",
    ]


def test_saving_keeps_digests_of_other_processors(found):
    known = {"digests": {"another processor": {"status-quo": "1"}}}
    assert set(saved.record(found, known)["digests"]) == {"another processor", saved.arithmetic()}


def test_numbers_are_not_overwritten_without_a_new_version(found, monkeypatch, tmp_path, capsys):
    from experiments.baseline import __main__ as command

    record = saved.record(found)
    record["scenarios"]["status-quo"]["outcomes"] = {}
    file = tmp_path / "model.json"
    file.write_text(json.dumps(record))
    monkeypatch.setattr(saved, "path", lambda version=saved.MODEL: file)
    monkeypatch.setattr(saved, "numbers", lambda: found)
    monkeypatch.setattr("sys.argv", ["baseline", "--save"])
    with pytest.raises(SystemExit, match="raise MODEL"):
        command.main()
    assert json.loads(file.read_text()) == record
    file.unlink()
    monkeypatch.setattr(saved, "reason", lambda: None)
    with pytest.raises(SystemExit, match="gives the reason"):
        command.main()
    assert not file.exists()


def newest_python():
    """A Python newer than this one, on the path or under pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which(f"python3.{minor}") for minor in (13, 12)] + sorted(
        root.glob("versions/3.1[23]*/bin/python")
    )[::-1]
    for python in filter(None, found):
        if subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0:
            return str(python)
    return None


@pytest.mark.soak
@pytest.mark.parametrize(("newest", "libraries"), [(False, ["numpy==2.0.2"]), (True, ["numpy", "mesa<4"])])
def test_oldest_and_newest_libraries_give_the_same_to_the_last_bit(newest, libraries, found, tmp_path):
    interpreter = newest_python() if newest else sys.executable
    if interpreter is None:
        pytest.skip("no newer Python here")
    root = Path(saved.__file__).parents[2]
    subprocess.run([interpreter, "-m", "venv", tmp_path / "venv"], check=True, timeout=120)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *libraries, root], check=True, timeout=900)
    code = (
        "import json; from experiments.baseline import saved; f = saved.numbers(); "
        "print(json.dumps([saved.arithmetic(), saved.differences(saved.read(), f), {n: f[n]['digest'] for n in f}]))"
    )
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True,
        check=True, timeout=600,
    )  # fmt: skip
    arithmetic, lines, digests = json.loads(done.stdout)
    assert not lines, arithmetic
    assert digests == {name: one["digest"] for name, one in found.items()}, arithmetic
