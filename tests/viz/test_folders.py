"""Result folders: offered only below the root, verified, and never another way out."""

import json
from pathlib import Path

import numpy as np
import pytest

from cohesion import load_scenario, simulate
from cohesion.parameters import DRAWN
from cohesion.results import ResultsError
from cohesion.simulation import Simulation
from cohesion_viz import folders


@pytest.fixture(scope="module")
def root(tmp_path_factory, afresh):
    place = tmp_path_factory.mktemp("root")
    chosen = ["--runs", "24", "--seed", "3", "--param", "commitment_trust=0.5"]
    words = ["trade-war", *chosen, "--out", place / "a" / "war"]
    afresh("-m", "cohesion", "ensemble", *words).check_returncode()
    return place


def test_a_folder_is_listed_with_what_its_manifest_says(root):
    (found,) = folders.listed(root)
    assert (found.name, found.runs, found.seed) == ("a/war", 24, 3)


def test_outcomes_and_drawn_parameters_are_those_of_the_runs(root):
    found = folders.opened(root, "a/war")
    data = simulate(load_scenario("trade-war"), 24, seed=3, parameters={"commitment_trust": 0.5})
    np.testing.assert_allclose(found.table["cohesion_index_last"], data["cohesion_index"].values[:, -1])
    assert "commitment_trust" not in found.parameters
    drawn = Simulation(load_scenario("trade-war"), 3, range(24)).parameters
    for name in found.parameters:
        np.testing.assert_array_equal(found.table[name], getattr(drawn, name)[:, 0])
    assert len(found.parameters) == len(DRAWN) - 1
    np.testing.assert_allclose(found.fan["p50"], np.median(data["cohesion_index"].values, axis=0))


def test_a_parameter_given_back_makes_the_same_run(root):
    """So the parameters shown beside a run are the ones that it was computed with."""
    found = folders.opened(root, "a/war")
    drawn = {name: found.table[name].to_numpy() for name in found.parameters} | {"commitment_trust": 0.5}
    again = simulate(load_scenario("trade-war"), 24, seed=3, uncertainty="none", parameters=drawn)
    np.testing.assert_allclose(again["cohesion_index"].values[:, -1], found.table["cohesion_index_last"], rtol=1e-9)


@pytest.mark.parametrize(
    "name", ["", "..", "../a", "a/../../x", "/etc", "a\\war", "a\0war", "nothing", "a", "x" * 5000]
)
def test_a_name_that_is_no_result_below_the_root_is_refused(root, name):
    with pytest.raises(ResultsError):
        folders.opened(root, name)


def test_a_link_that_points_out_is_neither_listed_nor_opened(root, tmp_path):
    inner = tmp_path / "served"
    inner.mkdir()
    (inner / "out").symlink_to(root / "a" / "war")
    assert folders.listed(inner) == []
    with pytest.raises(ResultsError, match="outside"):
        folders.opened(inner, "out")


