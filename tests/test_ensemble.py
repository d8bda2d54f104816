"""`simulate` and what is said of an ensemble."""

import datetime
from dataclasses import replace

import numpy as np
import pytest

from cohesion import compare, interval, load_scenario, outcome_shares, simulate
from cohesion.ensemble import outcome_table
from cohesion.facts import ISO3, load_facts
from cohesion.outcome import CRITERIA, OUTCOMES, classify, defaults
from cohesion.parameters import BY_NAME, DRAWN
from cohesion.scenario import ConfigError
from cohesion.simulation import Simulation, begin
from cohesion.types import PHASES, POSTURES
from cohesion.uncertainty import DEFAULT
from cohesion.variables import VARIABLES

SHORT = load_scenario("splitting-the-alliance").with_changes(months=12)


@pytest.fixture(scope="module")
def data():
    return simulate(SHORT, 6, seed=4)


def test_every_variable_is_there_with_dimensions_coordinates_unit_and_a_long_name(data):
    assert dict(data.sizes) == {"run": 6, "month": 13, "member": 32, "criterion": len(CRITERIA)}
    for v in VARIABLES:
        assert data[v.name].dims == (("run", "month", "member") if v.by_member else ("run", "month"))
        assert data[v.name].attrs["units"] == v.unit
        assert data[v.name].attrs["long_name"] == v.long_name
    for name in data.data_vars:
        assert data[name].attrs["units"], name
        assert data[name].attrs["long_name"], name
        assert np.all(np.isfinite(data[name])), name
    assert list(data["run"].values) == list(range(6))
    assert list(data["month"].values) == list(range(13))
    assert tuple(data["member"].values) == ISO3
    assert tuple(data["criterion"].values) == CRITERIA


def test_codes_say_what_they_stand_for(data):
    for name, codes in (("posture", POSTURES), ("phase", PHASES), ("outcome", OUTCOMES)):
        assert data[name].attrs["codes"] == ", ".join(codes)
        assert data[name].dtype == np.int8


def test_attributes_say_what_was_run(data):
    assert data.attrs["scenario"] == "splitting-the-alliance"
    assert data.attrs["title"] == SHORT.title
    assert data.attrs["start"] == "2025-01-01"
    assert (data.attrs["seed"], data.attrs["uncertainty"]) == (4, DEFAULT)


def test_month_zero_is_the_start_state(data):
    simulation = Simulation(SHORT, 4, range(6))
    for v in VARIABLES:
        first = v.of(simulation.state, simulation.inputs)
        np.testing.assert_array_equal(data[v.name].values[:, 0], first if v.by_member else first[:, 0], err_msg=v.name)
    np.testing.assert_array_equal(data["spending"].values[:, 0], np.tile(load_facts(SHORT.start).spending, (6, 1)))


def test_a_subset_of_variables_gives_the_same_numbers_and_always_the_outcome(data):
    few = simulate(SHORT, 6, seed=4, variables=("threat", "unity"))
    assert set(few.data_vars) == {"threat", "unity", "outcome", "criteria", "connectivity"}
    for name in few.data_vars:
        np.testing.assert_array_equal(few[name], data[name])


def test_no_variables_at_all_still_gives_the_outcome(data):
    np.testing.assert_array_equal(simulate(SHORT, 6, seed=4, variables=())["outcome"], data["outcome"])


def test_parameters_along_the_run_axis_give_each_run_its_value():
    values = np.array([0.0, 0.3, 0.6])
    found = simulate(SHORT, 3, uncertainty="none", parameters={"prior_honour": 0.5, "autonomy_start": values})
    np.testing.assert_allclose(found["autonomy"].sel(member="DEU", month=0), values)
    start = simulate(SHORT, 3, uncertainty="none", parameters={"prior_honour": 0.5, "prior_image": 0})
    np.testing.assert_allclose(start["trust_in_us"].isel(month=0), 0.5)


