"""The same numbers from the same seed: one run or many, in any chunks, threads or process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cohesion
from cohesion import AllianceModel, load_scenario, simulate
from cohesion.ensemble import digest, outcome_table
from cohesion.parameters import DRAWN
from cohesion.shocks import CHANNELS, ShockTable, parameter_draws
from cohesion.uncertainty import UNCERTAINTIES

SEED = 20
#: Levers of all kinds, so that every rule has something to do.
BUSY = load_scenario("splitting-the-alliance").with_changes(
    levers={"us_deal_seeking": 1, "assurance_force": 20, "russia_bargaining": 0.5, "pillar": 0.5, "us_reward": 0.5}
)


def same(first, second):
    """Every variable, dimension and coordinate to the last bit."""
    assert set(first.data_vars) == set(second.data_vars)
    for name in first.variables:
        assert first[name].dims == second[name].dims
        assert first[name].dtype == second[name].dtype
        np.testing.assert_array_equal(first[name].values, second[name].values, err_msg=name)


def mesa_run(scenario, run, **options):
    return AllianceModel(scenario, rng=SEED, run=run, **options).run().history()


@pytest.mark.parametrize("runs", [1, 5])
@pytest.mark.parametrize("uncertainty", UNCERTAINTIES)
def test_run_r_of_an_ensemble_over_ten_years_is_the_mesa_model_of_that_run(runs, uncertainty):
    data = simulate(BUSY, runs, SEED, uncertainty)
    assert data.sizes["month"] == 121
    for run in range(runs):
        same(data.sel(run=run), mesa_run(BUSY, run, uncertainty=uncertainty))


def test_each_of_two_hundred_runs_is_the_mesa_model_of_that_run():
    scenario = BUSY.with_changes(months=24)
    data = simulate(scenario, 200, SEED)
    for run in range(0, 200, 3):
        same(data.sel(run=run), mesa_run(scenario, run))


@pytest.mark.parametrize("name", ["us-withdrawal", "history-2014-2024", "bare-ceasefire"])
def test_the_ensemble_and_the_mesa_model_agree_in_other_scenarios_and_without_mechanisms(name):
    scenario = load_scenario(name).with_changes(months=30)
    for options in ({}, {"without": ("learning", "posture")}, {"parameters": {"anchor": 0.03}}):
        same(simulate(scenario, 7, SEED, **options).sel(run=6), mesa_run(scenario, 6, **options))


@pytest.fixture(scope="module")
def two_hundred():
    scenario = BUSY.with_changes(months=24)
    return scenario, simulate(scenario, 200, SEED, ledger=True, chunk=128)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("chunk", "runs"), [(1, 40), (7, 200), (128, 200)])
def test_neither_chunks_nor_threads_change_a_bit(two_hundred, chunk, runs, threads):
    scenario, expected = two_hundred
    found = simulate(scenario, runs, SEED, ledger=True, chunk=chunk, threads=threads)
    same(expected.sel(run=slice(0, runs - 1)), found)


def test_the_first_run_offsets_the_numbers_and_nothing_else(two_hundred):
    scenario, expected = two_hundred
    found = simulate(scenario, 5, SEED, ledger=True, first_run=130)
    assert list(found["run"].values) == [130, 131, 132, 133, 134]
    same(expected.sel(run=slice(130, 134)), found)


def test_parameters_along_the_run_axis_follow_their_run_through_chunks():
    scenario = BUSY.with_changes(months=12)
    values = np.linspace(0.01, 0.05, 9)
    whole = simulate(scenario, 9, SEED, parameters={"anchor": values, "witness": 0.2})
    same(whole, simulate(scenario, 9, SEED, parameters={"anchor": values, "witness": 0.2}, chunk=4))
    single = simulate(scenario, 1, SEED, parameters={"anchor": values[7], "witness": 0.2}, first_run=7)
    same(whole.sel(run=[7]), single)


def test_two_processes_give_the_same_digest_whatever_the_hash_seed():
    code = (
        "from cohesion import simulate, load_scenario\n"
        "from cohesion.ensemble import digest, outcome_table\n"
        "s = load_scenario('splitting-the-alliance').with_changes(months=24)\n"
        "print(digest(outcome_table(simulate(s, 6, seed=20))))\n"
    )
    root = str(Path(cohesion.__file__).resolve().parents[1])
    found = set()
    for hash_seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        found.add(done.stdout.strip())
    scenario = load_scenario("splitting-the-alliance").with_changes(months=24)
    assert found == {digest(outcome_table(simulate(scenario, 6, seed=20)))}


def test_a_digest_changes_with_a_value_with_a_name_and_with_the_order_of_rows():
    table = outcome_table(simulate(BUSY.with_changes(months=3), 3, SEED))
    nudged = table.copy()
    nudged.loc[1, "unity"] = np.nextafter(nudged.loc[1, "unity"], 2)
    found = {digest(t) for t in (table, nudged, table.rename(columns={"unity": "unities"}), table.iloc[::-1])}
    assert len(found) == 4
    assert digest(table.copy()) in found


def test_a_longer_horizon_leaves_the_first_months_as_they_were():
    short, long = (simulate(BUSY.with_changes(months=months), 6, SEED) for months in (25, 61))
    for name in short.data_vars:
        if "month" in short[name].dims:
            np.testing.assert_array_equal(short[name], long[name].sel(month=slice(0, 25)), err_msg=name)


def test_another_seed_and_another_run_give_another_path():
    scenario = BUSY.with_changes(months=6)
    first, second = simulate(scenario, 2, 1), simulate(scenario, 2, 2)
    for name in ("trust_in_us", "threat", "pressure"):
        assert not np.array_equal(first[name], second[name])
        assert not np.array_equal(first[name][0], first[name][1])


def test_shocks_do_not_depend_on_the_runs_beside_or_on_the_horizon():
    many, one = ShockTable(SEED, range(6), 30), ShockTable(SEED, range(4, 5), 18)
    for month in range(18):
        for channel in CHANNELS:
            drawn, alone = (getattr(table.month(month), channel.name) for table in (many, one))
            np.testing.assert_array_equal(drawn[4], alone[0])
    np.testing.assert_array_equal(parameter_draws(SEED, range(6))[4], parameter_draws(SEED, range(4, 5))[0])


def test_no_two_channels_months_or_runs_share_numbers():
    table = ShockTable(SEED, range(3), 36)
    for kind in (True, False):
        rows = [
            tuple(row)
            for c in CHANNELS
            if c.normal == kind
            for month in range(0, 36, c.period)
            for row in getattr(table.month(month), c.name)[:, :2]
        ]
        assert len(rows) == len(set(rows))


def test_draws_have_the_moments_of_their_kind():
    table = ShockTable(SEED, range(20), 60)
    for c in CHANNELS:
        drawn = np.concatenate([getattr(table.month(m), c.name).ravel() for m in range(0, 60, c.period)])
        mean, deviation = (0, 1) if c.normal else (0.5, np.sqrt(1 / 12))
        assert abs(drawn.mean() - mean) < 5 * deviation / np.sqrt(drawn.size), c.name
        assert abs(drawn.std() - deviation) < 4 * deviation / np.sqrt(drawn.size), c.name


def test_a_changed_parameter_leaves_the_shocks_as_they_were():
    """Common random numbers: what the parameter does not reach is the same to the last bit."""
    scenario = load_scenario("greenland-claim").with_changes(months=24)
    one, two = (simulate(scenario, 5, SEED, parameters={"claim_rally": value}) for value in (0.0, 0.4))
    assert not np.array_equal(one["spending"], two["spending"])
    other = np.setdiff1d(one["member"], ["DNK"])
    for name in ("threat", "alignment", "pressure", "tariff", "phase"):
        values = [data[name].sel(member=other) if "member" in data[name].dims else data[name] for data in (one, two)]
        np.testing.assert_array_equal(*values, err_msg=name)


def test_scenarios_with_the_same_seed_share_parameter_sets_and_shocks():
    one, two = (simulate(load_scenario(name).with_changes(months=2), 5, SEED) for name in ("status-quo", "trade-war"))
    for name in ("threat", "pressure", "alignment", "capacity"):
        np.testing.assert_array_equal(one[name], two[name], err_msg=name)


def test_parameter_draws_fill_the_unit_interval_one_for_each_parameter():
    draws = parameter_draws(SEED, range(400))
    assert draws.shape == (400, len(DRAWN))
    assert draws.min() >= 0
    assert draws.max() < 1
    assert np.all(np.abs(draws.mean(axis=0) - 0.5) < 5 / np.sqrt(12 * 400))
