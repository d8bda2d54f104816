"""Charts: their numbers obey what they depict, and the figure can be drawn from them."""

import datetime
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from cohesion import load_scenario, simulate
from cohesion.outcome import OUTCOMES
from cohesion_viz.charts import headline_figure, save
from cohesion_viz.numbers import dates, fan, shares_over_time, trust_changes
from cohesion_viz.style import OUTCOME_COLOURS, OUTCOME_HATCHES

SCENARIO = load_scenario("splitting-the-alliance").with_changes(months=40)


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return simulate(SCENARIO, 24)


def test_dates_run_by_month_from_the_start(data: xr.Dataset) -> None:
    found = dates(data)
    assert found[0] == datetime.date(2025, 1, 1)
    assert found[12] == datetime.date(2026, 1, 1)
    assert found[-1] == datetime.date(2028, 5, 1)


def test_quantiles_of_a_fan_are_ordered(data: xr.Dataset) -> None:
    for numbers in (fan(data), fan(data, "trust_in_us", "DNK")):
        assert len(numbers) == 41
        assert (np.diff(numbers.to_numpy(), axis=1) >= 0).all()


def test_the_median_of_a_fan_is_that_of_the_runs(data: xr.Dataset) -> None:
    assert fan(data)["p50"].iloc[-1] == np.median(data["cohesion_index"].values[:, -1])


def test_shares_sum_to_one_in_every_month(data: xr.Dataset) -> None:
    numbers = shares_over_time(data)
    assert list(numbers.columns) == list(OUTCOMES)
    np.testing.assert_allclose(numbers.sum(axis=1), 1)


def test_trust_changes_are_sorted_and_leave_out_the_us(data: xr.Dataset) -> None:
    numbers = trust_changes(data)
    assert len(numbers) == 31
    assert "USA" not in numbers.index
    assert numbers["change"].is_monotonic_increasing
    np.testing.assert_allclose(numbers["last"] - numbers["first"], numbers["change"])


def test_outcomes_differ_by_colour_and_by_hatch() -> None:
    assert len({OUTCOME_COLOURS[name] for name in OUTCOMES}) == len({OUTCOME_HATCHES[name] for name in OUTCOMES}) == 4


def test_the_headline_figure_is_drawn(data: xr.Dataset, tmp_path: Path) -> None:
    baseline = simulate(load_scenario("status-quo").with_changes(months=40), 24)
    figure = headline_figure(data, baseline)
    texts = [text.get_text() for text in figure.texts]
    assert texts[0].startswith("Splitting the alliance: the alliance holds in ")
    assert any("Exploratory model, not a forecast" in text for text in texts)
    save(figure, tmp_path / "figure")
    assert (tmp_path / "figure.png").stat().st_size > 50_000
    assert "<svg" in (tmp_path / "figure.svg").read_text(encoding="utf-8")[:1000]


def test_texts_stay_within_the_figure(data: xr.Dataset) -> None:
    figure = headline_figure(data, simulate(load_scenario("status-quo").with_changes(months=40), 24))
    figure.canvas.draw()
    page = figure.bbox
    for text in [
        *figure.texts,
        *(axes.title for axes in figure.axes),
        *(text for axes in figure.axes for text in axes.texts),
    ]:
        box = text.get_window_extent()
        assert box.width == 0 or (page.x0 <= box.x0 and box.x1 <= page.x1), text.get_text()


@pytest.mark.parametrize("months", [1, 5])
def test_a_short_status_quo_can_be_drawn(months: int) -> None:
    figure = headline_figure(simulate(load_scenario("status-quo").with_changes(months=months), 1))
    figure.canvas.draw()
