"""The game: its rules, codes from strangers, Russia's adaptation, what is scored, the debrief and a class's results."""

import csv
import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohesion import AllianceModel, load_scenario
from cohesion.game import COMPONENTS, LEVERS, PATHS, YEARS, Game, decode, encode, play, russia, score
from cohesion.game.code import DIGITS, MAX_LENGTH
from cohesion.game.debrief import debrief, others, trust_by_cause
from cohesion.game.moves import NEUTRAL, highest, value
from cohesion.game.results import MAX_LINES, columns, entries, row, written
from cohesion.game.score import FULL_COST, UNPRICED, cost, effort
from cohesion.levers import BY_NAME
from cohesion.levers import LEVERS as ALL_LEVERS
from cohesion.scenario import ConfigError

FEW = range(4)


def ten(levers=None, **start):
    """A game in which the levers are set in the first year and left."""
    game = Game(**start)
    for _ in range(YEARS):
        game = game.then(levers or {})
    return game


moves = st.tuples(*(st.integers(0, highest(name)) for name in LEVERS))
games = st.builds(Game, st.integers(0, 2**31 - 1), st.sampled_from(PATHS), st.lists(moves, max_size=YEARS).map(tuple))


@pytest.fixture(scope="module")
def hard():
    """A game on a hard path with a lever moved twice."""
    game = Game(7, "us-withdrawal")
    for year in range(YEARS):
        game = game.then({"sanctions": 0.5 if year < 3 else 0.8, "europe_aid": 0.6})
    return game


# --- moves ------------------------------------------------------------------------------------------------------------


def test_the_players_levers_are_all_that_europe_holds():
    assert set(LEVERS) == {lever.name for lever in ALL_LEVERS if lever.holder == "Europe and Canada"}


@pytest.mark.parametrize("name", LEVERS)
def test_steps_of_a_lever_reach_from_its_lowest_over_neutral_to_its_highest(name):
    values = [value(name, at) for at in range(highest(name) + 1)]
    assert (values[0], values[-1]) == (BY_NAME[name].low, BY_NAME[name].high)
    assert BY_NAME[name].neutral in values
    assert len(values) <= len(DIGITS)


@pytest.mark.parametrize(
    ("levers", "said"),
    [({"sanctoins": 0.5}, '"sanctions"'), ({"us_tariff": 0.1}, "player's levers"), ({"pledge": 9}, "1 to 5"),
     ({"pledge": 2.1}, "steps of 0.25"), ({"pillar": float("nan")}, "0 to 1"), ({"pillar": "much"}, "0 to 1")],
    ids=["misspelt", "not the player's", "too high", "between steps", "nan", "text"],
)  # fmt: skip
def test_a_wrong_move_is_refused_with_what_is_allowed(levers, said):
    with pytest.raises(ConfigError, match=said):
        Game().then(levers)


def test_there_is_no_eleventh_year():
    with pytest.raises(ConfigError, match="at most 10"):
        ten().then({})


@pytest.mark.parametrize("path", PATHS)
def test_a_path_takes_the_levers_of_the_united_states_and_no_other(path):
    found, base = Game(path=path).scenario().paths(), load_scenario(path).paths()
    for lever in ALL_LEVERS:
        wanted = base[lever.name] if lever.holder == "United States" else np.full_like(base[lever.name], lever.neutral)
        assert np.array_equal(found[lever.name], wanted), lever.name
    assert not load_scenario(path).parameters


def test_a_years_levers_hold_in_the_months_of_that_year():
    path = Game().then({"sanctions": 0.5}).then({}).then({"sanctions": 0}).scenario().paths()["sanctions"][:, 0]
    assert (path[:24] == 0.5).all()
    assert (path[24:] == 0).all()


# --- codes ------------------------------------------------------------------------------------------------------------


@given(games)
def test_a_code_gives_its_game_back_in_any_case(game):
    assert decode(encode(game)) == game
    assert decode(f"  {encode(game).upper()}\n") == game
    assert len(encode(game)) <= MAX_LENGTH


@given(st.text(max_size=2 * MAX_LENGTH))
def test_any_text_is_a_game_or_refused_in_one_line(text):
    with suppress(ConfigError):
        assert isinstance(decode(text), Game)
    for each in entries(text):
        assert (each.game is None) == bool(each.error)
        assert each.error.isprintable()
        assert len(each.error) < 600


