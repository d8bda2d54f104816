"""Lessons: the files are checked as scenarios are, and what they say will be seen is what the model shows."""

import copy
import json
import tomllib
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from typer.testing import CliRunner

from cohesion import simulate
from cohesion.checks import ConfigError
from cohesion.cli import app
from cohesion.lesson import (
    MEASURES,
    OF_ALLIANCE,
    OF_MEMBERS,
    RUNS,
    SEED,
    Measured,
    borne_out,
    measure,
    undone,
)
from cohesion.lesson_file import lesson_names, lesson_of, load_lesson
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.scenario import config_folder, scenario_from_text

NAMES = lesson_names()
MONTHS = {m.pair()[0].month_of(c.month) for name in NAMES for m in load_lesson(name).moves for c in m.claims}


def raw(name="03-trade-war"):
    return tomllib.loads((config_folder() / "lessons" / f"{name}.toml").read_text(encoding="utf-8"))


#: Runs behind a claim: as many as a page shows, or half of them, which the claims have to stand too.
COUNTS = [RUNS // 2, pytest.param(RUNS, marks=pytest.mark.soak)]


@cache
def _ensemble(text, runs=RUNS // 2):
    scenario = scenario_from_text(text, "lesson.toml")
    data = simulate(scenario, runs, SEED, variables=(*OF_MEMBERS, *OF_ALLIANCE, "phase"))
    return data.isel(month=sorted(MONTHS)).copy()  # the rest would be gigabytes


def shown(move, claim, runs, parameters=None):
    """What the model shows of a claim."""
    return measure(claim, *(_ensemble(scenario.to_toml(), runs) for scenario in move.pair(parameters)))


# --- what is said is what is shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_lesson_is_borne_out_by_the_model(name, runs):
    for move in load_lesson(name).moves:
        for claim in move.claims:
            found = shown(move, claim, runs)
            assert borne_out(claim, found), f"{move.title}: {claim.says}: {found}"


@pytest.mark.parametrize("runs", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_the_assumption_of_a_lesson_undoes_its_effect(name, runs):
    lesson = load_lesson(name)
    move, claim = lesson.doubted
    before, after = shown(move, claim, runs), shown(move, claim, runs, lesson.assumption.parameters)
    assert undone(lesson.assumption.effect, before, after), (before, after)


def test_a_claim_is_not_borne_out_by_the_wrong_sign_too_small_an_effect_or_a_wide_interval():
    claim = load_lesson("03-trade-war").moves[0].claims[0]
    assert (claim.direction, claim.size) == ("lower", 0.15)
    assert borne_out(claim, Measured(0.3, 0.6, -0.3, -0.4, -0.2))
    assert not borne_out(claim, Measured(0.6, 0.3, 0.3, 0.2, 0.4))
    assert not borne_out(claim, Measured(0.5, 0.6, -0.1, -0.12, -0.08))
    assert not borne_out(claim, Measured(0.3, 0.6, -0.3, -0.7, 0.1))


def test_no_effect_is_borne_out_only_where_the_whole_interval_is_small():
    claim = load_lesson("03-trade-war").moves[1].claims[1]
    assert (claim.direction, claim.size) == ("none", 0.15)
    assert borne_out(claim, Measured(1.4, 1.4, 0.0, -0.1, 0.1))
    assert not borne_out(claim, Measured(1.4, 1.4, 0.0, -0.2, 0.1))


def test_an_effect_that_only_shrinks_a_little_is_not_undone():
    before = Measured(0, 1, -1.0, -1.2, -0.8)
    assert undone("fades", before, Measured(0, 0, -0.4, -0.5, -0.3))
    assert not undone("fades", before, Measured(0, 0, -0.6, -0.7, -0.5))
    assert undone("reverses", before, Measured(0, 0, 0.4, 0.3, 0.5))
    assert not undone("reverses", before, Measured(0, 0, 0.1, -0.1, 0.3))
    assert not undone("reverses", before, Measured(0, 0, -0.4, -0.5, -0.3))


def test_a_difference_of_two_members_takes_off_what_the_other_lost():
    lesson = load_lesson("03-trade-war")
    move, (alone, against) = lesson.moves[0], lesson.moves[0].claims
    data, base = (_ensemble(s.to_toml()) for s in move.pair())
    change = {
        m: float(np.median(data[alone.of].sel(member=m)[:, -1]) - np.median(base[alone.of].sel(member=m)[:, -1]))
        for m in ("CAN", "POL")
    }
    assert measure(alone, data, base).difference == pytest.approx(change["CAN"])
    assert measure(against, data, base).difference == pytest.approx(change["CAN"] - change["POL"])


# --- the files --------------------------------------------------------------------------------------------------------


def test_there_are_ten_lessons_numbered_in_order():
    assert [load_lesson(name).number for name in NAMES] == [str(k) for k in range(1, 11)]


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_takes_both_sides_and_its_assumption_lies_within_the_ranges(name):
    lesson = load_lesson(name)
    assert len(lesson.sides) >= 2
    lengths = sorted(len(side.case) for side in lesson.sides)
    assert lengths[-1] <= 1.6 * lengths[0], "one side has far more room than the other"
    for key, value in lesson.assumption.parameters.items():
        assert PARAMETERS[key].low <= value <= PARAMETERS[key].high or value == PARAMETERS[key].neutral
        assert value != PARAMETERS[key].default


@pytest.mark.parametrize("name", NAMES)
def test_the_words_of_a_step_fit_a_screen(name):
    for move in load_lesson(name).moves:
        words = f"{move.text} {move.see} {' '.join(c.says for c in move.claims)}".split()
        assert len(words) <= 85, move.title


def broken(change):
    found = copy.deepcopy(raw())
    change(found)
    with pytest.raises(ConfigError) as error:
        lesson_of(found, "x", "x.toml")
    return str(error.value)


def test_a_misspelt_key_is_named_with_the_nearest():
    assert "moves[1].scenaro" in (text := broken(lambda r: r["moves"][0].update(scenaro="trade-war")))
    assert '"scenario"' in text
    assert "assumption.parameter" in (text := broken(lambda r: r["assumption"].update(parameter={})))
    assert '"parameters"' in text


def test_names_that_do_not_exist_are_refused_with_the_nearest():
    assert '"trade-war"' in broken(lambda r: r["moves"][0].update(scenario="trade-wars"))
    assert '"us_tariff"' in broken(lambda r: r["moves"][0].update(levers={"us_tarif": 0.2}))
    assert '"trust_in_us"' in broken(lambda r: r["moves"][0]["claims"][0].update(of="trust_us"))
    assert '"CAN"' in broken(lambda r: r["moves"][0]["claims"][0].update(member="CANN"))
    assert '"fear_spending"' in broken(lambda r: r["assumption"].update(parameters={"fear_spendin": 0}))


def test_numbers_out_of_reach_are_refused():
    assert "from 1 to 3" in broken(lambda r: r["prediction"].update(answer=4))
    assert "assumption.move" in broken(lambda r: r["assumption"].update(move=9))
    assert "assumption.claim" in broken(lambda r: r["assumption"].update(claim=9))
    assert "an effect, not of none" in broken(lambda r: r["assumption"].update(claim=2))
    assert "moves[1].claims[1].size" in broken(lambda r: r["moves"][0]["claims"][0].update(size=0))
    later = raw()["moves"][0]["claims"][0]["month"].replace(year=2050)
    assert "January 2025 to January 2035" in broken(lambda r: r["moves"][0]["claims"][0].update(month=later))


def test_a_member_is_asked_for_where_there_are_members_and_refused_where_not():
    assert "claims[1].member: missing" in broken(lambda r: r["moves"][0]["claims"][0].pop("member"))
    assert "one for the alliance" in broken(lambda r: r["moves"][0]["claims"][0].update(of="holds"))


def test_a_lesson_of_one_side_only_or_one_move_is_refused():
    assert "sides" in broken(lambda r: r["sides"].pop())
    assert "two or three moves" in broken(lambda r: r.update(moves=r["moves"][:1]))


def test_everything_that_a_claim_may_be_about_can_be_measured():
    move = load_lesson("03-trade-war").moves[0]
    data, base = (_ensemble(s.to_toml()) for s in move.pair())
    for of in MEASURES:
        found = measure(replace(move.claims[0], of=of, than=""), data, base)
        assert found.low <= found.difference <= found.high


# --- the command ------------------------------------------------------------------------------------------------------


def called(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_the_command_lists_lessons_and_prints_one_whole():
    assert all(name in called("lessons").output for name in NAMES)
    text, lesson = called("lessons", "02-trust").output, load_lesson("02-trust")
    for part in (lesson.question, lesson.meaning, lesson.sides[1].case, lesson.quiz.why, *lesson.reading):
        assert part in text
    assert "from 2025-01-01 until 2029-01-01" in text


def test_the_command_gives_json():
    found = json.loads(called("lessons", "03-trade-war", "--json").output)
    assert found["moves"][0]["claims"][0]["month"] == "2035-01-01"
    assert len(json.loads(called("lessons", "--json").output)["lessons"]) == 10


def test_validate_and_schema_know_lessons(tmp_path):
    file = config_folder() / "lessons" / "03-trade-war.toml"
    assert "OK (When the leader starts a trade war, 3 moves)" in called("validate", str(file)).output
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(file.read_text(encoding="utf-8").replace("question =", "qestion =", 1), encoding="utf-8")
    assert called("validate", str(wrong)).exit_code == 2
    assert '"moves"' in called("schema", "lesson").output
