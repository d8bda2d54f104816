"""M6 Burden sharing."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import burden
from cohesion.types import ACCOMMODATING, COMMITTED, HEDGING

ZERO = np.zeros((1, 1))
ONE = np.ones((1, 1))
SIGNS = {
    "threat_change": (0.1, 1),
    "fear_change": (0.1, 1),
    "spill_in_change": (0.1, -1),
    "loss": (0.01, -1),
    "gap": (0.3, 1),
    "rally": (0.1, 1),
    "goodwill_lost": (0.1, 1),
}


def desired(values=None, posture=COMMITTED, at_start=2.0, **changes):
    terms = ("threat_change", "fear_change", "spill_in_change", "loss", "gap", "demand", "rally", "goodwill_lost")
    arguments = {name: changes.get(name, 0.0) * ONE for name in terms}
    p = parameter_set(values or {}, 1)
    return burden.desired(at_start * ONE, **arguments, posture=np.full((1, 1), posture), p=p)[0, 0]


def test_the_pledge_of_the_start_leaves_no_gap_to_anyone():
    np.testing.assert_array_equal(burden.pledge_gap(np.array([[2.0]]), np.array([0.0, 1.0, 2.0, 4.1])), 0)


@pytest.mark.parametrize(
    ("pledge", "spent", "expected"),
    [
        (4, 1, np.log(2)),  # twice as far away as before
        (3.5, 3, np.log(3.5 / 3)),  # was above 2 %, is now below
        (3.5, 4, 0),  # above either
        (1, 1.5, -np.log(2 / 1.5)),  # a lower pledge is a gap that closes
        (3.5, 0, np.log(1.75)),  # no forces: finite
    ],
)
def test_the_pledge_gap_is_the_log_of_what_is_missing_beyond_the_gap_to_two_per_cent(pledge, spent, expected):
    assert burden.pledge_gap(np.array([[pledge]]), np.array([spent]))[0, 0] == pytest.approx(expected)


def test_a_member_that_nothing_moves_wants_what_it_spent():
    assert desired() == 2


@pytest.mark.parametrize("name", SIGNS)
def test_each_driver_moves_desired_spending_by_its_sign(name):
    size, sign = SIGNS[name]
    assert np.sign(desired(**{name: size}) - 2) == sign
    assert np.sign(desired(**{name: -size}) - 2) == -sign


def test_the_elasticity_of_spill_in_is_what_the_parameter_says():
    assert desired({"spill_in": -0.15}, spill_in_change=np.log(2)) == pytest.approx(2 * 2**-0.15)


@pytest.mark.parametrize(("shaming", "sign"), [(-0.1, -1), (0.0, 0), (0.1, 1)])
def test_shaming_may_work_either_way(shaming, sign):
    assert np.sign(desired({"shaming": shaming}, demand=1) - 2) == sign


def test_only_a_member_that_accommodates_cuts():
    assert desired({"accommodation_cut": 0.2}, posture=ACCOMMODATING) == pytest.approx(2 * np.exp(-0.2))
    assert desired({"accommodation_cut": 0.2}, posture=HEDGING) == 2


def test_fiscal_stress_can_outweigh_fear_and_fear_can_outweigh_fiscal_stress():
    squeezed = {"fiscal_squeeze": 12, "fear_spending": 0.2}
    afraid = {"fiscal_squeeze": 1, "fear_spending": 2}
    assert desired(squeezed, loss=0.02, fear_change=0.15) < 2 < desired(afraid, loss=0.02, fear_change=0.15)


def test_desired_spending_is_bounded_and_nothing_stays_nothing():
    assert desired(gap=100) == pytest.approx(2 * np.exp(1.5))
    assert desired(loss=100) == pytest.approx(2 * np.exp(-1.5))
    assert desired(at_start=0, gap=5) == 0


def test_a_budget_closes_a_share_of_the_gap_and_cuts_are_slower_than_rises():
    p = parameter_set({"budget_rise": 0.25, "budget_cut": 0.12}, 1)
    assert burden.budget(2 * ONE, 3 * ONE, ZERO, ONE, p)[0, 0] == pytest.approx(2.25)
    assert burden.budget(2 * ONE, 1 * ONE, ZERO, ONE, p)[0, 0] == pytest.approx(1.88)
    assert burden.budget(2 * ONE, 2 * ONE, ZERO, ONE, p)[0, 0] == 2


@pytest.mark.parametrize(("speed", "expected"), [(0.5, 2.125), (2, 2.5), (10, 3)])
def test_the_speed_of_rises_is_a_multiple_that_never_overshoots_the_plan(speed, expected):
    p = parameter_set({"budget_rise": 0.25}, 1)
    assert burden.budget(2 * ONE, 3 * ONE, ZERO, speed * ONE, p)[0, 0] == pytest.approx(expected)


def test_speed_does_not_touch_cuts():
    p = parameter_set({}, 1)
    slow, fast = (burden.budget(2 * ONE, ONE, ZERO, speed * ONE, p) for speed in (0.5, 3))
    np.testing.assert_array_equal(slow, fast)


def test_what_a_budget_brings_beyond_the_plan_is_multiplicative():
    p = parameter_set({"budget_noise": 0.05}, 1)
    assert burden.budget(2 * ONE, 2 * ONE, 2 * ONE, ONE, p)[0, 0] == pytest.approx(2 * np.exp(0.1))


@pytest.mark.parametrize(("plan", "expected"), [(1.0, 2), (2.2, 2), (2.3, 2.06), (4.0, 2.4)])
def test_a_supplement_comes_only_where_the_plan_is_more_than_a_tenth_above(plan, expected):
    p = parameter_set({"supplement": 0.2}, 1)
    assert burden.supplement(2 * ONE, plan * ONE, p)[0, 0] == pytest.approx(expected)


def test_a_record_known_at_the_start_sends_no_signal():
    at_start = np.array([0.0, 1.3, 2.0, 4.0])
    conduct = burden.pledge_conduct(at_start[None, :], at_start, np.array([[2.0]]), parameter_set({}, 1))
    np.testing.assert_array_equal(conduct, 0)


def test_meeting_a_pledge_earns_trust_and_missing_a_new_one_costs_it():
    p = parameter_set({"pledge_trust": 0.4}, 1)
    at_start = np.array([1.0])
    met = burden.pledge_conduct(2 * ONE, at_start, 2 * ONE, p)
    missed = burden.pledge_conduct(ONE, at_start, 4 * ONE, p)
    assert met[0, 0] == pytest.approx(0.4 * 0.5)
    assert missed[0, 0] == pytest.approx(-0.4 * 0.25)
