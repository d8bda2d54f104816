"""`cohesion propositions` in miniature: what it writes, what it refuses, what it leaves behind."""

import json

import pandas as pd
import pytest

from cohesion import posterior
from cohesion.propositions import trial
from cohesion.propositions.folder import files

SMALL = ("propositions", "P9", "--runs", "3", "--workers", "0")


def test_a_miniature_run_writes_pages_tables_and_json(call, tmp_path, monkeypatch):
    kept = []
    simulated = trial.run
    monkeypatch.setattr(trial, "run", lambda *words: kept or kept.extend(simulated(*words)) or kept)  # once is enough
    code, out, err = call(*SMALL, "--out", "found", "--json")
    assert code == 0, err
    assert "48 of 48 runs" in err
    said = json.loads(out)
    assert [p["id"] for p in said["propositions"]] == ["P9"]
    folder = tmp_path / "found"
    assert sorted(path.name for path in folder.iterdir()) == sorted(files(["P9"]))
    verdict = said["propositions"][0]["verdict"]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["propositions"] == {"P9": verdict}
    assert (manifest["runs"], manifest["repetitions"], manifest["variants"]) == (3, 4, 4)
    assert manifest["posterior"] == posterior.digest()
    assert f"**{verdict}**" in (folder / "README.md").read_text(encoding="utf-8")
    text = (folder / "P9.md").read_text(encoding="utf-8")
    assert text.startswith("# P9 ")
    assert f"**{verdict.capitalize()}.**" in text
    assert (folder / "P9.png").read_bytes().startswith(b"\x89PNG")
    contrasts = pd.read_csv(folder / "contrasts.csv")
    assert contrasts["median"].tolist() == pytest.approx(
        [c["median"] for c in said["propositions"][0]["contrasts"]], rel=1e-4
    )
    # again: in place of the earlier one, with the same numbers
    code, _, err = call(*SMALL, "--out", "found")
    assert code == 0, err
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["digests"] == manifest["digests"]
    # fewer would lose pages, and foreign files are left alone: both are refused before the work
    code, _, err = call("propositions", "P10", "--runs", "3", "--out", "found")
    assert code == 2
    assert "holds 'P9.md', not part of" in err
    (folder / "mine.txt").write_text("mine")
    code, _, err = call(*SMALL, "--out", "found")
    assert (code, (folder / "mine.txt").read_text()) == (2, "mine")
    assert "holds 'mine.txt'" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("propositions", "P12"), "ids: found 'P12'; allowed: P1, P2"),
        (("propositions", "--runs", "1"), "--runs: found '1'; allowed: a whole number from 2"),
        (("propositions", "--uncertainty", "some"), "--uncertainty: found 'some'"),
    ],
)
def test_mistakes_are_named(call, words, said):
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_an_interrupted_run_leaves_nothing(call, monkeypatch, tmp_path):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("cohesion.propositions.trial.Trial.chunk", interrupted)
    code, out, _ = call(*SMALL, "--out", "found")
    assert (code, out) == (130, "")
    assert list(tmp_path.iterdir()) == []
