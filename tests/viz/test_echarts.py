"""Options of ECharts: plain JSON that keeps its shape, escaped texts, legible labels that don't meet."""

import datetime
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cohesion_viz
from cohesion import load_scenario, simulate
from cohesion.outcome import OUTCOMES
from cohesion_viz import echarts, numbers, style
from cohesion_viz.echarts.axes import _apart

VUE = (Path(cohesion_viz.__file__).parent / "dashboard" / "vue" / "echart.vue").read_text()


@pytest.fixture(scope="module")
def pair():
    return [
        simulate(load_scenario(name).with_changes(months=24), 8, seed=1, ledger=True)
        for name in ("status-quo", "trade-war")
    ]


def every(calm, torn, dark=False):
    """One option of each chart, of the second ensemble."""
    scenario = load_scenario("events-2025-2026")
    trust = np.random.default_rng(2).random((32, 32))
    network = numbers.network(trust, np.full_like(trust, 0.6))
    causes = pd.DataFrame({"change": [-0.4, 0.1], "low": [-0.5, 0.0], "high": [-0.3, 0.2], "cohesion": [-0.1, 0.0]},
                          index=pd.Index(["US: tariffs", "Europe: pledge"], name="driver"))  # fmt: skip
    table = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0], "outcome": ["holds", "hollow"]})
    return {
        "fan": echarts.fan_option(numbers.fan(torn), numbers.fan(calm), 5, dark),
        "shares": echarts.shares_option(numbers.shares_over_time(torn), 5, dark),
        "member": echarts.member_option(numbers.member_series(torn, "CAN"), "spending", 5, dark),
        "postures": echarts.member_option(numbers.member_series(torn, "CAN"), "posture", 5, dark),
        "difference": echarts.difference_option(numbers.paired_difference(calm, torn), dark),
        "timeline": echarts.timeline_option(numbers.events(scenario), scenario.start, scenario.months, 3, dark),
        "map": echarts.map_option(numbers.map_values(torn, "trust_in_us"), "trust_in_us", "DNK", dark),
        "posture map": echarts.map_option(numbers.map_values(torn, "posture"), "posture", None, dark),
        "map difference": echarts.map_difference_option(
            numbers.map_differences(calm, torn, "threat"), "threat", None, dark
        ),
        "network": echarts.network_option(network, "DNK", dark),
        "waterfall": echarts.waterfall_option(*numbers.ledger(torn, "CAN"), dark),
        "outcomes": echarts.outcome_difference_option(numbers.outcome_differences(calm, torn), dark),
        "causes": echarts.attribution_option(causes, dark),
        "phase": echarts.phase_option(numbers.phase_diagram(table, "x", "y"), "x", "y", dark),
    }


@pytest.mark.parametrize("dark", [False, True])
def test_every_option_is_plain_json_and_its_functions_are_known_to_the_page(pair, dark):
    for name, option in every(*pair, dark).items():
        text = json.dumps(option, allow_nan=False)
        for function in set(re.findall(r'"fn:(\w+)"', text)):
            assert re.search(rf"^ +{function}: \(|^ +{function}: \w+,", VUE, re.MULTILINE), (name, function)


def test_series_and_their_ids_stay_whatever_the_numbers(pair):
    one, two = every(*pair), every(*pair[::-1])
    for name in one:
        assert [s["id"] for s in one[name]["series"]] == [s["id"] for s in two[name]["series"]], name


def test_charts_over_time_share_their_margins(pair):
    options = every(*pair)
    margins = {
        (options[n]["grid"]["left"], options[n]["grid"]["right"]) for n in ("fan", "shares", "timeline", "difference")
    }
    assert len(margins) == 1


def test_the_median_of_the_chart_is_that_of_the_numbers(pair):
    fan = numbers.fan(pair[1])
    series = next(s for s in echarts.fan_option(fan)["series"] if s["id"] == "median")
    np.testing.assert_allclose([point["value"][1] for point in series["data"]], fan["p50"], atol=5e-5)


def test_what_people_typed_is_escaped_in_tooltips():
    events = pd.DataFrame([{"key": "event 1", "date": datetime.date(2025, 3, 1), "until": None, "month": 2,
                            "kind": "event", "text": "<img src=x>", "source": "<b>", "levers": "x"}])  # fmt: skip
    option = echarts.timeline_option(events, datetime.date(2025, 1, 1), 24)
    text = option["series"][0]["data"][0]["text"]
    assert "<img" not in text
    assert "&lt;img" in text


def test_outcomes_have_their_four_colours(pair):
    colours = [s["itemStyle"]["color"] for s in every(*pair)["shares"]["series"][:4]]
    assert colours == [style.OUTCOME_COLOURS[name] for name in OUTCOMES]


@pytest.mark.parametrize("dark", [False, True])
def test_words_in_colour_can_be_read_on_the_page(dark):
    look = style.theme(dark)
    for colour in (look.ink, look.muted, look.accent, *style.OUTCOME_TEXT[dark].values()):
        assert style.contrast(colour, look.surface) >= 4.5


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.115, 0.23])), min_size=1, max_size=4))
def test_labels_never_meet_and_stay_below_the_roof(drawn):
    heights, sizes = [height for height, _ in drawn], [size for _, size in drawn]
    found = sorted((middle, size) for middle, size in zip(_apart(heights, sizes, 1.0), sizes, strict=True) if size)
    for (low, one), (high, two) in pairwise(found):
        assert high - low >= (one + two) / 2 - 1e-9
    assert all(middle + size / 2 <= 1 + 1e-9 for middle, size in found)


def test_a_label_alone_stands_at_its_height():
    assert _apart([0.5, 0.9], [0.115, 0.0], 1.0)[0] == 0.5


def test_descriptions_say_the_numbers(pair):
    torn = pair[1]
    fan = numbers.fan(torn)
    assert numbers.written("cohesion_index", fan["p50"].iloc[-1]) in echarts.describe_fan(fan)
    assert "so its sign is not clear" in echarts.describe_difference(numbers.paired_difference(torn, torn))
    assert "Canada" in echarts.describe_map(numbers.map_values(torn, "threat"), "threat", "CAN")
