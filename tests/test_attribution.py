"""Shapley's division: known games, and coalitions that are the scenarios they are made of."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion import load_scenario, simulate
from cohesion.attribution import DRIVERS, LEARNING, Driver, attribute, coalitions, divide, drivers, mixed, shapley
from cohesion.levers import BY_NAME
from cohesion.outcome import HOLDS

CALM = load_scenario("status-quo").with_changes(months=24)
TORN = load_scenario("splitting-the-alliance").with_changes(months=24)


def game(names, worth):
    return {frozenset(c): np.float64(worth(set(c))) for k in range(len(names) + 1) for c in combinations(names, k)}


def test_the_glove_game_gives_the_single_right_glove_two_thirds():
    """One right glove and two left ones: a pair is worth one."""
    values = game("abc", lambda c: "a" in c and bool(c & {"b", "c"}))
    np.testing.assert_allclose(shapley(values, "abc"), [2 / 3, 1 / 6, 1 / 6])


def test_a_synergy_is_shared_alike():
    np.testing.assert_allclose(shapley(game("ab", lambda c: len(c) == 2), "ab"), [0.5, 0.5])


def test_where_nothing_sets_two_apart_there_is_no_driver_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = attribute(CALM, CALM, runs=4)
    assert found.empty


@given(st.lists(st.floats(-1, 1), min_size=16, max_size=16))
def test_shares_add_up_to_the_difference_whatever_the_game(drawn):
    names = "abcd"
    every = [frozenset(c) for k in range(5) for c in combinations(names, k)]
    values = dict(zip(every, map(np.float64, drawn), strict=True))
    total = values[frozenset(names)] - values[frozenset()]
    np.testing.assert_allclose(shapley(values, names).sum(), total, atol=1e-12)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_where_effects_add_up_each_driver_gets_its_own(effects):
    own = dict(zip("abc", effects, strict=True))
    np.testing.assert_allclose(shapley(game("abc", lambda c: sum(own[x] for x in c)), "abc"), effects, atol=1e-12)


def test_a_driver_that_changes_nothing_gets_nothing():
    values = game("abc", lambda c: len(c - {"c"}) ** 2)
    assert shapley(values, "abc")[2] == 0


def test_the_interval_covers_the_change_and_shares_of_runs_are_divided():
    holds = {frozenset(): np.array([1, 1, 1, 0]), frozenset("a"): np.array([0, 1, 0, 0])}
    index = {frozenset(): np.array([0.9, 0.8, 0.7, 0.3]), frozenset("a"): np.array([0.4, 0.8, 0.2, 0.3])}
    row = divide(holds, index, ["a"]).loc["a"]
    assert row["change"] == -0.5
    assert row["low"] < row["change"] < row["high"]
    assert row["cohesion"] == pytest.approx(-0.25)


def test_a_driver_is_named_by_its_cause_and_learning_is_one():
    found = drivers(CALM, load_scenario("trade-war").with_changes(months=24))
    assert [d.name for d in found] == ["trade war", LEARNING]
    assert set(found[0].levers) == {"us_tariff", "joint_retaliation"}
    assert drivers(CALM, CALM) == ()


def test_every_lever_belongs_to_one_driver():
    assert sorted(name for levers in DRIVERS.values() for name in levers) == sorted(BY_NAME)


def test_no_lever_that_differs_is_lost():
    events = load_scenario("events-2025-2026")
    calm = load_scenario("status-quo").with_changes(start=events.start, months=events.months)
    found = drivers(calm, events)
    moved = [name for name, path in events.paths().items() if not np.array_equal(path, calm.paths()[name])]
    assert sorted(lever for driver in found for lever in driver.levers) == sorted(moved)


def test_scenarios_over_other_months_are_refused():
    with pytest.raises(ValueError, match="months must agree"):
        drivers(CALM, load_scenario("trade-war"))


@pytest.mark.parametrize("name", ["splitting-the-alliance", "events-2025-2026", "european-pillar"])
def test_the_empty_coalition_is_the_first_scenario_and_the_full_one_the_second(name):
    two = load_scenario(name)
    one = load_scenario("trade-war").with_changes(start=two.start, months=two.months)
    among = drivers(one, two)
    for coalition, expected in ((frozenset(), one), (frozenset(d.name for d in among), two)):
        found = mixed(one, two, among, coalition).paths()
        for lever, path in expected.paths().items():
            np.testing.assert_array_equal(found[lever], path)


def test_a_coalition_takes_only_its_own_levers_from_the_second_scenario():
    among = drivers(CALM, TORN)
    found = mixed(CALM, TORN, among, frozenset({"trade war"})).paths()
    np.testing.assert_array_equal(found["us_tariff"], TORN.paths()["us_tariff"])
    np.testing.assert_array_equal(found["us_claim"], CALM.paths()["us_claim"])


def test_a_coalition_without_learning_has_none():
    among = drivers(CALM, TORN)
    alone = simulate(mixed(CALM, TORN, among, frozenset({"trade war"})), 4)
    without = simulate(mixed(CALM, TORN, among, frozenset({"trade war", LEARNING})), 4, without=("learning",))
    np.testing.assert_array_equal(alone["trust_in_us"], without["trust_in_us"])


def test_learning_gets_what_it_adds_to_the_difference():
    """Of the first scenario, with and without learning, nothing is booked; of the second, what learning adds."""
    off, on = frozenset(), frozenset({LEARNING})
    index = {off: 0.5, on: 0.6, frozenset({"a"}): 0.2, frozenset({"a", LEARNING}): 0.1}
    values = {coalition: np.array([value, value]) for coalition, value in index.items()}
    table = divide(values, values, ["a", LEARNING])
    assert table.loc["a", "cohesion"] == pytest.approx((-0.3 - 0.5) / 2)
    assert table.loc[LEARNING, "cohesion"] == pytest.approx(-0.1)
    assert table["cohesion"].sum() == pytest.approx(0.1 - 0.6)


def test_every_set_of_drivers_is_simulated_once():
    found = list(coalitions([Driver(name, (name,)) for name in "abc"]))
    assert len(found) == len(set(found)) == 8


def test_the_parts_of_a_real_difference_add_up():
    two = load_scenario("trade-war").with_changes(months=24)
    table = attribute("status-quo", two, runs=8, seed=4)
    ends = [simulate(s, 8, seed=4) for s in (load_scenario("status-quo").with_changes(months=24), two)]
    held = [(data["outcome"].values[:, -1] == HOLDS).mean() for data in ends]
    index = [data["cohesion_index"].values[:, -1].mean() for data in ends]
    assert table["change"].sum() == pytest.approx(held[1] - held[0])
    assert table["cohesion"].sum() == pytest.approx(index[1] - index[0])