def test_a_changed_file_and_a_strange_manifest_are_refused(root, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(root / "a" / "war", copy)
    summary = json.loads((copy / "summary.json").read_text())
    (copy / "summary.json").write_text(json.dumps(summary | {"runs": 999}))
    with pytest.raises(ResultsError, match="changed"):
        folders.opened(tmp_path, "copy")
    manifest = json.loads((copy / "manifest.json").read_text())
    for strange in ([1, 2], manifest | {"runs": [24]}, manifest | {"seed": "3"}):
        (copy / "manifest.json").write_text(json.dumps(strange))
        assert folders.listed(tmp_path) == []


@pytest.fixture(scope="module")
def batch(tmp_path_factory, afresh):
    place = tmp_path_factory.mktemp("batches")
    (place / "mine.toml").write_text(
        'title = "Mine"\nquestion = "How?"\nscenarios = ["trade-war", "status-quo"]\nruns = 3\nmonths = 24\n'
        'uncertainty = "none"\nseed = 2\nwithout = ["learning"]\n'
        '[sweep]\nus_tariff = [0, 0.4]\nlearning = [0.02]\n"us_claim@DNK" = [0, 1]\n'
    )
    words = [place / "mine.toml", "--out", place / "r" / "mine", "--workers", "0"]
    afresh("-m", "cohesion", "batch", *words).check_returncode()
    return place / "r"


def test_a_batch_is_listed_and_opened_with_its_factors(batch):
    (found,) = folders.listed(batch)
    assert (found.name, found.title, found.runs, found.seed) == ("mine", "Mine", 24, 2)
    opened = folders.opened(batch, "mine")
    assert opened.parameters == ("us_tariff", "learning", "us_claim@DNK")
    assert len(opened.table) == 24
    assert opened.verdict.startswith("Mine: over 8 points the share that ends as splinters runs from")
    assert opened.fan is None
    assert opened.provenance["Points"] == "8"


@pytest.mark.parametrize("row", [0, 10, 23])
def test_a_run_of_a_batch_opens_as_the_same_run(batch, row):
    """Though the batch drew no parameters and the dashboard does: what was not drawn is fixed."""
    opened = folders.opened(batch, "mine")
    run = int(opened.table["run"].loc[row])
    again = simulate(opened.scenario_of(row), 1, seed=2, first_run=run)
    assert float(again["cohesion_index"].values[0, -1]) == opened.table["cohesion_index_last"].loc[row]


def test_filters_keep_runs_within_all_ranges(root):
    table = folders.opened(root, "a/war").table
    kept = folders.within(table, {"unity": (0.9, 1.0), "run": (0, 11)})
    assert len(kept) == ((table["unity"] >= 0.9) & (table["run"] <= 11)).sum()


def test_the_correlation_ratio_is_one_where_groups_explain_all_and_zero_where_none():
    values, groups = np.array([1.0, 1.0, 2.0, 2.0]), np.array(["a", "a", "b", "b"])
    assert folders.correlation_ratio(values, groups) == 1
    assert folders.correlation_ratio(np.array([1.0, 2.0, 1.0, 2.0]), groups) == 0


# --- nothing leads outside the root -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ours(root):
    return folders.opened(root, "a/war")


@pytest.mark.parametrize(
    "name",
    [".", "./", "/", "//", "a/..", "a/./..", "..\\a", "a/war\\..", "C:", "C:\\", "C:/Windows", "C:war",
     "\\\\server\\share", "//server/share", "\\\\?\\C:\\x", "file:///etc", "%2e%2e", "..%2f", "a%2fwar", "a/war\0",
     "a\nwar", "~", "~root",
     "$HOME", "a/war/manifest.json", "a/war/", "con", "nul", "a" * 501, "/".join("a" * 250), "x" * 300, "é" * 200],
)  # fmt: skip
def test_a_name_opens_a_folder_below_the_root_or_none(root, ours, name):
    try:
        found = folders.opened(root, name)
    except ResultsError:
        found = None
    assert found is (ours if name == "a/war/" else None)


@pytest.fixture
def outside(root, tmp_path):
    """A root with a copy of a result in it, and a whole result beside the root."""
    import shutil

    shutil.copytree(root / "a" / "war", tmp_path / "beside")
    shutil.copytree(root / "a" / "war", tmp_path / "served" / "inner")
    return tmp_path


@pytest.mark.parametrize("file", ["manifest.json", "outcomes.parquet", "bands.nc", "summary.json"])
def test_a_file_that_is_a_link_out_of_the_root_is_not_read(outside, file):
    served = outside / "served"
    (served / "inner" / file).unlink()
    (served / "inner" / file).symlink_to(outside / "beside" / file)
    assert bool(folders.listed(served)) == (file != "manifest.json")
    with pytest.raises(ResultsError, match="outside"):
        folders.opened(served, "inner")


@pytest.mark.parametrize("way", ["absolute", "relative", "twice", "parent"])
def test_a_folder_that_is_a_link_out_of_the_root_is_not_read(outside, way):
    served, name = outside / "served", "out"
    if way == "absolute":
        (served / "out").symlink_to(outside / "beside")
    elif way == "relative":
        (served / "out").symlink_to(Path("..") / "beside")
    elif way == "twice":
        (served / "step").symlink_to(outside)
        (served / "out").symlink_to(served / "step" / "beside")
    else:
        (served / "step").symlink_to(outside)
        name = "step/beside"
    assert [folder.name for folder in folders.listed(served)] == ["inner"]
    with pytest.raises(ResultsError, match="outside"):
        folders.opened(served, name)


def test_links_in_a_ring_and_links_to_nothing_do_no_harm(outside):
    served = outside / "served"
    (served / "ring").symlink_to(served / "ring")
    (served / "up").symlink_to(served)
    (served / "nothing").symlink_to(served / "missing")
    assert "inner" in [folder.name for folder in folders.listed(served)]
    for name in ("ring", "nothing"):
        with pytest.raises(ResultsError):
            folders.opened(served, name)


def test_a_link_that_stays_below_the_root_is_followed(outside):
    served = outside / "served"
    (served / "again").symlink_to(served / "inner")
    assert folders.opened(served, "again").title == folders.opened(served, "inner").title


def test_a_batch_whose_chunk_is_a_link_out_of_the_root_is_not_read(batch, tmp_path):
    import shutil

    shutil.copytree(batch / "mine", tmp_path / "served" / "mine")
    chunk = next((tmp_path / "served" / "mine" / "outcomes.parquet").iterdir())
    shutil.move(chunk, tmp_path / chunk.name)
    chunk.symlink_to(tmp_path / chunk.name)
    with pytest.raises(ResultsError, match="outside"):
        folders.opened(tmp_path / "served", "mine")


def test_a_folder_that_many_look_at_is_held_once_and_let_go_after_them(outside):
    import gc

    served = outside / "served"
    first = folders.opened(served, "inner")
    assert folders.opened(served, "inner") is first
    gc.collect()
    held = len(folders._OPEN)
    del first
    gc.collect()
    assert len(folders._OPEN) == held - 1
