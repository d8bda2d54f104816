"""Every mechanism, parameter and lever does something where it can act, and nothing where it is neutral."""

import datetime
import hashlib
import json
from functools import lru_cache

import numpy as np
import pytest

from cohesion import load_scenario, simulate
from cohesion.facts import ISO3, load_facts
from cohesion.levers import BY_NAME as LEVER
from cohesion.levers import LEVERS
from cohesion.parameters import BY_NAME, DRAWN, MECHANISMS, PARAMETERS, THRESHOLDS, neutral_values
from cohesion.record import Recorder
from cohesion.simulation import Simulation

STATUS_QUO = load_scenario("status-quo")
ONE_MEMBER_CLAIMED = {"DNK": 1, "CAN": 0.8}
#: Mechanism: main parameter, levers under which it acts, the result it moves; where its default is neutral, a value.
MAIN = {
    "threat": ("threat_response", {"russia_pressure": 1}, "threat", None),
    "trust": ("trust_sensitivity", {"us_commitment": -1}, "trust_in_us", None),
    "trade": ("tariff_loss", {"us_tariff": 0.25}, "loss", None),
    "claims": ("claim_trust", {"us_claim": {"DNK": 1}}, "trust_in_us", None),
    "learning": ("learning", {"us_claim": {"DNK": 1}}, "trust_in_us", None),
    "burden": ("threat_spending", {"russia_pressure": 1}, "spending", None),
    "capability": ("absorption", {"pledge": 5}, "capability", None),
    "support": ("support_strength", {"europe_aid": 2}, "strength", None),
    "posture": ("posture_review", {"us_withdrawal": 1, "us_commitment": -1}, "posture", None),
    "consensus": ("veto_power", {"russia_wedge": 1}, "unity", None),
    "russia": ("concession_confidence", {"us_concession_territory": 1}, "confidence", None),
    "war": ("ceasefire_rate", {"us_deal_seeking": 1}, "phase", None),
    "united_states": ("commitment_trust", {"us_commitment": -1}, "trust_in_us", None),
    "politics": ("election_noise", {}, "alignment", None),
    "measures": ("credibility_slope", {"us_commitment": -1}, "credibility", None),
    "china": ("courting_china", {"us_courting": 1}, "capacity", 0.3),
}
#: What a lever needs to act besides itself.
NEEDS = {
    "joint_retaliation": {"us_tariff": 0.25},
    "us_reward": {"pledge": 5},
    "assurance_force": {"us_deal_seeking": 1},
    "ukraine_rearmament": {"us_deal_seeking": 1},
    "territory_ceded": {"us_deal_seeking": 1},
    "russia_offensive": {"us_deal_seeking": 1, "russia_offensive": 0},
    "budget_speed": {"pledge": 5},
    "us_deal_seeking": {},
}
#: A long stretch in which everything happens, for parameters: tension and talks, withdrawal at the end.
EVENTFUL = {
    "us_tariff": 0.25, "us_claim": ONE_MEMBER_CLAIMED, "us_commitment": -0.6, "us_culture_war": 0.7, "us_troops": -0.5,
    "us_withdrawal": 0.5, "us_concession_territory": 0.7, "us_concession_nato": 0.3, "us_concession_sanctions": 0.5,
    "us_aid": -0.5, "us_deal_seeking": 1, "us_burden_demand": 1, "us_reward": 0.5, "us_courting": 1,
    "russia_pressure": 0.4, "russia_wedge": 0.7, "russia_bargaining": 0.7, "pledge": 3.5, "budget_speed": 1.5,
    "joint_retaliation": 0.6, "europe_aid": 0.5, "assurance_force": 20, "sanctions": 0.3, "oil_squeeze": 0.5,
    "pillar": 0.5, "ukraine_rearmament": 0.7, "territory_ceded": 0.3,
}  # fmt: skip

