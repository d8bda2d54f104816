"""M14 Domestic politics."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import politics

ONE = np.ones((1, 1))


def redraw(values=None, alignment=0.0, trend=0.0, goodwill_lost=0.0, threat_change=0.0, draw=0.5):
    p = parameter_set(values or {}, 1)
    swing = politics.swing(draw * ONE, p)
    return politics.redraw(alignment * ONE, np.array([trend]), goodwill_lost * ONE, threat_change * ONE, swing, p)[0, 0]


def test_scheduled_elections_come_on_their_month_and_every_term_after():
    due, term = np.array([5, 12]), np.array([48, 60])
    never = np.full((1, 2), 0.999)
    held = [m for m in range(1, 130) if politics.elections(m, due, term, never, parameter_set({}, 1))[0, 0]]
    other = [m for m in range(1, 130) if politics.elections(m, due, term, never, parameter_set({}, 1))[0, 1]]
    assert held == [5, 53, 101]
    assert other == [12, 72]


def test_early_elections_come_by_their_hazard():
    draws = ((np.arange(10_000) + 0.5) / 10_000)[:, None]
    p = parameter_set({"early_elections": 0.012}, 1)
    held = politics.elections(1, np.array([40]), np.array([48]), draws, p)
    assert held.mean() == pytest.approx(0.012, abs=1e-4)


def test_a_new_government_goes_half_of_the_way_back_to_its_countrys_trend():
    assert redraw(alignment=0.8, trend=0.2) == pytest.approx(0.5)


def test_the_trend_is_a_fixed_point_in_the_mean_and_the_noise_has_its_deviation():
    draws = ((np.arange(10_000) + 0.5) / 10_000)[:, None]
    p = parameter_set({"election_noise": 0.2}, 1)
    zero = np.zeros_like(draws)
    found = politics.redraw(zero + 0.1, np.array([0.1]), zero, zero, politics.swing(draws, p), p)
    assert found.mean() == pytest.approx(0.1)
    assert found.std() == pytest.approx(0.2, rel=1e-3)
    assert found.max() - 0.1 <= 0.2 * np.sqrt(3)


def test_threat_turns_voters_to_the_hard_line():
    assert redraw({"threat_vote": 0.4}, threat_change=0.5) == pytest.approx(0.2)


@pytest.mark.parametrize(("vote", "sign"), [(-0.5, 1), (0.0, 0), (0.5, -1)])
def test_lost_goodwill_turns_voters_either_way(vote, sign):
    assert np.sign(redraw({"goodwill_vote": vote}, goodwill_lost=0.3)) == sign


def test_alignment_stays_within_its_range():
    assert redraw({"election_noise": 0.3}, alignment=1, trend=1, draw=0.999) == 1
    assert redraw({"election_noise": 0.3}, alignment=-1, trend=-1, draw=0.0) == -1
