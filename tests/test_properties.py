"""What holds in every scenario and for every parameter set: ranges, sums, and no favourite member."""

import datetime
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cohesion import outcome_shares, simulate
from cohesion.facts import load_facts
from cohesion.ledger import Ledger
from cohesion.levers import BY_NAME as BY_LEVER
from cohesion.levers import LEVERS
from cohesion.outcome import OUTCOMES, sensitivity
from cohesion.parameters import BY_NAME, DRAWN, parameter_set
from cohesion.rules.burden import phase_in
from cohesion.rules.month import advance
from cohesion.rules.trust import LIMIT
from cohesion.scenario import load_scenario, scenario_from_text
from cohesion.shocks import ShockTable
from cohesion.simulation import Simulation, draw_parameters
from cohesion.state import pledge_age, start
from cohesion.types import DECISIONS, PHASES, POSTURES, Levers, Shocks

#: Stated range of every array of the state; None for no bound.
RANGES = {
    "deviation": (-LIMIT, LIMIT), "trust_in_us": (0, 1), "european_trust": (0, 1), "goodwill": (None, None),
    "threat": (0, 1), "spending": (0, 30), "plan": (0, 30), "preference": (None, None), "gdp": (0, None),
    "loss": (0, 1), "retaliation": (0, 1), "tariff": (0, 1), "capability": (0, None), "pipeline": (0, None),
    "enablers": (0, None), "enabler_pipeline": (0, None), "autonomy": (0, 1), "aid": (-3, 3), "fatigue": (None, None),
    "alignment": (-1, 1), "posture": (0, len(POSTURES) - 1), "credibility": (0, 1), "credibility_without_us": (0, 1),
    "flank": (0, 1),
    "spill_in": (0, None), "unity": (0, 1), "delivery": (0, 1), "blocked": (0, 1), "pressure_noise": (None, None),
    "pressure": (-2, 2), "confidence": (None, None), "pocketed": (0, 3), "problem": (0, None), "capacity": (None, None),
    "china": (-0.3, 0.3), "strength": (None, None), "outlook": (None, None), "phase": (0, len(PHASES) - 1),
    "cohesion_index": (0, 1), "cohesion_with_burden": (0, 1), "liking": (0, 1),
}  # fmt: skip
SLACK = 1e-12
STARTS = (datetime.date(2014, 1, 1), datetime.date(2022, 2, 1), datetime.date(2025, 1, 1), datetime.date(2030, 6, 1))
GROUPED = ("EU", "DEU", "TUR", "ISL")


@st.composite
def scenarios(draw, most=24):
    """A scenario with some levers set: for good, by steps, or by member."""
    first = draw(st.sampled_from(STARTS))
    months = draw(st.integers(6, most))

    def value(lever):
        return draw(st.one_of(st.sampled_from([lever.low, lever.high]), st.floats(lever.low, lever.high)))

    levers = {}
    for lever in draw(st.lists(st.sampled_from(LEVERS), max_size=12, unique_by=lambda lv: lv.name)):
        kind = draw(st.sampled_from(("constant", "dated", "by member" if lever.by_member else "constant")))
        if kind == "dated":
            years = sorted(draw(st.sets(st.integers(0, 2), min_size=1)))
            levers[lever.name] = [
                {"from": first.replace(year=first.year + y, month=7), "value": value(lever)} for y in years
            ]
        elif kind == "by member":
            levers[lever.name] = {code: value(lever) for code in draw(st.sets(st.sampled_from(GROUPED), min_size=1))}
        else:
            levers[lever.name] = value(lever)
    base = scenario_from_text(f'title = "Any"\nstory = "Any."\nstart = {first}\nmonths = {months}\n', "any.toml")
    return base.with_changes(levers=levers)


@st.composite
def parameter_values(draw):
    """Some parameters at an end of their range, or switched off, or anywhere in it."""
    chosen = draw(st.lists(st.sampled_from(DRAWN), max_size=12, unique_by=lambda p: p.name))
    return {
        p.name: draw(
            st.one_of(
                st.sampled_from([p.low, p.high] + ([] if p.neutral is None else [p.neutral])), st.floats(p.low, p.high)
            )
        )
        for p in chosen
    }


