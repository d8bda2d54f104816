"""M11 Russia."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import russia

ONE = np.ones((1, 1))
ZERO = np.zeros((1, 1))


def settled(step, months=600):
    value = ZERO
    for _ in range(months):
        value = step(value)
    return value[0, 0]


def confidence(values=None, **changes):
    arguments = {name: changes.get(name, 0.0) * ONE for name in ("concessions", "unity_lost", "strength", "sanctions")}
    p = parameter_set(values or {}, 1)
    return settled(lambda now: russia.confidence(now, **arguments, p=p))


def test_confidence_stays_where_nothing_changes():
    assert confidence() == 0


@pytest.mark.parametrize(("effect", "sign"), [(-0.4, -1), (0.0, 0), (0.8, 1)])
def test_concessions_whet_or_sate_by_the_sign_of_the_parameter(effect, sign):
    assert np.sign(confidence({"concession_confidence": effect}, concessions=1)) == sign


def test_concessions_saturate():
    p = {"concession_confidence": 0.5}
    one, three = confidence(p, concessions=1), confidence(p, concessions=3)
    assert one == pytest.approx(0.5 * np.tanh(1))
    assert one < three < 0.5


def test_disunity_raises_confidence_and_ukrainian_strength_and_sanctions_lower_it():
    assert confidence(unity_lost=0.3) > 0 > confidence(strength=0.3)
    assert confidence(sanctions=0.3) == pytest.approx(0.5 * confidence(strength=0.3))


def test_confidence_moves_by_a_twelfth_a_month():
    p = parameter_set({"disunity_confidence": 0.6}, 1)
    assert russia.confidence(ZERO, ZERO, ONE, ZERO, ZERO, p)[0, 0] == pytest.approx(0.05)


def test_concessions_are_remembered_for_about_three_years():
    held = ONE
    for _ in range(36):
        held = russia.pocket(held, ZERO)
    assert held[0, 0] == pytest.approx(np.exp(-1), abs=0.01)


def test_no_problem_is_created_without_bargaining_whatever_was_pocketed():
    p = parameter_set({"price_appetite": 1.2}, 1)
    assert settled(lambda now: russia.problem(now, ZERO, 3 * ONE, p)) == 0


@pytest.mark.parametrize("appetite", [-0.6, 0.0, 1.2])
def test_what_was_paid_before_scales_the_problem_by_the_appetite(appetite):
    p = parameter_set({"price_appetite": appetite}, 1)
    found = settled(lambda now: russia.problem(now, 0.8 * ONE, 0.5 * ONE, p))
    assert found == pytest.approx(0.8 * np.exp(0.5 * appetite))


def test_a_problem_ends_with_the_bargaining():
    p = parameter_set({}, 1)
    assert russia.problem(ONE, ZERO, ZERO, p)[0, 0] == pytest.approx(0.75)


def test_pressure_noise_keeps_its_stationary_deviation():
    p = parameter_set({"pressure_noise": 0.3}, 1)
    kept = russia.pressure_noise(0.3 * ONE, ZERO, p)[0, 0]
    drawn = russia.pressure_noise(ZERO, ONE, p)[0, 0]
    assert np.hypot(kept, drawn) == pytest.approx(0.3)


def test_pressure_adds_up_and_is_kept_within_two():
    p = parameter_set({"confidence_pressure": 0.5, "problem_pressure": 0.4}, 1)
    assert russia.pressure(0.1 * ONE, 0.2 * ONE, 0.5 * ONE, 0.05 * ONE, p)[0, 0] == pytest.approx(0.45)
    assert russia.pressure(1.5 * ONE, ONE, ONE, ONE, p)[0, 0] == 2
    assert russia.pressure(-1.5 * ONE, -ONE, ZERO, -ONE, p)[0, 0] == -2


def test_an_energy_problem_costs_in_proportion_to_russian_gas():
    p = parameter_set({"energy_loss": 0.02}, 1)
    np.testing.assert_allclose(russia.energy_loss(0.5 * ONE, np.array([0.0, 0.5, 1.0]), p), [[0, 0.005, 0.01]])


def test_the_cheapest_veto_is_that_of_the_accommodating_dependent_and_unexposed():
    p = parameter_set({"wedge_focus": 2}, 1)
    target = russia.cheapness(np.array([[-0.5, 0.5, 0.5]]), np.array([0.8, 0.0, 0.0]), np.array([[0.1, 0.1, 0.9]]), p)[
        0
    ]
    assert target[0] == 1
    assert 1 > target[1] > target[2] > 0
    assert target[2] / target[1] == pytest.approx(np.exp(-2 * 0.8))


def test_without_focus_all_members_are_aimed_at_alike():
    target = russia.cheapness(
        np.array([[-1.0, 1.0]]), np.array([1.0, 0.0]), np.array([[0.0, 1.0]]), parameter_set({"wedge_focus": 0}, 1)
    )
    np.testing.assert_array_equal(target, 1)


def test_the_wedge_is_the_scenarios_and_more_when_confident_but_not_less_when_not():
    p = parameter_set({"confidence_wedge": 0.5}, 1)
    target = np.array([[1.0, 0.5]])
    np.testing.assert_allclose(russia.wedge(0.2 * ONE, 0.4 * ONE, target, p), [[0.4, 0.2]])
    np.testing.assert_allclose(russia.wedge(0.2 * ONE, -ONE, target, p), [[0.2, 0.1]])
    np.testing.assert_allclose(russia.wedge(ONE, 9 * ONE, target, p), target)