@pytest.mark.parametrize("shape", [2, 4])
def test_parameters_of_another_length_than_the_runs_are_an_error(shape):
    with pytest.raises(ValueError, match=r"."):
        simulate(SHORT, 3, parameters={"anchor": np.full(shape, 0.02)})


def test_the_callers_parameters_win_over_the_scenarios_and_those_over_the_draws():
    fixed = SHORT.with_changes(parameters={"autonomy_start": 0.3}, months=1)
    first = {"month": 0, "member": "DEU"}
    np.testing.assert_allclose(simulate(fixed, 4)["autonomy"].sel(first), 0.3)
    np.testing.assert_allclose(simulate(fixed, 4, parameters={"autonomy_start": 0.5})["autonomy"].sel(first), 0.5)
    drawn = simulate(SHORT.with_changes(months=1), 4)["autonomy"].sel(first).values
    assert len(set(drawn)) == 4
    p = BY_NAME["autonomy_start"]
    assert np.all((drawn >= p.low) & (drawn <= p.high))


def test_without_uncertainty_every_run_has_the_defaults():
    found = simulate(SHORT, 3, uncertainty="none")
    assert len(set(found["cohesion_index"].values[:, 0])) == 1
    assert len(set(found["cohesion_index"].values[:, -1])) == 3  # shocks still differ


def test_draws_stay_within_their_ranges():
    parameters = Simulation(SHORT, 0, range(50)).parameters
    for p in DRAWN:
        values = getattr(parameters, p.name)
        assert values.shape == (50, 1)
        assert p.low <= values.min() < values.max() <= p.high


@pytest.mark.parametrize("options", [{"runs": 0}, {"runs": -3}, {"chunk": 0}])
def test_fewer_than_one_run_or_one_a_chunk_is_an_error(options):
    with pytest.raises(ValueError, match="at least 1"):
        simulate(SHORT, **options)


def test_an_unknown_variable_is_an_error_that_lists_the_valid_ones():
    with pytest.raises(ValueError, match=r"'thread'.*threat.*spending"):
        simulate(SHORT, 1, variables=("thread",))


def test_an_unknown_kind_of_uncertainty_is_an_error():
    with pytest.raises(ValueError, match="wild"):
        simulate(SHORT, 1, uncertainty="wild")


def test_an_unknown_scenario_is_an_error_with_the_nearest_name():
    with pytest.raises(ConfigError, match="status-quo"):
        simulate("statusquo", 1)


def test_progress_counts_every_run_once():
    done = []
    simulate(SHORT, 7, chunk=3, progress=done.append)
    assert done == [3, 3, 1]


def test_outcomes_are_what_the_criteria_say(data):
    criteria = {name: data["criteria"].values[:, k] for k, name in enumerate(CRITERIA)}
    np.testing.assert_array_equal(classify(criteria, defaults()), data["outcome"].values[:, -1])


def test_criteria_are_what_their_names_say():
    simulation = Simulation(SHORT, 4, range(2), "none")
    posture = np.zeros((2, 32), int)
    for code, name in (("HUN", "obstructing"), ("SVK", "accommodating"), ("TUR", "withdrawn"), ("DEU", "hedging")):
        posture[1, ISO3.index(code)] = POSTURES.index(name)
    posture[1, ISO3.index("FRA")] = POSTURES.index("pillar")
    simulation.state = replace(simulation.state, posture=posture)
    found = simulation.criteria()
    gdp = load_facts(SHORT.start).gdp
    others = gdp.sum() - gdp[ISO3.index("USA")]
    disloyal = sum(gdp[ISO3.index(code)] for code in ("HUN", "SVK", "TUR", "DEU"))
    np.testing.assert_allclose(found["defection"], [0, 3 / 32])
    np.testing.assert_allclose(found["loyalty"], [1, 1 - disloyal / others])
    for name in ("trust_retained", "european_trust_retained", "us_present"):
        np.testing.assert_allclose(found[name], 1)


