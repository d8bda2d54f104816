"""The page of history without a browser: its numbers, its options, its words."""

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import solara

import cohesion_viz
from cohesion import posterior
from cohesion.parameters import BY_NAME
from cohesion.studies.backtest import Backtest, read, shipped
from cohesion.studies.history import ORIGINS, figures
from cohesion_viz import echarts, history_charts
from cohesion_viz.dashboard import history as page
from cohesion_viz.dashboard.session import Session
from cohesion_viz.numbers import history

VUE = (Path(cohesion_viz.__file__).parent / "dashboard" / "vue" / "echart.vue").read_text()


@pytest.fixture(scope="module")
def found():
    return read(shipped())[0]


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_a_course_knows_nothing_after_its_origin_and_forecasts_nothing_before(found):
    course = history.course(found, 2019, "POL")
    assert course["known"].notna().tolist() == [year <= 2019 for year in course.index]
    assert course["p50"].notna().tolist() == [year >= 2019 for year in course.index]
    assert course.loc[2019, ["p05", "p50", "p95", "trend"]].nunique() == 1
    assert course["actual"].notna().all()
    row = found.forecasts.query("origin == 2019 and iso3 == 'POL' and year == 2021").iloc[0]
    assert course.loc[2021, "p95"] == row["p95"]
    assert course.loc[2021, "actual"] == pytest.approx(row["actual"], abs=5e-5)


def test_years_to_come_have_no_figure(found):
    course = history.course(found, 2024, "DEU")
    assert course.loc[[2025, 2026], "actual"].isna().all()
    assert course.loc[2026, "p50"] > 0
    assert history.score_table(found, (2024,)).empty
    assert history.misses(found, 2024)["inside"].sum() == 0


def test_a_member_without_figures_has_an_empty_course(found):
    course = history.course(found, 2021, "ISL")
    assert course.isna().all(axis=None)
    assert "no figures" in echarts.describe_forecast(course, 2021, "ISL")
    json.dumps(echarts.forecast_option(course, 2021), allow_nan=False)


def test_misses_and_scores_are_those_of_the_forecasts(found):
    missed = history.misses(found, 2021)
    np.testing.assert_allclose(missed["error"], missed["p50"] - missed["actual"])
    scored = missed.drop("USA")
    table = history.score_table(found, (2021,))
    assert table.loc[3, "coverage"] == pytest.approx(scored["inside"].mean())
    assert table.loc[3, "model"] == pytest.approx(np.sqrt((scored["error"] ** 2).mean()))


def test_a_model_that_moves_all_alike_is_told_from_one_that_does_not(found):
    flat = found.goodwill.assign(simulated=-0.3)
    assert history.alike(Backtest(found.forecasts, flat))
    exact = found.goodwill.assign(simulated=found.goodwill["observed"])
    assert not history.alike(Backtest(found.forecasts, exact))
    said = history.move_table(Backtest(found.forecasts, exact))
    assert (said["right"] == said["pairs"]).all()
    assert said.loc["all years", "pairs"] == len(exact)


def test_a_parameter_that_is_drawn_as_before_is_one_of_which_history_says_nothing(monkeypatch):
    even = (np.arange(300) + 0.5) / 300
    p, q = BY_NAME["anchor"], BY_NAME["budget_noise"]
    sets = {p.name: p.low + (p.high - p.low) * even, q.name: q.low + (q.high - q.low) * even**3}
    monkeypatch.setattr(posterior, "sets", lambda origin: sets)
    history.fitted.cache_clear()
    table = history.fitted(2021)
    history.fitted.cache_clear()
    assert list(table.index) == ["budget_noise", "anchor"]
    assert table["silent"].tolist() == [False, True]
    assert table.loc["anchor", ["p05", "p50", "p95"]].tolist() == pytest.approx([0.05, 0.5, 0.95], abs=0.01)
    assert table.loc["budget_noise", "distance"] == pytest.approx(0.385, abs=0.01)  # most of u^(1/3) - u


@pytest.mark.parametrize("origin", ORIGINS)
def test_statistics_say_of_each_figure_whether_the_band_holds_it(origin):
    table = history.statistics(origin)
    assert set(table["kind"]) == {"spending", "goodwill"}
    held = (table["posterior_p05"] <= table["data"]) & (table["data"] <= table["posterior_p95"])
    assert (held == table["inside"]).all()
    assert history.fitted(origin)["distance"].is_monotonic_decreasing


# --- charts -----------------------------------------------------------------------------------------------------------


def every(found, origin, dark):
    table = history.statistics(origin)
    return {
        "forecast": echarts.forecast_option(history.course(found, origin, "POL"), origin, dark),
        "scores": echarts.scores_option(history.score_table(found, ORIGINS), dark),
        "views": echarts.moves_option(history.moves(found), dark),
        "parameters": echarts.fitted_option(history.fitted(origin), dark),
        "spending": echarts.statistics_option(table[table["kind"] == "spending"], dark),
        "goodwill": echarts.statistics_option(table[table["kind"] == "goodwill"], dark),
    }


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("origin", [2016, 2021, 2024])
def test_every_option_is_plain_json_and_its_functions_are_known_to_the_page(found, origin, dark):
    for name, option in every(found, origin, dark).items():
        text = json.dumps(option, allow_nan=False)
        for function in set(re.findall(r'"fn:(\w+)"', text)):
            assert re.search(rf"^ +{function}: \(|^ +{function}: \w+,", VUE, re.MULTILINE), (name, function)


