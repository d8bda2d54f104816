"""Hostile input: the kept corpus is replayed, and a miniature of the fuzzing is run."""

import time

import pytest

from cohesion import ConfigError
from cohesion.scenario import scenario_from_text
from cohesion.studies.experiment import load_experiment
from cohesion_viz.dashboard.files import brought
from cohesion_viz.view import View
from experiments.fuzzing import running
from experiments.fuzzing.doors import QUERIES, Door, doors, whole_folders
from experiments.soak.report import record

NAMES = ("scenario", "experiment", "lesson", "upload", "link", "results folder")
HEAD = 'title = "T"\nstory = "S"\nstart = 2026-01-01\nmonths = 12\n'


@pytest.fixture(scope="module")
def every():
    return {door.name: door for door in doors()}


def test_the_doors_are_the_ones_named_and_their_shares_make_a_whole(every):
    assert tuple(every) == NAMES
    assert sum(door.share for door in every.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_every_input_kept_is_refused_in_a_line_or_sound(every, name, tmp_path):
    kept = running.corpus(name)
    assert len(kept) >= 10
    ends = {every[name](data, tmp_path)[0] for data in kept.values()}
    assert "refused" in ends


@pytest.mark.parametrize("name", NAMES)
def test_new_mutations_are_refused_in_a_line_or_sound(every, name):
    found = running.fuzz(every[name], 40, first_seed=7)
    assert not found.failures
    assert found.counts["refused"] + found.counts["accepted"] > 10  # they get past parsing


def test_what_is_unsound_slow_or_raises_is_found():
    def enter(data, folder):
        if b"[" in data:
            raise KeyError("deep within")
        return "accepted", ""

    found = running.fuzz(Door("broken", 1, doors()[0].strategy, enter), 30)
    assert any(kind.startswith("KeyError") for kind in found.failures)
    assert found.counts["failed"] > 0


def test_a_process_that_dies_is_found():
    import os

    door = Door("deadly", 1, doors()[0].strategy, lambda data, folder: os._exit(3))
    found = running.all_doors([door], 3)["deadly"]
    count, data = found.failures["the process died"]
    assert count == 1
    assert isinstance(data, bytes)


@pytest.mark.parametrize("query", QUERIES)
def test_the_links_that_are_mutated_are_valid_and_whole(query):
    view, told = View.from_query(query)
    assert told == ()
    assert View.from_query(view.to_query()) == (view, ())


BOMBS = {
    "deep lists": ("x = " + "[" * 3000 + "]" * 3000, "deep"),
    "deep tables": ("x." * 400 + "y = 1", "deep"),
    "a huge list": (f"sources = [{'0,' * 200_000}]", "256 KiB"),
    "a huge text": (f'extends = "{"x" * 300_000}"', "256 KiB"),
    "not a number": ("[levers]\nus_tariff = nan", "from 0 to"),
    "infinity": ("[levers]\nus_tariff = inf", "from 0 to"),
    "an endless integer": (f"[levers]\nus_tariff = {'9' * 5000}", "digits"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_early_with_the_limit_named(bomb):
    text, limit = BOMBS[bomb]
    start = time.perf_counter()
    with pytest.raises(ConfigError, match=limit) as refused:
        scenario_from_text(HEAD + text, "bomb.toml")
    assert time.perf_counter() - start < running.SECONDS
    assert str(refused.value).startswith("bomb.toml")
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        ("start = 9999-12-31", "2014-01-01 to 2030-12-01"),
        ("start = 0001-01-01", "2014-01-01"),
        ("months = 1000000000", "600"),
    ],
)
def test_far_dates_and_horizons_are_refused_with_the_limit_named(line, limit):
    key = line.split()[0]
    text = "".join(f"{line}\n" if row.startswith(key) else f"{row}\n" for row in HEAD.splitlines())
    with pytest.raises(ConfigError, match=limit):
        scenario_from_text(text, "far.toml")


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ("runs = 1000000000", "1 to 1,000,000"),
        ("runs = 1000000\n[sweep]\nus_tariff = {from=0, to=0.5, steps=200}", "100,000,000"),
        ("[sweep]\nus_tariff = {from=0, to=0.5, steps=1000000000}", "10,000"),
        ("[sample]\nmethod = 'sobol'\nsize = 1073741824\nparameters = 'all'", "1,000,000"),
    ],
)  # fmt: skip
def test_an_experiment_of_a_billion_runs_is_refused_with_the_limit_named(change, limit, tmp_path):
    file = tmp_path / "billion.toml"
    file.write_text(f"title = 'T'\nquestion = 'Q?'\nscenarios = ['status-quo']\n{change}")
    with pytest.raises(ConfigError, match=limit):
        load_experiment(file)


def test_an_empty_upload_is_refused_even_where_a_scenario_has_its_name():
    with pytest.raises(ConfigError, match=r"trade-war\.toml: empty"):
        brought(View(), "trade-war.toml", "")


def test_a_damaged_file_of_a_result_is_refused_before_a_library_reads_it(tmp_path, capfd):
    from cohesion.results import ResultsError, read_results

    folder = tmp_path / "damaged"
    folder.mkdir()
    for name, data in whole_folders()["ensemble"].items():
        cut = data[:-100] if name == "bands.nc" else data
        (folder / name).write_bytes(cut)
    with pytest.raises(ResultsError, match=r"bands\.nc was changed"):
        read_results(folder)
    assert capfd.readouterr().err == ""


@pytest.mark.soak
def test_a_hundred_thousand_mutated_inputs():
    found = running.all_doors(doors(), 100_000)
    record("fuzzing", "Mutated input", running.report(found, 0))
    assert not {name: one.failures for name, one in found.items() if one.failures}
