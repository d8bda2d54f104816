"""The pictures of the explanations show what the model does: their numbers are made again and compared."""

import re
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "images" / "explanation"
sys.path.insert(0, str(ROOT / "scripts"))
import pictures  # noqa: E402

SLOW = {"shapley": [pytest.mark.soak]}
STALE = "has other numbers now; run make pictures, and read the words about it again"


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW.get(name, [])) for name in pictures.PICTURES])
def test_the_numbers_of_a_picture_are_those_of_the_model(name):
    count, draw, height = pictures.PICTURES[name]
    now, kept = count(), pd.read_csv(FOLDER / f"{name}.csv")
    if "date" in now:
        now["date"] = now["date"].astype(str)
    try:
        pd.testing.assert_frame_equal(now.reset_index(drop=True), kept, check_dtype=False, rtol=1e-4, atol=1e-4)
    except AssertionError as error:
        raise AssertionError(f"{name} {STALE}\n{error}") from None
    assert pictures.figure_of(draw, kept, height).axes


def test_every_picture_is_small_and_shown_in_an_explanation_with_its_numbers():
    text = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "explanation").glob("*.md"))
    shown = set(re.findall(r"!\[[^\]]{20,}\]\(\.\./images/explanation/([\w-]+)\.svg\)", text))
    linked = set(re.findall(r"\(\.\./images/explanation/([\w-]+)\.csv\)", text))
    assert shown == {*pictures.PICTURES, "loop"} == {path.stem for path in FOLDER.glob("*.svg")}
    assert linked == set(pictures.PICTURES) == {path.stem for path in FOLDER.glob("*.csv")}
    assert all(path.stat().st_size < 150_000 for path in FOLDER.iterdir())
