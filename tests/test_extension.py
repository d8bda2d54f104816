"""The model extended from outside, as docs/extending.md says: each test is a process that knows public names alone."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, FIVE = ROOT / "examples", ROOT / "examples" / "five"
#: What a process of a test has in its environment.
SEEN = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "viz", EXAMPLES))), "MPLBACKEND": "Agg"}


@pytest.fixture
def python(afresh):
    """What a program prints, run where nothing has been added yet."""

    def run(code, **settings):
        done = afresh("-c", code, **SEEN | settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def cohesion(afresh):
    """What a command prints; where it ``fails``, what it says of it on one line."""

    def run(*words, fails=False, cwd=None, **settings):
        done = afresh("-m", "cohesion", *words, cwd=cwd, **SEEN | settings)
        assert done.returncode == (2 if fails else 0), done.stderr
        if fails:
            assert done.stderr.count("\n") == 1
            assert done.stderr.startswith("error: ")
        return done.stderr if fails else done.stdout

    return run


# --- a mechanism, with its parameters, a lever and a measure ----------------------------------------------------------


def test_what_is_added_leaves_every_other_number_as_it_was(python):
    python("""
import cohesion

before = cohesion.simulate("trade-war", 8)
import visits

after = cohesion.simulate("trade-war", 8)
assert (after["routine"] == 0).all()
assert after.drop_vars("routine").identical(before)
""")


def test_a_mechanism_from_outside_does_what_it_says_and_is_switched_off_by_its_name(python):
    python(
        """
import numpy as np
import visits

import cohesion

visited = ["EST", "LTU", "LVA", "POL"]
scenario = cohesion.load_scenario("examples/visits.toml").with_changes(months=24)
on = cohesion.simulate(scenario, 8, ledger=True)
off = cohesion.simulate(scenario, 8, ledger=True, without=("visits",))
gain = (on["trust_in_us"] - off["trust_in_us"]).isel(month=-1)
assert (gain.sel(member=visited) > 0.005).all()
others = gain.drop_sel(member=visited)
assert (gain.sel(member=visited).min("member") > others.max("member")).all()
assert (others.sel(member="FIN") > 0).all()  # by its friends

booked = on["ledger_traced"]
assert (booked.sel(driver="visits", member=visited) > 0).all()
assert (off["ledger_traced"].sel(driver="visits") == 0).all()
trust = on["trust_in_us"].isel(month=[0, -1])
change = np.log(trust / (1 - trust)).diff("month").isel(month=0)
np.testing.assert_allclose(booked.sum("driver").drop_sel(member="USA"), change.drop_sel(member="USA"), atol=1e-9)

routine = on["routine"].sel(member="POL")  # what it remembers, by its own measure
assert (routine.diff("month") > 0).all() and float(routine.max()) < 1
assert routine.attrs == {"units": "1", "long_name": "how used a member is to visits"}
""".replace("examples/", f"{EXAMPLES}/")
    )


def test_its_parameters_are_drawn_and_may_be_set(python):
    python("""
import visits

import cohesion

few = dict(runs=4, variables=("routine",))
scenario = cohesion.load_scenario("status-quo").with_changes(levers={"us_visits": 1}, months=3)
drawn = cohesion.simulate(scenario, **few)["routine"].sel(member="DNK", month=1)
assert ((drawn > 0.01) & (drawn < 0.1)).all() and len(set(drawn.values.tolist())) == 4
fixed = cohesion.simulate(scenario, parameters={"visit_habit": 0.05}, **few)["routine"].sel(member="DNK", month=1)
assert set(fixed.values.round(9).tolist()) == {0.05}
""")


def test_the_mesa_model_has_it_too(python):
    python(
        """
import numpy as np
import visits

import cohesion

scenario = cohesion.load_scenario("examples/visits.toml").with_changes(months=12)
model = cohesion.AllianceModel(scenario, rng=0, run=2).run()
data = cohesion.simulate(scenario, 4).isel(run=2)
np.testing.assert_array_equal(model.history()["trust_in_us"], data["trust_in_us"])
assert model.members["POL"].why()["visits"] > 0
""".replace("examples/", f"{EXAMPLES}/")
    )


def test_the_functions_of_a_mechanism_are_tested_like_any_rule(python):
    python("""
import numpy as np
import visits

from cohesion.parameters import parameter_set

p = parameter_set({"visit_trust": 0.4, "visit_habit": 0.5}, 1)
np.testing.assert_allclose(visits.impression(np.array([[0, 1, 1]]), np.array([[0, 0, 1]]), p), [[0, 0.4, 0]])
np.testing.assert_allclose(visits.accustom(np.array([[0.0, 1]]), np.array([[1, 0]]), p), [[0.5, 0.5]])
""")


def test_a_cell_of_a_notebook_may_be_run_twice_and_the_later_counts(python):
    python("""
import importlib

import visits

