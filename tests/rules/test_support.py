"""M8 Support for Ukraine."""

import numpy as np
import pytest

from cohesion.levers import BY_NAME
from cohesion.parameters import parameter_set
from cohesion.rules import support

ONE = np.ones((1, 1))


def european(values=None, aid=0.0, months=1, **changes):
    terms = ("lever", "threat_change", "shortfall", "pressure", "loss", "fatigue")
    arguments = {name: changes.get(name, 0.0) * ONE for name in terms}
    now = aid * ONE
    for _ in range(months):
        now = support.european(now, **arguments, europe=np.ones(1), p=parameter_set(values or {}, 1))
    return now[0, 0]


def test_aid_stays_where_nothing_changes():
    assert european(months=12) == 0


def test_the_lever_is_reached_within_about_half_a_year():
    assert np.expm1(european(lever=0.5, months=200)) == pytest.approx(0.5)
    assert european(lever=0.5, months=6) > 0.6 * np.log(1.5)


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_lever_counts_over_its_whole_range(end):
    lever = getattr(BY_NAME["europe_aid"], end)
    assert np.expm1(european(lever=lever, months=300)) == pytest.approx(lever)


def test_seven_tenths_of_withheld_american_aid_are_replaced():
    assert np.expm1(european({"aid_replacement": 0.7}, shortfall=1, months=200)) == pytest.approx(0.7)


def test_more_american_aid_replaces_nothing():
    assert european(shortfall=-1) == 0


@pytest.mark.parametrize(
    ("name", "sign"), [("threat_change", 1), ("pressure", -1), ("loss", -1), ("fatigue", -1), ("lever", 1)]
)
def test_each_driver_moves_aid_by_its_sign(name, sign):
    assert np.sign(european(**{name: 0.2})) == sign


@pytest.mark.parametrize("name", ["pressure", "fatigue"])
def test_less_pressure_and_aid_below_the_start_do_not_raise_it(name):
    assert european(**{name: -0.5}) == 0


def test_aid_stays_within_its_bounds_and_the_us_column_at_zero():
    p = parameter_set({}, 1)
    zero = np.zeros((1, 2))
    aid = zero
    for _ in range(100):
        aid = support.european(aid, zero, zero, zero, zero, zero + 5, zero, np.array([1.0, 0.0]), p)
    assert -5 < aid[0, 0] < -1
    assert aid[0, 1] == 0


def test_total_aid_at_the_start_is_the_sum_of_shares_of_gdp():
    at_start, gdp = np.array([0.5, 0.25]), np.array([[1000.0, 20000.0]])
    total = support.total(np.zeros((1, 2)), at_start, gdp, np.zeros((1, 1)), 1, ONE)
    np.testing.assert_allclose(total, [[5 + 50]])


def test_american_aid_follows_the_lever_and_half_of_european_aid_common_packages():
    at_start, gdp, none = np.array([0.5, 0.25]), np.array([[1000.0, 20000.0]]), np.zeros((1, 2))
    stopped = support.total(none, at_start, gdp, -ONE, 1, ONE)
    doubled = support.total(none, at_start, gdp, ONE, 1, ONE)
    blocked = support.total(none, at_start, gdp, -ONE, 1, 0 * ONE)
    assert (stopped[0, 0], doubled[0, 0], blocked[0, 0]) == (5, 105, 2.5)


def test_total_aid_grows_with_the_log_of_a_members_aid():
    at_start, gdp = np.array([0.5, 0.0]), np.array([[1000.0, 20000.0]])
    total = support.total(np.array([[np.log(3), 0.0]]), at_start, gdp, 0 * ONE, 1, ONE)
    np.testing.assert_allclose(total, [[15]])