def check(state):
    assert {field.name for field in fields(state)} - {"month", "own"} == set(RANGES)
    assert state.own == {}  # nothing was added from outside
    for name, (low, high) in RANGES.items():
        values = getattr(state, name)
        assert np.all(np.isfinite(values)), f"{name} in month {state.month}"
        assert low is None or values.min() >= low - SLACK, f"{name} {values.min()} in month {state.month}"
        assert high is None or values.max() <= high + SLACK, f"{name} {values.max()} in month {state.month}"
    for name in ("posture", "phase"):
        assert np.issubdtype(getattr(state, name).dtype, np.integer)
    assert set(np.unique(state.blocked)) <= {0.0, 1.0}
    assert state.blocked.shape[-1] == len(DECISIONS)


WORST = (
    'title = "Worst"\nstory = "Everything at its end."\nstart = 2025-01-01\nmonths = 36\n[levers]\n'
    + "\n".join(f"{lv.name} = {lv.low if lv.neutral == lv.high or lv.low == -lv.high else lv.high}" for lv in LEVERS)
)  # fmt: skip
BEST = WORST.replace("us_commitment = -1", "us_commitment = 1").replace("europe_aid = 3", "europe_aid = -0.9")
ENDS = [{p.name: getattr(p, end) for p in DRAWN} for end in ("low", "high")]


@settings(max_examples=150)
@given(scenario=scenarios(), parameters=parameter_values(), seed=st.integers(0, 2**32), runs=st.integers(1, 3))
@example(scenario=scenario_from_text(WORST, "worst.toml"), parameters=ENDS[0], seed=0, runs=2)
@example(scenario=scenario_from_text(WORST, "worst.toml"), parameters=ENDS[1], seed=0, runs=2)
@example(scenario=scenario_from_text(BEST, "best.toml"), parameters=ENDS[0], seed=1, runs=2)
@example(scenario=scenario_from_text(BEST, "best.toml"), parameters=ENDS[1], seed=1, runs=2)
def test_every_array_of_the_state_stays_finite_and_in_its_range(scenario, parameters, seed, runs):
    simulation = Simulation(scenario, seed, range(runs), "prior", parameters)
    check(simulation.state)
    while not simulation.finished:
        simulation.step()
        check(simulation.state)
    for name, values in simulation.criteria().items():
        assert values.shape == (runs,), name
        assert np.all(np.isfinite(values)), name
        assert np.all(values >= 0), name


@settings(max_examples=15)
@given(scenario=scenarios(most=12), parameters=parameter_values(), seed=st.integers(0, 1000), runs=st.integers(1, 3))
def test_shares_of_outcomes_sum_to_one_at_every_threshold(scenario, parameters, seed, runs):
    data = simulate(scenario, runs, seed, parameters=parameters)
    assert set(np.unique(data["outcome"])) <= set(range(len(OUTCOMES)))
    shares = outcome_shares(data)
    np.testing.assert_allclose(sum(share for share, _, _ in shares.values()), 1)
    criteria = {str(n): data["criteria"].sel(criterion=n).values for n in data["criterion"].values}
    thresholds = {name: p.default for name, p in BY_NAME.items() if p.threshold}
    for sides in sensitivity(criteria, thresholds).values():
        for moved in sides.values():
            np.testing.assert_allclose(sum(moved.values()), 1)
    assert data["connectivity"].min() >= 0
    assert data["connectivity"].max() <= 1


@settings(max_examples=60)
@given(scenario=scenarios(), parameters=parameter_values(), seed=st.integers(0, 1000), runs=st.integers(1, 2))
@example(scenario=scenario_from_text(WORST, "worst.toml"), parameters=ENDS[1], seed=0, runs=2)
def test_both_ledgers_sum_to_the_change_of_log_odds(scenario, parameters, seed, runs):
    simulation = Simulation(scenario, seed, range(runs), "prior", parameters)
    ledger = Ledger.of(simulation)
    while not simulation.finished:
        simulation.step(book=ledger)
    for booked in (ledger.direct, ledger.traced):
        np.testing.assert_allclose(booked.sum(axis=0), simulation.state.deviation, rtol=0, atol=1e-9)