import cohesion
from cohesion.levers import LEVERS
from cohesion.parameters import DRAWN, PARAMETERS
from cohesion.variables import VARIABLES

before = [len(table) for table in (LEVERS, PARAMETERS, DRAWN, VARIABLES)]
importlib.reload(visits)
assert [len(table) for table in (LEVERS, PARAMETERS, DRAWN, VARIABLES)] == before
assert list(cohesion.simulate("status-quo", 1, ledger=True)["driver"].values).count("visits") == 1
""")


REFUSED = {
    "add_lever(replace(lever, name='us_tariff'))": "lever 'us_tariff' is one of the model's own",
    "add_lever(replace(lever, holder='China'))": "holder 'China'; allowed: United States, Russia",
    "add_lever(replace(lever, low=0.5))": "0.5 to 1 with 0",
    "add_lever(replace(lever, name='US visits'))": "allowed: small letters",
    "add_measure(replace(BY_NAME['routine'], name='threat'))": "variable 'threat' is one of",
    "add_mechanism(replace(mechanism, name='trade'), factor)": "mechanism 'trade' is one of",
    "add_mechanism(mechanism, replace(factor, neutral=None))": "could not be switched off",
    "add_mechanism(mechanism, replace(factor, name='anchor'))": "parameter 'anchor' is one of",
    "add_mechanism(mechanism, replace(factor, mechanism='trade'))": "mechanism is 'trade'; allowed: 'visits'",
}


def test_what_does_not_fit_is_refused_with_its_name_and_changes_nothing(python):
    told = python(f"""
from dataclasses import replace

import visits

from cohesion.extend import ADDED, add_lever, add_measure, add_mechanism
from cohesion.levers import LEVERS
from cohesion.parameters import MECHANISMS, PARAMETERS
from cohesion.variables import BY_NAME, VARIABLES

lever, mechanism, factor = LEVERS[-1], ADDED["visits"], PARAMETERS[-2]
tables = (LEVERS, PARAMETERS, VARIABLES, MECHANISMS, ADDED)
before = [list(table) for table in tables]
for added in {list(REFUSED)}:
    try:
        eval(added)
        print("accepted")
    except ValueError as error:
        print(error)
assert [list(table) for table in tables] == before
""").splitlines()
    for (added, said), line in zip(REFUSED.items(), told, strict=True):
        assert said in line, added


def test_the_command_line_and_its_worker_processes_have_what_the_environment_names(cohesion, tmp_path):
    named = {"COHESION_EXTENSIONS": "visits", "cwd": tmp_path}
    scenario = EXAMPLES / "visits.toml"
    assert "OK" in cohesion("validate", scenario, **named)
    assert "us_visits" in [lever["name"] for lever in json.loads(cohesion("levers", "--json", **named))["levers"]]
    few = (scenario, "--runs", 4, "--months", 12, "--json")
    on = json.loads(cohesion("ensemble", *few, **named))
    assert on != json.loads(cohesion("ensemble", *few, "--without", "visits", **named))
    (tmp_path / "sweep.toml").write_text(
        f'title = "Visits"\nquestion = "How many?"\nscenarios = ["{scenario.as_posix()}"]\nruns = 4\nmonths = 12\n'
        'keep = ["bands"]\nvariables = ["routine"]\n[sweep]\n"us_visits@POL" = [0, 1]\nvisit_trust = [0.1, 0.5]\n'
    )
    cohesion("batch", "sweep.toml", "--out", "out", "--workers", 1, **named)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert re.fullmatch("[0-9a-f]{16}", manifest["versions"]["extension visits"])
    assert "agrees" in cohesion("reproduce", "out", **named)
    assert "us_visits" in cohesion("reproduce", "out", fails=True, cwd=tmp_path)
    assert "us_visits" in cohesion("validate", scenario, fails=True)


def test_a_module_that_is_not_there_is_named(cohesion):
    said = cohesion("levers", fails=True, COHESION_EXTENSIONS="visit")
    assert "COHESION_EXTENSIONS: found 'visit'" in said
    assert "PYTHONPATH" in said


def test_a_rule_may_be_replaced_from_outside(cohesion, tmp_path):
    (tmp_path / "patient.py").write_text(
        "import numpy as np\n\nfrom cohesion.rules import trade\n\n"
        "trade.signal = lambda tariff, stake, p: np.zeros(np.broadcast_shapes(tariff.shape, p.anchor.shape))\n"
    )
    path = os.pathsep.join((SEEN["PYTHONPATH"], str(tmp_path)))
    words = ("explain", "trade-war", "--member", "CAN", "--traced", "--json")
    usual, patient = (
        json.loads(cohesion(*words, **named))["drivers"]
        for named in ({}, {"COHESION_EXTENSIONS": "patient", "PYTHONPATH": path})
    )
    assert "tariffs" in usual
    assert "tariffs" not in patient


# --- a scenario -------------------------------------------------------------------------------------------------------


def test_a_scenario_of_ones_own_is_a_file(cohesion, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'extends = "status-quo"\ntitle = "Mine"\nstory = "A claim and a tariff on Norway alone."\n'
        "[levers]\nus_tariff = { NOR = 0.5 }\nus_claim = { NOR = 1 }\n"
    )
    cohesion("validate", "mine.toml", cwd=tmp_path)
    found = json.loads(
        cohesion("compare", "status-quo", "mine.toml", "--runs", 4, "--months", 24, "--json", cwd=tmp_path)
    )
    assert found["difference"]["median"]["difference"] < 0


# --- another alliance -------------------------------------------------------------------------------------------------


@pytest.fixture
def five(tmp_path, cohesion):
    """Calls the command line with the alliance of five, in a folder of its own."""
    return lambda *words, **more: cohesion(*words, cwd=tmp_path, COHESION_FACTS=FIVE, **more)


def test_another_alliance_is_a_folder_that_the_checks_accept(python):
    told = python(
        """
