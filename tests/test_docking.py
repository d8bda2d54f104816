"""The model against its core written a second time without a line of the rules: plain Mesa, agentpy, mesa-frames."""

from pathlib import Path

import numpy as np
import pytest

from cohesion import simulate
from cohesion.facts import ISO3
from cohesion.rules.measures import probability
from cohesion.scenario import Scenario, scenario_from_text
from cohesion.simulation import Simulation
from experiments.benchmark.inputs import Inputs
from experiments.benchmark.peers import PEERS, Peer
from experiments.benchmark.plain_mesa import MemberState, PlainAlliance
from experiments.benchmark.prepare import OFF, prepare
from experiments.benchmark.sizes import run_larger
from experiments.benchmark.yardstick import COLLECTED

TOLERANCE = {"rtol": 1e-9, "atol": 1e-9}
RUNS = 2
EVERYTHING = """
title = "Everything acts"
story = "For the tests."
start = 2025-01-01
months = 48

[levers]
us_tariff = { ALL = 0.2, DEU = 0.45, GBR = 0.1 }
us_claim = { DNK = 1, CAN = 0.8 }
us_culture_war = { EU = 0.7, HUN = 0.2 }
us_commitment = -0.4
us_aid = -0.5
us_concession_territory = 0.3
us_burden_demand = 1
us_courting = 0.5
us_withdrawal = [{ from = 2027-06-01, value = 0.2 }]
us_troops = [{ from = 2026-01-01, value = { ALL = -0.1, DEU = -0.4 } }]
joint_retaliation = [{ from = 2025-04-01, value = 0.8 }, { from = 2027-04-01, value = 0.2 }]
pledge = [{ from = 2025-01-01, value = 3.5 }, { from = 2027-04-01, value = { ALL = 3.5, DEU = 5, ITA = 2 } }]
budget_speed = { DEU = 1.5 }
pillar = { EU = 1, GBR = 0.5 }

[[events]]
date = 2026-03-01
until = 2026-09-01
text = "Russia presses harder."
levers = { russia_pressure = 0.7 }
"""


@pytest.fixture(scope="module")
def everything() -> Scenario:
    return scenario_from_text(EVERYTHING, "everything.toml")


def of_members(model: PlainAlliance, name: str) -> list[float]:
    return [getattr(member, name) for member in model.members]


@pytest.mark.parametrize("seed", [0, 7])
def test_each_month_equals_the_plain_version(everything: Scenario, seed: int) -> None:
    ensemble = Simulation(everything, seed, range(RUNS), without=OFF)
    plain = [PlainAlliance(scenario=everything, rng=seed, run=run) for run in range(RUNS)]
    while not ensemble.finished:
        ensemble.step()
        s, x = ensemble.state, ensemble.inputs
        states = {
            name: getattr(s, name)
            for name in (
                "threat", "trust_in_us", "european_trust", "spending", "plan", "preference", "gdp", "loss", "tariff",
                "retaliation", "capability", "pipeline", "enablers", "enabler_pipeline", "autonomy", "credibility",
                "credibility_without_us", "spill_in",
            )
        } | {"goodwill": probability(x.goodwill + s.goodwill)}  # fmt: skip
        for run, model in enumerate(plain):
            model.step()
            for name, values in states.items():
                np.testing.assert_allclose(
                    of_members(model, name), values[run], **TOLERANCE, err_msg=f"{name}, month {s.month}, run {run}"
                )
            beliefs = [[member.beliefs[ally] for ally in ISO3] for member in model.members]
            np.testing.assert_allclose(beliefs, s.deviation[run], **TOLERANCE)
            if s.month % 3 == 0:
                trust = [[member.trust[ally] for ally in ISO3] for member in model.members]
                np.testing.assert_allclose(trust, probability(x.prior + s.deviation)[run], **TOLERANCE)
            for name in ("cohesion_index", "cohesion_with_burden"):
                np.testing.assert_allclose(getattr(model, name), getattr(s, name)[run, 0], **TOLERANCE)
    assert not any(model.running for model in plain)


