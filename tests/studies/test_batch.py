"""Batches on disk: whatever is killed or damaged when, a resumed batch equals one that ran through."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import cohesion
from cohesion import outcome
from cohesion.results import ResultsError
from cohesion.studies.batch import run_batch
from cohesion.studies.experiment import load_experiment
from cohesion.studies.folder import BatchFolder
from cohesion.studies.plan import Chunk, Plan
from cohesion.studies.reading import reproduce
from cohesion.studies.workers import Here
from experiments.processes import workers_of

TEXT = """
title = "Small"
question = "Is it whole?"
scenarios = ["burden-demand", "status-quo"]
runs = 16
months = 24
keep = ["bands"]
variables = ["cohesion_index", "threat"]

[sweep]
us_tariff = [0, 0.2, 0.4, 0.6]
learning = [0.01, 0.02, 0.03, 0.04]
"""
TOTAL = 2 * 16 * 16


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(TEXT)
    return path


def start(file: Path, out: Path, *options: str, **settings) -> subprocess.Popen:
    words = [sys.executable, "-m", "cohesion", "batch", str(file), "--out", str(out), *options]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings)


@pytest.fixture
def finish(call):
    """Runs the command of a batch to its end within this process: exit code, stdout and stderr."""
    return lambda file, out, *options: call("batch", file, "--out", out, *options)


def here(file: Path, out: Path, **options) -> dict:
    plan = Plan.of(load_experiment(file))
    return run_batch(plan, BatchFolder(out), lambda: Here(plan), **options)


@pytest.fixture(scope="module")
def digests(tmp_path_factory) -> dict[str, str]:
    """Of a batch that ran through."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "small.toml").write_text(TEXT)
    return here(folder / "small.toml", folder / "out")["digests"]


def wait_for_chunks(out: Path, count: int) -> None:
    until = time.monotonic() + 60
    while len(list(out.glob("outcomes.parquet/runs-*"))) < count:
        assert time.monotonic() < until, "no chunk was written"
        time.sleep(0.01)


# --- the same whatever the work is cut into ---------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "chunk"), [("1", "500"), ("2", "33"), ("3", "7")])
def test_contents_do_not_depend_on_workers_or_chunks(file, tmp_path, digests, finish, workers, chunk):
    code, said, errors = finish(file, tmp_path / "out", "--workers", workers, "--chunk", chunk, "--json")
    assert code == 0, errors
    assert json.loads(said)["digests"] == digests
    assert f"{TOTAL:,} of {TOTAL:,} runs, " in errors.splitlines()[-1]
    assert "a second, 0 s left" in errors.splitlines()[-1]


def test_what_a_folder_holds(file, tmp_path, digests):
    manifest = here(file, tmp_path / "out", command="cohesion batch small.toml")
    opened = cohesion.open_results(tmp_path / "out")
    table = opened.outcomes
    assert len(table) == TOTAL == manifest["runs"]
    assert table["point"].is_monotonic_increasing
    assert set(table["outcome"]) <= set(outcome.OUTCOMES)
    assert not any("second" in name or "time" in name for name in table)
    assert table.groupby("point")["run"].apply(list).tolist() == [list(range(16))] * 32
    assert manifest["command"] == "cohesion batch small.toml"
    assert {"versions", "commit", "platform", "seconds", "written", "experiment", "cite"} <= set(manifest)
    assert opened.bibtex.startswith("@misc{cohesion-small,")
    assert pd.read_parquet(tmp_path / "out" / "outcomes.parquet").equals(table)
    left = [path.name for path in (tmp_path / "out").rglob("*") if path.name.startswith(".new-")]
    assert left == []


