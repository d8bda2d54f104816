"""M3 Trade war."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import trade


def test_the_sizes_of_the_kiel_institute_come_out():
    """A 25 % tariff costs the EU 0.4 % of GDP, its own retaliation 0.14 % more, and the US 0.17 %."""
    p = parameter_set({}, 1)
    exports, imports = np.array([0.031, 0.0]), np.array([0.021, 0.0])
    quarter, none = np.array([[0.25, 0.0]]), np.zeros((1, 2))
    tariff_only = trade.level_loss(quarter, none, exports, imports, 1, p)
    both = trade.level_loss(quarter, quarter, exports, imports, 1, p)
    assert 100 * tariff_only[0, 0] == pytest.approx(0.4, abs=0.01)
    assert 100 * (both - tariff_only)[0, 0] == pytest.approx(0.14, abs=0.005)
    assert 100 * tariff_only[0, 1] == pytest.approx(0.17, abs=0.005)


def test_no_tariff_costs_nothing():
    none = np.zeros((1, 3))
    loss = trade.level_loss(none, none, np.full(3, 0.05), np.full(3, 0.02), 2, parameter_set({}, 1))
    np.testing.assert_array_equal(loss, 0)


def test_the_loss_is_proportional_to_exports_and_to_the_rate():
    p = parameter_set({}, 1)
    tariff, none = np.array([[0.1, 0.2, 0.1, 0.0]]), np.zeros((1, 4))
    loss = trade.level_loss(tariff, none, np.array([0.02, 0.02, 0.06, 0.0]), np.zeros(4), 3, p)[0]
    np.testing.assert_allclose(loss[1:3] / loss[0], [2, 3])


def test_the_us_loses_on_the_sum_of_its_imports():
    p = parameter_set({"tariff_loss_us": 0.5}, 1)
    loss = trade.level_loss(np.array([[0.2, 0.1, 0.0]]), np.zeros((1, 3)), np.zeros(3), np.array([0.01, 0.02, 0]), 2, p)
    np.testing.assert_allclose(loss, [[0, 0, 0.5 * (0.002 + 0.002)]])


def test_the_us_answers_retaliation_only_where_it_levies_a_tariff():
    p = parameter_set({"tariff_response": 0.5}, 1)
    rate = trade.tariff_in_force(np.array([[0.2, 0.0]]), np.array([[0.1, 0.1]]), p)
    np.testing.assert_allclose(rate, [[0.25, 0]])


@pytest.mark.parametrize(("response", "sign"), [(-0.5, -1), (0.0, 0), (0.5, 1)])
def test_the_us_settles_or_escalates_by_the_sign_of_its_response(response, sign):
    p = parameter_set({"tariff_response": response}, 1)
    rate = trade.tariff_in_force(np.array([[0.2]]), np.array([[0.2]]), p)
    assert np.sign(rate[0, 0] - 0.2) == sign


def test_the_rate_in_force_stays_between_nothing_and_the_value_of_the_goods():
    retaliation = np.array([[1.0, 1.0]])
    up = trade.tariff_in_force(np.array([[0.9, 0.1]]), retaliation, parameter_set({"tariff_response": 0.5}, 1))
    down = trade.tariff_in_force(np.array([[0.9, 0.1]]), retaliation, parameter_set({"tariff_response": -0.5}, 1))
    np.testing.assert_allclose(up, [[1.0, 0.6]])
    np.testing.assert_allclose(down, [[0.4, 0.0]])


def test_retaliation_approaches_the_share_that_is_answered():
    p = parameter_set({"retaliation_speed": 0.25}, 1)
    tariff, joint, rate = np.array([[0.4]]), np.array([[0.5]]), np.zeros((1, 1))
    first = trade.retaliate(rate, tariff, joint, np.eye(1), p)
    np.testing.assert_allclose(first, 0.25 * 0.2)
    for _ in range(200):
        rate = trade.retaliate(rate, tariff, joint, np.eye(1), p)
    np.testing.assert_allclose(rate, 0.2)


def test_the_eu_answers_as_one_with_the_weighted_rate_and_others_answer_their_own():
    p = parameter_set({"retaliation_speed": 1}, 1)
    weights = np.array([[0.75, 0.25, 0], [0.75, 0.25, 0], [0, 0, 1]])
    rate = trade.retaliate(np.zeros((1, 3)), np.array([[0.4, 0.0, 0.1]]), np.ones((1, 1)), weights, p)
    np.testing.assert_allclose(rate, [[0.3, 0.3, 0.1]])


def test_a_tariff_costs_trust_in_full_at_the_mean_export_share_and_more_with_exposure():
    p = parameter_set({"tariff_trust": 1.5, "tariff_affront": 0.3}, 1)
    signal = trade.signal(np.full((1, 3), 0.2), trade.stake(np.array([0.0, 0.03, 0.06]), p), p)
    np.testing.assert_allclose(signal, [[-0.3 * 0.3, -0.3, -0.3 * 1.7]])


def test_no_tariff_no_affront():
    p = parameter_set({}, 1)
    signal = trade.signal(np.zeros((1, 2)), trade.stake(np.array([0.0, 0.2]), p), p)
    np.testing.assert_array_equal(signal, 0)


def test_standing_up_earns_trust_in_proportion_to_the_rate():
    p = parameter_set({"solidarity_trust": 0.5}, 1)
    np.testing.assert_allclose(trade.solidarity(np.array([[0.0, 0.2, 0.4]]), p), [[0, 0.1, 0.2]])