@given(games, st.data())
@settings(max_examples=200)
def test_a_code_with_one_wrong_character_is_refused(game, data):
    code = encode(game)
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c.lower() != code[at]))
    with pytest.raises(ConfigError):
        decode(code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda code: "x" * 10_000, "at most 200"),
        (lambda code: "game" + code[5:], "beginning.*allowed: hold1"),
        (lambda code: "hold1.7", "cut off"),
        (lambda code: code.replace(".7.", ".-7."), "seed"),
        (lambda code: code.replace(".7.", ".99999999999."), "seed"),
        (lambda code: code.replace("us-withdrawal", "us-withdrawl"), 'US path.*did you mean "us-withdrawal"'),
        (lambda code: code.replace(".42", ".4", 1), "year 1: 7 characters"),
        (lambda code: code.replace(".42", ".z2", 1), r"year 1, pledge: found 'z'; allowed: 0 \(1\) to g \(5\)"),
        (lambda code: code.replace(".42", ".43", 1), "the check at its end does not fit"),
        (lambda code: code[:-1], "the check at its end does not fit"),
    ],
    ids=["long", "head", "short", "sign", "large", "path", "lost", "range", "changed", "end"],
)
def test_a_damaged_code_names_what_is_wrong(hard, change, said):
    with pytest.raises(ConfigError, match=said):
        decode(change(encode(hard)))


def test_a_code_with_more_years_than_a_game_is_refused(hard):
    head, *years, check = encode(hard).rsplit(".", YEARS + 1)
    with pytest.raises(ConfigError, match="11 years"):
        decode(".".join([head, years[0], *years, check]))


# --- playing ----------------------------------------------------------------------------------------------------------


def test_the_same_game_gives_the_same_numbers_and_another_seed_gives_others(hard):
    one, two, other = (play(game, FEW) for game in (hard, hard, replace(hard, seed=8)))
    assert np.array_equal(one.records["cohesion_index"], two.records["cohesion_index"])
    assert np.array_equal(one.levers, two.levers)
    assert not np.array_equal(one.records["cohesion_index"], other.records["cohesion_index"])


def test_a_run_does_not_depend_on_those_beside_it(hard):
    alone, among = play(hard, range(1)), play(hard, FEW)
    assert np.array_equal(alone.records["cohesion_index"][0], among.records["cohesion_index"][0])


def test_a_game_in_the_making_is_the_beginning_of_the_whole(hard):
    part, whole = play(replace(hard, moves=hard.moves[:4]), FEW), play(hard, FEW)
    assert np.array_equal(part.records["cohesion_index"], whole.records["cohesion_index"][:, : 4 * 12 + 1])
    assert np.array_equal(part.levers, whole.levers[:, :5])


def test_the_run_that_is_played_is_the_mesa_models_run_of_the_same_levers(hard):
    played = play(hard, range(1))
    history = AllianceModel(played.scenario(), rng=hard.seed, run=0).run().history()
    for name in ("cohesion_index", "credibility", "pressure", "phase"):
        assert np.array_equal(history[name].values, played.records[name][0]), name


def test_without_a_year_there_is_nothing_to_play():
    with pytest.raises(ValueError, match="no year"):
        play(Game())


# --- Russia -----------------------------------------------------------------------------------------------------------

NO = np.array([False])


@pytest.mark.parametrize("weakest", range(3))
def test_russia_goes_a_step_up_against_the_weakest_answer_alone(weakest):
    answers = np.full((1, 3), 0.9)
    answers[0, weakest] = 0.8
    step = russia.next_levers(np.full((1, 3), 0.25), answers, NO) - 0.25
    assert (step == russia.STEP * (np.arange(3) == weakest)).all()


def test_russia_takes_a_step_back_where_the_answer_has_grown_stronger_and_none_where_all_is_as_it_was():
    levers = np.full((1, 3), 0.5)
    assert (russia.next_levers(levers, np.full((1, 3), 1.1), NO) == 0.25).all()
    assert (russia.next_levers(levers, np.ones((1, 3)), NO) == 0.5).all()


def test_a_price_that_is_paid_brings_more_bargaining_even_before_a_strong_answer():
    after = russia.next_levers(np.zeros((1, 3)), np.full((1, 3), 1.2), np.array([True]))
    assert after[0].tolist() == [-0.25, 0, 0.25]


def test_russias_levers_stay_within_their_limits():
    levers = np.zeros((1, 3))
    for _ in range(20):
        levers = russia.next_levers(levers, np.array([[0.5, 0.6, 0.6]]), np.array([True]))
    assert (levers == russia.HIGH * [1, 0, 1]).all()