HARD = {"us_withdrawal": 1, "us_commitment": -1, "russia_wedge": 1, "us_culture_war": 1, "russia_pressure": 1}
TALKS = {"us_deal_seeking": 1, "territory_ceded": 1}
#: What moves only a rare choice, a decision blocked while few are loyal, or a breach: where these are frequent.
RARE = {"withdrawal_gap": HARD, "coalition_size": HARD, "wedge_focus": HARD, "breach_slope": TALKS}


def changed(first, second):
    """Names of the results that differ."""
    return {name for name in first.data_vars if not np.array_equal(first[name], second[name], equal_nan=True)}


def run(levers, months=36, runs=8, parameters=None, without=(), uncertainty="none"):
    return _run(json.dumps(levers), months, runs, json.dumps(parameters), without, uncertainty)


@lru_cache(maxsize=32)  # what many compare with is run once
def _run(levers, months, runs, parameters, without, uncertainty):
    scenario = STATUS_QUO.with_changes(levers=json.loads(levers), months=months)
    return simulate(scenario, runs, 3, uncertainty, parameters=json.loads(parameters), without=without)


def away(p):
    """The end of a parameter's range that is further from its neutral value."""
    return max((p.low, p.high), key=lambda value: abs(value - p.neutral))


#: Values of parameters that are tried in the eventful scenario, each alone.
TRIED = [(p.name, value) for p in PARAMETERS if p.neutral is not None for value in (p.neutral, away(p))]
TRIED += [(p.name, end) for p in DRAWN for end in (p.low, p.high)]
TRIED += [(p.name, 0.5 if p.name == "threshold_edge" else 0.0) for p in THRESHOLDS]


@pytest.fixture(scope="module")
def eventful():
    """Digests of what comes out of the eventful scenario, 8 runs, by the one value that is set, `None` for none.

    Sets run side by side, as in a sweep: alone, each would take as long as twenty.
    """
    scenario = STATUS_QUO.with_changes(levers=EVENTFUL, months=60)
    found = {}
    sets = [None, *dict.fromkeys(TRIED)]
    for some in (sets[k : k + 16] for k in range(0, len(sets), 16)):
        values = {name: np.full(8 * len(some), BY_NAME[name].default) for name, _ in filter(None, some)}
        for k, one in enumerate(some):
            if one:
                values[one[0]][8 * k : 8 * k + 8] = one[1]
        simulation = Simulation(scenario, 3, [*range(8)] * len(some), "none", values)
        recorder = Recorder(simulation)
        while not simulation.finished:
            simulation.step()
            recorder.keep()
        records = recorder.records()
        for k, one in enumerate(some):
            found[one] = {n: hashlib.sha256(v[8 * k : 8 * k + 8].tobytes()).digest() for n, v in records.items()}
    return found


def differ(first, second):
    """Names of the results whose digests differ."""
    return {name for name in first if first[name] != second[name]}


def test_every_mechanism_has_a_main_parameter_here():
    assert set(MAIN) == set(MECHANISMS)
    for mechanism, (name, *_) in MAIN.items():
        assert BY_NAME[name].mechanism == mechanism
        assert BY_NAME[name].neutral is not None


@pytest.mark.parametrize("mechanism", MAIN)
def test_the_main_parameter_of_a_mechanism_at_neutral_changes_its_result(mechanism):
    name, levers, result, value = MAIN[mechanism]
    acting = run(levers, parameters={} if value is None else {name: value})
    neutral = run(levers, parameters={name: BY_NAME[name].neutral})
    assert result in changed(acting, neutral)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_without_a_mechanism_equals_its_neutral_values_set_by_hand_and_differs_from_the_full_model(mechanism):
    _, levers, result, _value = MAIN[mechanism]
    drawn = {"uncertainty": "prior", "months": 24}
    without = run(levers, without=(mechanism,), **drawn)
    by_hand = run(levers, parameters=neutral_values(mechanism), **drawn)
    assert not changed(without, by_hand)
    assert result in changed(without, run(levers, **drawn))


def test_without_a_mechanism_wins_over_a_value_given_for_it():
    given = run({"us_tariff": 0.25}, parameters={"tariff_loss": 0.8}, without=("trade",), months=6)
    assert not changed(given, run({"us_tariff": 0.25}, without=("trade",), months=6))