def test_bands_are_those_of_the_ensemble(file, tmp_path):
    here(file, tmp_path / "out")
    opened = cohesion.open_results(tmp_path / "out")
    plan = Plan.of(opened.experiment)
    exact = cohesion.simulate(plan.scenario(5), 16)
    bands = opened.bands.sel(point=5) if "point" in opened.bands.coords else opened.bands.isel(point=5)
    for name in ("cohesion_index", "threat"):
        quantiles = np.quantile(exact[name].values, bands["quantile"].values, axis=0, method="inverted_cdf")
        assert np.abs(bands[name].values - quantiles).max() <= 1 / 200 + 1e-12
    assert bands["member"].values.tolist() == exact["member"].values.tolist()


def test_bands_of_many_runs_do_not_depend_on_chunks(file, tmp_path):
    """At the start all runs stand in one bin: of 300, in chunks that each hold fewer than a byte can count."""
    few = TEXT[: TEXT.index("[sweep]")].replace("months = 24", 'months = 3\nuncertainty = "none"')
    file.write_text(few.replace("runs = 16", "runs = 300"))
    one, three = (here(file, tmp_path / str(chunk), chunk=chunk)["digests"] for chunk in (300, 100))
    assert one == three


def test_trajectories_on_request(file, tmp_path):
    file.write_text(TEXT.replace('keep = ["bands"]', 'keep = ["trajectories"]').replace("runs = 16", "runs = 2"))
    here(file, tmp_path / "out", chunk=20)
    found = cohesion.open_results(tmp_path / "out").trajectories
    exact = cohesion.simulate(Plan.of(load_experiment(file)).scenario(17), 2)
    assert np.array_equal(found["threat"].values[found["point"].values == 17], exact["threat"].values)
    assert isinstance(found, xr.Dataset)


def test_trajectories_say_of_which_scenario_each_run_is_and_when_it_starts(file, tmp_path):
    text = TEXT.replace('keep = ["bands"]', 'keep = ["trajectories"]').replace("runs = 16", "runs = 1")
    file.write_text(text.replace('"status-quo"', '"history-2014-2024"'))
    here(file, tmp_path / "out", chunk=20)
    found = cohesion.open_results(tmp_path / "out").trajectories
    assert found["scenario"].values.tolist() == ["burden-demand"] * 16 + ["history-2014-2024"] * 16
    assert found["start"].values[[0, 31]].tolist() == ["2025-01-01", "2014-01-01"]
    assert not {"scenario", "title", "start"} & set(found.attrs)


# --- interrupted, killed, damaged -------------------------------------------------------------------------------------


def test_killed_driver(file, tmp_path, digests, finish):
    """Its workers go with it, and its lock does not block."""
    process = start(file, tmp_path / "out", "--workers", "2", "--chunk", "8")
    wait_for_chunks(tmp_path / "out", 3)
    workers = workers_of(process.pid)
    assert len(workers) == 2
    process.kill()
    process.communicate()
    assert not (tmp_path / "out" / "manifest.json").exists()
    until = time.monotonic() + 10
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until, "a worker outlived its driver"
        time.sleep(0.05)
    before = {path.name for path in (tmp_path / "out" / "outcomes.parquet").glob("runs-*")}
    code, said, errors = finish(file, tmp_path / "out", "--resume", "--workers", "1", "--chunk", "100", "--json")
    assert code == 0, errors
    assert json.loads(said)["digests"] == digests
    assert before <= {path.name for path in (tmp_path / "out" / "outcomes.parquet").glob("runs-*")}


def test_killed_worker(file, tmp_path, digests):
    """The batch goes on without being asked to."""
    process = start(file, tmp_path / "out", "--workers", "2", "--chunk", "8", "--json")
    wait_for_chunks(tmp_path / "out", 3)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert json.loads(said)["digests"] == digests


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(file, tmp_path, digests, number):
    process = start(file, tmp_path / "out", "--workers", "2", "--chunk", "8", start_new_session=True)
    wait_for_chunks(tmp_path / "out", 3)
    os.killpg(process.pid, number)  # as a terminal does: the driver and its workers
    _, errors = process.communicate(timeout=60)
    # It stops long before the end, which is at 64 chunks.
    assert len(list((tmp_path / "out").glob("outcomes.parquet/runs-*"))) < 32
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert f"cohesion batch {file} --out {tmp_path / 'out'} --resume" in errors
    assert "interrupted" in (tmp_path / "out" / "batch.log").read_text()
    assert here(file, tmp_path / "out", resume=True)["digests"] == digests