def test_in_a_game_russia_answers_what_europe_does():
    nothing, aid, lifted = (play(ten(m), FEW) for m in ({}, {"europe_aid": 3.0}, {"sanctions": -1.0}))
    assert (aid.levers[:, -1] != nothing.levers[:, -1]).any()
    assert aid.answers[:, -1, 2].mean() > nothing.answers[:, -1, 2].mean()
    assert lifted.paid[:, 0].all()
    assert not nothing.paid.any()
    assert (lifted.levers[:, 1, 2] == russia.STEP).all()


def test_each_run_has_a_russia_of_its_own():
    assert np.ptp(play(ten(), FEW).levers, axis=0).any()


def test_a_russia_that_does_not_adapt_leaves_its_levers_as_at_the_start(hard):
    assert not play(hard, FEW, adapts=False).levers.any()


# --- score ------------------------------------------------------------------------------------------------------------


def test_weights_are_shares_of_the_whole_and_the_score_is_their_sum(hard):
    found = score(play(hard, FEW))
    assert sum(c.weight for c in COMPONENTS) == pytest.approx(1)
    assert np.allclose(found.total, sum(c.weight * found.components[c.name] for c in COMPONENTS))
    assert all(((v >= 0) & (v <= 100)).all() for v in found.components.values())


def test_cohesion_and_the_weakest_ally_are_means_over_the_months_played(hard):
    played = play(hard, FEW)
    found, allies = score(played).components, played.inputs.europe > 0
    lowest = played.records["credibility"][:, 1:, allies].min(axis=2)
    assert np.allclose(found["cohesion"], 100 * played.records["cohesion_index"][:, 1:].mean(axis=1))
    assert np.allclose(found["deterrence"], 100 * lowest.mean(axis=1))


def test_cost_counts_defence_aid_and_losses_beyond_the_start():
    played = play(ten(), FEW)
    records, x = played.records, played.inputs
    same = {"spending": np.broadcast_to(x.spending, records["spending"].shape), "aid": 0 * records["aid"],
            "loss": 0 * records["loss"]}  # fmt: skip
    still = replace(played, records=records | same)
    assert np.allclose(cost(still), 0)
    more = {"spending": same["spending"] + 1, "aid": same["aid"] + np.log(2), "loss": same["loss"] + 0.01}
    aid = (x.aid * x.gdp * x.europe).sum() / (x.gdp * x.europe).sum()
    assert np.allclose(cost(replace(played, records=records | more)), 2 + aid)
    assert score(still).components["cost"] == pytest.approx(100)
    assert score(replace(played, records=records | {"spending": same["spending"] + 2 * FULL_COST})).components[
        "cost"
    ] == pytest.approx(0)


def test_restraint_falls_only_with_levers_whose_price_the_model_does_not_know():
    for name in LEVERS:
        played = play(Game().then({name: BY_NAME[name].high}), range(1))
        assert effort(played) == pytest.approx(1 / len(UNPRICED) if name in UNPRICED else 0)


@pytest.mark.parametrize("path", ["splitting-the-alliance", "us-withdrawal"])
def test_the_score_tells_strategies_apart_under_the_same_random_numbers(path):
    low, high = ({name: getattr(BY_NAME[name], end) for name in LEVERS} for end in ("low", "high"))
    strategies = {"nothing": {}, "lowest": low, "highest": high}
    found = {name: score(play(ten(levers, path=path), range(16))) for name, levers in strategies.items()}
    for better, worse in (("nothing", "lowest"), ("highest", "nothing")):
        assert ((found[better].total - found[worse].total) > 0).mean() > 0.75


# --- debrief ----------------------------------------------------------------------------------------------------------


def test_counterfactual_games_take_away_one_move_each(hard):
    found = {(o.who, o.what): o for o in others(hard)}
    assert set(found) == {("You", "0"), ("You", "3"), ("You", "sanctions"), ("You", "europe_aid"), ("You", "all"),
                          ("Russia", "adaptation"), ("United States", "path")}  # fmt: skip
    first, later = found["You", "0"].game, found["You", "3"].game
    assert [first.levers(k)["sanctions"] for k in (0, 2, 3)] == [0, 0, 0.8]  # as if the first change had not been
    assert all(first.levers(k)["europe_aid"] == 0 for k in range(YEARS))
    assert all(later.levers(k)["sanctions"] == 0.5 for k in range(YEARS))
    assert found["You", "all"].game.moves == (NEUTRAL,) * YEARS
    assert not found["Russia", "adaptation"].adapts


