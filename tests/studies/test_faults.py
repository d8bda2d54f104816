"""Faults at random: whatever happens to a batch, it ends whole, or says in one line what is wrong."""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from experiments.faults.torture import KINDS, NotWhole, torture
from experiments.soak.report import record

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds worker processes in /proc")


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
    with ProcessPoolExecutor(2) as pool:
        reports = list(pool.map(torture, [25] * 8, range(8)))
    happened, errors = (sum((getattr(r, name) for r in reports), Counter()) for name in ("happened", "errors"))
    batches = sum(r.batches for r in reports)
    said = ", ".join(f"{name} {count}" for name, count in errors.items()) or "none"
    total = (
        f"{happened.total()} faults at random moments, 25 with each seed from 0 to 7; each was seen to have happened."
    )
    lines = [total, "", "| fault | happened |", "| --- | ---: |"]
    lines += [f"| {kind} | {happened[kind]} |" for kind in dict.fromkeys(KINDS)]
    lines += ["", f"{batches} batches ended with the digests of one that ran through. Errors said: {said}."]
    record("faults", "Faults in batches", "\n".join(lines))
    assert happened.total() >= 200
    assert set(KINDS) == set(happened)
