"""The Mesa model: one run, stepped, inspected, extended."""

import inspect
import warnings
from pathlib import Path

import mesa
import numpy as np
import pytest
from mesa.batchrunner import batch_run

from cohesion import AllianceModel, Member, load_scenario, simulate
from cohesion.facts import ISO3, NAMES
from cohesion.outcome import OUTCOMES
from cohesion.scenario import ConfigError, config_folder
from cohesion.types import PHASES, POSTURES

#: A cabinet that accommodates Russia, offered much for it, far from Russia: with these values it soon breaks ranks.
TEMPTED = {"posture_review": 0.4, "posture_wedge": 1.0, "posture_alignment": 1.2, "commitment_gap": 0.7}
TEMPTING = load_scenario("us-withdrawal").with_changes(
    levers={"russia_wedge": 1, "us_withdrawal": 1, "us_commitment": -1}, months=36
)
SHORT = load_scenario("splitting-the-alliance").with_changes(months=9)
NEW_BATCH = "rng" in inspect.signature(batch_run).parameters  # Mesa 3.4 and later


class Steadfast(Member):
    """A member that never accommodates."""

    def decide_posture(self, proposed):
        return "hedging" if proposed == "accommodating" else proposed


class Spender(Member):
    """A member that adds a tenth of a point of GDP to every budget."""

    def decide_budget(self, proposed):
        return proposed + 0.1


class Giver(Member):
    """A member that gives twice what it gave at the start."""

    def decide_aid(self, proposed):
        return float(np.log(2))


def final(model):
    return {name: float(value) for name, value in model.history().isel(month=-1)[["cohesion_index", "unity"]].items()}


def test_the_model_takes_a_name_a_path_and_a_scenario(tmp_path):
    name = "trade-war"
    path = tmp_path / "own.toml"
    path.write_text((config_folder() / "scenarios" / f"{name}.toml").read_text(encoding="utf-8"), encoding="utf-8")
    models = [AllianceModel(given, rng=3) for given in (name, path, str(path), load_scenario(name))]
    for model in models:
        model.step()
        np.testing.assert_array_equal(model.state.trust_in_us, models[0].state.trust_in_us)
    assert [model.simulation.scenario.name for model in models] == [name, "own", "own", name]


def test_an_unknown_scenario_is_an_error():
    with pytest.raises(ConfigError, match="status-quo"):
        AllianceModel("stats-quo")


def test_the_members_russia_and_ukraine_are_agents():
    model = AllianceModel(SHORT)
    assert tuple(model.members) == ISO3
    assert len(model.agents) == 34
    assert set(model.agents) == {*model.members.values(), model.russia, model.ukraine}
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    assert {code: member.name for code, member in model.members.items()} == NAMES


def test_a_step_is_a_month_and_history_grows_with_it():
    model = AllianceModel(SHORT, rng=1)
    assert model.history().sizes["month"] == 1
    model.step()
    model.step()
    assert model.state.month == model.steps == 2
    history = model.history()
    assert list(history["month"].values) == [0, 1, 2]
    assert "run" not in history.dims
    assert int(history["run"]) == 0
    np.testing.assert_array_equal(history["threat"].values[-1], model.state.threat[0])


def test_a_history_taken_underway_is_the_beginning_of_the_whole():
    model = AllianceModel(SHORT, rng=1)
    for _ in range(4):
        model.step()
    part = model.history()
    whole = model.run().history()
    for name in part.data_vars:
        if "month" in part[name].dims:
            np.testing.assert_array_equal(part[name], whole[name].isel(month=slice(0, 5)))


def test_running_to_the_horizon_ends_there_and_returns_the_model():
    model = AllianceModel(SHORT)
    assert model.run() is model
    assert model.state.month == 9


def test_after_the_horizon_a_further_step_stops_the_model_and_changes_nothing():
    model = AllianceModel(SHORT).run()
    state, history, story = model.state, model.history(), list(model.story)
    collected = len(model.datacollector.get_model_vars_dataframe())
    model.step()
    assert model.running is False
    assert model.state is state
    assert model.story == story
    assert model.history().identical(history)
    assert len(model.datacollector.get_model_vars_dataframe()) == collected


def test_a_loop_while_running_ends():
    model = AllianceModel(SHORT)
    steps = 0
    while model.running and steps < 50:
        model.step()
        steps += 1
    assert model.state.month == 9
    assert steps in (9, 10)