def test_what_the_plain_version_collects_equals_simulate(everything: Scenario) -> None:
    scenario = everything.with_changes(months=36)
    data = simulate(scenario, runs=RUNS, seed=3, without=OFF)
    for run in range(RUNS):
        model = PlainAlliance(scenario=scenario, rng=3, run=run)
        while model.running:
            model.step()
        frame = model.datacollector.get_agent_vars_dataframe()
        for name in set(frame.columns) & set(data.data_vars):
            collected = frame[name].to_numpy().astype(float).reshape(-1, len(ISO3))
            np.testing.assert_allclose(collected, data[name].values[run], **TOLERANCE, err_msg=name)
        index = model.datacollector.get_model_vars_dataframe()["cohesion_index"]
        np.testing.assert_allclose(index, data["cohesion_index"].values[run], **TOLERANCE)


def test_everything_acts_in_the_scenario_of_the_comparison(everything: Scenario) -> None:
    data = simulate(everything, runs=RUNS, without=OFF)
    assert (data["unity"] == 1).all()
    for name in ("threat", "trust_in_us", "european_trust", "goodwill", "spending", "capability", "autonomy",
                 "credibility", "loss", "tariff"):  # fmt: skip
        assert (data[name].std("month").max("run") > 1e-3).any(), name


def test_a_changed_rule_would_be_noticed(everything: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    original = MemberState.judge_us
    monkeypatch.setattr(MemberState, "judge_us", lambda self: 1.001 * original(self))
    ensemble = Simulation(everything, 0, range(1), without=OFF)
    model = PlainAlliance(scenario=everything)
    for _ in range(6):
        ensemble.step()
        model.step()
    assert np.abs(np.array(of_members(model, "trust_in_us")) - ensemble.state.trust_in_us[0]).max() > 1e-6


def test_the_plain_version_refuses_what_it_leaves_out(everything: Scenario) -> None:
    with pytest.raises(ValueError, match="us_reward"):
        PlainAlliance(scenario=everything.with_changes(levers={"us_reward": 0.5}))


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_equals_the_ensemble_month_by_month(everything: Scenario, peer: Peer, tmp_path: Path) -> None:
    if not peer.ready():
        pytest.skip(f"{peer.venv.name} is not there at the locked versions; make bench makes it")
    scenario = everything.with_changes(months=30)
    prepare(scenario, 7, range(RUNS)).save(tmp_path / "inputs.npz")
    peer.record(tmp_path / "inputs.npz", tmp_path / "recorded.npz")
    data = simulate(scenario, runs=RUNS, seed=7, without=OFF)
    ensemble = Simulation(scenario, 7, range(RUNS), without=OFF)
    retaliation = [ensemble.state.retaliation]
    while not ensemble.finished:
        ensemble.step()
        retaliation.append(ensemble.state.retaliation)
    known = {name: data[name].values for name in data.data_vars}
    known |= {"retaliation": np.stack(retaliation, axis=1), "beliefs": ensemble.state.deviation}
    with np.load(tmp_path / "recorded.npz") as recorded:
        assert {*COLLECTED[1:], "cohesion_index", "cohesion_with_burden", "beliefs"} <= set(recorded.files)
        for name in recorded.files:
            variable, _, _ = name.partition(".")  # the frame that holds all runs is recorded as well
            np.testing.assert_allclose(recorded[name], known[variable], **TOLERANCE, err_msg=name)


def test_inputs_survive_their_file(everything: Scenario, tmp_path: Path) -> None:
    inputs = prepare(everything.with_changes(months=6), 0, range(RUNS))
    inputs.save(tmp_path / "inputs.npz")
    read = Inputs.load(tmp_path / "inputs.npz")
    assert (read.iso3, read.usa, read.first_month, read.pledge_months) == (ISO3, inputs.usa, 1, inputs.pledge_months)
    assert (read.months, read.runs) == (6, RUNS)
    for group in ("start", "parameters", "levers", "shocks"):
        before, after = getattr(inputs, group), getattr(read, group)
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)


def test_an_alliance_repeated_once_is_the_alliance(everything: Scenario) -> None:
    scenario = everything.with_changes(months=6)
    assert np.array_equal(run_larger(scenario, 32, 3), simulate(scenario, runs=3)["cohesion_index"].values)
    assert np.isfinite(run_larger(scenario, 64, 3)).all()
