"""The order of a month."""

import datetime
import itertools
from dataclasses import fields, replace

import numpy as np
import pytest

from cohesion.facts import load_facts
from cohesion.levers import LEVERS
from cohesion.parameters import parameter_set
from cohesion.rules.burden import PLEDGE_MONTHS
from cohesion.rules.month import advance
from cohesion.scenario import load_scenario
from cohesion.shocks import CHANNELS, ShockTable
from cohesion.simulation import Simulation
from cohesion.simulation import begin as start_of
from cohesion.state import pledge_age, start
from cohesion.types import Levers, Shocks

RUNS = 2
SCENARIO = load_scenario("status-quo")
NEUTRAL = Levers(
    **{lever.name: np.full((1, 32 if lever.by_member else 1), float(lever.neutral)) for lever in LEVERS},
    pledge_before=np.zeros((1, 32)),
    pledge_due=np.ones((1, 32)),  # the pledge of 2014 fell due in 2024
)
PARAMETERS = parameter_set({}, RUNS)
#: No shock: normal draws at their mean, and uniform ones at which nothing happens, or at their mean.
QUIET = Shocks(
    **{
        c.name: np.full((RUNS, c.width), 0.0 if c.normal else {"ballot": 0.5, "early_election": 0.999}.get(c.name, 0.5))
        for c in CHANNELS
    }
)


def begin(p=PARAMETERS, facts=None):
    return start(facts or load_facts(SCENARIO.start), p, NEUTRAL)


def months(count, lv=NEUTRAL, p=PARAMETERS, amend=None, book=None, facts=None):
    """States from the start on, without shocks."""
    x, s = begin(p, facts)
    path = [s]
    for _ in range(count):
        path.append(advance(path[-1], x, lv, QUIET, p, amend, book))
    return x, path


def levers(**values):
    """Levers of a month: neutral but for those given, which hold for all members other than the United States."""
    found = {name: value.copy() for name, value in vars(NEUTRAL).items()}
    usa = load_facts(SCENARIO.start).usa
    for name, value in values.items():
        apart = found[name][:, usa].copy() if found[name].shape[1] > 1 else None
        found[name][:] = value
        if apart is not None:
            found[name][:, usa] = apart
    return Levers(**found)


def test_months_are_counted_from_the_start():
    _, path = months(3)
    assert [s.month for s in path] == [0, 1, 2, 3]


def test_the_status_quo_without_shocks_and_growth_is_a_fixed_point():
    still = {"incident_jump": 0, "veto_power": 0, "threat_vote": 0, "russia_growth": 0}
    facts = load_facts(SCENARIO.start)
    _, path = months(36, p=parameter_set(still, RUNS), facts=replace(facts, growth=np.zeros(32)))
    for field in fields(path[0]):
        if field.name not in ("month", "own", "delivery", "blocked", "unity", "cohesion_index", "cohesion_with_burden"):
            first, last = (getattr(s, field.name) for s in (path[0], path[-1]))
            np.testing.assert_allclose(last, first, rtol=1e-9, atol=1e-9, err_msg=field.name)


@pytest.mark.parametrize("first", [(2014, 1), (2015, 1), (2019, 7), (2022, 2), (2024, 10)])
def test_a_start_before_2025_is_a_fixed_point_too_for_all_that_its_pledge_has_reached(first):
    """What moves such a start is the pledge that goes on falling due, and the war: without them nothing does."""
    date = datetime.date(*first, 1)
    still = {"incident_jump": 0, "veto_power": 0, "threat_vote": 0, "russia_growth": 0, "breach_rate": 0}
    facts = replace(load_facts(date), growth=np.zeros(32))
    share = np.clip(pledge_age(date) / PLEDGE_MONTHS, 0, 1)
    lv = Levers(**vars(NEUTRAL) | {"pledge_due": np.full((1, 32), share)})
    _, path = months(24, lv, parameter_set(still, RUNS), facts=facts)
    for name in ("threat", "trust_in_us", "goodwill", "deviation", "spending", "plan", "preference", "capability"):
        first_, last = (getattr(s, name) for s in (path[0], path[-1]))
        np.testing.assert_allclose(last, first_, rtol=1e-9, atol=1e-9, err_msg=name)


def test_with_growth_the_status_quo_drifts_little():
    _, path = months(120, p=parameter_set({"incident_jump": 0}, RUNS))
    for name, bound in (("trust_in_us", 0.01), ("threat", 0.05), ("goodwill", 0.01), ("european_trust", 0.02)):
        assert np.abs(getattr(path[-1], name) - getattr(path[0], name)).max() < bound, name


def test_in_the_status_quo_the_best_response_stays_that_of_the_start():
    """Even where the pillar is as tempting as it can be, governments review every quarter and nothing holds them."""
    tempting = {"posture_pillar": 1, "commitment_gap": 0.7, "posture_inertia": 0}
    decided = {"posture_review": 1, "posture_precision": 5000, "incident_jump": 0, "veto_power": 0, "threat_vote": 0}
    _, path = months(12, p=parameter_set(tempting | decided, RUNS))
    np.testing.assert_array_equal(path[-1].posture, path[0].posture)


def test_most_of_a_loss_by_tariffs_has_worked_through_after_a_year():
    _, path = months(240, lv=levers(us_tariff=0.25))
    share = path[12].loss[:, :-1] / path[-1].loss[:, :-1]
    assert np.all((share > 0.5) & (share < 0.8))


