"""The back-test: baselines and scores with known answers, and what the shipped posteriors are worth."""

import json

import numpy as np
import pandas as pd
import pytest

from cohesion.checks import ConfigError
from cohesion.facts import ISO3
from cohesion.studies import backtest as module
from cohesion.studies.backtest import BASELINES, Backtest, backtest, baselines, check, write
from cohesion.studies.history import FIRST, figures

POLAND = ISO3.index("POL")


@pytest.fixture(scope="module")
def found():
    return backtest((2019, 2020, 2021, 2022), runs=150)


def table(origin=2020, **columns):
    size = len(next(iter(columns.values())))
    plain = {"origin": origin, "horizon": 2, "iso3": list(ISO3[:size]), "year": origin + 2, "last": 1.0}
    values = {name: np.full(size, 2.0) for name in ("p05", "p25", "p50", "p75", "p95", *BASELINES)}
    return pd.DataFrame(plain | values | columns)


NO_MOVES = pd.DataFrame(columns=["origin", "iso3", "before", "year", "observed", "simulated"])


def test_baselines_on_a_straight_line(monkeypatch):
    line = np.linspace(1, 2, 11)[:, None] * np.ones(32)
    known = figures()
    monkeypatch.setattr(module, "figures", lambda edition="2024": type(known)(line, known.image, known.growth))
    guess = baselines(2020, 2022)
    np.testing.assert_allclose(guess["persistence"], 1.6)
    np.testing.assert_allclose(guess["trend"][:, 0], [1.7, 1.8])
    np.testing.assert_allclose(guess["pledge"][:, 0], [1.7, 1.8])  # a quarter of the gap of 0.4 a year until 2024


def test_the_pledge_lowers_nobody_and_is_met_in_2024():
    guess = baselines(2021, 2024)["pledge"]
    last = figures().spending[2021 - FIRST]
    np.testing.assert_allclose(guess[-1, POLAND], last[POLAND])
    listed = ~np.isnan(last)
    np.testing.assert_allclose(guess[-1, listed], np.maximum(last[listed], 2))


def test_the_panel_regression_finds_planted_coefficients(monkeypatch):
    rng = np.random.default_rng(0)
    level = [1 + rng.random(32)]
    level.append(level[0] + 0.1 * rng.random(32))
    for _ in range(9):
        change = 0.02 + 0.1 * np.maximum(0, 2 - level[-1]) + 0.3 * (level[-1] - level[-2])
        level.append(level[-1] + change)
    known = figures()
    monkeypatch.setattr(
        module, "figures", lambda edition="2024": type(known)(np.array(level), known.image, known.growth)
    )
    guess = baselines(2021, 2023)["panel"]
    members = [k for k in range(32) if ISO3[k] != "USA"]
    np.testing.assert_allclose(guess[:, members], np.array(level)[8:10][:, members], rtol=1e-6)


def test_scores_are_the_errors_of_the_cells_that_are_known():
    actual = np.array([2.3, 1.6, np.nan, 2.0])
    one = Backtest(
        table(actual=actual, persistence=np.full(4, 1.0), p05=np.full(4, 1.9), p95=np.full(4, 2.4)), NO_MOVES
    )
    scores = one.scores((2020,))
    assert scores["horizons_2_and_3"]["model"] == pytest.approx(np.sqrt((0.09 + 0.16 + 0) / 3))
    assert scores["horizons_2_and_3"]["persistence"] == pytest.approx(np.sqrt((1.69 + 0.36 + 1) / 3))
    assert scores["coverage"] == pytest.approx(2 / 3)
    assert scores["ratio_to_best"] == pytest.approx(1)  # the others guess what the model guesses
    assert scores["by_horizon"][2]["cells"] == 3


def test_the_united_states_are_not_scored():
    cells = table(actual=np.full(32, 2.0), **{name: np.full(32, 1.0) for name in BASELINES})
    cells.loc[cells["iso3"] == "USA", "p50"] = 9.0
    assert Backtest(cells, NO_MOVES).scores((2020,))["horizons_2_and_3"]["model"] == 0


def test_rises_are_ranked():
    actual = np.array([1.1, 1.2, 1.3, 1.4])
    one = Backtest(table(actual=actual, p50=actual**2), NO_MOVES)
    other = Backtest(table(actual=actual, p50=-actual), NO_MOVES)
    assert one.rises(2020, 2022)["rank_correlation"] == pytest.approx(1)
    assert other.rises(2020, 2022)["rank_correlation"] == pytest.approx(-1)


def test_moves_count_signs():
    moves = pd.DataFrame({"year": [2017, 2017, 2021], "observed": [-1, 0.1, 1], "simulated": [-0.2, -0.3, 0.4]})
    one = Backtest(table(actual=np.ones(2)), moves)
    assert one.moves()["sign_right"] == pytest.approx(2 / 3)
    assert one.moves(2017) == {"pairs": 2, "sign_right": 0.5, "rank_correlation": pytest.approx(-1)}


@pytest.mark.parametrize(
    ("origin", "through", "words"),
    [
        (2015, None, "2016"),
        (2023, None, "2022"),
        (2020, 2020, "2021 to 2026"),
        (2020, 2031, "2031"),
        (None, 2022, "--origin"),
    ],
)
def test_origins_and_years_that_cannot_be_are_refused(origin, through, words):
    with pytest.raises(ConfigError, match=words):
        check(origin, through)


def test_the_shipped_posteriors_beat_the_best_baseline(found):
    scores = found.scores((2019, 2020, 2021, 2022))
    assert scores["ratio_to_best"] < 0.85
    assert 0.80 <= scores["coverage"] <= 0.97
    assert found.rises(2021, 2024)["rank_correlation"] > 0.6


def test_what_comes_is_only_forecast():
    late = backtest((2024,), 2026, runs=20)
    assert late.forecasts["actual"].isna().all()
    assert set(late.forecasts["year"]) == {2025, 2026}
    assert len(set(late.forecasts["iso3"])) == 31  # all with a figure of 2024
    said = late.said()
    assert "scores" not in said
    assert {"iso3", "year", "p05", "p50", "p95"} <= set(said["forecast"][0])


def test_a_forecast_is_written_as_a_table(found, tmp_path):
    write(found, tmp_path / "out")
    frame = pd.read_csv(tmp_path / "out" / "forecast.csv")
    assert {"iso3", "year", "p05", "p50", "p95", "actual"} <= set(frame.columns)
    assert (frame["p05"] <= frame["p50"]).all()
    assert (frame["p50"] <= frame["p95"]).all()
    assert len(frame) == len(found.forecasts)
    assert json.loads((tmp_path / "out" / "scores.json").read_text())["headline"]["best_baseline"] in BASELINES
