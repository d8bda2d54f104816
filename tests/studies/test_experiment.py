"""Experiments: what a file may say, the points that are made of it, and the runs of a point."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohesion import ConfigError, load_scenario, simulate
from cohesion.ensemble import outcome_table
from cohesion.levers import BY_NAME as LEVERS
from cohesion.studies import histograms
from cohesion.studies.experiment import (
    count_points,
    experiment_from,
    experiment_names,
    experiment_of,
    load_experiment,
)
from cohesion.studies.factors import factor
from cohesion.studies.plan import Plan

ROOT = Path(__file__).resolve().parents[2]

HEAD = """
title = "T"
question = "Q?"
scenarios = ["burden-demand"]
runs = 2
months = 24
"""


def plan(text: str, head: str = HEAD) -> Plan:
    return Plan.of(experiment_of(tomllib.loads(head + text), "mine", "mine.toml", Path()))


@pytest.mark.parametrize("name", experiment_names())
def test_shipped_experiments_are_valid_and_come_back_from_their_manifest(name):
    experiment = load_experiment(name)
    assert experiment_from(experiment.to_dict(), "manifest") == experiment


def test_the_study_of_variance_takes_the_twenty_that_the_screening_put_first():
    screened = pd.read_csv(ROOT / "experiments/sensitivity-morris/morris.csv")
    assert [f.name for f in load_experiment("sensitivity-sobol").factors] == screened["factor"].head(20).tolist()


def test_a_sweep_is_every_combination_the_last_factor_fastest():
    found = plan("[sweep]\nus_tariff = [0, 0.5]\nlearning = { from = 0.01, to = 0.03, steps = 3 }")
    assert found.design.tolist() == [[t, v] for t in (0, 0.5) for v in (0.01, 0.02, 0.03)]
    assert (found.points, found.total) == (6, 12)
    table = found.table()
    assert table["point"].tolist() == [p for p in range(6) for _ in range(2)]
    assert table["run"].tolist() == [0, 1] * 6
    assert list(table.columns) == ["scenario", "point", "run", "us_tariff", "learning"]


def test_a_list_of_points_is_taken_as_it_is():
    found = plan("[[points]]\nus_tariff = 0.1\nlearning = 0.02\n[[points]]\nlearning = 0.01\nus_tariff = 0.3")
    assert found.design.tolist() == [[0.1, 0.02], [0.3, 0.01]]


@pytest.mark.parametrize(
    ("sample", "points"),
    [
        ('method = "latin-hypercube"\nsize = 10', 10),
        ('method = "sobol"\nsize = 8', 32),
        ('method = "morris"\nsize = 5', 15),
    ],
)
def test_samples_stay_in_their_ranges_and_are_the_same_each_time(sample, points):
    text = f'[sample]\n{sample}\nparameters = ["learning"]\n[sample.ranges]\n"delay@us_burden_demand" = [0, 12]'
    found, again = plan(text), plan(text)
    assert len(found.design) == points == count_points(found.experiment)
    assert np.array_equal(found.design, again.design)
    for k, f in enumerate(found.experiment.factors):
        assert found.design[:, k].min() >= f.low
        assert found.design[:, k].max() <= f.high
    assert np.array_equal(found.design[:, 1], np.round(found.design[:, 1]))
    assert not np.array_equal(found.design, plan(text, HEAD + "seed = 1\n").design)


def test_points_from_a_file(tmp_path):
    (tmp_path / "sets.csv").write_text("learning,us_claim@DNK\n0.01,0\n0.02,1\n")
    raw = tomllib.loads(HEAD + '[sample]\nmethod = "file"\nfile = "sets.csv"')
    found = Plan.of(experiment_of(raw, "mine", "mine.toml", tmp_path))
    assert found.design.tolist() == [[0.01, 0], [0.02, 1]]
    (tmp_path / "sets.csv").write_text("learning\n0.01\n7\n")
    with pytest.raises(ConfigError, match=r"sets.csv, row 2, learning: found 7.0; allowed: a number from"):
        experiment_of(raw, "mine", "mine.toml", tmp_path)


SWEEP = """
[sweep]
us_tariff = [0, 0.4]
"us_claim@DNK+CAN" = [1]
learning = [0.01, 0.04]
"delay@us_burden_demand" = [0, 7]
"""


@pytest.mark.parametrize("point", range(8))
def test_runs_of_a_point_are_those_of_its_scenario(point):
    """To the last bit: the scenario of a point, simulated alone, has the outcomes that the point has in the batch."""
    found = plan(SWEEP)
    batch = found.outcomes(0, found.total)
    rows = batch[batch["point"] == point]
    alone = outcome_table(simulate(found.scenario(point), 2, variables=("cohesion_index", "cohesion_with_burden")))
    for name in alone.columns.drop("run"):
        assert rows[name].tolist() == alone[name].tolist(), name
    values = dict(zip([f.name for f in found.experiment.factors], found.design[point], strict=True))
    for name, value in values.items():
        assert (rows[name] == value).all()


def test_a_point_of_its_own_values_is_the_scenario_itself():
    found = plan("[sweep]\nus_tariff = [0]")
    batch = found.outcomes(0, 2)
    alone = outcome_table(simulate(load_scenario("burden-demand").with_changes(months=24), 2))
    assert batch["cohesion_index_last"].tolist() == alone["cohesion_index_last"].tolist()


def test_a_delay_moves_the_whole_path_and_is_neutral_before():
    found = plan('[sweep]\n"delay@us_burden_demand" = [0, 5]')
    before, after = (found.scenario(point).paths()["us_burden_demand"][:, 0] for point in (0, 1))
    assert (after[:5] == LEVERS["us_burden_demand"].neutral).all()
    assert np.array_equal(after[5:], before[:-5])


def test_a_lever_on_some_members_leaves_the_others():
    found = plan('[levers]\nus_tariff = 0.1\n[sweep]\n"us_tariff@EU" = [0.5]')
    from cohesion.facts import ISO3

    path = found.scenario(0).paths()["us_tariff"][0]
    assert path[ISO3.index("DEU")] == 0.5
    assert path[ISO3.index("CAN")] == 0.1
    assert path[ISO3.index("USA")] == 0


@given(st.integers(0, 23), st.integers(1, 24), st.integers(1, 24))
@settings(max_examples=10, deadline=None)
def test_outcomes_do_not_depend_on_how_runs_are_cut(first, one, two):
    found = plan(SWEEP.replace("[0, 7]", "[0, 3, 7]"))
    last = min(found.total, first + one + two)
    middle = min(last, first + one)
    whole = found.outcomes(first, last)
    parts = [found.outcomes(a, b) for a, b in ((first, middle), (middle, last)) if a < b]
    assert whole.to_dict("list") == {name: [v for p in parts for v in p[name]] for name in whole}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sweep]\nus_tarif = [0]", "sweep.us_tarif: found 'us_tarif'; allowed: the names of levers and parameters, "
         'lever@MEMBER or delay@lever; did you mean "us_tariff"?'),
        ("[sweep]\nus_tariff = [0, 2]", "sweep.us_tariff[2]: found 2; allowed: a number from 0 to 0.6 (rate)"),
        ("[sweep]\nus_tariff = []", "sweep.us_tariff: found '[]'; allowed: a list of numbers"),
        ("[sweep]\nus_tariff = [0.1, 0.1]", "each value once"),
        ("[sweep]\nus_tariff = { from = 0, to = 1 }", "sweep.us_tariff.steps: missing"),
        ("[sweep]\nus_tariff = { from = 0, too = 1 }", 'did you mean "to"?'),
        ("[sweep]\nus_tariff = { from = 0, to = 0.5, steps = 1 }", "steps: found 1; allowed: a whole number from 2"),
        ('[sweep]\n"us_claim@DENMARK" = [1]', 'did you mean "DNK"?'),
        ('[sweep]\n"us_commitment@DNK" = [1]', "one value for the alliance"),
        ('[sweep]\n"delay@pilar" = [1]', 'did you mean "pillar"?'),
        ('[sweep]\n"delay@pillar" = [1.5]', "a whole number of months"),
        ('[sweep]\n"delay@pillar" = [25]', "found 25; allowed: a number from 0 to 24 (months)"),
        ("[sweep]\nlearning = [9]", "found 9; allowed: a number from"),
        ("[[points]]\nus_tariff = 0\n[[points]]\nlearning = 0.01", "points[2]: found"),
        ("[sweep]\nus_tariff = [0]\n[[points]]\nlearning = 0.01", "allowed: one of sweep, points, sample"),
        ('[sample]\nmethod = "sobol"\nsize = 100\nparameters = "all"', "a power of 2; did you mean 64 or 128?"),
        ('[sample]\nmethod = "sobel"\nsize = 64', 'did you mean "sobol"?'),
        ('[sample]\nmethod = "sobol"', "sample.size: missing"),
        ('[sample]\nmethod = "morris"\nsize = 4', "nothing to sample"),
        ('[sample]\nmethod = "morris"\nsize = 4\nranges = { learning = [0.04, 0.01] }', "low end is below"),
        ('[sample]\nmethod = "file"', "sample.file: missing"),
        ('[sample]\nmethod = "file"\nfile = "absent.csv"', "absent.csv: no such file"),
        ('keep = ["all"]', "keep: found 'all'; allowed: one of bands, trajectories"),
        ('outcome = "splinter"', 'did you mean "splinters"?'),
        ('without = ["lerning"]', 'did you mean "learning"?'),
        ('keep = ["bands"]\nvariables = ["posture"]', "variables: found 'posture'"),
        ("run = 3", 'did you mean "runs"?'),
        ("[levers]\nus_tariff = 3", "levers.us_tariff: found 3"),
        ("[sweep]\nlearning = { from = 0.01, to = 0.04, steps = 10000 }\n"
         "us_tariff = { from = 0, to = 0.5, steps = 10000 }", "at most 1,000,000 points"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_what_is_allowed(text, said):
    with pytest.raises(ConfigError) as caught:
        plan(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith("mine.toml") or "absent.csv" in said
    assert "\n" not in str(caught.value)


def test_unknown_scenarios_and_experiments_are_named():
    with pytest.raises(ConfigError, match=r'scenarios\[1\]: no scenario or file .* did you mean "status-quo"'):
        plan("", HEAD.replace("burden-demand", "status-qo"))
    with pytest.raises(ConfigError, match=r'no experiment or file .* did you mean "smoke"'):
        load_experiment("smok")


def test_editors_get_a_schema_and_shipped_experiments_fit_it():
    jsonschema = pytest.importorskip("jsonschema")
    from cohesion.scenario import config_folder
    from cohesion.studies.experiment import experiment_schema

    validator = jsonschema.Draft7Validator(experiment_schema())
    for name in experiment_names():
        raw = tomllib.loads((config_folder() / "experiments" / f"{name}.toml").read_text())
        raw = json.loads(json.dumps(raw, default=str))
        assert list(validator.iter_errors(raw)) == []
    assert list(validator.iter_errors({"title": "T", "question": "Q", "scenarios": ["a"], "levers": {"us_tarif": 1}}))


def test_factors_know_their_unit():
    assert factor("delay@pillar", 24, "f", "k").unit == "months"
    assert factor("us_tariff", 24, "f", "k").unit == "rate"


@given(st.integers(1, 200), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_bands_of_a_histogram_lie_within_a_bin_of_the_exact_quantiles(runs, seed):
    values = np.random.default_rng(seed).beta(2, 5, (runs, 3))
    counts = histograms.count(values, "threat")
    assert (counts.sum(axis=-1) == runs).all()
    found = histograms.quantiles(counts, "threat")
    exact = np.quantile(values, list(histograms.QUANTILES.values()), axis=0, method="inverted_cdf")
    assert (np.abs(found - exact) <= 1 / histograms.BINS + 1e-12).all()


def test_histograms_add_up_over_any_cut():
    values = np.random.default_rng(0).normal(0.5, 0.4, (50, 4))  # some lie beyond the span
    whole = histograms.count(values, "threat")
    assert np.array_equal(whole, histograms.count(values[:13], "threat") + histograms.count(values[13:], "threat"))