def test_gdp_follows_trend_growth_less_what_is_lost():
    x, path = months(12, lv=levers(us_tariff=0.25))
    np.testing.assert_allclose(path[-1].gdp, x.gdp * (1 + x.growth) ** 12 * (1 - path[-1].loss))


def test_postures_and_decisions_change_at_the_end_of_a_quarter_only():
    lv = levers(us_withdrawal=1, us_commitment=-1)
    _, path = months(24, lv=lv)
    for before, after in itertools.pairwise(path):
        same = all(
            np.array_equal(getattr(before, name), getattr(after, name))
            for name in ("posture", "unity", "delivery", "credibility", "cohesion_index", "european_trust", "spill_in")
        )
        assert same == (after.month % 3 != 0)


def test_budgets_pass_in_january_and_plans_and_supplements_in_july():
    _, path = months(25, lv=levers(pledge=5))
    changed = {
        name: [
            after.month
            for before, after in itertools.pairwise(path)
            if not np.array_equal(getattr(before, name), getattr(after, name))
        ]
        for name in ("plan", "spending")
    }
    # The first month is January 2025: that budget follows the plan of the start, so spending first moves in July.
    assert changed["plan"][0] == 7
    assert set(changed["plan"]) <= {7, 19}
    assert changed["spending"] == [7, 13, 19, 25]


def test_members_are_asked_about_aid_each_month_budgets_in_january_and_posture_each_quarter():
    asked = []
    months(13, amend=lambda phase, proposed: asked.append(phase) or proposed)
    assert {phase: asked.count(phase) for phase in set(asked)} == {"aid": 13, "budget": 2, "posture": 4}


def test_what_a_member_amends_is_what_is_done():
    def amend(phase, proposed):
        amended = proposed.copy()
        if phase == "budget":
            amended[:, 0] = 7.5
        return amended

    _, path = months(1, amend=amend)
    np.testing.assert_array_equal(path[-1].spending[:, 0], 7.5)


def test_a_ledger_is_told_every_change_of_trust():
    told = []

    class Book:
        def book(self, before, *rest):
            told.append((before, rest[-1]))

    _, path = months(4, lv=levers(us_tariff=0.3), book=Book())
    assert len(told) == 4
    for k, (before, after) in enumerate(told):
        np.testing.assert_array_equal(before, path[k].deviation)
        np.testing.assert_array_equal(after, path[k + 1].deviation)


def test_booking_and_an_amendment_that_changes_nothing_leave_the_path_as_it_is():
    class Silent:
        def book(self, *told):
            pass

    plain = months(6, lv=levers(us_culture_war=1))[1][-1]
    watched = months(6, lv=levers(us_culture_war=1), amend=lambda _, proposed: proposed, book=Silent())[1][-1]
    for field in fields(plain):
        np.testing.assert_array_equal(getattr(plain, field.name), getattr(watched, field.name))


def test_what_is_worked_out_before_the_months_is_what_a_month_works_out_for_itself():
    scenario = load_scenario("splitting-the-alliance").with_changes(months=30)
    beginning = start_of(scenario, 4, range(RUNS))
    simulation = Simulation(scenario, 4, range(RUNS), beginning=beginning)
    s = beginning.state
    for month in range(scenario.months):
        s = advance(s, beginning.inputs, simulation.levers(month), beginning.shocks.month(month), beginning.parameters)
        simulation.step()
    for field in fields(s):
        np.testing.assert_array_equal(
            getattr(s, field.name), getattr(simulation.state, field.name), err_msg=field.name, strict=True
        )


def test_a_month_changes_neither_state_nor_inputs_nor_levers_nor_shocks_nor_parameters():
    lv = levers(us_tariff=0.4, joint_retaliation=1, us_withdrawal=0.5, russia_bargaining=1, pillar=1, pledge=4)
    x, s = begin()
    shocks = ShockTable(1, range(RUNS), 12)
    for month in range(12):
        z = shocks.month(month)
        given = [
            value
            for record in (s, x, z)
            for value in (getattr(record, f.name) for f in fields(record))
            if isinstance(value, np.ndarray)
        ] + [value for space in (lv, PARAMETERS) for value in vars(space).values()]
        before = [value.copy() for value in given]
        s = advance(s, x, lv, z, PARAMETERS)
        for then, now in zip(before, given, strict=True):
            np.testing.assert_array_equal(then, now)


def test_the_united_states_keeps_its_posture_its_spending_and_its_own_aid():
    usa = load_facts(SCENARIO.start).usa
    x, path = months(24, lv=levers(us_commitment=-1, us_withdrawal=1, pledge=5, europe_aid=1, joint_retaliation=1))
    assert np.all(path[-1].posture[:, usa] == x.posture[:, usa])
    np.testing.assert_array_equal(path[-1].spending[:, usa], x.spending[usa])
    np.testing.assert_array_equal(path[-1].aid[:, usa], 0)
    np.testing.assert_array_equal(path[-1].retaliation[:, usa], 0)
    np.testing.assert_array_equal(path[-1].goodwill[:, usa], 0)


@pytest.mark.parametrize("lever", ["us_withdrawal", "us_troops"])
def test_american_forces_that_leave_lower_credibility_at_the_next_assessment(lever):
    value = 1 if lever == "us_withdrawal" else -1
    kept, left = months(3)[1][-1], months(3, lv=levers(**{lever: value}))[1][-1]
    europe = np.arange(32) != load_facts(SCENARIO.start).usa
    assert np.all(left.credibility[:, europe] < kept.credibility[:, europe])
