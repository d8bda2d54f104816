"""M9 Posture."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import posture
from cohesion.types import ACCOMMODATING, COMMITTED, HEDGING, OBSTRUCTING, PILLAR, POSTURES, WITHDRAWN

ONE = np.ones((1, 1))
DRAWS = ((np.arange(60_000) + 0.5) / 60_000)[:, None]
TERMS = (
    "trust_change", "european_change", "threat_change", "credibility_change", "autonomy_change", "goodwill_lost",
    "alignment", "wedge", "pillar",
)  # fmt: skip


def utilities(values=None, **changes):
    arguments = {name: changes.get(name, 0.0) * ONE for name in TERMS}
    return posture.utilities(**arguments, p=parameter_set(values or {}, 1))[0, 0]


def change(*, values=None, base=None, **moved):
    """What moving one term does to each utility."""
    base = base or {}
    return utilities(values, **(base | moved)) - utilities(values, **base)


def frequencies(scores, current=COMMITTED, **values):
    """How often each posture is taken, over evenly spread draws; every member reviews unless said otherwise."""
    chosen = posture.choose(
        np.array(scores, float) + np.zeros((len(DRAWS), 1, 6)), np.full((len(DRAWS), 1), current), DRAWS,
        parameter_set({"posture_review": 1, **values}, len(DRAWS)),
    )  # fmt: skip
    return np.bincount(chosen.ravel(), minlength=6) / len(DRAWS)


def test_a_neutral_government_is_committed_at_the_start_and_leaving_is_worst():
    found = utilities()
    assert posture.best(found[None, None])[0, 0] == COMMITTED
    assert found.argmin() == WITHDRAWN


def test_lost_trust_in_the_us_costs_commitment_and_makes_leaving_more_likely():
    moved = change(trust_change=-0.3)
    assert moved[COMMITTED] < 0 < moved[WITHDRAWN]
    np.testing.assert_array_equal(moved[[PILLAR, HEDGING, ACCOMMODATING, OBSTRUCTING]], 0)


def test_trust_among_europeans_carries_the_pillar():
    moved = change(european_change=0.2)
    assert moved[PILLAR] > 0 > moved[WITHDRAWN]
    assert moved[COMMITTED] == 0


@pytest.mark.parametrize("term", ["pillar", "autonomy_change", "goodwill_lost"])
def test_common_effort_autonomy_and_lost_goodwill_raise_the_pillar_alike(term):
    assert change(values={"posture_pillar": 0.4}, **{term: 0.5})[PILLAR] == pytest.approx(0.2)


def test_an_accommodating_government_and_a_wedge_break_ranks():
    for moved in (change(alignment=-0.5), change(wedge=0.5)):
        assert moved[ACCOMMODATING] > 0
        assert moved[OBSTRUCTING] > 0
        assert moved[COMMITTED] == 0


def test_lost_credibility_makes_members_hedge_accommodate_and_leave():
    moved = change(credibility_change=-0.4)
    np.testing.assert_allclose(moved[[HEDGING, ACCOMMODATING, WITHDRAWN]], 0.2)
    np.testing.assert_array_equal(moved[[COMMITTED, PILLAR, OBSTRUCTING]], 0)


@pytest.mark.parametrize(("bandwagoning", "sign"), [(-0.5, -1), (0.0, 0), (0.5, 1)])
def test_threat_makes_members_balance_or_bandwagon_by_the_sign_of_the_parameter(bandwagoning, sign):
    moved = change(values={"bandwagoning": bandwagoning}, threat_change=0.3)
    assert np.sign(moved[ACCOMMODATING]) == np.sign(moved[OBSTRUCTING]) == sign
    assert moved[COMMITTED] == pytest.approx(moved[PILLAR])


def test_chance_alone_takes_each_posture_as_often():
    np.testing.assert_allclose(frequencies([5, 1, -3, 0, 2, 9], posture_precision=0), 1 / 6, atol=1e-4)


def test_high_precision_is_the_best_response():
    found = frequencies([0.0, 0.2, 0.9, 0.8, 0.1, -1], posture_precision=5000, posture_inertia=0)
    assert found[HEDGING] == 1


def test_frequencies_are_those_of_quantal_response():
    scores = np.array([0.3, 0.1, 0.0, -0.2, 0.25, -1])
    weight = np.exp(4 * scores)
    np.testing.assert_allclose(
        frequencies(scores, posture_precision=4, posture_inertia=0), weight / weight.sum(), atol=1e-4
    )


def test_a_posture_is_left_later_than_it_is_entered():
    values = {"posture_precision": 5000, "posture_inertia": 0.3}
    between = [0.0, 0, 0.2, -9, -9, -9]
    assert frequencies(between, current=COMMITTED, **values)[COMMITTED] == 1
    assert frequencies(between, current=HEDGING, **values)[HEDGING] == 1
    assert frequencies([0.0, 0, 0.4, -9, -9, -9], current=COMMITTED, **values)[HEDGING] == 1


def test_a_government_that_does_not_review_keeps_its_posture():
    for current in range(6):
        assert frequencies([9.0, 0, 0, 0, 0, 0], current=current, posture_review=0)[current] == 1


def test_governments_review_as_often_as_stated_and_then_choose_as_ever():
    scores = [0.3, 0.1, 0.0, -0.2, 0.25, -1]
    always = frequencies(scores, current=HEDGING)
    seldom = frequencies(scores, current=HEDGING, posture_review=0.2)
    np.testing.assert_allclose(seldom, 0.2 * always + 0.8 * (np.arange(6) == HEDGING), atol=1e-4)


@pytest.mark.parametrize("review", [0.2, 1.0])
def test_extreme_utilities_and_draws_give_a_valid_posture(review):
    p = parameter_set({"posture_review": review}, 1)
    scores = np.array([[[-1e3, 0, 1e3, 5, 5, 5], [-1e3] * 6]])
    for draw in (0.0, np.nextafter(review, 0)):
        chosen = posture.choose(scores, np.zeros((1, 2), int), np.full((1, 2), draw), p)
        assert np.all((chosen >= 0) & (chosen < len(POSTURES)))
        assert chosen[0, 0] == HEDGING


def test_conduct_is_measured_from_the_posture_at_the_start():
    p = parameter_set({}, 1)
    held = np.arange(6)[None]
    np.testing.assert_array_equal(posture.conduct(held, held, p), 0)
    broken = posture.conduct(held, np.zeros((1, 6), int), p)[0]
    assert broken[WITHDRAWN] < broken[ACCOMMODATING] < broken[HEDGING] < broken[PILLAR] == 0
    returned = posture.conduct(np.array([[COMMITTED]]), np.array([[OBSTRUCTING]]), p)
    assert returned[0, 0] > 0


def test_accommodating_obstructing_and_leaving_are_defection():
    np.testing.assert_array_equal(posture.defects(np.arange(6)), [False, False, False, True, True, True])