def test_damaged_and_missing_chunks_are_computed_again(file, tmp_path, digests):
    out = tmp_path / "out"
    here(file, out, chunk=64)
    names = sorted(path.name for path in (out / "outcomes.parquet").iterdir())
    flipped = out / "outcomes.parquet" / names[1]
    data = bytearray(flipped.read_bytes())
    data[len(data) // 2] ^= 1
    flipped.write_bytes(data)
    (out / "outcomes.parquet" / names[3]).write_bytes(b"")
    next(iter(sorted((out / "histograms").iterdir()))).unlink()
    assert here(file, out, resume=True, chunk=10)["digests"] == digests
    assert cohesion.open_results(out).outcomes["point"].value_counts().tolist() == [16] * 32


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"x")])
def test_bands_that_are_missing_or_damaged_are_made_again(file, tmp_path, digests, harm):
    out = tmp_path / "out"
    here(file, out)
    harm(out / "bands.nc")
    assert here(file, out, resume=True)["digests"] == digests
    assert "threat" in cohesion.open_results(out).bands


def test_a_damaged_chunk_is_not_read(file, tmp_path):
    here(file, tmp_path / "out")
    piece = BatchFolder(tmp_path / "out").pieces()[0].path
    piece.write_bytes(piece.read_bytes() + b" ")
    with pytest.raises(ResultsError, match=r"damaged; cohesion batch --resume computes it again"):
        cohesion.open_results(tmp_path / "out")


def test_resume_starts_an_absent_or_empty_folder_and_leaves_a_finished_one(file, tmp_path, digests, finish):
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "absent", tmp_path / "empty"):
        assert here(file, out, resume=True)["digests"] == digests
    stamp = (tmp_path / "empty" / "manifest.json").stat().st_mtime_ns
    assert finish(file, tmp_path / "empty", "--resume")[0] == 0
    assert (tmp_path / "empty" / "manifest.json").stat().st_mtime_ns == stamp


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("runs = 16", "runs = 17"), "experiment.runs (16, now 17)"),
        (("months = 24", "months = 24\nseed = 3"), "experiment.seed (0, now 3)"),
        (("0.6]", "0.5]"), "experiment.levels"),
        (("24", "25"), "experiment.scenarios.burden-demand"),
    ],
)
def test_another_config_in_the_same_folder_is_refused(file, tmp_path, finish, change, named):
    here(file, tmp_path / "out", chunk=512)
    file.write_text(TEXT.replace(*change))
    code, _, errors = finish(file, tmp_path / "out", "--resume")
    assert code == 2
    assert f"was begun with another {named}" in errors


def test_another_version_is_refused(file, tmp_path, monkeypatch):
    here(file, tmp_path / "out")
    plan = json.loads((tmp_path / "out" / "plan.json").read_text())
    (tmp_path / "out" / "plan.json").write_text(json.dumps(plan | {"version": "0.0.1"}))
    with pytest.raises(ResultsError, match=r"was begun with another version \(\"0.0.1\", now"):
        here(file, tmp_path / "out", resume=True)


def test_a_folder_that_holds_something_is_left_alone(file, tmp_path, finish):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    for options in ((), ("--resume",)):
        code, _, errors = finish(file, tmp_path / "out", *options)
        assert code == 2
        assert "not empty and not a batch, so it is left alone" in errors
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]
    here(file, tmp_path / "done")
    code, _, errors = finish(file, tmp_path / "done")
    assert code == 2
    assert "go on with --resume" in errors


def test_a_second_driver_is_refused(file, tmp_path, finish):
    process = start(file, tmp_path / "out", "--workers", "1", "--chunk", "8")
    wait_for_chunks(tmp_path / "out", 1)
    code, _, errors = finish(file, tmp_path / "out", "--resume")
    process.kill()
    process.communicate()
    assert code == 2
    assert "another process is writing this batch" in errors


