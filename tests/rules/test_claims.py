"""M4 Territorial claims."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import claims

#: Member 0 is claimed, 1 its neighbour, 2 far away; all of the same size unless said otherwise.
TIES = np.array([[[0, 0.8, 0.2], [0.9, 0, 0.1], [0.1, 0.9, 0]]])
CLAIM = np.array([[1.0, 0.0, 0.0]])


def test_a_claim_with_force_costs_the_claimed_its_full_weight():
    p = parameter_set({"claim_trust": 0.7}, 1)
    assert claims.signal(CLAIM, TIES, np.zeros(3), p)[0, 0] == pytest.approx(-0.7)


def test_a_claim_hurts_its_target_more_than_its_neighbour_and_its_neighbour_more_than_the_rest():
    target, neighbour, far = claims.signal(CLAIM, TIES, np.zeros(3), parameter_set({}, 1))[0]
    assert target < neighbour < far < 0


def test_neighbours_feel_the_spread_in_proportion_to_their_ties():
    p = parameter_set({"claim_trust": 1, "claim_spread": 0.4}, 1)
    np.testing.assert_allclose(claims.signal(CLAIM, TIES, np.zeros(3), p)[0, 1:], [-0.4 * 0.9, -0.4 * 0.1])


def test_small_states_fear_the_precedent():
    p = parameter_set({"claim_spread": 1}, 1)
    alone = np.array([[[0, 1.0, 0.0], [1.0, 0, 0.0], [0.0, 1.0, 0]]])
    large, small = (claims.signal(CLAIM, alone, np.array([0, 0, size]), p)[0, 2] for size in (0.0, 1.0))
    assert large == 0
    assert small == pytest.approx(-0.1)


@pytest.mark.parametrize("convexity", [1.5, 3.0])
def test_a_threat_of_force_weighs_more_than_twice_an_offer_to_buy(convexity):
    p = parameter_set({"claim_convexity": convexity}, 1)
    force = claims.signal(CLAIM, TIES, np.zeros(3), p)[0, 0]
    offer = claims.signal(0.5 * CLAIM, TIES, np.zeros(3), p)[0, 0]
    assert force / offer == pytest.approx(2**convexity)
    assert force < 2 * offer < 0


def test_without_spread_only_the_claimed_is_hurt():
    signal = claims.signal(CLAIM, TIES, np.ones(3), parameter_set({"claim_spread": 0}, 1))
    np.testing.assert_array_equal(signal[0, 1:], 0)


def test_no_claim_does_nothing():
    p = parameter_set({}, 1)
    np.testing.assert_array_equal(claims.signal(np.zeros((1, 3)), TIES, np.ones(3), p), 0)
    np.testing.assert_array_equal(claims.rally(np.zeros((1, 3)), p), 0)


def test_a_second_claim_elsewhere_never_softens_the_first():
    p = parameter_set({"claim_spread": 1}, 1)
    one = claims.signal(CLAIM, TIES, np.ones(3), p)
    two = claims.signal(np.array([[1.0, 0.0, 0.8]]), TIES, np.ones(3), p)
    assert np.all(two <= one)


def test_the_claimed_rallies_behind_defence_and_nobody_else():
    p = parameter_set({"claim_rally": 0.15, "claim_convexity": 2}, 1)
    np.testing.assert_allclose(claims.rally(np.array([[1.0, 0.5, 0.0]]), p), [[0.15, 0.0375, 0]])
