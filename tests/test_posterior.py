"""What runs draw from the posterior: whole sets, by a stream of their own, and a result says which posterior it was."""

import csv
import json
import shutil
import tomllib
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from cohesion import AllianceModel, ConfigError, load_scenario, posterior, simulate
from cohesion.ensemble import outcome_table
from cohesion.parameters import BY_NAME, DRAWN, neutral_values
from cohesion.results import ResultsError, read_results, write_results
from cohesion.shocks import CHANNELS, POSTERIOR, parameter_draws, posterior_draws
from cohesion.simulation import Simulation, draw_parameters
from cohesion.studies.batch import run_batch
from cohesion.studies.experiment import experiment_of, load_experiment
from cohesion.studies.folder import BatchFolder
from cohesion.studies.history import ORIGINS
from cohesion.studies.plan import Plan, code_digest
from cohesion.studies.reading import reproduce
from cohesion.studies.workers import Here
from cohesion.uncertainty import DEFAULT, DRAWN_FROM, UNCERTAINTIES
from cohesion_viz import folders

SEED = 11
SHORT = load_scenario("splitting-the-alliance").with_changes(months=3)
FITTED = tuple(posterior.sets())
HEAD = 'title = "T"\nquestion = "Q?"\nscenarios = ["burden-demand"]\nruns = 3\nmonths = 3\n'


def values(runs, uncertainty=DEFAULT, scenario=SHORT, seed=SEED, **options):
    """Parameters of runs by name, ``[run]``."""
    found = draw_parameters(scenario, seed, runs, uncertainty, **options)
    return {p.name: getattr(found, p.name)[:, 0] for p in DRAWN}


def plan(text="", head=HEAD):
    return Plan.of(experiment_of(tomllib.loads(head + text), "mine", "mine.toml", Path()))


def forget():
    for kept in (posterior.sets, posterior.fitted, posterior.digest):
        kept.cache_clear()


@pytest.fixture
def move(tmp_path, monkeypatch):
    """Puts a copy of the posteriors, with the first value of the shipped one moved, in the place of the package's."""
    yield lambda: _move(tmp_path / "posterior", monkeypatch)
    monkeypatch.undo()
    forget()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with a result for each uncertainty, by its name."""
    root = tmp_path_factory.mktemp("results")
    for word in UNCERTAINTIES:
        write_results(root / word, SHORT, simulate(SHORT, 5, SEED, word))
    return root


def _move(folder, monkeypatch):
    shutil.copytree(posterior.FOLDER, folder)
    table = folder / f"{posterior.ORIGIN}.csv"
    head, first, rest = table.read_text().split("\n", 2)
    value, others = first.split(",", 1)
    table.write_text("\n".join([head, f"{float(value) * 1.001:.6g},{others}", rest]))
    monkeypatch.setattr(posterior, "FOLDER", folder)
    forget()


# --- what is shipped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_shipped_posterior_holds_parameters_within_their_ranges_and_is_the_one_of_its_recipe(origin):
    """A column that is no parameter would be drawn and forgotten without a word."""
    for name, column in posterior.sets(origin).items():
        p = BY_NAME[name]
        assert p in DRAWN
        assert p.low <= column.min() < column.max() <= p.high, name
    recipe = json.loads((posterior.FOLDER / f"{origin}.json").read_text())
    assert posterior.digest(origin) == recipe["digest"]
    assert recipe["parameters"] == list(posterior.sets(origin))


def test_median_and_interval_are_those_of_the_table():
    with open(posterior.FOLDER / f"{posterior.ORIGIN}.csv", newline="") as file:
        column = sorted(float(row["spill_in"]) for row in csv.DictReader(file))
    low, middle, high = posterior.fitted()["spill_in"]
    assert sum(value <= middle for value in column) == pytest.approx(len(column) / 2, abs=1)
    assert sum(value < low for value in column) == pytest.approx(0.05 * len(column), abs=1)
    assert sum(value > high for value in column) == pytest.approx(0.05 * len(column), abs=1)
    assert posterior.in_words("learning") == ""


# --- what a run draws -------------------------------------------------------------------------------------------------


def test_the_fitted_values_of_a_run_are_one_row_of_the_table():
    """Each alone has the right distribution also if rows were mixed; together they are not what history supports."""
    with open(posterior.FOLDER / f"{posterior.ORIGIN}.csv", newline="") as file:
        rows = {tuple(float(row[name]) for name in FITTED) for row in csv.DictReader(file)}
    drawn = values(range(200))
    found = [tuple(float(drawn[name][run]) for name in FITTED) for run in range(200)]
    assert set(found) <= rows
    assert len(set(found)) > 100


def test_the_first_and_the_last_set_can_be_drawn_and_none_beyond():
    for draw, row in ((0.0, 0), (np.nextafter(1, 0), -1)):
        for name, value in posterior.pick(np.array([draw])).items():
            assert value[0] == posterior.sets()[name][row]
    draws = posterior_draws(SEED, range(2000))
    assert 0 <= draws.min() < 0.01 < 0.99 < draws.max() < 1
    assert abs(draws.mean() - 0.5) < 5 / np.sqrt(12 * 2000)


def test_what_is_not_fitted_is_drawn_as_without_a_posterior():
    one, two = values(range(20), "prior"), values(range(20), "posterior")
    for name, value in one.items():
        assert np.array_equal(value, two[name]) == (name not in FITTED), name


def test_draws_from_the_ranges_and_shocks_are_those_of_the_generator_whatever_the_posterior_draws():
    """Counters of channels never meet: 0 is of the ranges, the following of shocks, the posterior's lies far above."""
    key = np.random.SeedSequence(SEED, spawn_key=(6,)).generate_state(2, np.uint64)

    def stream(number):
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, number]))

    assert np.array_equal(parameter_draws(SEED, [6])[0], stream(0).random(len(DRAWN)))
    assert posterior_draws(SEED, [6])[0] == stream(POSTERIOR).random()
    assert 1000 * len(CHANNELS) < POSTERIOR