def test_two_mechanisms_can_be_left_out_at_once():
    both = run(EVENTFUL, without=("trade", "claims"), months=12)
    by_hand = run(EVENTFUL, parameters=neutral_values("trade") | neutral_values("claims"), months=12)
    assert not changed(both, by_hand)


def test_a_mechanism_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="wizardry"):
        simulate(STATUS_QUO, 1, without=("wizardry",))


def test_a_parameter_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="wizardry"):
        simulate(STATUS_QUO, 1, parameters={"wizardry": 1.0})


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS if p.neutral is not None])
def test_a_parameter_at_neutral_differs_from_it_away_from_neutral(name, eventful):
    p = BY_NAME[name]
    assert differ(eventful[name, p.neutral], eventful[name, away(p)])


@pytest.mark.parametrize("name", [p.name for p in DRAWN])
def test_every_parameter_that_is_drawn_moves_a_result(name, eventful):
    p = BY_NAME[name]
    if name in RARE:
        restless = {"posture_precision": 4, "posture_review": 0.4}
        assert changed(*(run(RARE[name], 60, 40, parameters=restless | {name: value}) for value in (p.low, p.high)))
    else:
        assert differ(eventful[name, p.low], eventful[name, p.high])


@pytest.mark.parametrize("name", [p.name for p in THRESHOLDS])
def test_a_threshold_moves_the_outcome_or_the_graph_and_nothing_else(name, eventful):
    (extreme,) = (value for tried, value in TRIED if tried == name)
    assert differ(eventful[None], eventful[name, extreme]) <= {"outcome", "connectivity"}


@pytest.mark.parametrize("lever", [lever.name for lever in LEVERS])
def test_a_lever_at_its_neutral_value_changes_nothing(lever):
    needs = NEEDS.get(lever, {})
    set_to = {name: value for name, value in needs.items() if name != lever}
    assert not changed(run(set_to, months=12, runs=3), run(set_to | {lever: LEVER[lever].neutral}, months=12, runs=3))


@pytest.mark.parametrize(
    ("lever", "value"),
    [(lever.name, end) for lever in LEVERS for end in (lever.low, lever.high) if end != lever.neutral],
)
def test_a_lever_away_from_neutral_changes_something(lever, value):
    needs = NEEDS.get(lever, {})
    set_to = {name: needed for name, needed in needs.items() if name != lever}
    assert changed(run(set_to, months=48), run(set_to | {lever: value}, months=48))


@pytest.mark.parametrize("lever", [lever.name for lever in LEVERS if lever.by_member])
def test_a_lever_by_member_reaches_that_member_first(lever):
    """The member named is moved more than the mean of the others, in the result on which the lever acts."""
    acts_on = {
        "us_tariff": "tariff", "us_claim": "trust_in_us", "us_culture_war": "trust_in_us", "us_troops": "trust_in_us",
        "pledge": "spending", "budget_speed": "spending", "europe_aid": "aid", "pillar": "autonomy",
    }[lever]  # fmt: skip
    base = {"pledge": 4} if lever == "budget_speed" else {}
    value = LEVER[lever].low if lever == "us_troops" else LEVER[lever].high
    before, after = run(base), run(base | {lever: {"DEU": value}})
    moved = np.abs(after[acts_on] - before[acts_on]).isel(month=-1).mean("run")
    others = moved.drop_sel(member=["DEU", "USA"])
    assert float(moved.sel(member="DEU")) > 3 * float(others.mean())


