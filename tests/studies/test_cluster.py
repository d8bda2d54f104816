"""A batch on a Dask cluster: a real scheduler and real worker processes on this machine."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from cohesion.studies.batch import run_batch
from cohesion.studies.experiment import load_experiment
from cohesion.studies.folder import BatchFolder
from cohesion.studies.plan import Plan
from cohesion.studies.workers import Here

pytest.importorskip("distributed")

TEXT = """
title = "Small"
question = "Is it whole?"
scenarios = ["burden-demand"]
runs = 16
months = 60
[sweep]
us_tariff = { from = 0, to = 0.6, steps = 31 }
"""


@pytest.fixture(scope="module", autouse=True)
def unanswered(tmp_path_factory):
    """A batch that waits for a scheduler which never answers: for ten seconds, while another test runs."""
    out = tmp_path_factory.mktemp("unanswered") / "out"
    words = [sys.executable, "-m", "cohesion", "batch", "smoke", "--out", str(out)]
    words += ["--scheduler", "tcp://127.0.0.1:1"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler, and its worker processes."""
    started = []

    def start(*words: str) -> subprocess.Popen:
        log = (tmp_path / f"{len(started)}.log").open("w")
        started.append(subprocess.Popen([sys.executable, "-m", *words], stdout=log, stderr=log, cwd=tmp_path))
        return started[-1]

    start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    address = None
    until = time.monotonic() + 30
    while address is None:
        assert time.monotonic() < until, (tmp_path / "0.log").read_text()
        time.sleep(0.1)
        address = re.search(r"tcp://127\.0\.0\.1:\d+", (tmp_path / "0.log").read_text())
    workers = [
        start("distributed.cli.dask_worker", address[0], "--nthreads", "1", "--no-nanny", "--no-dashboard")
        for _ in range(2)
    ]
    yield address[0], workers
    for process in started[::-1]:
        process.kill()
        process.wait()


def test_a_worker_is_killed_and_the_result_is_the_same(cluster, tmp_path):
    address, workers = cluster
    file = tmp_path / "small.toml"
    file.write_text(TEXT)
    out = tmp_path / "out"
    words = [sys.executable, "-m", "cohesion", "batch", str(file), "--out", str(out), "--scheduler", address]
    with (tmp_path / "said").open("w") as said, (tmp_path / "errors").open("w") as errors:
        process = subprocess.Popen([*words, "--chunk", "8", "--json"], stdout=said, stderr=errors)
        until = time.monotonic() + 60
        while len(list(out.glob("outcomes.parquet/runs-*"))) < 5:
            assert time.monotonic() < until, (tmp_path / "errors").read_text()
            time.sleep(0.02)
        os.kill(workers[0].pid, signal.SIGKILL)
        killed_at = len(list(out.glob("outcomes.parquet/runs-*")))
        assert process.wait(timeout=120) == 0, (tmp_path / "errors").read_text()
    assert killed_at < 62  # in mid-run
    plan = Plan.of(load_experiment(file))
    alone = run_batch(plan, BatchFolder(tmp_path / "alone"), lambda: Here(plan))
    assert json.loads((tmp_path / "said").read_text())["digests"] == alone["digests"]


def test_a_scheduler_that_does_not_answer(unanswered):
    out, err = unanswered.communicate(timeout=60)
    assert unanswered.returncode == 2
    assert out == ""
    assert "found 'tcp://127.0.0.1:1', which does not answer" in err
    assert "Traceback" not in err
