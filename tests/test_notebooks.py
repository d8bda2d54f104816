"""The notebooks run, and what they show to those who only read them is what the code gives today."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def texts(cell) -> str:
    """All that a cell prints or shows as text; pictures and their bytes are left out."""
    shown = [o["text"] if o["output_type"] == "stream" else o["data"].get("text/plain", "") for o in cell["outputs"]]
    return "".join(shown)


def kinds(cell) -> list[str]:
    return sorted({kind for o in cell["outputs"] for kind in o.get("data", {}) if kind.startswith("image/")})


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_prints_what_it_is_kept_with(path, tmp_path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # figures are drawn into the notebook
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER.parents[1]), str(FOLDER.parents[1] / "viz")]))
    kept, again = nbformat.read(path, 4), nbformat.read(path, 4)
    NotebookClient(again, timeout=300, record_timing=False).execute(cwd=tmp_path)
    for number, (before, after) in enumerate(zip(kept.cells, again.cells, strict=True)):
        if before.cell_type == "code":
            where = f"{path.name}, cell {number}: stale; run make notebooks, and read whether its text still holds"
            assert texts(after) == texts(before), where
            assert kinds(after) == kinds(before), where


def test_there_are_three_that_end_with_what_was_found_and_what_it_cannot_say():
    assert len(NOTEBOOKS) == 3
    for path in NOTEBOOKS:
        headings = [c.source.splitlines()[0] for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]
        assert headings[-2:] == ["## What was found", "## What can't be concluded"], path.name


def test_links_of_the_notebooks_resolve():
    for path in NOTEBOOKS:
        told = "".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
        links = re.findall(r"\]\(([^)]+)\)", told)
        assert [link for link in links if not (FOLDER / link).exists()] == [], path.name
