"""M7 Capability and autonomy."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import capability

ONE = np.ones((1, 1))
ZERO = np.zeros((1, 1))


def test_constant_spending_keeps_the_steady_state_of_spending_over_depreciation():
    p = parameter_set({"depreciation": 0.08, "equipment_share": 0.3, "delivery_months": 36}, 1)
    a_year = 60.0
    stock, orders = a_year / 0.08 * ONE, a_year / 12 * 0.3 * 36 * ONE
    for _ in range(24):
        stock, orders = capability.accumulate(stock, orders, a_year / 12 * ONE, ZERO, p)
    np.testing.assert_allclose(stock, 750)
    np.testing.assert_allclose(orders, 54)


def test_a_stock_from_nothing_converges_to_the_steady_state():
    p = parameter_set({"depreciation": 0.1}, 1)
    stock, orders = ZERO, ZERO
    for _ in range(3000):
        stock, orders = capability.accumulate(stock, orders, 2 * ONE, ZERO, p)
    np.testing.assert_allclose(stock, 24 / 0.1)


def test_equipment_is_delivered_late_and_the_rest_of_the_money_works_at_once():
    p = parameter_set({"depreciation": 0, "equipment_share": 0.25, "delivery_months": 40}, 1)
    stock, orders = capability.accumulate(ZERO, ZERO, 8 * ONE, ZERO, p)
    assert (stock[0, 0], orders[0, 0]) == (6, 2)
    later, left = capability.accumulate(stock, orders, ZERO, ZERO, p)
    assert later[0, 0] == pytest.approx(6 + 2 / 40)
    assert left[0, 0] == pytest.approx(2 - 2 / 40)


def test_orders_for_enablers_crowd_out_other_orders_by_as_much():
    p = parameter_set({"equipment_share": 0.3}, 1)
    share = 0.4 * ONE
    _, orders = capability.accumulate(ZERO, ZERO, 10 * ONE, share, p)
    _, enablers = capability.build_enablers(ZERO, ZERO, 10 * ONE, share, p)
    assert orders[0, 0] == pytest.approx(1.8)
    assert enablers[0, 0] == pytest.approx(1.2)


def test_enablers_arrive_after_their_own_delay_and_wear_out():
    p = parameter_set({"enabler_months": 50, "depreciation": 0.12}, 1)
    stock, orders = capability.build_enablers(10 * ONE, 5 * ONE, ZERO, ZERO, p)
    assert stock[0, 0] == pytest.approx(10 * 0.99 + 0.1)
    assert orders[0, 0] == pytest.approx(4.9)


def test_turning_to_enablers_weakens_first_and_frees_later():
    p = parameter_set({}, 1)
    share = 0.4 * ONE
    start = 12 / p.depreciation
    pipeline = p.equipment_share * p.delivery_months
    stock, orders, enablers, coming, path = start, pipeline, ZERO, ZERO, []
    for _ in range(120):
        stock, orders = capability.accumulate(stock, orders, ONE, share, p)
        enablers, coming = capability.build_enablers(enablers, coming, ONE, share, p)
        path.append((stock * capability.autonomy(enablers, np.hstack([stock, stock]), 1, p)[:, :1])[0, 0])
    assert stock[0, 0] < start[0, 0]
    assert path[-1] > path[0]


def test_effort_and_lost_goodwill_turn_orders_to_enablers_within_bounds_and_never_those_of_the_us():
    p = parameter_set({"pillar_orders": 0.4, "autonomy_push": 0.3}, 1)
    share = capability.enabler_share(
        np.array([[1, 0, 1, 0, 1]]), np.array([[0, 0.5, 1, -0.5, 1]]), np.array([1, 1, 1, 1, 0]), p
    )
    np.testing.assert_allclose(share, [[0.4, 0.15, 0.6, 0, 0]])


def test_only_part_of_a_rise_becomes_capability_and_usual_spending_counts_in_full():
    p = parameter_set({"absorption": 0.8}, 1)
    bought = capability.purchases(np.array([[10.0, 15.0, 5.0]]), np.array([[10.0, 10.0, 10.0]]), p)
    np.testing.assert_allclose(bought, [[10, 14, 6]])


def test_autonomy_is_that_of_the_start_plus_enablers_over_their_cost_and_whole_for_the_us():
    p = parameter_set({"autonomy_start": 0.4, "enabler_cost": 0.15}, 1)
    share = capability.autonomy(np.array([[0.0, 6.0, 99.0, 0.0]]), np.array([[100.0, 100.0, 100.0, 100.0]]), 3, p)
    np.testing.assert_allclose(share, [[0.4, 0.8, 1, 1]])


def test_autonomy_of_a_member_without_forces_is_finite():
    share = capability.autonomy(np.zeros((1, 2)), np.zeros((1, 2)), 1, parameter_set({}, 1))
    assert np.all(np.isfinite(share))