@pytest.mark.parametrize("month", [3, 6, 9, 12])
def test_the_us_is_present_as_far_as_it_was_in_the_month_that_has_passed(month):
    leaving = {"us_withdrawal": [{"from": datetime.date(2025, 6, 1), "value": 1}]}
    scenario = load_scenario("status-quo").with_changes(levers=leaving, months=month)
    present = simulate(scenario, 1)["criteria"].sel(criterion="us_present").values[0]
    quarters = [1.0 if m - m % 3 < 6 else 0.0 for m in range(month + 1)]  # June is the sixth month
    assert present == pytest.approx(np.mean(quarters))


def test_criteria_are_means_of_two_years_of_quarters_held():
    scenario = SHORT.with_changes(months=36)
    found = simulate(scenario, 4, seed=4)
    held = found["unity"].values[:, [month - month % 3 for month in range(13, 37)]]
    np.testing.assert_allclose(found["criteria"].sel(criterion="unity"), held.mean(axis=1), atol=1e-12)


def test_shares_come_with_their_interval_and_sum_to_one(data):
    found = outcome_shares(data)
    assert tuple(found) == OUTCOMES
    assert sum(share for share, _, _ in found.values()) == pytest.approx(1)
    for k, (share, low, high) in enumerate(found.values()):
        assert share == (data["outcome"].values[:, -1] == k).mean()
        assert 0 <= low <= share <= high <= 1


def test_the_outcome_table_has_one_row_a_run(data):
    table = outcome_table(data)
    assert list(table["run"]) == list(range(6))
    assert set(table["outcome"]) <= set(OUTCOMES)
    np.testing.assert_array_equal(table["cohesion_index_last"], data["cohesion_index"].isel(month=-1))
    assert set(CRITERIA) <= set(table.columns)


# --- the Wilson interval ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [
        # Newcombe (1998), table I, method 3: the score interval without continuity correction
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_the_interval_of_published_examples(count, total, expected):
    assert interval(count, total) == pytest.approx(expected, abs=5e-5)


def test_the_interval_of_none_and_of_all_worked_by_hand():
    z = 1.959963984540054
    for total in (1, 10, 1000):
        bound = z * z / (total + z * z)
        assert interval(0, total) == pytest.approx((0, bound))
        assert interval(total, total) == pytest.approx((1 - bound, 1))
        assert interval(0, total)[0] == 0
        assert interval(total, total)[1] == 1