def test_the_data_collector_keeps_the_start_and_every_month():
    model = AllianceModel(SHORT, rng=2).run()
    history = model.history()
    table = model.datacollector.get_model_vars_dataframe()
    np.testing.assert_array_equal(table["cohesion_index"], history["cohesion_index"])
    np.testing.assert_array_equal(table["unity"], history["unity"])
    assert list(table["outcome"]) == [OUTCOMES[k] for k in history["outcome"].values]
    members = model.datacollector.get_agenttype_vars_dataframe(Member)
    assert len(members) == 10 * 32
    last = members.xs(9, level=0).set_index("iso3")
    for code in ISO3:
        assert last.loc[code, "trust_in_us"] == float(history["trust_in_us"].sel(member=code).values[-1])
        assert last.loc[code, "posture"] == POSTURES[int(history["posture"].sel(member=code).values[-1])]


def test_a_subclassed_member_is_collected_as_the_others_are():
    model = AllianceModel(SHORT, members={"POL": Steadfast})
    model.step()
    collected = [model.datacollector.get_agenttype_vars_dataframe(kind) for kind in (Member, Steadfast)]
    assert {code for table in collected for code in table["iso3"]} == set(ISO3)


def test_views_agree_with_the_state():
    model = AllianceModel(SHORT, rng=5)
    for _ in range(7):
        model.step()
    s = model.state
    belief = 1 / (1 + np.exp(-(model.simulation.inputs.prior[0] + s.deviation[0])))
    for row, (code, member) in enumerate(model.members.items()):
        assert member.iso3 == code
        for name in ("spending", "threat", "trust_in_us", "credibility", "capability"):
            assert getattr(member, name) == getattr(s, name)[0, row]
        assert member.posture == POSTURES[s.posture[0, row]]
        assert member.trust_in("DEU") == pytest.approx(belief[row, ISO3.index("DEU")])
        assert member.trust_in("USA") == pytest.approx(member.trust_in_us)
    assert model.russia.pressure == s.pressure[0, 0]
    assert model.russia.confidence == s.confidence[0, 0]
    assert model.russia.capacity == s.capacity[0, 0]
    assert model.ukraine.strength == s.strength[0, 0]
    assert model.ukraine.phase == PHASES[s.phase[0, 0]]
    assert model.outcome in OUTCOMES


def test_why_adds_up_to_the_change_of_trust():
    model = AllianceModel("greenland-claim", rng=1)
    assert model.members["DNK"].why() == {}
    for _ in range(12):
        model.step()
    why = model.members["DNK"].why()
    deviation = model.state.deviation[0, ISO3.index("DNK"), ISO3.index("USA")]
    assert sum(why.values()) == pytest.approx(deviation, abs=1e-9)
    assert min(why, key=why.get) == "territorial claims"


def test_the_story_begins_with_the_title_and_tells_what_happened_in_order():
    model = AllianceModel("events-2025-2026", rng=1)
    for _ in range(14):
        model.step()
    assert model.story[0]["month"] == "January 2025"
    assert model.simulation.scenario.title in model.story[0]["text"]
    told = [entry["text"] for entry in model.story]
    for event in model.simulation.scenario.events:
        if event.text and 0 <= model.simulation.scenario.month_of(event.date) < 14:
            assert event.text in told
    labels = [model.simulation.scenario.month_label(m) for m in range(14)]
    order = [labels.index(entry["month"]) for entry in model.story]
    assert order == sorted(order)


# --- members of one's own --------------------------------------------------------------------------


def accommodating(model, code):
    """Months in which a member accommodated, over a whole run."""
    postures = model.run().history()["posture"].sel(member=code).values
    return int((postures == POSTURES.index("accommodating")).sum())


def test_a_member_that_never_accommodates_where_it_otherwise_would():
    found = {}
    for kind in (Member, Steadfast):
        found[kind] = sum(
            accommodating(AllianceModel(TEMPTING, rng, 0, "none", TEMPTED, members={"HUN": kind}), "HUN")
            for rng in range(6)
        )
    assert found[Member] > 0
    assert found[Steadfast] == 0


def test_a_member_that_does_what_the_rules_propose_changes_nothing():
    class Plain(Member):
        pass

    plain = AllianceModel(SHORT, rng=1).run().history()
    own = AllianceModel(SHORT, rng=1, members={"HUN": Plain}).run().history()
    assert plain.identical(own)


def test_a_member_that_spends_more_has_more_and_the_others_notice():
    scenario = SHORT.with_changes(months=27)
    plain = AllianceModel(scenario, rng=1).run().history()
    more = AllianceModel(scenario, rng=1, members={"DEU": Spender}).run().history()
    for name in ("spending", "capability"):
        assert float((more[name] - plain[name]).sel(member="DEU", month=27)) > 0
    assert float((more["spending"] - plain["spending"]).sel(member="DEU", month=1)) == pytest.approx(0.1)
    assert not np.array_equal(more["credibility"].sel(member="POL"), plain["credibility"].sel(member="POL"))


