"""The folder of a back-test: what is written is read back, nothing half-written stays, mistakes get one line."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cohesion.results import ResultsError
from cohesion.studies import backtest as study
from cohesion.studies.backtest import BASELINES, LEVELS, Backtest, backtest, read, shipped, write

ORIGIN = 2021
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def found() -> Backtest:
    return backtest((ORIGIN,), runs=32)


@pytest.fixture(scope="module")
def written(found: Backtest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(found, tmp_path_factory.mktemp("results") / "deep" / "one", "cohesion backtest …", 1.0)


@pytest.fixture
def call(call: Call, found: Backtest, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command in an empty folder, with few runs."""
    monkeypatch.setattr(study, "backtest", partial(backtest, runs=32))
    return call


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders without figures, which take seconds to draw."""
    monkeypatch.setattr("cohesion_viz.history_charts.figures", lambda found: {})


def test_quantiles_are_in_order_and_start_from_what_was_known(found: Backtest) -> None:
    table = found.forecasts
    assert (np.diff(table[list(LEVELS)].to_numpy(), axis=1) >= 0).all()
    assert set(table["year"]) == {2022, 2023, 2024}
    assert table["actual"].notna().all()
    assert found.runs == 32
    assert found.said()["runs"] == 32


def test_a_perfect_forecast_has_no_error_and_the_rank_of_itself(found: Backtest) -> None:
    exact = found.forecasts.assign(**dict.fromkeys(LEVELS, found.forecasts["actual"]))
    perfect = Backtest(exact, found.goodwill.assign(simulated=found.goodwill["observed"]))
    scores = perfect.scores((ORIGIN,))
    assert scores["horizons_2_and_3"]["model"] == 0
    assert scores["coverage"] == 1
    assert perfect.rises(ORIGIN, 2024)["rank_correlation"] == pytest.approx(1)
    assert perfect.moves(2022)["sign_right"] == 1
    assert perfect.moves(2022)["rank_correlation"] == pytest.approx(1)


def test_what_does_not_vary_has_no_rank(found: Backtest) -> None:
    flat = Backtest(found.forecasts, found.goodwill.assign(simulated=-0.3))
    assert flat.moves(2022)["rank_correlation"] == 0
    json.dumps(flat.said(), allow_nan=False)


def test_a_back_test_is_read_back_as_written(found: Backtest, written: Path) -> None:
    again, manifest = read(written)
    columns = ["origin", "horizon", "iso3", "year", *LEVELS, "actual", "last", *BASELINES]
    pd.testing.assert_frame_equal(again.forecasts[columns], found.forecasts[columns], atol=5.1e-5, check_dtype=False)
    pd.testing.assert_frame_equal(again.goodwill, found.goodwill, atol=5.1e-5, check_dtype=False)
    assert again.runs == manifest["runs"] == 32
    assert manifest["made_of"] == study.made_of()
    assert manifest["through"] == {"2021": 2024}
    names = {path.name for path in written.iterdir()}
    assert {f"{name}.{end}" for name in ("scores", "members", "posterior", "views") for end in ("png", "svg")} < names
    assert names <= set(study.FILES)
    assert [path.name for path in written.parent.iterdir()] == ["one"]


def test_a_changed_table_is_found(found: Backtest, plain: None, tmp_path: Path) -> None:
    folder = write(found, tmp_path / "one")
    text = (folder / "forecast.csv").read_text()
    (folder / "forecast.csv").write_text(text.replace("2021,ALB,2022,1", "2021,ALB,2022,9", 1))
    assert text != (folder / "forecast.csv").read_text()
    with pytest.raises(ResultsError, match=r"forecast\.csv was changed"):
        read(folder)
    with pytest.raises(ResultsError, match=r"manifest\.json cannot be read"):
        read(tmp_path / "nothing")


def test_a_failed_write_leaves_nothing(
    found: Backtest, plain: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(study, "write_json", full)
    with pytest.raises(ResultsError, match="No space left"):
        write(found, tmp_path / "deep" / "one")
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_back_test_is_whole_and_of_the_shipped_parameter_sets() -> None:
    found, manifest = read(shipped())
    assert found.origins == list(study.ORIGINS)
    assert manifest["made_of"]["parameter sets"] == study.made_of()["parameter sets"]


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_one_json_object_and_writes_a_folder_in_place_of_its_own(
    call: Callable[..., tuple[int, str, str]], plain: None, tmp_path: Path
) -> None:
    words = ("backtest", "--origin", "2021", "--through", "2022", "--out", "results/one", "--json")
    for _ in range(2):  # the second replaces the first
        code, out, err = call(*words)
        assert (code, err) == (0, "")
        said: dict[str, Any] = json.loads(out)
        assert said["origins"] == [2021]
        assert [path.name for path in (tmp_path / "results").iterdir()] == ["one"]
    manifest = json.loads((tmp_path / "results" / "one" / "manifest.json").read_text())
    assert manifest["command"] == "cohesion backtest --origin 2021 --through 2022 --out results/one --json"
    assert manifest["through"] == {"2021": 2022}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--origin", "2015"], "2016, 2017, 2018"),
        (["--origin", "2024", "--through", "2031"], "2025 to 2026"),
        (["--origin", "2021", "--through", "2021"], "2022 to 2026"),
        (["--through", "2024"], "--origin"),
        (["--out", "."], "working folder"),
    ],
)
def test_a_mistake_gets_one_clear_line_before_any_work(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path, words: list[str], expected: str
) -> None:
    code, out, err = call("backtest", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert expected in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_or_another_kind_of_folder_is_left_alone(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "a file; a result is a folder" in call("backtest", "--out", "thesis.txt")[2]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.json").write_text('{"format": "cohesion result 1"}')
    code, _, err = call("backtest", "--out", "mine")
    assert code == 2
    assert "not a complete result" in err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
