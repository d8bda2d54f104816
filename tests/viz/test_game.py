"""The page of the game: what it sets, shows and links, without and with a browser."""

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest
import solara

from cohesion.game import COMPONENTS, LEVERS, RUNS, YEARS, Game, decode, encode, play, russia, score
from cohesion.game.debrief import YOU, Other, others
from cohesion.game.results import columns
from cohesion_viz.dashboard import app, classroom, debrief, game, turn
from cohesion_viz.dashboard.session import Session
from cohesion_viz.dashboard.shell import Shell
from cohesion_viz.games import Games
from cohesion_viz.view import View
from cohesion_viz.workers import Threads

FEW = 2


def played(years, levers=None, **start):
    found = Game(**start)
    for _ in range(years):
        found = found.then(levers or {})
    return found


WHOLE = played(YEARS, {"europe_aid": 0.6, "pledge": 3}, seed=7, path="splitting-the-alliance")
PART = replace(WHOLE, moves=WHOLE.moves[:3])


@pytest.fixture(scope="module")
def games():
    return Games(Threads(), FEW)


@pytest.fixture(scope="module")
def after(games):
    return games.turn(PART)


def words(widget):
    if isinstance(widget, str):
        return widget
    if isinstance(widget, list | tuple):
        return " ".join(map(words, widget))
    return " ".join(words(getattr(widget, name, "") or "") for name in ("children", "packed", "label", "text"))


# --- the view ---------------------------------------------------------------------------------------------------------


def test_a_game_comes_back_from_its_link():
    view = View(page="game", game=encode(PART))
    assert View.from_query(view.to_query()) == (view, ())


def test_a_damaged_code_in_a_link_is_left_out_and_said():
    view, messages = View.from_query(f"page=game&game={encode(PART)[:-1]}x")
    assert (view.page, view.game) == ("game", "")
    assert len(messages) == 1
    assert "check at its end does not fit" in messages[0]


def test_undo_leaves_the_game_where_it_stands():
    session = Session("scenario=trade-war")
    session.change(session.view.value.with_lever("us_tariff", 0.4))
    session.change(replace(session.view.value, page="game", game=encode(PART)))
    session.undo()
    assert session.view.value.game == encode(PART)
    assert "us_tariff" not in session.view.value.levers


# --- what workers give ------------------------------------------------------------------------------------------------


def test_a_turn_is_what_the_rules_give(after):
    found = score(play(PART, range(FEW)))
    assert np.array_equal(after.score.total, found.total)
    assert after.run.dates[-1].isoformat() == "2028-01-01"
    index = play(PART, range(FEW)).records["cohesion_index"]
    assert np.array_equal(after.run.path.to_numpy(), index[0])
    assert np.allclose(after.fan["p50"], np.median(index, axis=0))


def test_results_come_in_order_whatever_was_known_before(games):
    wanted = [Other(YOU, "game", played(2, {"sanctions": s})) for s in (0.1, 0.5, 0.1, 0.9)]
    list(games.results(wanted[1:2]))
    found = [each.total for each in games.results(iter(wanted))]
    for other, total in zip(wanted, found, strict=True):
        assert np.array_equal(total, score(play(other.game, range(FEW))).total)


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_the_numbers_of_the_year_stand_beside_those_of_the_year_before(after):
    now, before = turn.standing(after, 36), turn.standing(after, 24)
    assert all(now[name][1] == before[name][0] for name in now)
    assert now["Cohesion index"][0] == f"{after.run.path.iloc[-1]:.2f}"


def test_the_story_tells_the_last_year_only(after):
    assert {label.split()[1] for label, _ in turn.story(after)} == {"2027"}


def test_russias_reasons_name_the_weakest_answer_and_its_steps(after):
    text = turn.reasoned(after)
    assert russia.ANSWERS[int(after.answers[-1].argmin())] in text
    moved = after.levers[-1] - after.levers[-2]
    assert ("step up" in text) == (moved > 0).any()
    assert ("step back" in text) == (moved < 0).any()


def test_the_score_is_shown_with_its_components(after):
    rows = {row[0]: row[1:] for row in turn.score_rows(after)}
    assert list(rows) == [*(c.title for c in COMPONENTS), "Score"]
    assert rows["Score"] == ["100 %", f"{after.score.mean():.1f}", f"{after.score.total[0]:.1f}"]


def test_each_move_of_the_debrief_is_said_in_words():
    said = [debrief.moved(o.who, o.what, WHOLE) for o in others(WHOLE)]
    assert said[0] == "You, 2025: Spending pledge 2 to 3, Aid to Ukraine 0 to 0.6"
    assert "United States: Splitting the alliance, against the status quo" in said
    assert len(set(said)) == len(said)


def test_the_sliders_begin_where_they_were_left():
    found = {each["name"]: each for each in game.sliders(PART)}
    assert list(found) == list(LEVERS)
    assert (found["europe_aid"]["value"], found["sanctions"]["value"]) == (0.6, 0)


def test_every_state_of_the_page_renders(monkeypatch, games):
    monkeypatch.setattr(app, "games", lambda: games)
    for code in ("", encode(Game()), encode(PART)):
        box, context = solara.render(Shell(Session(f"page=game&game={code}")), handle_error=False)
        assert "Hold the alliance" in words(box)
        assert "For the lecturer" in words(box)
        context.close()


