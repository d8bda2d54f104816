"""M2 Trust and goodwill."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import trust

#: Whom each of three members listens to; member 2 is the United States.
TIES = np.array([[[0, 0.75, 0.25], [0.5, 0, 0.5], [1, 0, 0]]])


def test_a_negative_signal_weighs_more_by_the_asymmetry_and_a_positive_one_stays():
    p = parameter_set({"asymmetry": 2.25}, 1)
    np.testing.assert_array_equal(trust.asymmetric(np.array([[2.0, 0.0, -2.0]]), p), [[2, 0, -4.5]])


def test_with_an_asymmetry_of_one_good_and_bad_news_weigh_alike():
    p = parameter_set({"asymmetry": 1}, 1)
    signal = np.array([[0.7, -0.7]])
    np.testing.assert_array_equal(trust.asymmetric(signal, p), signal)


@pytest.mark.parametrize(("signal", "expected"), [(0.8, 0.8), (-0.8, -0.8 * 1.4)])
def test_a_signal_kept_up_for_ever_moves_trust_by_its_weight_times_the_asymmetry(signal, expected):
    p = parameter_set({"learning": 0, "anchor": 0.05, "asymmetry": 1.4, "trust_sensitivity": 1}, 1)
    update = trust.update_matrix(TIES, p)
    toward_us = trust.monthly(np.full((1, 3), signal), np.ones(3), p)
    zero = np.zeros((1, 3))
    deviation = np.zeros((1, 3, 3))
    for _ in range(600):
        deviation = trust.revise(deviation, update, update, toward_us, zero, zero, 2)
    np.testing.assert_allclose(deviation[0, :, 2], expected, atol=1e-9)
    np.testing.assert_array_equal(deviation[0, :, :2], 0)


def test_sensitivity_scales_every_signal():
    once, twice = parameter_set({"trust_sensitivity": 0.7}, 1), parameter_set({"trust_sensitivity": 1.4}, 1)
    signal, both = np.array([[0.5, -0.5]]), np.ones(2)
    np.testing.assert_allclose(trust.monthly(signal, both, twice), 2 * trust.monthly(signal, both, once))


def test_no_signal_moves_the_united_states():
    moved = trust.monthly(np.array([[[0.5, -0.5]], [[-1.0, 2.0]]]), np.array([1.0, 0.0]), parameter_set({}, 1))
    np.testing.assert_array_equal(moved[..., 1], 0)
    assert np.all(moved[..., 0] != 0)


def test_a_member_feels_its_own_lot_and_a_share_of_that_of_its_friends():
    p = parameter_set({"witness": 0.2}, 1)
    felt = trust.witnessed(np.array([[-1.0, 0.0, -4.0]]), TIES, p)
    np.testing.assert_allclose(felt, [[-1 - 0.2 * 1.0, -0.2 * 2.5, -4 - 0.2 * 1.0]])


def test_the_update_draws_back_by_the_anchor_and_keeps_the_rest():
    p = parameter_set({"anchor": 0.02, "learning": 0.03}, 1)
    update = trust.update_matrix(TIES, p)
    np.testing.assert_allclose(update.sum(axis=-1), 0.98)
    np.testing.assert_allclose(np.diagonal(update[0]), 0.95)
    np.testing.assert_allclose(update[0, 0], [0.95, 0.0225, 0.0075])


def test_learning_alone_converges_to_the_consensus_of_the_left_eigenvector():
    p = parameter_set({"anchor": 0, "learning": 0.5}, 1)
    update = trust.update_matrix(TIES, p)
    # Influence: pi = pi T, worked by hand from T with pi_0 = 1: pi_1 = 3/4, pi_2 = 1/4 + 3/8.
    influence = np.array([1, 0.75, 0.625])
    influence /= influence.sum()
    start = np.array([[[0.3, -1.0, 2.0], [-0.6, 0.5, 1.0], [1.2, 0.0, -3.0]]])
    zero = np.zeros((1, 3))
    deviation = start
    for _ in range(400):
        deviation = trust.revise(deviation, update, update, zero, zero, zero, 2)
    np.testing.assert_allclose(deviation[0], np.tile(influence @ start[0], (3, 1)), atol=1e-12)


def test_conduct_is_read_alike_by_all_and_joint_retaliation_the_other_way_round_by_the_us():
    p = parameter_set({"anchor": 0, "learning": 0}, 1)
    update = trust.update_matrix(TIES, p)
    zero, conduct, joint = np.zeros((1, 3)), np.array([[-0.1, 0.0, 0.0]]), np.array([[0.0, 0.2, 0.0]])
    after = trust.revise(np.zeros((1, 3, 3)), update, update, zero, conduct, joint, 2)
    np.testing.assert_allclose(after[0], [[-0.1, 0.2, 0], [-0.1, 0.2, 0], [-0.1, -0.2, 0]])


def test_deviations_are_cut_off_at_the_limit_in_both_directions():
    p = parameter_set({}, 1)
    update, zero = trust.update_matrix(TIES, p), np.zeros((1, 3))
    after = trust.revise(np.zeros((1, 3, 3)), update, update, np.array([[50.0, -50.0, 1.0]]), zero, zero, 2)
    np.testing.assert_array_equal(after[0, :, 2], [trust.LIMIT, -trust.LIMIT, 1.0])


def test_noise_has_the_stated_stationary_deviation_half_of_it_common_and_none_for_the_us():
    p = parameter_set({"trust_noise": 0.2, "anchor": 0.02}, 1)
    europe, one, none = np.array([1.0, 1.0, 0.0]), np.ones((1, 3)), np.zeros((1, 3))
    common = trust.noise(np.ones((1, 1)), none, europe, p)
    own = trust.noise(np.zeros((1, 1)), one, europe, p)
    np.testing.assert_array_equal(common, own)
    assert common[0, 2] == 0
    keep = 1 - 0.02
    stationary = np.sqrt((common[0, 0] ** 2 + own[0, 0] ** 2) / (1 - keep**2))
    np.testing.assert_allclose(stationary, 0.2, rtol=0.01)


def test_goodwill_goes_most_of_the_way_within_a_year_and_ends_at_the_signal_times_its_sensitivity():
    p = parameter_set({"goodwill_recovery": 0.1, "goodwill_sensitivity": 2}, 1)
    signal, deviation = np.array([[-0.5]]), np.zeros((1, 1))
    path = [deviation]
    for _ in range(300):
        path.append(trust.goodwill(path[-1], signal, p))
    np.testing.assert_allclose(path[12], -1 * (1 - 0.9**12))
    np.testing.assert_allclose(path[-1], -1)


def test_lost_goodwill_recovers_once_the_signal_ends():
    p = parameter_set({}, 1)
    lost = np.array([[-1.0]])
    after = trust.goodwill(lost, np.zeros((1, 1)), p)
    assert lost[0, 0] < after[0, 0] < 0


def test_what_others_believe_of_the_us_is_learnt_without_its_own_view():
    p = parameter_set({"anchor": 0, "learning": 0.5}, 1)
    among_others = np.array([[[0, 1, 0], [1, 0, 0], [1, 0, 0.0]]])
    deviation = np.zeros((1, 3, 3))
    deviation[0, :, 0], deviation[0, :, 2] = (0, 0, 2), (-1, -1, 2)
    after = trust.carry(deviation, trust.update_matrix(TIES, p), trust.update_matrix(among_others, p), 2)
    np.testing.assert_allclose(after[0, :2, 2], -1)
    np.testing.assert_allclose(after[0, :2, 0], [0.5 * 0.25 * 2, 0.5 * 0.5 * 2])
