"""A batch that is hurt again and again, and must end with the digests of one that ran through, or say what is wrong.

Each fault is seen to have happened: a process is gone by the signal, a file's checksum no longer fits, an error names
the permission or the disk.
"""

import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cohesion.studies.batch import run_batch
from cohesion.studies.experiment import load_experiment
from cohesion.studies.folder import BatchFolder
from cohesion.studies.plan import Plan
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
KINDS = ("driver killed", "driver killed", "worker killed", "worker killed", "terminated", "byte flipped",
         "file emptied", "file removed", "permission revoked", "disk full")  # fmt: skip
DROP_CAPABILITY, OVERRIDE_PERMISSIONS, SEARCH_ANYWHERE = 24, 1, 2  # of prctl(2) and capabilities(7)


@dataclass
class Report:
    """Faults that happened by kind, batches that ended whole after them, and the errors that were said."""

    happened: Counter = field(default_factory=Counter)
    batches: int = 0
    errors: Counter = field(default_factory=Counter)


class NotWhole(AssertionError):
    """A batch ended otherwise than it should."""


def torture(faults, seed=0, place=None):
    """Bring so many faults upon batches, one after another.

    Parameters
    ----------
    faults
        How many, at least.
    seed
        Of the choice and the moment of faults.
    place
        Folder to work in; a temporary one where None.

    Raises
    ------
    NotWhole
        Where a fault did not happen, an error is no clear line, or digests differ.
    """
    chance, report = random.Random(seed), Report()
    with tempfile.TemporaryDirectory(dir=place) as temporary:
        place = Path(temporary)
        file = place / "small.toml"
        file.write_text(TEXT)
        plan = Plan.of(load_experiment(file))
        expected = run_batch(plan, BatchFolder(place / "whole"), lambda: Here(plan))["digests"]
        while report.happened.total() < faults:
            out = place / f"batch-{report.batches}"
            finished = False
            while not finished and report.happened.total() < faults:
                finished = _hurt(chance, file, out, report)
            found = run_batch(plan, BatchFolder(out), lambda: Here(plan), resume=True)["digests"]
            if found != expected:
                raise NotWhole(f"digests differ after {dict(report.happened)}: {found}, not {expected}")
            report.batches += 1
    return report


def _hurt(chance, file, out, report):
    """One life of a driver with one fault; whether the batch was finished before it could happen."""
    kind = chance.choice(KINDS)
    if kind == "disk full":
        return _on_a_full_disk(file, out, report)
    driver = _start(file, out)
    before = _chunks(out)
    if not _wait(lambda: len(_chunks(out)) > len(before) or driver.poll() is not None):
        raise NotWhole("no chunk was written in a minute")
    time.sleep(chance.random() * 0.3)
    if driver.poll() is not None:
        driver.communicate()
        return (out / "manifest.json").exists()
    if kind in ("driver killed", "terminated"):
        number = signal.SIGKILL if kind == "driver killed" else signal.SIGTERM
        driver.send_signal(number)
        _, said = driver.communicate(timeout=60)
        if driver.returncode == 0:
            return True  # it was faster
        if driver.returncode != (-number if number == signal.SIGKILL else 130) or "Traceback" in said:
            raise NotWhole(f"{kind}: ended with {driver.returncode}: {said[-500:]}")
    elif kind == "worker killed":
        found = workers_of(driver.pid)
        if not found:
            driver.communicate(timeout=120)
            return True
        os.kill(chance.choice(found), signal.SIGKILL)
        _, said = driver.communicate(timeout=120)
        if driver.returncode or "Traceback" in said:
            raise NotWhole(f"a lost worker ended the batch with {driver.returncode}: {said[-500:]}")
        report.happened[kind] += 1
        return True
    elif kind == "permission revoked":
        return _without_permission(driver, out, report)
    else:
        driver.kill()
        driver.communicate()
        report.happened["driver killed"] += 1
        if not _damage(chance, kind, out):
            return False
    report.happened[kind] += 1
    return False


def _damage(chance, kind, out):
    """Damage one file of a stopped batch; whether there was one."""
    files = sorted(path for path in out.rglob("runs-*") if path.is_file())
    if not files:
        return False
    path = chance.choice(files)
    data = bytearray(path.read_bytes())
    if kind == "byte flipped":
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        path.write_bytes(data)
    elif kind == "file emptied":
        path.write_bytes(b"")
    else:
        path.unlink()
    for piece in BatchFolder(out).pieces("outcomes") + BatchFolder(out).pieces("histograms"):
        if piece.path == path:  # the fault is seen: the name's checksum no longer fits
            try:
                BatchFolder(out).read(piece)
            except ValueError:
                return True
            raise NotWhole(f"{kind}: {path.name} still has its checksum")
    return kind == "file removed"


def _without_permission(driver, out, report):
    """Take away the right to write; the driver must say so in one line, and goes on when it is given back."""
    places = [path for path in (out, *out.iterdir()) if path.is_dir()]
    for path in places:
        path.chmod(0o555)
    try:
        _, said = driver.communicate(timeout=120)
    finally:
        for path in places:
            path.chmod(0o777)
    if driver.returncode == 0:
        return True  # its last chunk was written
    _one_line(driver.returncode, said, report, "Permission denied")
    report.happened["permission revoked"] += 1
    return False


def _on_a_full_disk(file, out, report):
    """The same batch on a disk of a few hundred KiB; what it wrote there is copied over and goes on."""
    with _small_disk(out.parent) as disk:
        if disk is None:
            return False
        driver = _start(file, disk / "batch")
        _, said = driver.communicate(timeout=120)
        _one_line(driver.returncode, said, report, "No space left on device")
        if list((disk / "batch").rglob(".new-*")):
            raise NotWhole("something half-written was left on the full disk")
        if not out.exists():
            subprocess.run(["cp", "-a", disk / "batch", out], check=True)
    report.happened["disk full"] += 1
    return False


@contextmanager
def _small_disk(place):
    """A file system of 200 KiB; None where this machine does not let one be mounted."""
    disk = place / "disk"
    disk.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k,mode=777", "tmpfs", disk], capture_output=True
    ).returncode == 0  # fmt: skip
    try:
        yield disk if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)


def _one_line(code, said, report, named):
    lines = [line for line in said.splitlines() if line.startswith("error: ")]
    if code != 2 or len(lines) != 1 or named not in lines[0] or "Traceback" in said:
        raise NotWhole(f"expected one line that names {named!r}, found exit code {code} and {said[-500:]!r}")
    report.errors[named] += 1


def _start(file, out):
    """A driver with two workers, whom permissions stop even where it is root."""
    words = [
        sys.executable,
        "-m",
        "cohesion",
        "batch",
        file,
        "--out",
        out,
        "--workers",
        "2",
        "--chunk",
        "8",
        "--resume",
    ]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_as_an_ordinary_user
    )


def _as_an_ordinary_user():
    kernel = ctypes.CDLL(None)
    for capability in (OVERRIDE_PERMISSIONS, SEARCH_ANYWHERE):
        kernel.prctl(DROP_CAPABILITY, capability, 0, 0, 0)


def _chunks(out):
    return list(out.glob("outcomes.parquet/runs-*"))


def _wait(ready, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        time.sleep(0.01)
    return False