def test_what_cannot_be_read_of_a_class_is_counted():
    rows = [{"error": ""}, {"error": "code: cut off"}]
    assert classroom.status(rows, None, None) == f"1 game, {RUNS} runs each; 1 not read, see below"
    assert classroom.status([], None, 3) == "3 games played…"
    assert "ZeroDivisionError" in classroom.status([], ZeroDivisionError(), None)


# --- in a browser -----------------------------------------------------------------------------------------------------

PLAYED = "() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'"
DEBRIEFED = "() => document.querySelector('#debrief')?.getAttribute('aria-busy') === 'false'"


def at(found):
    return View(page="game", game=encode(found) if found else "").to_query()


def code_of(page):
    return re.search(r"game=([^&]*)", page.url).group(1)


def test_from_the_briefing_over_ten_years_to_the_debrief_and_a_class_with_csv(page, address):
    page.set_default_timeout(90_000)
    page.goto(f"{address}?page=game")
    page.locator("[data-field=path]").select_option("us-withdrawal")
    page.locator("[data-field=seed]").fill("11")
    page.get_by_text("The United States leaves by steps").wait_for()
    page.get_by_role("button", name="Start").click()
    for year in range(2025, 2035):
        button = page.get_by_role("button", name=f"Play {year}")
        button.wait_for()
        if year == 2026:  # by keys alone
            page.locator("#move-europe_aid").focus()
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
            button.focus()
            page.keyboard.press("Enter")
        else:
            button.click()
        page.wait_for_function(f"() => !document.body.innerText.includes('Play {year}')")
        page.wait_for_function(PLAYED)
    wanted = played(1, seed=11, path="us-withdrawal").then({"europe_aid": 0.6})
    for _ in range(8):
        wanted = wanted.then({})
    assert decode(page.locator("#game-code").input_value()) == wanted
    assert decode(code_of(page)) == wanted
    shown = float(re.match(r"Score (\d+\.\d)", page.locator("#verdict").inner_text()).group(1))
    assert shown == pytest.approx(score(play(wanted)).mean(), abs=0.051)
    page.wait_for_function(DEBRIEFED)
    said = page.locator("#debrief").inner_text()
    assert "You, 2026: Aid to Ukraine 0 to 0.6" in said
    assert "Russia: that it adapted at all" in said
    page.wait_for_selector("[data-chart=trust] .co-plot[data-drawn]")

    page.get_by_text("For the lecturer: the results of a class").click()
    page.locator("#game-codes").fill(f"Ada, {encode(wanted)}\n{encode(WHOLE)}\nEve, {encode(WHOLE)[:-2]}")
    page.get_by_role("button", name="Play the codes").click()
    page.get_by_text("2 games, 32 runs each; 1 not read").wait_for()
    assert "Line 3, Eve: code: the check" in page.locator(".co-game-refused").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="All results and levers (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert tuple(rows[0]) == columns()
    assert [each["name"] for each in rows] == ["Ada", "", "Eve"]
    assert float(rows[0]["score"]) == pytest.approx(shown, abs=0.06)
    assert (rows[0]["europe_aid_2025"], rows[0]["europe_aid_2026"]) == ("0.0", "0.6")
    assert rows[2]["score"] == ""
    page.get_by_role("button", name="Game 2").click()
    page.wait_for_function("() => location.search.includes('splitting-the-alliance')")


def test_a_link_restores_the_year_and_the_browsers_back_takes_it_back(page, address):
    page.goto(f"{address}?{at(PART)}")
    page.wait_for_function(PLAYED)
    line = page.locator("#verdict").inner_text()
    assert line.startswith("2027 is over")
    note = page.locator(".co-game-right [data-chart]").first.evaluate("at => at.closest('[data-note]').dataset.note")
    assert note.startswith("Game on the path of ")
    page.get_by_role("button", name="Play 2028").click()
    page.get_by_text("2028 is over").wait_for()
    page.go_back()
    page.get_by_role("button", name="Play 2028").wait_for()
    page.wait_for_function(PLAYED)
    assert page.locator("#verdict").inner_text() == line


@pytest.fixture(scope="module", params=[Game(), PART, WHOLE], ids=["start", "year", "end"])
def state(request, watched, address):
    """A state of the game that is opened once, where the system is dark, with all that can be unfolded."""
    found = request.param
    with watched() as page:
        page.emulate_media(color_scheme="dark")
        page.goto(f"{address}?{at(found)}")
        page.wait_for_function(PLAYED, timeout=90_000)
        page.get_by_text("For the lecturer: the results of a class").click()
        if found.finished:
            page.wait_for_function(DEBRIEFED, timeout=90_000)
            page.locator("#game-codes").fill(encode(WHOLE))
            page.get_by_role("button", name="Play the codes").click()
            page.get_by_text("1 game, 32 runs each").wait_for()
        yield page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_game_and_no_width_needs_sideways_scrolling(state, shown, serious, theme):
    shown(state, theme=theme)
    assert serious(state) == []
    for width in (390, 768, 1920):
        shown(state, theme=theme, size=(width, 844))
        assert state.evaluate("document.documentElement.scrollWidth") <= width
