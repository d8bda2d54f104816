"""M13 The United States."""

import numpy as np
import pytest

from cohesion.levers import LEVERS
from cohesion.parameters import parameter_set
from cohesion.rules import united_states
from cohesion.types import Levers

ONE = np.ones((1, 1))
EXPOSURE = np.array([[1.0, 0.5, 0.0]])
HOSTING = np.array([1.0, 0.0, 0.5])


def levers(**values):
    return Levers(**{lever.name: np.full((1, 1), float(values.get(lever.name, lever.neutral))) for lever in LEVERS})


def signals(values=None, **set_to):
    return united_states.signals(levers(**set_to), EXPOSURE, HOSTING, parameter_set(values or {}, 1))


def test_neutral_levers_send_no_signal_and_every_signal_has_a_value_for_each_member():
    for signal in signals().values():
        assert signal.shape == EXPOSURE.shape
        np.testing.assert_array_equal(signal, 0)


@pytest.mark.parametrize(
    ("lever", "value", "name", "parameter", "expected"),
    [
        ("us_troops", -1, "troops", "troops_trust", [-1, -0.5, -0.75]),
        ("us_troops", 1, "troops", "troops_trust", [1, 0.5, 0.75]),
        ("us_aid", -1, "US aid to Ukraine", "us_aid_trust", [-1, -0.5, 0]),
        ("us_concession_nato", 1, "concessions", "concession_trust", [-1, -0.5, 0]),
        ("us_culture_war", 0.5, "culture war", "culture_war_trust", [-0.5, -0.5, -0.5]),
        ("us_courting", 1, "courting Russia", "courting_trust", [-1, -0.5, 0]),
        ("us_burden_demand", 1, "burden demand", "demand_trust", [-1, -1, -1]),
        ("us_withdrawal", 1, "withdrawal", "withdrawal_trust", [-1, -1, -1]),
    ],
)
def test_each_lever_sends_its_signal_alone_in_its_size(lever, value, name, parameter, expected):
    sent = signals({parameter: 0.7}, **{lever: value})
    np.testing.assert_allclose(sent.pop(name), 0.7 * np.array([expected]))
    for other in sent.values():
        np.testing.assert_array_equal(other, 0)


@pytest.mark.parametrize("commitment", [-0.5, 0.0, 0.5])
def test_declared_commitment_moves_trust_in_both_directions(commitment):
    p = parameter_set({"commitment_trust": 0.6}, 1)
    assert united_states.commitment_signal(commitment * ONE, p)[0, 0] == pytest.approx(0.6 * commitment)


@pytest.mark.parametrize(("name", "lever"), [("courting_trust", "us_courting"), ("demand_trust", "us_burden_demand")])
def test_open_signs_may_turn(name, lever):
    total = sum(signals({name: -0.2}, **{lever: 1}).values())
    assert total[0, 0] == pytest.approx(0.2)


def test_concessions_of_all_kinds_count_together():
    given = levers(us_concession_territory=0.5, us_concession_nato=0.25, us_concession_sanctions=1)
    assert united_states.concessions(given)[0, 0] == 1.75


def test_commitment_follows_the_lever_where_allies_are_not_rewarded():
    at_start = np.array([1.0, 2.0, 3.0])
    found = united_states.commitment(
        -0.4 * ONE, 0 * ONE, at_start[None] * 2, at_start, 3.0, np.array([1, 1, 0]), parameter_set({}, 1)
    )
    assert found[0, 0] == -0.4


def test_rewarded_spending_raises_commitment_by_the_mean_proportional_rise_of_allies_alone():
    p = parameter_set({"reward_effect": 2}, 1)
    at_start, now = np.array([1.0, 3.0, 3.0]), np.array([[1.5, 3.5, 9.0]])
    found = united_states.commitment(-0.4 * ONE, 0.5 * ONE, now, at_start, 4.0, np.array([1.0, 1.0, 0.0]), p)
    assert found[0, 0] == pytest.approx(-0.4 + 0.5 * 2 * 0.25)


@pytest.mark.parametrize(("factor", "expected"), [(10, 1), (-10, -1)])
def test_commitment_is_bounded(factor, expected):
    at_start = np.array([2.0, 2.0])
    found = united_states.commitment(
        0 * ONE,
        ONE,
        at_start[None] * (1 + factor),
        at_start,
        2.0,
        np.array([1.0, 0.0]),
        parameter_set({"reward_effect": 1}, 1),
    )
    assert found[0, 0] == expected