def test_a_game_without_moves_on_the_status_quo_has_only_russia_to_speak_of():
    assert [o.who for o in others(ten())] == ["Russia"]


def test_what_a_move_was_worth_is_the_difference_run_by_run(hard):
    with_it = score(play(hard, FEW))
    instead = {o: score(play(o.game, FEW, o.adapts)) for o in others(hard) if o.what in ("all", "path")}
    table = debrief(with_it, instead).set_index("what")
    without = next(s for o, s in instead.items() if o.what == "all")
    assert table.loc["all", "score"] == pytest.approx((with_it.total - without.total).mean())
    assert table.loc["all", "here"] == pytest.approx(with_it.total[0] - without.total[0])
    assert (table["low"] <= table["score"]).all()
    assert table.loc["path", "trust"] < -10


def test_causes_of_trust_sum_to_its_change_exactly(hard):
    played = play(hard, range(1), ledger=True)
    table, trust = trust_by_cause(played), played.records["trust_in_us"][0][:, played.inputs.europe > 0]
    odds = np.log(trust / (1 - trust)).mean(axis=1)
    assert table["total"].sum() == pytest.approx(odds[-1] - odds[0], abs=1e-9)
    assert table[9].sum() == pytest.approx(odds[-1] - odds[-13], abs=1e-9)


# --- a class ----------------------------------------------------------------------------------------------------------


def test_lines_of_a_class_are_read_with_a_name_or_without(hard):
    code = encode(hard)
    found = entries(f'{code}\n\n  Ada L., {code}\nB\t{code}\n"C, D";{code.upper()}\nE, {code[:-1]}\n{encode(Game())}')
    assert [each.name for each in found] == ["", "Ada L.", "B", "C, D", "E", ""]
    assert [each.game == hard for each in found] == [True] * 4 + [False] * 2
    assert "check" in found[4].error
    assert "0 of 10 years" in found[5].error


def test_a_class_has_limits(hard):
    with pytest.raises(ConfigError, match="at most"):
        entries("x\n" * (MAX_LINES + 1))
    assert "at most" in entries("x" * 100_000)[0].error


@given(st.text(max_size=500))
def test_any_text_gives_rows_that_can_be_written_and_read_again(text):
    rows = [row(entry, None) for entry in entries(text)]
    found = list(csv.DictReader(io.StringIO(written(rows), newline="")))
    assert len(found) == len(rows)
    assert not any(cell[:1] in ("=", "+", "-", "@") for each in found for cell in each.values() if cell)


def test_a_row_holds_score_components_outcome_and_levers_by_year(hard):
    result = score(play(hard, FEW))
    found = row(entries(f"Ada, {encode(hard)}")[0], result)
    assert tuple(found) == columns()
    assert (found["name"], found["seed"], found["us_path"]) == ("Ada", 7, "us-withdrawal")
    assert found["score"] == pytest.approx(result.total.mean(), abs=0.01)
    assert (found["sanctions_2027"], found["sanctions_2028"]) == (0.5, 0.8)
    assert sum(found[f"share_{name}"] for name in ("holds", "european_pillar", "hollow", "splinters")) == 1


def test_a_score_cannot_be_faked_since_a_code_holds_moves_only(hard):
    code = encode(hard)
    assert row(entries(f"score=99, {code}")[0], score(play(hard, FEW)))["score"] < 99


def test_the_strategies_of_the_documentation_are_finished_games_on_every_path():
    text = (Path(__file__).resolve().parents[1] / "docs" / "game-strategies.txt").read_text(encoding="utf-8")
    found = entries(text)
    assert {each.game.path for each in found} == set(PATHS)
    assert len({each.game for each in found}) == len(found)


@pytest.mark.parametrize(("line", "cell"), [(16, "52.2"), (23, "67.2"), (32, "56.6")])
def test_the_documentation_says_the_scores_that_the_game_gives(line, cell):
    folder = Path(__file__).resolve().parents[1] / "docs"
    entry = entries((folder / "game-strategies.txt").read_text(encoding="utf-8"))[line]
    assert f"{score(play(entry.game)).mean():.1f}" == cell
    strategy, at = entry.name.split(": ")[1], PATHS.index(entry.game.path)
    lines = (folder / "game.md").read_text(encoding="utf-8").splitlines()
    row_of = next(each for each in lines if each.startswith(f"| {strategy} |"))
    assert row_of.strip("|").split("|")[at + 1].strip() == cell
