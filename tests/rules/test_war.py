"""M12 War, cease-fire, settlement."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import war
from cohesion.types import CEASEFIRE, GUARDED, MORATORIUM, PHASES, RENEWED, WAR

ONE = np.ones((1, 1))
ZERO = np.zeros((1, 1))
YES, NO = np.ones((1, 1), bool), np.zeros((1, 1), bool)
DRAWS = ((np.arange(100_000) + 0.5) / 100_000)[:, None]


def settled(step, months=1500):
    value = ZERO
    for _ in range(months):
        value = step(value)
    return value[0, 0]


def shares(phase, values=None, **changes):
    """How often each phase follows, over evenly spread draws."""
    terms = (
        "deal_seeking", "offer", "prospects", "memory", "capacity", "confidence", "deterrence", "assurance",
        "offensive",
    )  # fmt: skip
    arguments = {name: changes.get(name, 0.0) * ONE for name in terms}
    after = war.next_phase(np.full(DRAWS.shape, phase), DRAWS, **arguments, p=parameter_set(values or {}, 1))
    return np.bincount(after.ravel(), minlength=len(PHASES)) / len(DRAWS)


def test_a_ceasefire_and_a_guarded_peace_are_peace_and_a_moratorium_is_not():
    np.testing.assert_array_equal(war.at_peace(np.arange(5)), [False, False, True, True, False])


def test_war_at_the_intensity_of_the_start_is_an_equilibrium():
    p = parameter_set({}, 1)
    assert war.capacity(ZERO, NO, True, ZERO, ZERO, ZERO, p)[0, 0] == 0
    assert war.strength(ZERO, NO, True, ZERO, ONE, ZERO, p)[0, 0] == 0


def test_peace_is_an_equilibrium_where_the_scenario_starts_in_it_and_war_wears_both_sides_from_there():
    p = parameter_set({"regeneration": 0.4, "rearmament_gain": 0.3}, 1)
    assert war.capacity(ZERO, YES, False, ZERO, ZERO, ZERO, p)[0, 0] == 0
    assert war.strength(ZERO, YES, False, ZERO, ONE, ZERO, p)[0, 0] == 0
    assert settled(lambda now: war.capacity(now, NO, False, ZERO, ZERO, ZERO, p)) == pytest.approx(-0.4)
    assert settled(lambda now: war.strength(now, NO, False, ZERO, ONE, ZERO, p)) == pytest.approx(-0.3)


def test_russia_regenerates_in_a_pause_to_the_stated_level():
    p = parameter_set({"regeneration": 0.4}, 1)
    assert settled(lambda now: war.capacity(now, YES, True, ZERO, ZERO, ZERO, p)) == pytest.approx(0.4)
    assert war.capacity(ZERO, YES, True, ZERO, ZERO, ZERO, p)[0, 0] == pytest.approx(0.01)


def test_sanctions_and_squeezed_oil_take_from_capacity_and_china_adds():
    p = parameter_set({"sanctions_capacity": 0.2, "oil_capacity": 0.3}, 1)
    found = settled(lambda now: war.capacity(now, NO, True, 0.5 * ONE, ONE, 0.25 * ONE, p))
    assert found == pytest.approx(0.25 - 0.1 - 0.3)


def test_in_war_ukraines_strength_follows_support_and_bears_russian_capacity():
    p = parameter_set({"support_strength": 0.6}, 1)
    found = settled(lambda now: war.strength(now, NO, True, np.log(2) * ONE, ONE, 0.2 * ONE, p))
    assert found == pytest.approx(0.6 * np.log(2) - 0.1)


@pytest.mark.parametrize(("rearmament", "expected"), [(0, -0.3), (0.5, 0), (1, 0.3)])
def test_in_a_pause_rearmament_decides_whether_ukraine_grows_or_shrinks(rearmament, expected):
    p = parameter_set({"rearmament_gain": 0.3}, 1)
    found = settled(lambda now: war.strength(now, YES, True, ZERO, rearmament * ONE, 0.9 * ONE, p))
    assert found == pytest.approx(expected)


def test_russias_prospects_are_confidence_and_capacity_less_ukraines_strength():
    assert war.prospects(0.2 * ONE, 0.3 * ONE, 0.1 * ONE)[0, 0] == pytest.approx(0.4)


def test_a_bare_offer_is_worth_nothing_and_each_term_counts_for_russia_or_against_it():
    p = parameter_set({"assurance_price": 0.5}, 1)
    assert war.offer(ZERO, ONE, ZERO, ZERO, p)[0, 0] == 0
    assert war.offer(0.4 * ONE, 0.75 * ONE, 0.2 * ONE, 0.5 * ONE, p)[0, 0] == pytest.approx(0.4 + 0.25 + 0.2 - 0.25)


def test_an_assurance_force_of_30_000_has_half_of_the_full_worth():
    np.testing.assert_allclose(war.assurance(np.array([0.0, 10.0, 30.0, 90.0])), [0, 0.25, 0.5, 0.75])


def test_a_force_deters_as_far_as_it_is_backed():
    p = parameter_set({"assurance_deterrence": 0.6}, 1)
    assert war.deterrence(0.1 * ONE, 0.5 * ONE, ZERO, p)[0, 0] == pytest.approx(0.1)
    assert war.deterrence(0.1 * ONE, 0.5 * ONE, 0.8 * ONE, p)[0, 0] == pytest.approx(0.1 + 0.24)


def test_without_anyone_seeking_a_deal_the_war_goes_on():
    for phase in (WAR, RENEWED):
        assert shares(phase)[phase] == 1


def test_the_hazard_of_a_ceasefire_is_half_its_rate_at_even_odds_of_acceptance_and_a_moratorium_as_likely():
    found = shares(WAR, {"ceasefire_rate": 0.08}, deal_seeking=1)
    assert found[CEASEFIRE] == pytest.approx(0.04, abs=1e-4)
    assert found[MORATORIUM] == pytest.approx(0.04, abs=1e-4)
    assert found[WAR] == pytest.approx(0.92, abs=1e-4)


def test_acceptance_is_logistic_in_the_offer_over_prospects_that_worsen():
    values = {"ceasefire_rate": 0.2, "acceptance_slope": 1.5}
    found = shares(WAR, values, deal_seeking=1, offer=0.5, prospects=-0.2, memory=0.1)
    expected = 0.2 / (1 + np.exp(-1.5 * (0.5 - (-0.2 - 0.3))))
    assert found[CEASEFIRE] == pytest.approx(expected, abs=1e-4)


def test_russia_accepts_sooner_when_its_prospects_are_bad_and_getting_worse():
    steady = shares(WAR, deal_seeking=1, prospects=-0.3, memory=-0.3)[CEASEFIRE]
    worsening = shares(WAR, deal_seeking=1, prospects=-0.3, memory=0.0)[CEASEFIRE]
    good = shares(WAR, deal_seeking=1, prospects=0.3, memory=0.3)[CEASEFIRE]
    assert good < steady < worsening


def test_a_moratorium_lapses_into_war_or_turns_into_a_ceasefire_at_twice_the_hazard():
    found = shares(MORATORIUM, {"ceasefire_rate": 0.08, "moratorium_lapse": 0.15}, deal_seeking=1)
    assert found[CEASEFIRE] == pytest.approx(0.08, abs=1e-4)
    assert found[WAR] == pytest.approx(0.15, abs=1e-4)
    assert found[MORATORIUM] == pytest.approx(0.77, abs=1e-4)


def test_the_hazard_of_a_breach_at_the_balance_of_the_start_is_its_rate():
    found = shares(CEASEFIRE, {"breach_rate": 0.015})
    assert found[RENEWED] == pytest.approx(0.015, abs=1e-4)
    assert found[CEASEFIRE] == pytest.approx(0.985, abs=1e-4)


def test_the_log_hazard_of_a_breach_rises_by_its_slope_and_is_bounded():
    values = {"breach_rate": 0.01, "breach_slope": 2}
    tempted = shares(CEASEFIRE, values, capacity=0.4, confidence=0.3, deterrence=0.2)[RENEWED]
    deterred = shares(CEASEFIRE, values, deterrence=0.5)[RENEWED]
    assert tempted == pytest.approx(0.01 * np.e, abs=1e-4)
    assert deterred == pytest.approx(0.01 / np.e, abs=1e-4)
    assert shares(CEASEFIRE, values, capacity=9)[RENEWED] == 0.5


@pytest.mark.parametrize(("assurance", "phase"), [(0, CEASEFIRE), (0.24, CEASEFIRE), (0.25, GUARDED), (0.9, GUARDED)])
def test_peace_is_guarded_by_a_force_of_ten_thousand_and_more_and_no_longer_when_it_leaves(assurance, phase):
    for before in (CEASEFIRE, GUARDED):
        found = shares(before, {"breach_rate": 0}, assurance=assurance)
        assert found[phase] == 1
    assert shares(WAR, deal_seeking=1, assurance=assurance)[phase] > 0


def test_an_offensive_breaks_any_peace_and_any_moratorium_and_changes_nothing_in_war():
    assert shares(CEASEFIRE, offensive=1)[RENEWED] == 1
    assert shares(GUARDED, offensive=1, assurance=0.5, deterrence=9)[RENEWED] == 1
    assert shares(MORATORIUM, offensive=1)[RENEWED] == 1
    for phase in (WAR, RENEWED):
        np.testing.assert_array_equal(shares(phase, offensive=1), shares(phase))


def test_limits_on_the_alliance_conceded_in_full_halve_the_backing_of_a_force():
    assert war.backing(0.8 * ONE, ZERO)[0, 0] == 0.8
    assert war.backing(0.8 * ONE, ONE)[0, 0] == pytest.approx(0.4)


def test_no_more_sanctions_go_than_there_were():
    p = parameter_set({"us_sanctions_share": 0.4}, 1)
    assert war.sanctions_in_effect(-ONE, ONE, -0.3 * ONE, p)[0, 0] == -1


def test_american_relief_takes_the_american_share_of_sanctions():
    p = parameter_set({"us_sanctions_share": 0.4}, 1)
    found = war.sanctions_in_effect(0.5 * ONE, 0.5 * ONE, -0.1 * ONE, p)
    assert found[0, 0] == pytest.approx(0.5 - 0.2 - 0.1)


@pytest.mark.parametrize("at_start", [True, False])
def test_available_force_at_the_start_is_one(at_start):
    p = parameter_set({}, 1)
    found = war.available(ZERO, ZERO, ZERO, YES if at_start else NO, at_start, 0, p)
    assert found[0, 0] == pytest.approx(1)


def test_forces_come_free_when_the_fighting_stops_and_a_guard_holds_some_of_them():
    p = parameter_set({"tied_down": 0.5, "pinned": 0.4}, 1)
    freed = war.available(ZERO, ZERO, ZERO, NO, True, 0, p)[0, 0]
    guarded = war.available(ZERO, ZERO, np.log(2) * ONE, NO, True, 0, p)[0, 0]
    assert freed == pytest.approx((1 - 0.2) / 0.5)
    assert guarded == pytest.approx((1 - 0.4) / 0.5)


def test_a_guard_counts_in_a_pause_only():
    p = parameter_set({}, 1)
    np.testing.assert_array_equal(
        war.available(ZERO, ZERO, ONE, YES, True, 0, p), war.available(ZERO, ZERO, ZERO, YES, True, 0, p)
    )


def test_a_stronger_ukraine_ties_down_more_but_never_all():
    p = parameter_set({}, 1)
    weak, even, strong, huge = (war.available(ZERO, s * ONE, ZERO, YES, True, 0, p)[0, 0] for s in (-1, 0, 0.3, 9))
    assert weak > even > strong > huge > 0


def test_capacity_and_trend_growth_multiply():
    p = parameter_set({"russia_growth": 0.02}, 1)
    found = war.available(np.log(1.5) * ONE, ZERO, ZERO, YES, True, 24, p)
    assert found[0, 0] == pytest.approx(1.5 * 1.02**2)