import cohesion
from cohesion.facts import ISO3, NAMES, check_tables

check_tables()
data = cohesion.simulate("coercion", 4)
assert data.sizes["member"] == len(ISO3) == 5 and data.attrs["uncertainty"] == "prior"
print(*NAMES.values(), *cohesion.scenario_names())
model = cohesion.AllianceModel("coercion", rng=0, run=3).run()
assert model.state.cohesion_index[0, 0] == data["cohesion_index"].values[3, -1]
assert model.members["ILM"].why()["territorial claims"] < 0
""",
        COHESION_FACTS=FIVE,
    )
    assert told.split() == ["Ilmark", "Kelmora", "Torrand", "Great", "Orvania", "Vysnia", "coercion", "status-quo"]


def test_its_figures_are_marked_as_invented():
    for table in FIVE.glob("*.csv"):
        for row in table.read_text(encoding="utf-8").splitlines()[1:]:
            assert "invented" in row, f"{table.name}: {row}"
            assert not re.search(",(read|computed|remembered)", row), f"{table.name}: {row}"


SWEEP = """
title = "Claims"
question = "Does it run?"
scenarios = ["coercion"]
runs = 4
months = 24
keep = ["bands"]

[sweep]
"us_claim@ILM" = [0, 1]
"""


def test_it_runs_through_every_command(five, tmp_path):
    few = ("--runs", 8, "--months", 24)
    assert "OK" in five("validate", "coercion")
    said = json.loads(five("ensemble", "coercion", "--baseline", "status-quo", *few, "--out", "ens", "--json"))
    assert said["uncertainty"] == "prior"
    assert (
        json.loads(five("compare", "status-quo", "coercion", *few, "--json"))["difference"]["median"]["difference"] < 0
    )
    assert "Ilmark" in five("explain", "coercion", "--member", "ILM", "--traced")
    (tmp_path / "sweep.toml").write_text(SWEEP)
    five("batch", "sweep.toml", "--out", "out", "--workers", 1)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert re.fullmatch("[0-9a-f]{16}", manifest["versions"]["facts five"])
    for folder in ("ens", "out"):
        assert "agrees" in five("reproduce", folder)
        five("report", folder, "-o", f"{folder}.html")
        report = (tmp_path / f"{folder}.html").read_text(encoding="utf-8")
        assert "5 members" in report
        assert "those of the folder five, not NATO" in report
        assert "sensitivity-sobol" not in report  # the shipped study


def test_what_is_natos_alone_is_refused_with_another_alliance(five):
    assert "allowed: none, prior" in five("ensemble", "coercion", "--uncertainty", "posterior", fails=True)
    assert "scenarios: coercion, status-quo" in five("ensemble", "greenland-claim", fails=True)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: shutil.rmtree(folder), "members.csv (COHESION_FACTS), the whole file"),
        (lambda folder: change(folder / "members.csv", "USA,", "ORV,"), "one of them USA"),
        (lambda folder: change(folder / "members.csv", "ILM,", "Ilm,"), "three capital letters"),
        (lambda folder: change(folder / "gas.csv", "ILM,", "IML,"), "gas.csv, no row for ILM"),
    ],
)
def test_a_folder_that_is_no_alliance_is_refused_in_one_line(cohesion, tmp_path, damage, said):
    folder = tmp_path / "six"
    shutil.copytree(FIVE, folder)
    damage(folder)
    assert said in cohesion("ensemble", "status-quo", "--runs", 1, fails=True, COHESION_FACTS=folder)


def change(path: Path, before: str, after: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")


# --- the page that says how -------------------------------------------------------------------------------------------


def test_the_code_on_the_page_is_that_of_the_examples():
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:python|toml)[^\n]*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    code = "".join(path.read_text(encoding="utf-8") for path in (EXAMPLES / "visits.py", EXAMPLES / "visits.toml"))
    assert len(blocks) == 5
    for block in blocks:
        assert block in code
