"""M1 Threat perception."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion.parameters import parameter_set
from cohesion.rules import threat

ONE = np.ones((1, 1))
ZERO = np.zeros((1, 1))


def perceive(now, at_start, exposure, pressure, capacity, buffer, draw, p):
    """Threat after a month, with what follows from the start worked out."""
    incidents = threat.incidents(exposure, p)
    usual = threat.incident_share(incidents)
    return threat.perceive(now, threat.odds(at_start), exposure, pressure, capacity, buffer, incidents, usual, draw, p)


def test_the_most_exposed_member_has_an_exposure_of_one_and_others_fall_by_e_over_the_scale():
    p = parameter_set({"exposure_scale": 1200, "border_bonus": 0.25}, 1)
    exposure = threat.exposure(np.array([600.0, 1800.0, 3000.0]), np.zeros(3), p)
    np.testing.assert_allclose(exposure, [[1, np.exp(-1), np.exp(-2)]])


def test_a_land_border_adds_exposure_by_the_bonus_before_scaling():
    p = parameter_set({"exposure_scale": 1000, "border_bonus": 0.5}, 1)
    exposure = threat.exposure(np.array([1000.0, 1000.0]), np.array([1.0, 0.0]), p)
    np.testing.assert_allclose(exposure, [[1, np.exp(-1) / (np.exp(-1) + 0.5)]])


def test_threat_starts_at_the_floor_and_rises_with_exposure_by_the_span_at_the_end_of_2024():
    p = parameter_set({"threat_span": 0.6}, 1)
    np.testing.assert_allclose(threat.start(np.array([[0.0, 0.5, 1.0]]), 0.0, p), [[0.15, 0.45, 0.75]])


def test_a_start_under_less_pressure_has_less_threat_and_loses_most_log_odds_where_exposure_is_highest():
    p = parameter_set({}, 1)
    exposure = np.linspace(0, 1, 11)[None, :]
    now, before = threat.start(exposure, 0.0, p), threat.start(exposure, -1.1, p)
    assert before[0, 0] == pytest.approx(0.15)  # the floor stays
    log_odds_lost = np.log(now / (1 - now)) - np.log(before / (1 - before))
    np.testing.assert_allclose(log_odds_lost, 1.1 * p.threat_response * exposure)
    assert np.all(np.diff(log_odds_lost) > 0)
    assert np.all(np.diff(before) > 0), "the order of members stays"


@given(pressure=st.floats(-1.2, 0.1), exposure=st.floats(0, 1), response=st.floats(0.5, 3))
def test_pressure_that_returns_brings_back_the_threat_of_the_end_of_2024(pressure, exposure, response):
    values = {"threat_response": response, "threat_adjustment": 1, "incident_jump": 0}
    p = parameter_set(values, 1)
    before = threat.start(exposure * ONE, pressure, p)
    after = perceive(before, before, exposure * ONE, -pressure * ONE, ZERO, ZERO, ZERO, p)
    np.testing.assert_allclose(after, threat.start(exposure * ONE, 0.0, p))


@given(pressure=st.floats(-1.2, 0.1), exposure=st.floats(0, 1), response=st.floats(0.5, 3))
def test_the_threat_of_any_start_stays_where_nothing_moves_it(pressure, exposure, response):
    p = parameter_set({"threat_response": response, "incident_jump": 0}, 1)
    at_start = threat.start(exposure * ONE, pressure, p)
    after = perceive(at_start, at_start, exposure * ONE, ZERO, ZERO, ZERO, ZERO, p)
    np.testing.assert_allclose(after, at_start)


@pytest.mark.parametrize(("response", "expected"), [(0.5, 0.586), (3.0, 0.889)])
def test_a_doubling_of_pressure_moves_a_threat_of_a_half_to_the_ends_of_the_range_that_the_table_states(
    response, expected
):
    p = parameter_set({"threat_response": response, "threat_adjustment": 1, "incident_jump": 0}, 1)
    half = 0.5 * ONE
    after = perceive(half, half, ONE, np.log(2) * ONE, ZERO, ZERO, ONE * 0.999, p)
    np.testing.assert_allclose(after, [[expected]], atol=5e-4)


def test_perception_closes_the_stated_share_of_the_gap_in_a_month():
    p = parameter_set({"threat_response": 1, "threat_adjustment": 0.2, "incident_jump": 0}, 1)
    half = 0.5 * ONE
    after = perceive(half, half, ONE, np.log(3) * ONE, ZERO, ZERO, ZERO, p)
    np.testing.assert_allclose(after, [[0.5 + 0.2 * (0.75 - 0.5)]])


def test_the_start_is_a_fixed_point_in_the_mean_over_incidents():
    p = parameter_set({"incident_rate": 0.5, "incident_jump": 0.6}, 1)
    draws = (np.arange(100_000) + 0.5)[:, None] / 100_000
    at_start = np.full_like(draws, 0.4)
    after = perceive(at_start, at_start, np.full_like(draws, 0.8), ZERO, ZERO, ZERO, draws, p)
    np.testing.assert_allclose(after.mean(), 0.4, atol=1e-5)


def test_an_incident_moves_threat_up_at_once_and_its_absence_moves_it_down():
    p = parameter_set({}, 1)
    half = 0.5 * ONE
    hit = perceive(half, half, ONE, ZERO, ZERO, ZERO, ZERO, p)
    spared = perceive(half, half, ONE, ZERO, ZERO, ZERO, ONE * 0.999, p)
    assert hit[0, 0] > 0.5 > spared[0, 0]
    np.testing.assert_allclose(hit - spared, 0.25 * p.incident_jump)


def test_threat_rises_with_pressure_and_capacity_and_falls_with_the_buffer_alike():
    p = parameter_set({}, 1)
    half, draw = 0.5 * ONE, ONE * 0.999
    calm = perceive(half, half, ONE, ZERO, ZERO, ZERO, draw, p)
    pressed = perceive(half, half, ONE, ZERO, 0.3 * ONE, ZERO, draw, p)
    buffered = perceive(half, half, ONE, ZERO, ZERO, 0.3 * ONE, draw, p)
    exposed_buffer = perceive(half, half, ONE, ZERO, ZERO, -0.3 * ONE, draw, p)
    assert buffered[0, 0] < calm[0, 0] < pressed[0, 0]
    np.testing.assert_array_equal(pressed, exposed_buffer)


def test_a_member_without_exposure_does_not_respond():
    p = parameter_set({}, 1)
    calm = 0.15 * ONE
    after = perceive(calm, calm, ZERO, 2 * ONE, ONE, -ONE, ZERO, p)
    np.testing.assert_array_equal(after, calm)


@given(
    now=st.floats(0.001, 0.999),
    at_start=st.floats(0.15, 0.85),
    exposure=st.floats(0, 1),
    pressure=st.floats(-2, 2),
    capacity=st.floats(-2, 2),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_threat_stays_a_probability(now, at_start, exposure, pressure, capacity, draw):
    p = parameter_set({"threat_response": 3, "threat_adjustment": 0.4, "incident_jump": 0.6, "incident_rate": 0.6}, 1)
    after = perceive(now * ONE, at_start * ONE, exposure * ONE, pressure * ONE, capacity * ONE, ZERO, draw * ONE, p)
    assert 0 < after[0, 0] < 1