@pytest.mark.parametrize(
    ("levers", "result", "sign"),
    [
        ({"us_tariff": 0.25}, "loss", 1),
        ({"us_tariff": 0.25}, "trust_in_us", -1),
        ({"us_tariff": 0.25}, "goodwill", -1),
        ({"us_commitment": -1}, "trust_in_us", -1),
        ({"us_commitment": 1}, "trust_in_us", 1),
        ({"us_commitment": -1}, "credibility", -1),
        ({"us_withdrawal": 1}, "credibility", -1),
        ({"us_withdrawal": 1}, "cohesion_index", -1),
        ({"us_aid": -1}, "aid", 1),  # partly replaced
        ({"us_aid": -1}, "strength", -1),
        ({"europe_aid": 2}, "strength", 1),
        ({"us_culture_war": 1}, "autonomy", 1),  # lost goodwill turns orders to own enablers
        ({"us_concession_sanctions": 1}, "capacity", 1),
        ({"russia_pressure": 1}, "threat", 1),
        ({"russia_pressure": 1}, "spending", 1),
        ({"russia_bargaining": 1}, "loss", 1),
        ({"russia_bargaining": 1}, "pressure", 1),
        ({"russia_wedge": 1}, "unity", -1),
        ({"sanctions": 1}, "capacity", -1),
        ({"oil_squeeze": 1}, "capacity", -1),
        ({"pledge": 5}, "spending", 1),
        ({"pledge": 5}, "capability", 1),
        ({"pillar": 1}, "autonomy", 1),
        ({"pillar": 1}, "credibility_without_us", 1),
    ],
)
def test_a_lever_moves_a_result_the_way_it_reads(levers, result, sign):
    europe = {"member": [code for code in ISO3 if code != "USA"]}
    last = [run(set_to, months=72)[result].isel(month=-1) for set_to in ({}, levers)]
    before, after = (float(d.sel(europe).mean() if "member" in d.dims else d.mean()) for d in last)
    assert np.sign(after - before) == sign


def test_american_aid_that_stops_is_replaced_by_the_share_that_the_parameter_says():
    still = {"aid_threat": 0, "aid_escalation": 0, "aid_fatigue": 0, "fiscal_squeeze": 0, "aid_replacement": 0.6}
    aid = run({"us_aid": -1}, months=60, runs=1, parameters=still)["aid"].isel(run=0, month=-1).drop_sel(member="USA")
    facts = load_facts(STATUS_QUO.start)
    usd = facts.ukraine_aid * facts.gdp
    withheld = usd[facts.usa] / (usd.sum() - usd[facts.usa])
    np.testing.assert_allclose(np.expm1(aid), 0.6 * withheld, rtol=1e-3)


def test_joint_retaliation_earns_the_trust_of_the_others():
    one, two = (run({"us_tariff": 0.4, "joint_retaliation": share}) for share in (0, 1))
    assert float((two["european_trust"] - one["european_trust"]).isel(month=-1).mean()) > 0


@pytest.mark.parametrize("lever", ["territory_ceded", "us_concession_territory"])
def test_territory_given_up_takes_from_the_buffer_in_peace_and_not_in_war(lever):
    """Without what concessions make Russia feel, and without anybody who seeks a deal."""
    still = {"concession_confidence": 0, "price_appetite": 0, "concession_trust": 0, "breach_rate": 0}
    moved = {}
    for start in (datetime.date(2014, 1, 1), datetime.date(2025, 1, 1)):
        base = STATUS_QUO.with_changes(months=12, start=start)
        given = base.with_changes(levers={lever: 1})
        one, two = (simulate(scenario, 2, 1, "none", parameters=still)["threat"] for scenario in (base, given))
        moved[start.year] = (two - one).isel(month=-1).sel(member="EST").values
    assert np.all(moved[2014] > 0)
    np.testing.assert_array_equal(moved[2025], 0)


def test_american_soldiers_who_leave_a_large_host_weaken_defence_more_than_those_who_leave_a_small_one():
    """Germany hosts tens of thousands of them, Albania ten; what trust makes of it is switched off."""
    before = run({}, months=3, parameters={"troops_trust": 0})
    lost = {}
    for host in ("DEU", "ALB"):
        after = run({"us_troops": {host: -1}}, months=3, parameters={"troops_trust": 0})
        lost[host] = float((before["credibility"] - after["credibility"]).sel(member="POL", month=3).mean())
    assert lost["DEU"] > 10 * lost["ALB"] >= 0