# --- the order of the members ----------------------------------------------------------------------


def reordered(values, order, members=32):
    """An array with every axis over members taken in another order; anything else as it is."""
    if not isinstance(values, np.ndarray):
        return values
    for axis, size in enumerate(values.shape):
        if size == members:
            values = np.take(values, order, axis=axis)
    return values


def final_state(scenario, seed, runs, parameters, order):
    """State at the horizon where the members stand in another order throughout."""
    facts = load_facts(scenario.start)
    groups = {name: group[order] for name, group in facts.groups.items()}
    arrays = {f.name: reordered(getattr(facts, f.name), order) for f in fields(facts)}
    usa = int(np.flatnonzero(order == facts.usa)[0])
    p = draw_parameters(scenario, seed, range(runs), "prior", parameters)
    neutral = Levers(**{lv.name: np.full((1, 1), float(lv.neutral)) for lv in LEVERS})
    x, s = start(replace(facts, **arrays | {"groups": groups, "usa": usa}), p, neutral)
    paths = scenario.paths()
    pledge = BY_LEVER["pledge"].neutral
    paths["pledge_before"], paths["pledge_due"] = phase_in(paths["pledge"], pledge, pledge_age(scenario.start))
    paths = {name: reordered(path, order) if path.shape[1] == 32 else path for name, path in paths.items()}
    shocks = ShockTable(seed, range(runs), scenario.months)
    for month in range(scenario.months):
        z = shocks.month(month)
        z = Shocks(**{f.name: reordered(getattr(z, f.name), order) for f in fields(z)})
        s = advance(s, x, Levers(**{name: path[month][None, :] for name, path in paths.items()}), z, p)
    return s


@settings(max_examples=40)
@given(
    scenario=scenarios(most=15),
    parameters=parameter_values(),
    seed=st.integers(0, 1000),
    order=st.permutations(range(32)).map(np.array),
)
@example(
    scenario=scenario_from_text(WORST.replace("months = 36", "months = 24"), "worst.toml"),
    parameters={},
    seed=3,
    order=np.arange(32)[::-1],
)
def test_the_order_of_the_members_does_not_matter(scenario, parameters, seed, order):
    straight = final_state(scenario, seed, 2, parameters, np.arange(32))
    mixed = final_state(scenario, seed, 2, parameters, order)
    for field in (f for f in fields(straight) if f.name != "own"):
        expected = reordered(getattr(straight, field.name), order)
        np.testing.assert_allclose(getattr(mixed, field.name), expected, rtol=1e-8, atol=1e-9, err_msg=field.name)


@pytest.mark.parametrize("name", ["worst", "us-withdrawal", "events-2025-2026", "energy-moratorium"])
def test_members_in_their_own_order_are_those_of_a_simulation(name):
    """What the test above steps by hand is the model, also where levers change from month to month."""
    scenario = scenario_from_text(WORST, "worst.toml") if name == "worst" else load_scenario(name)
    scenario = scenario.with_changes(months=30)
    simulation = Simulation(scenario, 3, range(2), "prior")
    while not simulation.finished:
        simulation.step()
    by_hand = final_state(scenario, 3, 2, {}, np.arange(32))
    for field in fields(by_hand):
        np.testing.assert_array_equal(getattr(by_hand, field.name), getattr(simulation.state, field.name))


@settings(max_examples=20)
@given(values=parameter_values(), runs=st.integers(1, 4))
def test_a_parameter_set_has_every_parameter_with_one_value_a_run(values, runs):
    found = vars(parameter_set(values, runs))
    assert set(found) == set(BY_NAME)
    for name, value in found.items():
        assert value.shape == (runs, 1)
        np.testing.assert_array_equal(value, values.get(name, BY_NAME[name].default))
