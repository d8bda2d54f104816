"""Faults at random: whatever happens to a batch, it ends whole, or says in one line what is wrong."""

import sys
from pathlib import Path

import pytest

from experiments.faults.torture import KINDS, NotWhole, torture

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds worker processes in /proc")
REPORT = Path(__file__).parents[2] / "experiments" / "faults" / "report.md"


def test_a_batch_that_is_hurt_at_random_ends_whole():
    report = torture(3, seed=1)
    assert report.happened.total() >= 3
    assert report.batches >= 1


def test_a_batch_that_is_not_whole_is_noticed(monkeypatch):
    from experiments.faults import torture as module

    whole = module.run_batch
    seen = []

    def other(plan, folder, workers, **options):
        seen.append(folder)
        return whole(plan, folder, workers, **options) | ({"digests": {}} if len(seen) > 1 else {})

    monkeypatch.setattr(module, "run_batch", other)
    with pytest.raises(NotWhole, match="digests differ"):
        torture(1, seed=2)


@pytest.mark.soak
def test_two_hundred_faults():
    report = torture(200)
    lines = ["# Faults in batches", "", "`make soak`: 200 faults at random moments, seed 0.", "",
             "| fault | happened |", "| --- | ---: |"]  # fmt: skip
    lines += [f"| {kind} | {report.happened[kind]} |" for kind in dict.fromkeys(KINDS)]
    said = ", ".join(f"{name} {count}" for name, count in report.errors.items()) or "none"
    lines += ["", f"{report.batches} batches ended with the digests of one that ran through.", f"Errors said: {said}."]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    assert report.happened.total() >= 200
    assert {"driver killed", "worker killed", "byte flipped", "permission revoked"} <= set(report.happened)
