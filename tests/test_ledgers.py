"""Why trust changed: two exact ledgers."""

import numpy as np
import pytest

import cohesion
from cohesion import AllianceModel, load_scenario, simulate
from cohesion.facts import ISO3
from cohesion.ledger import Ledger, explain
from cohesion.rules.trust import LIMIT
from cohesion.simulation import Simulation
from cohesion.types import CONDUCT, TOWARD_US

USA = ISO3.index("USA")
TRACED_AWAY = ("social learning", "anchoring")
#: With these off, no driver reaches trust by way of what members do, so the traced ledger is the counterfactual.
BEHAVIOUR = ("posture", "burden", "politics")


def driver(name):
    return Ledger.DRIVERS.index(name)


def booked(scenario, runs=range(3), seed=5, uncertainty="prior", parameters=None, without=()):
    """A finished simulation and its ledger, and the largest deviation ever reached, ``[run, member, ally]``."""
    simulation = Simulation(scenario, seed, runs, uncertainty, parameters, without)
    ledger, largest = Ledger.of(simulation), np.zeros_like(simulation.state.deviation)
    while not simulation.finished:
        simulation.step(book=ledger)
        largest = np.maximum(largest, np.abs(simulation.state.deviation))
    return simulation, ledger, largest


@pytest.fixture(scope="module")
def greenland():
    return booked(load_scenario("greenland-claim").with_changes(months=36))


@pytest.mark.parametrize(
    "name",
    [
        "status-quo",
        "splitting-the-alliance",
        "us-withdrawal",
        "european-pillar",
        "energy-moratorium",
        "history-2014-2024",
    ],
)
@pytest.mark.parametrize("kind", ["direct", "traced"])
def test_contributions_sum_to_the_change_of_trust_between_every_two_members(name, kind):
    simulation, ledger, _ = booked(load_scenario(name).with_changes(months=48))
    np.testing.assert_allclose(getattr(ledger, kind).sum(axis=0), simulation.state.deviation, rtol=0, atol=1e-9)


def test_both_ledgers_are_exact_where_trust_is_cut_off_at_the_limit():
    hard = {"trust_sensitivity": 1.5, "asymmetry": 2.25, "withdrawal_trust": 6, "anchor": 0.05}
    scenario = load_scenario("status-quo").with_changes(levers={"us_withdrawal": 1, "us_commitment": -1}, months=60)
    simulation, ledger, largest = booked(scenario, parameters=hard)
    assert np.any(largest == LIMIT)
    for kind in (ledger.direct, ledger.traced):
        np.testing.assert_allclose(kind.sum(axis=0), simulation.state.deviation, rtol=0, atol=1e-9)
        assert np.any(kind[driver("clipping")] != 0)


def test_clipping_is_nothing_wherever_the_limit_was_never_reached():
    scenario = load_scenario("us-withdrawal").with_changes(months=60)
    _, ledger, largest = booked(scenario, runs=range(8))
    np.testing.assert_array_equal(ledger.direct[driver("clipping")][largest < LIMIT], 0)
    _, calm, reached = booked(load_scenario("trade-war").with_changes(months=24))
    assert reached.max() < LIMIT
    np.testing.assert_array_equal(calm.traced[driver("clipping")], 0)


def test_learning_and_anchoring_are_nothing_in_the_traced_ledger_and_something_in_the_direct_one(greenland):
    _, ledger, _ = greenland
    for name in TRACED_AWAY:
        np.testing.assert_array_equal(ledger.traced[driver(name)], 0)
        assert np.any(ledger.direct[driver(name)] != 0)


def test_a_driver_that_never_acted_is_nothing_in_both_ledgers(greenland):
    _, ledger, _ = greenland
    for name in ("tariffs", "concessions", "withdrawal", "culture war", "joint retaliation"):
        np.testing.assert_array_equal(ledger.direct[driver(name)], 0)
        np.testing.assert_array_equal(ledger.traced[driver(name)], 0)


def test_what_concerns_the_us_alone_is_booked_to_trust_in_the_us_alone(greenland):
    _, ledger, _ = greenland
    others = np.arange(32) != USA
    for name in TOWARD_US:
        np.testing.assert_array_equal(ledger.traced[driver(name)][..., others], 0)


