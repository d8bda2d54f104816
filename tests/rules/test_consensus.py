"""M10 Consensus."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import consensus
from cohesion.types import AID, COMMITTED, HEDGING, OBSTRUCTING, PILLAR, SANCTIONS, STATEMENT, WITHDRAWN

ZERO = np.zeros((1, 3))
CALM = np.zeros((1, 3), int)


def test_an_objection_grows_with_accommodation_and_the_wedge_and_falls_with_threat():
    p = parameter_set({"veto_bias": -1, "veto_alignment": 2, "veto_wedge": 1, "veto_obstruction": 3}, 1)
    found = consensus.objection(
        np.array([[0.0, -0.5, 0.5]]), np.array([[0.0, 0.2, 0.2]]), np.array([[0, 0.4, 0]]), CALM, p
    )
    np.testing.assert_allclose(found, [[-1, -1 + 1 - 0.2 + 0.4, -1 - 1 - 0.2]])


def test_one_who_obstructs_objects_more_and_one_who_has_left_not_at_all():
    p = parameter_set({"veto_bias": -1, "veto_obstruction": 3}, 1)
    found = consensus.objection(ZERO, ZERO, ZERO, np.array([[COMMITTED, OBSTRUCTING, WITHDRAWN]]), p)
    np.testing.assert_allclose(found, [[-1, 2, -20]])


def test_the_strongest_objector_decides_and_others_hide_behind_it():
    p = parameter_set({}, 1)
    one = consensus.blocking(np.array([[1.0, -5, -5]]), CALM, p)
    many = consensus.blocking(np.array([[1.0, 0.9, 0.9]]), CALM, p)
    np.testing.assert_array_equal(one, many)


def test_even_odds_and_full_veto_power_block_half_of_decisions_of_average_contest():
    blocked = consensus.blocking(ZERO, CALM, parameter_set({"veto_power": 1}, 1))
    assert blocked[0, SANCTIONS] == pytest.approx(0.5)


def test_a_lone_objector_mostly_yields_and_two_who_obstruct_yield_less():
    p = parameter_set({"veto_power": 0.4}, 1)
    sure = np.full((1, 3), 50.0)
    lone = consensus.blocking(sure, np.array([[OBSTRUCTING, COMMITTED, COMMITTED]]), p)
    pair = consensus.blocking(sure, np.array([[OBSTRUCTING, OBSTRUCTING, COMMITTED]]), p)
    assert lone[0, 0] == pytest.approx(0.4)
    assert pair[0, 0] == pytest.approx(1 - 0.6**2)


def test_sanctions_and_aid_are_more_contested_than_posture_and_words():
    blocked = consensus.blocking(ZERO, CALM, parameter_set({}, 1))[0]
    assert blocked[AID] > blocked[SANCTIONS] > blocked[STATEMENT]


def test_without_veto_power_nothing_is_blocked():
    blocked = consensus.blocking(np.full((1, 3), 50.0), CALM + OBSTRUCTING, parameter_set({"veto_power": 0}, 1))
    np.testing.assert_array_equal(blocked, 0)


def test_the_willing_are_committed_and_pillar_members_by_gdp_without_the_us():
    posture = np.array([[COMMITTED, PILLAR, HEDGING, COMMITTED]])
    share = consensus.willing(posture, np.array([[1.0, 2, 5, 100]]), np.array([1.0, 1, 1, 0]))
    assert share[0, 0] == pytest.approx(3 / 8)


@pytest.mark.parametrize(
    ("blocked", "willing", "expected"), [(0, 0.0, 1), (0, 1.0, 1), (1, 0.5, 0.6), (1, 0.9, 0.6), (1, 0.49, 0)]
)
def test_a_blocked_decision_is_put_into_effect_in_part_by_a_coalition_that_is_large_enough(blocked, willing, expected):
    p = parameter_set({"coalition_size": 0.5, "coalition_effect": 0.6}, 1)
    found = consensus.effect(np.full((1, 4), blocked), np.array([[willing]]), p)
    np.testing.assert_allclose(found, expected)


def test_memory_goes_a_quarter_of_the_way_a_quarter_year():
    memory = np.ones((1, 4))
    for _ in range(4):
        memory = consensus.remember(memory, np.zeros((1, 4)))
    np.testing.assert_allclose(memory, 0.75**4)
