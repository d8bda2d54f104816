"""M5 Social learning: ties."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import learning

DISTANCE = np.array([[0, 1500, 3000], [1500, 0, 1500], [3000, 1500, 0.0]])
EU = np.array([1.0, 1.0, 0.0])
GROUPS = np.array([[1, 0, 2], [0, 1, 0], [2, 0, 1.0]])
TRADE = np.array([[0, 0.1, 0.3], [0.2, 0, 0.2], [0, 0, 0.0]])


def ties(runs=1, **values):
    return learning.ties(DISTANCE, EU, GROUPS, TRADE, parameter_set(values, runs))


def test_rows_sum_to_one_and_nobody_listens_to_itself():
    found = ties(runs=2, tie_union=[0.3, 2.0])
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    np.testing.assert_array_equal(np.diagonal(found, axis1=1, axis2=2), 0)
    assert np.all(found >= 0)


def test_proximity_alone_falls_by_e_over_1500_km():
    found = ties(tie_union=0, tie_groups=0, tie_trade=0)
    near, far = np.exp(-1), np.exp(-2)
    np.testing.assert_allclose(found[0, 0], [0, near / (near + far), far / (near + far)])
    np.testing.assert_allclose(found[0, 1], [0.5, 0, 0.5])


def test_sources_add_up_by_their_weights():
    found = ties(tie_union=1, tie_groups=2, tie_trade=0.5)
    near = np.array([0, np.exp(-1), np.exp(-2)])
    near /= near.sum()
    expected = (near + [0, 1, 0] + 2 * np.array([0, 0, 1]) + 0.5 * np.array([0, 0.25, 0.75])) / 4.5
    np.testing.assert_allclose(found[0, 0], expected)


def test_for_a_member_outside_a_source_the_others_count_for_more():
    found = ties(tie_union=2, tie_groups=1, tie_trade=1)
    # Member 2 is neither in the EU nor an exporter: proximity and its group alone, half each.
    near = np.array([np.exp(-2), np.exp(-1), 0])
    np.testing.assert_allclose(found[0, 2], 0.5 * near / near.sum() + [0.5, 0, 0])


def test_common_union_membership_draws_two_members_together():
    assert ties(tie_union=2)[0, 1, 0] > ties(tie_union=0)[0, 1, 0]


def test_ties_without_a_member_leave_it_out_and_sum_to_one_again():
    found = learning.without(ties(), 1)
    np.testing.assert_array_equal(found[..., 1], 0)
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    np.testing.assert_array_equal(found[0, 0], [0, 0, 1])


def test_leaving_a_member_out_keeps_the_proportions_of_the_rest():
    weights = np.array([[[0, 0.5, 0.3, 0.2], [1, 0, 0, 0], [0.25, 0.25, 0, 0.5], [0.4, 0.4, 0.2, 0]]])
    found = learning.without(weights[:, [0, 2, 3]], 1)
    np.testing.assert_allclose(found[0, 0], [0, 0, 0.6, 0.4])
    assert found[0, 1, 3] / found[0, 1, 0] == pytest.approx(2)