@pytest.mark.parametrize("name", ["status-quo", "trade-war", "history-2014-2024"])
def test_a_run_has_its_set_in_every_scenario_and_whoever_runs_beside_it(name):
    alone, among = values([17], scenario=load_scenario(name)), values(range(40))
    apart = values([30, 17, 2, 17], scenario=load_scenario("us-withdrawal"))
    fixed = load_scenario(name).parameters
    for parameter in set(FITTED) - set(fixed):
        assert alone[parameter][0] == among[parameter][17] == apart[parameter][1] == apart[parameter][3]
    assert values([17], seed=SEED + 1)["spill_in"][0] != alone["spill_in"][0]


def test_neither_the_number_of_runs_nor_chunks_change_what_a_run_is():
    whole = outcome_table(simulate(SHORT, 9, SEED, "posterior"))
    cut = outcome_table(simulate(SHORT, 9, SEED, "posterior", chunk=2, threads=2))
    some = outcome_table(simulate(SHORT, 3, SEED, "posterior", first_run=4))
    assert whole.equals(cut)
    assert whole.iloc[4:7].reset_index(drop=True).equals(some)


def test_the_mesa_model_has_the_set_of_its_run():
    model, among = AllianceModel(SHORT, rng=SEED, run=5), Simulation(SHORT, SEED, range(8))
    for name in FITTED:
        assert getattr(model.simulation.parameters, name)[0, 0] == getattr(among.parameters, name)[5, 0]


def test_what_is_fixed_overrides_the_posterior_and_leaves_the_rest_of_the_set():
    plain = values(range(6))
    scenario = SHORT.with_changes(parameters={"spill_in": -0.1, "anchor": 0.03})
    found = values(range(6), scenario=scenario, parameters={"anchor": np.linspace(0.01, 0.05, 6)}, without=("threat",))
    assert (found["spill_in"] == -0.1).all()
    assert np.array_equal(found["anchor"], np.linspace(0.01, 0.05, 6))
    off = neutral_values("threat")
    assert set(off) & set(FITTED)
    for name in FITTED:
        if name in off:
            assert (found[name] == off[name]).all()
        elif name not in ("spill_in", "anchor"):
            assert np.array_equal(found[name], plain[name])


# --- what may be asked for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [simulate, AllianceModel])
def test_an_unknown_uncertainty_is_refused_with_the_nearest(ask):
    with pytest.raises(ValueError, match="'posteriors' is not one of none, prior, posterior; nearest: posterior"):
        ask(SHORT, uncertainty="posteriors")


def test_an_experiment_draws_from_the_posterior_unless_it_says_otherwise():
    assert plan().experiment.uncertainty == DEFAULT == "posterior"
    for word in UNCERTAINTIES:
        assert plan(head=f'{HEAD}uncertainty = "{word}"\n').experiment.uncertainty == word
    with pytest.raises(ConfigError, match=r'found .priorr.; allowed: one of none, prior, posterior; .*"prior"'):
        plan(head=f'{HEAD}uncertainty = "priorr"\n')


