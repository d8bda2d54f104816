"""M15 Measures."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import measures
from cohesion.types import COMMITTED, HEDGING, WITHDRAWN

ONE = np.ones((1, 1))


def log_odds(probability):
    return np.log(probability / (1 - probability))


def connectivity(trust, threshold=0.4):
    trust = np.asarray(trust, float)[None]
    return measures.connectivity(np.zeros_like(trust), log_odds(trust), threshold * ONE)[0]


def planted(within, across, sizes=(4, 4)):
    """Mutual trust in blocs of the given sizes."""
    bloc = np.repeat(np.arange(len(sizes)), sizes)
    return np.where(bloc[:, None] == bloc, within, across)


def test_probability_inverts_log_odds():
    values = np.array([0.05, 0.5, 0.95])
    np.testing.assert_allclose(measures.probability(log_odds(values)), values)


def test_projection_falls_by_e_over_its_scale_and_is_a_fixed_share_for_the_us():
    p = parameter_set({"projection_scale": 2000, "us_share": 0.2}, 1)
    found = measures.projection(np.array([[0.0, 2000, 7000], [2000, 0, 7000], [7000, 7000, 0]]), 2, p)
    np.testing.assert_allclose(found[0, 0], [1, np.exp(-1), 0.2])
    np.testing.assert_allclose(found[0, :, 2], 0.2)


def respond(trust_in_us=0.5, present_us=1.0, autonomy=0.4, present=1.0):
    """Two Europeans (10 and 20) and the US (100, a tenth of which reaches them)."""
    trust = np.array([[[0.9, 0.6, trust_in_us], [0.5, 0.9, trust_in_us], [0.9, 0.9, 0.9]]])
    reach = np.array([[[1, 0.8, 0.1], [0.8, 1, 0.1], [0.2, 0.2, 0.1]]])
    return measures.response(
        trust, reach, np.array([[10.0, 20.0, 100.0]]), np.array([[autonomy, autonomy, 1.0]]),
        np.array([[1.0, present, present_us]]), 2,
    )  # fmt: skip


def test_the_expected_response_is_the_sum_worked_by_hand():
    response, alone, spill_in = respond()
    # own 10 and 0.6 * 0.8 * 20 = 9.6 from the ally; 0.4 of both free, 0.6 leaning on the US at half trust; US 0.5 * 10
    assert response[0, 0] == pytest.approx(19.6 * (0.4 + 0.6 * 0.5) + 5)
    assert alone[0, 0] == pytest.approx(19.6 * 0.4)
    assert spill_in[0, 0] == pytest.approx(9.6)


def test_without_the_us_only_autonomous_forces_count():
    response, alone, _ = respond(trust_in_us=0.0)
    assert response[0, 0] == pytest.approx(alone[0, 0])
    full, free, _ = respond(trust_in_us=0.0, autonomy=1.0)
    assert full[0, 0] == free[0, 0] == pytest.approx(19.6)


def test_trust_in_the_us_raises_what_is_expected_and_nothing_of_what_stands_alone():
    low, high = respond(trust_in_us=0.3), respond(trust_in_us=0.8)
    assert np.all(high[0][0, :2] > low[0][0, :2])
    np.testing.assert_array_equal(high[1][0, :2], low[1][0, :2])


def test_the_us_counts_its_forces_in_full_and_an_ally_that_has_left_not_at_all():
    assert respond()[0][0, 2] > 100
    left = respond(present=0.0)
    assert left[2][0, 0] == 0
    assert left[0][0, 0] == pytest.approx(10 * 0.7 + 5)


def test_american_forces_count_as_far_as_they_are_in_the_alliance():
    assert respond()[0][0, 0] - respond(present_us=0.5)[0][0, 0] == pytest.approx(2.5)


@pytest.mark.parametrize(("ratio", "slope", "expected"), [(1, 3, 0.5), (2, 3, 8 / 9), (0.5, 3, 1 / 9), (5, 0, 0.5)])
def test_credibility_is_logistic_in_the_log_of_response_over_required_force(ratio, slope, expected):
    found = measures.credibility(ratio * 7 * ONE, 7 * ONE, parameter_set({"credibility_slope": slope}, 1))
    assert found[0, 0] == pytest.approx(expected)


def test_credibility_of_no_response_is_nothing_and_finite():
    found = measures.credibility(0 * ONE, 50 * ONE, parameter_set({}, 1))[0, 0]
    assert 0 <= found < 1e-12


def test_the_flank_weighs_by_exposure_and_the_mean_by_its_weight():
    values = np.array([[0.2, 0.8]])
    assert measures.flank(values, np.array([[3.0, 1.0]]))[0, 0] == pytest.approx(0.35)
    assert measures.mean(values, np.array([1.0, 0.0]))[0, 0] == pytest.approx(0.2)


def cohesion(trust=0.6, european=0.7, credibility=0.8, unity=0.9, spending=1.5):
    row = np.ones((1, 2))
    found = measures.cohesion(
        trust * row, european * row, credibility * ONE, unity * ONE, spending * row, np.array([1.0, 1.0])
    )
    return tuple(index[0, 0] for index in found)


def test_the_index_is_the_geometric_mean_of_trust_credibility_and_unity():
    index, with_burden = cohesion()
    assert index == pytest.approx((0.65 * 0.8 * 0.9) ** (1 / 3))
    assert with_burden == pytest.approx((0.65 * 0.8 * 0.9 * 0.75) ** 0.25)


def test_one_that_collapses_cannot_be_bought_off():
    assert cohesion(unity=0.0, trust=1, european=1, credibility=1) == (0, 0)


def test_burden_sharing_counts_up_to_two_per_cent_and_in_the_second_index_only():
    assert cohesion(spending=1)[0] == cohesion(spending=3)[0]
    assert cohesion(spending=1)[1] < cohesion(spending=2)[1] == cohesion(spending=5)[1]


def test_present_is_what_has_not_been_withdrawn():
    posture = np.array([[COMMITTED, HEDGING, WITHDRAWN, COMMITTED]])
    np.testing.assert_allclose(measures.present(posture, np.array([[0.3]]), 3), [[1, 1, 0, 0.7]])


def test_where_everyone_trusts_everyone_alike_connectivity_is_that_trust():
    assert connectivity(np.full((6, 6), 0.7)) == pytest.approx(0.7)


def test_two_blocs_that_do_not_trust_each_other_have_no_connectivity():
    assert connectivity(planted(0.9, 0.2)) == pytest.approx(0, abs=1e-12)


def test_connectivity_finds_planted_blocs():
    """Two blocs of four with weak trust across: the second eigenvalue is 8 times the trust across, over 8 members."""
    assert connectivity(planted(0.9, 0.45)) == pytest.approx(0.45)
    united, split = connectivity(planted(0.9, 0.9)), connectivity(planted(0.9, 0.45))
    assert split < united


def test_one_bridge_between_two_blocs_holds_them_together_weakly():
    trust = planted(0.9, 0.2)
    trust[0, 4] = trust[4, 0] = 0.5
    assert 0 < connectivity(trust) < 0.1


def test_trust_must_be_mutual():
    trust = planted(0.9, 0.2)
    trust[:4, 4:] = 0.9
    assert connectivity(trust) == pytest.approx(0, abs=1e-12)


def test_connectivity_is_taken_run_by_run():
    trust = np.stack([planted(0.9, 0.2), np.full((8, 8), 0.7)])
    found = measures.connectivity(np.zeros_like(trust), log_odds(trust), np.array([[0.4], [0.4]]))
    np.testing.assert_allclose(found, [0, 0.7], atol=1e-12)


def test_the_probability_of_a_single_number_is_that_of_an_array_and_leaves_it_as_it_was():
    for odds in (0.7, np.array(0.7), np.array([0.7, -0.2])):
        before = np.array(odds)
        found = measures.probability(odds)
        np.testing.assert_allclose(found, 1 / (1 + np.exp(-before)))
        np.testing.assert_array_equal(odds, before)
