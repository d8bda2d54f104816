"""M6 Burden sharing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion.parameters import parameter_set
from cohesion.rules import burden
from cohesion.types import ACCOMMODATING, COMMITTED, HEDGING

ZERO = np.zeros((1, 1))
ONE = np.ones((1, 1))
levels = st.floats(1, 5)
spent = st.floats(0, 8)
SIGNS = {
    "threat_change": (0.1, 1),
    "fear_change": (0.1, 1),
    "spill_in_change": (0.1, -1),
    "loss": (0.01, -1),
    "gap": (0.3, 1),
    "rally": (0.1, 1),
    "goodwill_lost": (0.1, 1),
    "preference": (0.1, 1),
}


def desired(values=None, posture=COMMITTED, at_start=2.0, **changes):
    arguments = {name: changes.get(name, 0.0) * ONE for name in (*SIGNS, "demand")}
    p = parameter_set(values or {}, 1)
    return burden.desired(at_start * ONE, **arguments, posture=np.full((1, 1), posture), p=p)[0, 0]


def path(*spells):
    """A path of the pledge for one member, ``[month, 1]``, of (level, months)."""
    return np.concatenate([np.full((months, 1), float(level)) for level, months in spells])


def due_level(before, due, pledge):
    """What is due of a pledge, % of GDP."""
    return before + due * (pledge - before)


def test_a_pledge_falls_due_evenly_over_ten_years_and_then_stays():
    before, due = burden.phase_in(path((2, 150)), 2, 0)
    np.testing.assert_array_equal(before, 0)
    np.testing.assert_allclose(due[:, 0], np.minimum(1, np.arange(150) / 120))


@given(age=st.integers(-60, 0))
def test_before_it_is_made_a_pledge_is_not_due(age):
    _, due = burden.phase_in(path((2, 121 - age)), 2, age)
    np.testing.assert_array_equal(due[: 1 - age], 0)
    assert due[1 - age] > 0
    assert due[-1] == 1


@given(age=st.integers(-24, 200), first=levels, second=levels, kept=st.integers(1, 130))
def test_a_changed_pledge_starts_from_what_was_due_and_takes_ten_years_of_its_own(age, first, second, kept):
    pledge = path((2, 1), (first, kept), (second, 121))
    before, due = burden.phase_in(pledge, 2, age)
    level = due_level(before, due, pledge)
    steps = np.abs(np.diff(level[:, 0]))
    # In the month of a change nothing is due beyond what was due by then: a month's pace, and no leap.
    assert steps.max() <= 5 / 120 + 1e-12
    if second != first:
        assert due[kept + 1] == 0
    assert level[-1, 0] == pytest.approx(second)


@given(pledge=levels, age=st.integers(-24, 200), months=st.integers(1, 60))
def test_a_pledge_that_is_said_again_does_not_begin_again(pledge, age, months):
    once, twice = (
        burden.phase_in(path(*spells), 2, age) for spells in (((2, 2 * months),), ((2, months), (2, months)))
    )
    np.testing.assert_array_equal(once, twice)


def test_members_and_runs_have_pledges_of_their_own():
    paths = np.full((2, 24, 3), 2.0)
    paths[1, 12:, 2] = 3.5
    before, due = burden.phase_in(paths, 2, 300)
    np.testing.assert_array_equal(due[0], 1)
    np.testing.assert_array_equal(due[1, :, :2], 1)
    np.testing.assert_allclose(due[1, 12:, 2], np.arange(12) / 120)
    np.testing.assert_array_equal(before[1, 12:, 2], 2)


@given(pledge=levels, before=levels, spending=spent)
def test_a_pledge_pulls_not_at_all_when_it_is_made_and_by_all_that_is_missing_when_it_is_due(pledge, before, spending):
    def missing(level):
        return max(0, np.log(level / max(spending, 0.3)))

    def gap(due):
        return burden.pledge_gap(pledge * ONE, before * ONE, due * ONE, spending * ONE)[0, 0]

    assert gap(0) == pytest.approx(missing(before))
    assert gap(0.5) == pytest.approx((missing(before) + missing(pledge)) / 2)
    assert gap(1) == pytest.approx(missing(pledge))


def test_without_a_pledge_before_half_of_a_pledge_is_half_of_its_gap():
    gap = burden.pledge_gap(2 * ONE, ZERO, 0.5 * ONE, np.array([0.0, 1.0, 2.0, 3.0]))
    np.testing.assert_allclose(gap, [[np.log(2 / 0.3) / 2, np.log(2) / 2, 0, 0]])


@given(pledge=levels, before=levels, due=st.floats(0, 1), less=spent, more=spent)
def test_the_gap_is_never_below_zero_and_spending_more_never_widens_it(pledge, before, due, less, more):
    less, more = sorted((less, more))
    wide, narrow = (burden.pledge_gap(pledge * ONE, before * ONE, due * ONE, x * ONE)[0, 0] for x in (less, more))
    assert 0 <= narrow <= wide < np.inf


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
    assert burden.budget(2 * ONE, 3 * ONE, ONE, p)[0, 0] == pytest.approx(2.25)
    assert burden.budget(2 * ONE, 1 * ONE, ONE, p)[0, 0] == pytest.approx(1.88)
    assert burden.budget(2 * ONE, 2 * ONE, ONE, p)[0, 0] == 2


@pytest.mark.parametrize(("speed", "expected"), [(0.5, 2.125), (2, 2.5), (10, 3)])
def test_the_speed_of_rises_is_a_multiple_that_never_overshoots_the_plan(speed, expected):
    p = parameter_set({"budget_rise": 0.25}, 1)
    assert burden.budget(2 * ONE, 3 * ONE, speed * ONE, p)[0, 0] == pytest.approx(expected)


def test_speed_does_not_touch_cuts():
    p = parameter_set({}, 1)
    slow, fast = (burden.budget(2 * ONE, ONE, speed * ONE, p) for speed in (0.5, 3))
    np.testing.assert_array_equal(slow, fast)


@given(spending=spent, preference=st.floats(-1, 1), by=st.floats(-0.5, 0.5), shift=st.floats(0, 1))
def test_a_surprise_moves_spending_by_all_of_it_and_preference_by_its_part(spending, preference, by, shift):
    p = parameter_set({"preference_shift": shift}, 1)
    after, kept = burden.surprise(spending * ONE, preference * ONE, by * ONE, p)
    assert after[0, 0] == pytest.approx(spending * np.exp(by))
    assert kept[0, 0] == pytest.approx(preference + shift * by)


@pytest.mark.parametrize(("shift", "expected"), [(0, 2.0), (0.5, 2.0 * np.exp(0.1)), (1, 2.0 * np.exp(0.2))])
def test_what_shows_a_preference_stays_and_budgets_return_from_the_rest(shift, expected):
    p = parameter_set({"preference_shift": shift}, 1)
    spending, preference = burden.surprise(2 * ONE, ZERO, 0.2 * ONE, p)
    for _ in range(200):
        spending = burden.budget(spending, desired(preference=preference[0, 0]) * ONE, ONE, p)
    assert spending[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize(("plan", "expected"), [(1.0, 2), (2.2, 2), (2.3, 2.06), (4.0, 2.4)])
def test_a_supplement_comes_only_where_the_plan_is_more_than_a_tenth_above(plan, expected):
    p = parameter_set({"supplement": 0.2}, 1)
    assert burden.supplement(2 * ONE, plan * ONE, p)[0, 0] == pytest.approx(expected)


@given(gap=st.floats(0, 3), trust=st.floats(0, 0.8))
def test_a_record_known_at_the_start_sends_no_signal(gap, trust):
    conduct = burden.pledge_conduct(gap * ONE, gap * ONE, parameter_set({"pledge_trust": trust}, 1))
    np.testing.assert_array_equal(conduct, 0)


def test_closing_a_gap_earns_trust_and_a_gap_that_widens_costs_it_by_its_log():
    p = parameter_set({"pledge_trust": 0.4}, 1)
    half = np.log(2) * ONE  # spends half of what is due
    assert burden.pledge_conduct(ZERO, half, p)[0, 0] == pytest.approx(0.4 * np.log(2))
    assert burden.pledge_conduct(2 * half, half, p)[0, 0] == pytest.approx(-0.4 * np.log(2))