def test_the_interval_is_symmetric_holds_the_share_and_narrows():
    for count in range(21):
        low, high = interval(count, 20)
        assert 0 <= low <= count / 20 <= high <= 1
        assert (1 - high, 1 - low) == pytest.approx(interval(20 - count, 20))
    widths = [np.subtract(*interval(n // 4, n)[::-1]) for n in (20, 200, 2000)]
    assert widths[0] > widths[1] > widths[2]


# --- comparison ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calm():
    return simulate(load_scenario("burden-demand").with_changes(months=12), 6, seed=4)


def test_a_comparison_is_paired_run_by_run(calm, data):
    found = compare(calm, data)
    difference = (data["cohesion_index"] - calm["cohesion_index"]).values[:, -1]
    assert found["variable"] == "cohesion_index"
    assert list(found["paired"].values()) == pytest.approx(np.percentile(difference, [5, 50, 95]))
    medians = [float(d["cohesion_index"].isel(month=-1).median()) for d in (calm, data)]
    assert found["median"]["difference"] == pytest.approx(medians[1] - medians[0])
    low, high = found["median"]["interval"]
    assert low <= found["median"]["difference"] <= high


def test_differences_of_shares_sum_to_nothing_and_lie_in_their_interval(calm, data):
    shares = compare(calm, data)["outcome_shares"]
    assert tuple(shares) == OUTCOMES
    assert sum(difference for difference, _, _ in shares.values()) == pytest.approx(0, abs=1e-12)
    one, two = outcome_shares(calm), outcome_shares(data)
    for name, (difference, low, high) in shares.items():
        assert difference == pytest.approx(two[name][0] - one[name][0])
        assert low <= difference <= high


def test_a_bootstrap_that_is_drawn_in_blocks_is_that_drawn_one_by_one(calm, data, monkeypatch):
    together = compare(calm, data, resamples=40)
    monkeypatch.setattr("cohesion.ensemble.BOOTSTRAP_BLOCK", 20)  # four at a time
    assert compare(calm, data, resamples=40) == together
    generator = np.random.default_rng(0)
    first, second = (d["cohesion_index"].values[:, -1] for d in (calm, data))
    picks = [generator.integers(0, 6, 6) for _ in range(40)]
    medians = [np.median(second[pick]) - np.median(first[pick]) for pick in picks]
    assert together["median"]["interval"] == list(np.percentile(medians, [2.5, 97.5]))


def test_an_ensemble_does_not_differ_from_itself(data):
    found = compare(data, data, variable="pressure")
    assert found["paired"] == {"p05": 0, "p50": 0, "p95": 0}
    assert found["median"] == {"difference": 0, "interval": [0, 0]}
    assert all(values == (0, 0, 0) for values in found["outcome_shares"].values())


def test_a_comparison_turned_round_turns_its_sign(calm, data):
    there, back = compare(calm, data), compare(data, calm)
    assert there["median"]["difference"] == -back["median"]["difference"]
    assert there["paired"]["p50"] == pytest.approx(-back["paired"]["p50"])


@pytest.mark.parametrize("other", [{"seed": 5}, {"runs": 5}, {"first_run": 1}])
def test_ensembles_of_other_seeds_or_runs_are_not_compared(data, other):
    second = simulate(SHORT, **({"runs": 6, "seed": 4} | other))
    with pytest.raises(ValueError, match="common random numbers"):
        compare(data, second)


def test_ensembles_with_and_without_uncertainty_are_not_compared(data):
    """One has a parameter set a run, the other one for all: the difference would be that of the sets."""
    with pytest.raises(ValueError, match=r"."):
        compare(data, simulate(SHORT, 6, seed=4, uncertainty="none"))


def test_how_runs_begin_is_shared_and_cannot_be_written_to():
    scenario = load_scenario("trade-war").with_changes(months=3)
    beginning = begin(scenario, 5, range(3))
    first, second = (Simulation(scenario, 5, range(3), beginning=beginning) for _ in range(2))
    for simulation in (first, second):
        while not simulation.finished:
            simulation.step()
    np.testing.assert_array_equal(first.state.deviation, second.state.deviation)
    for array in (beginning.state.spending, beginning.inputs.prior, beginning.parameters.anchor):
        with pytest.raises(ValueError, match="read-only"):
            array += 1
    with pytest.raises(ValueError, match="read-only"):
        beginning.shocks.month(0).ballot[0, 0] = 0


def test_levers_set_in_the_course_of_a_run_are_those_of_a_scenario_with_dated_steps():
    steps = {"russia_pressure": 0.5, "pledge": 3.5, "us_tariff": 0.1}
    dated = {name: [{"from": datetime.date(2025, 7, 1), "value": value}] for name, value in steps.items()}
    base = load_scenario("status-quo").with_changes(months=24)
    known, set_later = (Simulation(s, 3, range(3)) for s in (base.with_changes(levers=dated), base))
    for month in range(24):
        if month == 6:
            values = {name: np.full((3, 32 if name != "russia_pressure" else 1), v) for name, v in steps.items()}
            values["us_tariff"][:, known.inputs.usa] = 0
            values["pledge"][:, known.inputs.usa] = 2
            set_later.set_levers(values)
        known.step()
        set_later.step()
    for name in ("cohesion_index", "spending", "deviation", "pressure"):
        assert np.array_equal(getattr(known.state, name), getattr(set_later.state, name)), name


def test_levers_set_in_the_course_of_a_run_may_differ_between_runs():
    simulation = Simulation(load_scenario("status-quo").with_changes(months=6), 3, range(2))
    simulation.step()
    simulation.set_levers({"russia_pressure": np.array([[0.0], [1.0]])})
    before = simulation.levers(0).russia_pressure
    assert (before == 0).all()
    assert simulation.levers(1).russia_pressure[:, 0].tolist() == [0, 1]