def test_a_factor_overrides_the_posterior_and_points_share_the_rest_of_each_runs_set():
    found = plan("[sweep]\nspill_in = [-0.4, -0.1]\n")
    batch = found.outcomes(0, found.total)
    for point, value in enumerate((-0.4, -0.1)):
        alone = simulate(load_scenario("burden-demand").with_changes(months=3), 3, parameters={"spill_in": value})
        rows = batch[batch["point"] == point]
        assert rows["cohesion_index_last"].tolist() == outcome_table(alone)["cohesion_index_last"].tolist()


@pytest.mark.parametrize("name", ["sensitivity-sobol", "sensitivity-morris"])
def test_sensitivity_studies_take_every_factor_from_its_range(name):
    """Fitted parameters hang together, and their indices are of independent factors."""
    experiment = load_experiment(name)
    assert experiment.uncertainty == "none"
    assert {f.name for f in experiment.factors} & set(FITTED)
    assert all((f.low, f.high) == (BY_NAME[f.name].low, BY_NAME[f.name].high) for f in experiment.factors)


# --- another posterior is another result ------------------------------------------------------------------------------


def test_another_posterior_is_another_plan_but_not_other_code(move):
    """A fit's own candidates know its code alone: the posteriors beside it change while several origins are fitted."""
    drawn, other = plan().identity, plan(head=f'{HEAD}uncertainty = "prior"\n').identity
    code = code_digest()
    move()
    moved = plan().identity
    assert {key for key in drawn if drawn[key] != moved[key]} == {"posterior"}
    assert plan(head=f'{HEAD}uncertainty = "prior"\n').identity == other
    assert other["posterior"] is None
    from cohesion.studies import plan as module

    module._code = ""
    assert code_digest() == code


def test_line_ends_do_not_make_another_posterior(move):
    before = posterior.digest()
    move()
    assert posterior.digest() != before
    (posterior.FOLDER / "2016.csv").write_bytes((posterior.FOLDER / "2016.csv").read_bytes().replace(b"\n", b"\r\n"))
    there = posterior.digest(2016)
    assert there == json.loads((posterior.FOLDER / "2016.json").read_text())["digest"]


def test_a_batch_does_not_go_on_under_another_posterior_and_says_so_when_reproduced(move, tmp_path):
    out = BatchFolder(tmp_path / "out")
    manifest = run_batch(plan(), out, lambda: Here(plan()))
    assert manifest["posterior"] == posterior.digest()
    assert reproduce(tmp_path / "out")["changed"] == []
    move()
    with pytest.raises(ResultsError, match="was begun with another posterior"):
        run_batch(plan(), out, lambda: Here(plan()), resume=True)
    assert [line.split(":")[0] for line in reproduce(tmp_path / "out")["changed"]] == ["posterior"]


def test_a_worker_with_another_posterior_is_refused(move, tmp_path):
    asked = plan()
    assert asked.identity["posterior"] == posterior.digest()
    elsewhere = asked.chunk(0, asked.total)
    move()

    class Elsewhere(Here):
        def submit(self, first, last):
            future = Future()
            future.set_result(elsewhere)
            return future

    with pytest.raises(ResultsError, match="another version"):
        run_batch(plan(), BatchFolder(tmp_path / "out"), lambda: Elsewhere(asked))


@pytest.mark.parametrize("word", UNCERTAINTIES)
def test_a_result_names_the_posterior_that_it_drew_from(word, move, written):
    assert read_results(written / word).manifest["posterior"] == (posterior.digest() if word == "posterior" else None)
    assert reproduce(written / word)["changed"] == []
    move()
    changed = reproduce(written / word)["changed"]
    assert [line.split(":")[0] for line in changed] == (["posterior"] if word == "posterior" else [])


# --- in the dashboard -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", UNCERTAINTIES)
def test_a_run_of_a_result_opens_as_the_same_run_whatever_it_drew_from(word, written):
    found = folders.opened(written, word)
    again = simulate(found.scenario_of(3), 1, SEED, first_run=3)
    assert float(again["cohesion_index"].values[0, -1]) == found.table["cohesion_index_last"].loc[3]
    assert (set(FITTED) <= set(found.parameters)) == (word != "none")


def test_parameters_of_runs_that_drew_from_another_posterior_are_not_shown(move, written):
    assert folders.opened(written, "posterior").provenance["Assumptions"] == DRAWN_FROM["posterior"]
    move()
    found = folders.opened(written, "posterior")
    assert not set(FITTED) & set(found.parameters)
    assert "learning" in found.parameters
    assert found.provenance["Assumptions"].endswith("another calibration")