def test_series_keep_their_ids_whatever_the_origin(found):
    one, two = every(found, 2016, False), every(found, 2024, False)
    for name in one:
        assert [s["id"] for s in one[name]["series"]] == [s["id"] for s in two[name]["series"]], name


def test_the_forecast_lines_up_with_the_timeline_of_its_events(found):
    from cohesion.studies.history import scenario
    from cohesion_viz.numbers import events

    option = echarts.forecast_option(history.course(found, 2024, "POL"), 2024)
    past = scenario(2026)
    below = echarts.timeline_option(events(past), past.start, past.months)
    for axis in ("min", "max"):
        assert option["xAxis"][axis] == below["xAxis"][axis]
    assert option["grid"]["left"] == below["grid"]["left"]


def test_points_of_the_chart_are_the_figures(found):
    option = echarts.forecast_option(history.course(found, 2021, "POL"), 2021)
    points = next(s for s in option["series"] if s["id"] == "actual")["data"]
    column = history.ISO3.index("POL")
    np.testing.assert_allclose([height for _, height in points], figures("2026").spending[:, column], atol=5e-5)


def test_figures_of_one_origin_and_of_all(found):
    of_all = history_charts.figures(found)
    assert set(of_all) == {"scores", "views"}
    one = Backtest(found.forecasts.query("origin == 2024"), found.goodwill.query("origin == 2024"))
    assert set(history_charts.figures(one)) == {"members", "posterior"}


def test_names_in_the_figure_of_views_can_be_told_apart_and_none_is_missing(found):
    figure = history_charts.views(found)
    figure.draw_without_rendering()
    labels = [text for text in figure.axes[0].texts if text.get_text()]
    named = ", ".join(text.get_text() for text in labels).split(", ")
    assert sorted(named) == sorted(history.moves(found)["iso3"])
    corners = [text.get_window_extent().corners()[0] for text in labels]  # where a turned name begins
    apart = [np.hypot(*(one - two)) for one, two in itertools.combinations(corners, 2)]
    assert min(apart) > 10  # pixels: the height of a line


def test_the_figure_of_members_has_the_bands_of_the_numbers(found):
    figure = history_charts.members(found, 2021)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    courses = {history.NAMES[code]: history.course(found, 2021, code) for code in history.misses(found, 2021).index}
    assert [axes.get_title(loc="left") for axes in shown] == list(courses)
    poland = next(axes for axes in shown if axes.get_title(loc="left") == "Poland")
    median = poland.lines[0].get_ydata()
    np.testing.assert_allclose(median, courses["Poland"]["p50"])


# --- the page ---------------------------------------------------------------------------------------------------------


def texts(widget):
    found = []
    for name in ("children", "packed", "option", "label", "text"):
        value = getattr(widget, name, None)
        for part in value if isinstance(value, list | tuple) else [value]:
            found += [part] if isinstance(part, str) else texts(part) if part is not None else []
    return found


def test_the_page_follows_origin_and_member_and_keeps_its_caveat():
    session = Session("page=history&origin=2019&member=EST")
    box, rendered = solara.render(page.Page(session), handle_error=False)
    said = " ".join(texts(box))
    assert page.CAVEAT in said
    assert "Estonia, forecast from 2019" in said
    session.change(replace(session.view.value, origin=2024))
    session.mark("DNK")
    said = " ".join(texts(box))
    assert "Denmark, forecast from 2024" in said
    assert page.CAVEAT in said
    assert "not among the figures yet" in said
    assert session.view.value.to_query() == "page=history&member=DNK&origin=2024"
    rendered.close()


def test_old_numbers_are_said_to_be_old():
    manifest = {"made_of": dict(page.made_of())}
    assert "forecasts" not in page.outdated(manifest, 2021)
    manifest["made_of"]["code of the model"] = "0" * 64
    assert "changed since are the code of the model" in page.outdated(manifest, 2021)


def test_a_back_test_that_cannot_be_read_gives_a_line_and_no_traceback(monkeypatch, tmp_path):
    page._shipped.cache_clear()
    monkeypatch.setattr(page, "shipped", lambda: tmp_path)
    box, rendered = solara.render(page.Page(Session("page=history")), handle_error=False)
    page._shipped.cache_clear()
    assert "python -m experiments.history" in " ".join(texts(box))
    rendered.close()


def test_small_panels_hold_every_member_that_is_forecast(found):
    panels = page.small(2021)
    assert {panel["key"] for panel in panels["panels"]} == set(found.forecasts["iso3"])
    poland = next(panel for panel in panels["panels"] if panel["key"] == "POL")
    course = history.course(found, 2021, "POL")
    assert poland["p50"][-1] == round(course["p50"].iloc[-1], 3)
    assert poland["p50"][0] is None
    assert panels["top"] >= course["p95"].max()
    assert pd.notna(poland["actual"]).all()