def test_a_member_that_gives_more_strengthens_ukraine():
    plain = AllianceModel(SHORT, rng=1).run()
    more = AllianceModel(SHORT, rng=1, members={"DEU": Giver}).run()
    assert float(more.history()["aid"].sel(member="DEU", month=9)) == pytest.approx(np.log(2))
    assert more.ukraine.strength > plain.ukraine.strength


def test_a_posture_that_does_not_exist_is_an_error():
    class Confused(Member):
        def decide_posture(self, proposed):
            return "neutral"

    model = AllianceModel(SHORT, members={"HUN": Confused})
    with pytest.raises(ValueError, match="neutral"):
        model.run()


def test_a_member_that_does_not_exist_cannot_be_given_a_class():
    with pytest.raises(ValueError, match="XXX"):
        AllianceModel(SHORT, members={"XXX": Steadfast})


# --- with Mesa's own tools -------------------------------------------------------------------------


def batch(parameters, seeds, **options):
    """`batch_run` over seeds, in the way of the Mesa that is installed."""
    if NEW_BATCH:
        return batch_run(AllianceModel, parameters, rng=seeds, display_progress=False, **options)
    return batch_run(AllianceModel, parameters | {"rng": seeds}, display_progress=False, **options)


def by_run(rows):
    """The row of each run of a batch, which repeats it for every agent."""
    return {(row["rng"], row.get("uncertainty"), row.get("run", 0)): row for row in rows}


def test_a_batch_over_seeds_and_uncertainty_ends_with_what_simulate_gives(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(SHORT.to_toml(), encoding="utf-8")
    rows = by_run(batch({"scenario": str(path), "uncertainty": ["prior", "none"]}, [1, 2], max_steps=500))
    assert len(rows) == 4
    for (seed, uncertainty, _), row in rows.items():
        expected = simulate(SHORT, 1, seed, uncertainty).isel(run=0, month=-1)
        assert row["Step"] == 9
        assert row["cohesion_index"] == float(expected["cohesion_index"])
        assert row["unity"] == float(expected["unity"])
        assert row["outcome"] == OUTCOMES[int(expected["outcome"])]


def test_a_batch_over_run_numbers_needs_no_seed(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(SHORT.with_changes(months=3).to_toml(), encoding="utf-8")
    rows = batch_run(AllianceModel, {"scenario": str(path), "run": [0, 4]}, max_steps=10, display_progress=False)
    assert {row["run"] for row in rows} == {0, 4}


def test_a_batch_that_stops_early_gives_the_month_at_which_it_stops():
    rows = by_run(batch({"scenario": "trade-war"}, [1], max_steps=6))
    (row,) = rows.values()
    expected = simulate(load_scenario("trade-war").with_changes(months=12), 1, 1).isel(run=0)
    assert row["Step"] == 6
    assert row["cohesion_index"] == float(expected["cohesion_index"].sel(month=6))


def test_a_batch_gives_every_month_when_asked():
    rows = batch({"scenario": "trade-war"}, [1], max_steps=4, data_collection_period=1)
    expected = simulate(load_scenario("trade-war").with_changes(months=12), 1, 1).isel(run=0)
    steps = {row["Step"]: row["cohesion_index"] for row in rows}
    assert set(steps) >= {0, 1, 2, 3, 4}
    for step, value in steps.items():
        assert value == float(expected["cohesion_index"].sel(month=step))


def test_the_model_can_be_made_as_a_dashboard_makes_it():
    """SolaraViz passes the values of its controls as keywords, and makes the model anew on a reset."""
    controls = {"scenario": "trade-war", "rng": 7, "run": 2, "uncertainty": "none"}
    first, again = AllianceModel(**controls), AllianceModel(**controls)
    for model in (first, again):
        model.step()
    assert first.history().identical(again.history())
    assert all(parameter.default is not inspect.Parameter.empty
               for parameter in inspect.signature(AllianceModel).parameters.values())  # fmt: skip


def test_scenarios_are_one_value_to_a_batch():
    with pytest.raises(TypeError):
        iter(load_scenario("trade-war"))


def test_no_call_to_mesa_is_deprecated(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(SHORT.with_changes(months=3).to_toml(), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        warnings.simplefilter("error", FutureWarning)
        warnings.simplefilter("error", PendingDeprecationWarning)
        model = AllianceModel(Path(path), rng=1, members={"HUN": Steadfast}).run()
        model.datacollector.get_agenttype_vars_dataframe(Member)
        model.history()
        batch({"scenario": str(path)}, [1, 2])