@pytest.mark.parametrize("kind", ["a file", "below a file", "missing --out"])
def test_where_nothing_can_be_written(file, tmp_path, call, finish, kind):
    (tmp_path / "taken").write_text("mine")
    if kind == "missing --out":
        code, _, errors = call("batch", file)
    else:
        code, _, errors = finish(file, tmp_path / "taken" / ("" if kind == "a file" else "below"))
    assert code == 2
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_full_disk_does_no_damage(file, tmp_path, digests, monkeypatch):
    """The system says so at the third chunk: the error is clear, nothing half-written stays, and the batch resumes."""
    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match="No space left on device") as caught:
        here(file, tmp_path / "out", chunk=32)
    assert "--resume goes on" in str(caught.value)
    assert not list((tmp_path / "out").rglob(".new-*"))
    monkeypatch.undo()
    assert len(list((tmp_path / "out" / "outcomes.parquet").iterdir())) > 1
    assert here(file, tmp_path / "out", resume=True)["digests"] == digests


# --- looked at again --------------------------------------------------------------------------------------------------


def test_reproduce_agrees_and_finds_a_changed_number(file, tmp_path):
    out = tmp_path / "out"
    here(file, out, chunk=64)
    found = reproduce(out, points=3)
    assert (found["agrees"], found["points"], found["runs"]) == (True, 3, 48)
    folder = BatchFolder(out)
    for piece in folder.pieces():
        table = pd.read_parquet(piece.path)
        table["cohesion_index_last"] += 1e-15
        piece.path.unlink()
        stream = io.BytesIO()
        table.to_parquet(stream, index=False)
        folder.put(Chunk(piece.first, piece.last, {"outcomes": stream.getvalue()}, "", None))
    found = reproduce(out, points=3)
    assert not found["agrees"]
    assert "cohesion_index_last" in found["differences"][0]


def test_reproduce_a_batch_of_which_some_runs_are_not_there(file, tmp_path):
    out = tmp_path / "out"
    here(file, out, chunk=4)
    BatchFolder(out).pieces()[1].path.unlink()
    found = reproduce(out, points=32)
    assert (found["agrees"], found["runs"]) == (True, TOTAL - 4)


def test_reproduce_an_ensemble(tmp_path, call):
    lever = ["--lever", "us_tariff=0.2", "--without", "learning", "--seed", "3"]
    assert call("ensemble", "status-quo", "--runs", "16", *lever, "--out", tmp_path / "e")[0] == 0
    code, said, _ = call("reproduce", tmp_path / "e")
    assert code == 0
    assert "agrees" in said
    assert cohesion.open_results(tmp_path / "e").bibtex.startswith("@misc{cohesion-status-quo, title = {{Status quo}}")


def test_a_replaced_rule_changes_the_table_of_the_shipped_experiment(tmp_path, monkeypatch):
    """Results come from the rules, not from anything kept."""
    from cohesion.rules import trade

    experiment = load_experiment("smoke")
    plan = Plan.of(experiment)
    before = plan.outcomes(0, plan.total)
    monkeypatch.setattr(trade, "signal", lambda tariff, exports, p: 0 * tariff * exports)
    after = plan.outcomes(0, plan.total)
    free, taxed = (before["us_tariff"] == value for value in (0, 0.5))
    assert before[free].equals(after[free])
    assert after.loc[taxed, "cohesion_index_last"].mean() > before.loc[taxed, "cohesion_index_last"].mean()


def test_dry_run_says_what_to_expect_and_writes_nothing(file, tmp_path, finish):
    expected = json.loads(finish(file, tmp_path / "out", "--dry-run", "--json")[1])
    assert (expected["points"], expected["runs"]) == (32, TOTAL)
    assert expected["seconds"] > 0
    assert expected["bytes"] > 0
    assert not (tmp_path / "out").exists()