@pytest.mark.parametrize(
    ("levers", "name"),
    [
        ({"us_claim": {"DNK": 1}}, "territorial claims"),
        ({"us_tariff": {"EU": 0.3, "CAN": 0.1}}, "tariffs"),
        ({"us_culture_war": 0.7}, "culture war"),
        ({"us_commitment": -0.5}, "commitment"),
        ({"us_troops": {"DEU": -0.5}}, "troops"),
    ],
)
def test_a_traced_component_is_the_paired_counterfactual_where_the_model_is_linear(levers, name):
    everything = {"us_culture_war": 0.3, "us_courting": 1, "us_commitment": -0.2}
    without = {lever: value for lever, value in everything.items() if lever not in levers}
    base = load_scenario("status-quo").with_changes(levers=without, months=30)
    acted, ledger, _ = booked(base.with_changes(levers=levers), without=BEHAVIOUR)
    spared, _, _ = booked(base, without=BEHAVIOUR)
    effect = acted.state.deviation - spared.state.deviation
    assert np.abs(effect).max() > 1e-3
    np.testing.assert_allclose(ledger.traced[driver(name)], effect, rtol=0, atol=1e-9)


def test_a_claim_on_denmark_shows_most_in_denmark_and_next_in_those_tied_to_it(greenland):
    simulation, ledger, _ = greenland
    traced = ledger.traced[driver("territorial claims")][..., USA]
    ties = simulation.inputs.ties[:, :, ISO3.index("DNK")]
    for run in range(traced.shape[0]):
        assert ISO3[int(traced[run].argmin())] == "DNK"
        others = [k for k in range(32) if ISO3[k] not in ("DNK", "USA")]
        close = sorted(others, key=lambda k: -ties[run, k])
        assert traced[run, close[:5]].mean() < traced[run, close[-15:]].mean() < 0
        order = np.corrcoef(np.argsort(np.argsort(ties[run, others])), np.argsort(np.argsort(-traced[run, others])))
        assert order[0, 1] > 0.2


def test_the_ledgers_of_an_ensemble_are_those_of_each_run_and_of_the_mesa_model():
    scenario = load_scenario("splitting-the-alliance").with_changes(months=12)
    data = simulate(scenario, 4, seed=2, ledger=True, chunk=3)
    assert data["ledger_traced"].dims == data["ledger_direct"].dims == ("run", "driver", "member")
    assert list(data["driver"].values) == list(Ledger.DRIVERS)
    model = AllianceModel(scenario, rng=2, run=3).run()
    why = model.members["NOR"].why()
    traced = data["ledger_traced"].sel(run=3, member="NOR")
    assert {str(d): float(v) for d, v in zip(data["driver"].values, traced.values, strict=True) if v != 0} == why


def test_keeping_a_ledger_does_not_change_the_run():
    scenario = load_scenario("trade-war").with_changes(months=12)
    plain, kept = simulate(scenario, 2), simulate(scenario, 2, ledger=True)
    for name in plain.data_vars:
        np.testing.assert_array_equal(plain[name], kept[name])


def test_the_public_name_explain_is_the_function_whatever_was_imported_before():
    assert cohesion.explain is explain


@pytest.mark.parametrize("traced", [False, True])
def test_an_explanation_adds_up_and_names_the_largest_driver_first(traced):
    found = explain(load_scenario("greenland-claim").with_changes(months=24), "DNK", run=1, seed=4, traced=traced)
    assert sum(found["drivers"].values()) == pytest.approx(found["last"] - found["first"], abs=1e-9)
    sizes = [abs(value) for value in found["drivers"].values()]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes
    assert found["ledger"] == ("traced" if traced else "direct")
    assert (found["member_name"], found["toward"], found["run"], found["seed"]) == ("Denmark", "USA", 1, 4)
    if traced:
        assert next(iter(found["drivers"])) == "territorial claims"


def test_an_explanation_speaks_of_the_run_of_the_ensemble():
    scenario = load_scenario("trade-war").with_changes(months=12)
    found = explain(scenario, "DEU", run=5, seed=9)
    trust = simulate(scenario, 1, seed=9, first_run=5)["trust_in_us"].sel(run=5, member="DEU").values
    assert found["probability_first"] == pytest.approx(trust[0], abs=1e-12)
    assert found["probability_last"] == pytest.approx(trust[-1], abs=1e-12)


def test_trust_between_two_europeans_is_explained_too():
    found = explain(load_scenario("splitting-the-alliance").with_changes(months=24), "POL", toward="DEU", traced=True)
    assert set(found["drivers"]) <= set(CONDUCT)
    assert sum(found["drivers"].values()) == pytest.approx(found["last"] - found["first"], abs=1e-9)


@pytest.mark.parametrize(
    ("member", "toward", "named"), [("XXX", "USA", "XXX"), ("DNK", "dnk", "dnk"), ("", "USA", "''")]
)
def test_an_unknown_member_is_an_error_that_names_it_and_the_valid_ones(member, toward, named):
    with pytest.raises(ValueError, match=rf"unknown member .*{named}.*ALB, .*USA"):
        explain("status-quo", member, toward)


def test_trust_of_a_member_in_itself_is_an_error():
    with pytest.raises(ValueError, match="DNK in itself"):
        explain("status-quo", "DNK", "DNK")
