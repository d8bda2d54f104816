"""Result folders: what is written is read back, damage is found, and nothing else is touched."""

import json
import shutil
from pathlib import Path

import pytest
import xarray as xr

from cohesion import load_scenario, simulate
from cohesion.ensemble import digest, outcome_table
from cohesion.results import FILES, ResultsError, check_target, read_results, write_results
from cohesion.summary import bands

SCENARIO = load_scenario("splitting-the-alliance").with_changes(months=24)
BASELINE = load_scenario("status-quo").with_changes(months=24)


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return simulate(SCENARIO, 12)


@pytest.fixture(scope="module")
def written(data: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "deep" / "one"
    return write_results(folder, SCENARIO, data, baseline=(BASELINE, simulate(BASELINE, 12)), command="cohesion …")


@pytest.fixture
def copied(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "copy"))


def test_a_result_is_read_back_as_written(written: Path, data: xr.Dataset) -> None:
    found = read_results(written)
    assert sorted(path.name for path in written.iterdir()) == sorted(FILES)
    assert digest(found.outcomes) == found.summary["digest"] == digest(outcome_table(data))
    xr.testing.assert_equal(found.bands, bands(data))
    assert found.manifest["seed"] == 0
    assert found.manifest["runs"] == 12
    assert found.manifest["scenario"]["toml"] == SCENARIO.to_toml()
    assert found.manifest["baseline"]["name"] == "status-quo"
    assert {"python", "numpy", "mesa", "xarray", "cohesion-alliance"} <= set(found.manifest["versions"])


def test_no_temporary_folder_stays(written: Path) -> None:
    assert [path.name for path in written.parent.iterdir()] == ["one"]
    assert [path.name for path in written.parent.parent.iterdir()] == ["deep"]


def test_the_same_ensemble_has_the_same_contents(written: Path, data: xr.Dataset, tmp_path: Path) -> None:
    again = write_results(tmp_path / "again", SCENARIO, data, baseline=(BASELINE, simulate(BASELINE, 12)))
    first, second = (read_results(folder).manifest["digests"] for folder in (written, again))
    assert first == second
    for name in ("figure.png", "figure.svg"):
        assert (written / name).read_bytes() == (again / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ResultsError, match=name):
        read_results(copied)


@pytest.mark.parametrize("name", ["manifest.json", "outcomes.parquet", "bands.nc", "summary.json"])
def test_a_truncated_file_is_named(copied: Path, name: str) -> None:
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ResultsError, match=name):
        read_results(copied)


def test_changed_numbers_are_found(copied: Path) -> None:
    table = read_results(copied).outcomes
    table.loc[3, "unity"] += 1e-12
    table.to_parquet(copied / "outcomes.parquet", index=False)
    with pytest.raises(ResultsError, match=r"outcomes\.parquet was changed"):
        read_results(copied)


def test_a_changed_band_and_a_changed_summary_are_found(copied: Path) -> None:
    found = read_results(copied)
    found.summary["outcome_shares"]["holds"] = 1.0
    (copied / "summary.json").write_text(json.dumps(found.summary))
    with pytest.raises(ResultsError, match=r"summary\.json was changed"):
        read_results(copied)
    changed = found.bands.copy(deep=True)
    changed["trust_in_us"][0, 0, 0] += 1e-12
    changed.to_netcdf(copied / "bands.nc", engine="h5netcdf")
    with pytest.raises(ResultsError, match=r"bands\.nc was changed"):
        read_results(copied)


def test_a_complete_result_is_replaced(copied: Path, data: xr.Dataset) -> None:
    write_results(copied, SCENARIO, data)
    assert read_results(copied).manifest["baseline"] is None
    assert [path.name for path in copied.parent.iterdir()] == [copied.name]


def test_what_is_not_a_complete_result_is_never_replaced(copied: Path) -> None:
    (copied / "notes.txt").write_text("mine")
    with pytest.raises(ResultsError, match=r"notes\.txt"):
        check_target(copied)
    (copied / "notes.txt").unlink()
    (copied / "manifest.json").write_text('{"format": "something else"}')
    with pytest.raises(ResultsError, match="left alone"):
        check_target(copied)
    (copied / "manifest.json").unlink()
    with pytest.raises(ResultsError, match="left alone"):
        check_target(copied)


def test_a_failed_write_leaves_nothing(data: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cohesion.results.write_json", full)
    with pytest.raises(ResultsError, match="No space left"):
        write_results(tmp_path / "deep" / "one", SCENARIO, data)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_filled(data: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    assert read_results(write_results(tmp_path / "one", SCENARIO, data)).summary["runs"] == 12
