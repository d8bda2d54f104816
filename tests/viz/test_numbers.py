"""The numbers of charts: known answers on small ensembles and hand-made tables."""

import datetime

import numpy as np
import pandas as pd
import pytest

from cohesion import load_scenario, simulate
from cohesion.facts import ISO3
from cohesion.outcome import OUTCOMES
from cohesion_viz import echarts, numbers

MONTHS, RUNS = 24, 12


@pytest.fixture(scope="module")
def calm():
    return simulate(load_scenario("status-quo").with_changes(months=MONTHS), RUNS, seed=2)


@pytest.fixture(scope="module")
def torn():
    return simulate(load_scenario("trade-war").with_changes(months=MONTHS), RUNS, seed=2, ledger=True)


def test_a_fan_holds_the_quantiles_of_the_runs_by_month(torn):
    fan = numbers.fan(torn)
    expected = np.quantile(torn["cohesion_index"].values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).T
    np.testing.assert_allclose(fan.to_numpy(), expected)
    assert (fan.index[0], fan.index[-1]) == (datetime.date(2025, 1, 1), datetime.date(2027, 1, 1))


def test_shares_of_outcomes_sum_to_one_each_month(torn):
    np.testing.assert_allclose(numbers.shares_over_time(torn).sum(axis="columns"), 1)


def test_the_map_shows_medians_and_nothing_of_the_trust_of_the_us_in_itself(torn):
    values = numbers.map_values(torn, "trust_in_us", 10)
    canada = np.median(torn["trust_in_us"].sel(member="CAN").values[:, 10])
    assert values.loc["CAN", "value"] == pytest.approx(canada)
    assert np.isnan(values.loc["USA", "value"])
    assert not np.isnan(numbers.map_values(torn, "spending")["value"]).any()


def test_the_commonest_posture_is_shown_with_its_share(torn):
    codes = torn["posture"].sel(member="DNK").values[:, -1]
    row = numbers.map_values(torn, "posture").loc["DNK"]
    assert row["share"] == pytest.approx((codes == row["value"]).mean())


def test_an_ensemble_differs_from_itself_by_nothing_and_other_seeds_are_refused(torn):
    assert (numbers.paired_difference(torn, torn).to_numpy() == 0).all()
    other = simulate(load_scenario("trade-war").with_changes(months=MONTHS), RUNS, seed=3)
    with pytest.raises(ValueError, match="common random numbers"):
        numbers.paired_difference(torn, other)


def test_differences_on_the_map_are_medians_run_by_run(calm, torn):
    moved = torn["trust_in_us"].values[:, -1] - calm["trust_in_us"].values[:, -1]
    values = numbers.map_differences(calm, torn, "trust_in_us")["value"]
    assert values["CAN"] == pytest.approx(np.median(moved[:, ISO3.index("CAN")]))


def test_differences_of_outcomes_sum_to_nothing(calm, torn):
    table = numbers.outcome_differences(calm, torn)
    assert table["difference"].sum() == pytest.approx(0)
    np.testing.assert_allclose(table["second"] - table["first"], table["difference"])


def test_a_ledger_adds_up_to_the_change_exactly(torn):
    drivers, first, last = numbers.ledger(torn, "CAN")
    assert drivers["change"].sum() == pytest.approx(last - first, abs=1e-12)
    assert drivers.index[-1] == numbers.EVERYTHING_ELSE
    with pytest.raises(ValueError, match="United States"):
        numbers.ledger(torn, "USA")


def test_planted_blocs_are_found():
    trust = np.full((len(ISO3), len(ISO3)), 0.05)
    east = [ISO3.index(code) for code in ("EST", "LVA", "LTU", "POL")]
    west = [k for k in range(len(ISO3)) if k not in east]
    for group in (east, west):
        trust[np.ix_(group, group)] = 0.9
    found = numbers.blocs(trust)["bloc"].to_numpy()
    assert len(set(found[east])) == len(set(found[west])) == 1
    assert found[east[0]] != found[west[0]]


def test_a_broken_tie_is_drawn_as_broken():
    start = np.full((len(ISO3), len(ISO3)), 0.9)
    now = start.copy()
    a, b = ISO3.index("CAN"), ISO3.index("USA")
    now[a, b] = now[b, a] = 0.01
    edges = numbers.network(now, start).edges
    broken = edges[edges["kind"] == "broken"]
    assert broken[["source", "target"]].to_numpy().tolist() == [["CAN", "USA"]]


def test_a_phase_diagram_counts_each_run_once():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"x": rng.random(200), "y": rng.integers(0, 3, 200), "outcome": rng.choice(OUTCOMES, 200)})
    cells = numbers.phase_diagram(table, "x", "y")
    assert cells["runs"].sum() == 200
    assert cells["share"].between(0.25, 1).all()
    with pytest.raises(ValueError, match="no column of numbers"):
        numbers.phase_diagram(table, "x", "outcome")


def test_the_axis_of_a_phase_diagram_has_ranges_without_runs():
    low = np.linspace(0, 0.29, 20)
    table = pd.DataFrame({"x": [*low, *(low + 0.7)], "y": 1.0, "outcome": "holds"})
    cells = numbers.phase_diagram(table, "x", "y", cells=10)
    labels = [f"{k / 10:.4g} to {(k + 1) / 10:.4g}" for k in range(10)]
    assert cells["x_label"].tolist() == labels[:3] + labels[7:]
    assert echarts.phase_option(cells, "x", "y")["xAxis"]["data"] == labels


def test_events_and_steps_come_in_order_of_time():
    table = numbers.events(load_scenario("events-2025-2026"))
    assert list(table["date"]) == sorted(table["date"])
    assert table["key"].is_unique


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [("trust_in_us", 0.414, "41 %"), ("trust_in_us", 0.004, "0.4 %"), ("spending", 2.04, "2.0 % of GDP"),
     ("trust_in_us", float("nan"), "not part of the model"), ("cohesion_index", -0.5, "−0.50"),
     ("capability", 1234.5, "1,234 billion USD"), ("capability", 1.25, "1.2 billion USD")],
)  # fmt: skip
def test_values_are_written_with_their_unit(variable, value, said):
    assert numbers.written(variable, value) == said


@pytest.mark.parametrize(("value", "said"), [(0.0, "0.00"), (-0.001, "0.00"), (0.126, "+0.13"), (-1.5, "−1.50")])
def test_differences_carry_a_sign_and_nothing_has_none(value, said):
    assert numbers.signed(value) == said
