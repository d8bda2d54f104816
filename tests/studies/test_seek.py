"""The inverse question: goals, efforts and what is recommended, beside a scan of every value."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion import ConfigError, load_scenario
from cohesion.levers import BY_NAME
from cohesion.studies import seek as module
from cohesion.studies.seek import Goal, Result, measure, seek

TORN = load_scenario("splitting-the-alliance").with_changes(months=36)


def test_goals_are_read_and_tell_the_sides_apart():
    below, above = Goal.of("splinters<0.1"), Goal.of(" cohesion_index > 0.6 ")
    assert (below.measure, below.below, below.limit) == ("splinters", True, 0.1)
    assert (above.measure, above.below, above.limit) == ("cohesion_index", False, 0.6)
    assert below.met(0.05)
    assert not below.met(0.1)
    assert above.met(0.61)
    assert Result(0.05, 0.01, 0.09).clearly(below)
    assert not Result(0.05, 0.01, 0.11).clearly(below)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("splinters", "--keep, goal: found 'splinters'"),
        ("splinter<0.1", 'did you mean "splinters"?'),
        ("splinters<2", "--keep, splinters: found '2'; allowed: a number from 0 to 1"),
        ("splinters<nan", "a number from 0 to 1"),
    ],
)
def test_a_goal_that_is_none_is_refused(text, said):
    with pytest.raises(ConfigError) as caught:
        Goal.of(text)
    assert said in str(caught.value)


@given(
    st.dictionaries(st.sampled_from(["us_tariff", "us_claim", "us_commitment"]), st.floats(-2, 2), min_size=1),
)
def test_levers_stay_in_their_range_and_effort_is_nothing_only_for_no_change(amounts):
    paths = {name: TORN.paths()[name] for name in amounts}
    moved, effort = module._moved(TORN, paths, amounts)
    after = moved.paths()
    for name in amounts:
        assert after[name].min() >= BY_NAME[name].low
        assert after[name].max() <= BY_NAME[name].high
    same = all(np.array_equal(after[name], paths[name]) for name in amounts)
    assert (effort == 0) == same
    assert 0 <= effort <= len(amounts)


def test_the_smallest_change_is_that_of_a_scan():
    goal = Goal.of("cohesion_index>0.66")
    found = seek(TORN, goal, ("us_commitment",), trials=12, runs=32)
    assert found.best
    paths = {"us_commitment": TORN.paths()["us_commitment"]}
    scan = ((k / 50, measure(module._moved(TORN, paths, {"us_commitment": k / 50})[0], goal, 32, 0)) for k in range(65))
    smallest = next(amount for amount, result in scan if goal.met(result.value))
    reaching = [c for c in found.front if goal.met(c.result.value)]
    assert reaching[0].amounts["us_commitment"] == pytest.approx(smallest, abs=0.045)
    assert found.best.effort >= reaching[0].effort
    assert found.checks["assumption"].is_unique


def test_a_goal_out_of_reach_is_said_to_be_so():
    found = seek(TORN, Goal.of("cohesion_index>0.99"), ("us_claim",), trials=4, runs=16)
    assert found.best is None
    assert found.scenario is None
    assert len(found.front) >= 1


def test_a_goal_that_is_reached_needs_no_change():
    found = seek(TORN, Goal.of("cohesion_index>0.1"), ("us_claim",), trials=4, runs=16)
    assert found.best
    assert found.best.effort == 0
    assert found.certain
    assert found.checks["met"].all()


def test_the_same_question_has_the_same_answer():
    one, two = (seek(TORN, Goal.of("cohesion_index>0.66"), ("us_commitment",), trials=6, runs=16) for _ in range(2))
    assert one.best == two.best
    assert one.front == two.front
    assert len({c.amounts["us_commitment"] for c in one.front}) > 1


def test_the_file_gives_the_same_numbers_on_the_command_line(call, tmp_path):
    file = tmp_path / "less.toml"
    ask = ["seek", "trade-war", "--keep", "cohesion_index>0.7", "--levers", "us_tariff", "--trials", "6",
           "--runs", "32", "--months", "24", "--out", file, "--json"]  # fmt: skip
    code, said, errors = call(*ask)
    assert code == 0, errors
    found = json.loads(said)
    assert file.read_text() == found["toml"]
    ensemble = json.loads(call("ensemble", file, "--runs", "32", "--seed", "1", "--json")[1])
    assert ensemble["cohesion_index"]["last"]["p50"] == pytest.approx(found["best"]["fresh"]["value"])
    code, _, errors = call(*ask)
    assert code == 2
    assert "exists and is left alone" in errors
    code, _, errors = call("seek", "trade-war", "--keep", "holds>0.5", "--levers", "us_tarif")
    assert code == 2
    assert 'did you mean "us_tariff"?' in errors
