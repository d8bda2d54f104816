"""The lessons' page and the present mode: what they set, keep, show and link, without and with a browser."""

import re
import time
from dataclasses import replace

import pytest
import solara

from cohesion import load_scenario
from cohesion.lesson import OF_MEMBERS
from cohesion.lesson_file import lesson_names, load_lesson
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Answer, Ensemble
from cohesion_viz.dashboard import chart, lesson_steps, lessons, present
from cohesion_viz.dashboard.session import Session
from cohesion_viz.dashboard.shell import Shell, pressed
from cohesion_viz.jobs import compute
from cohesion_viz.view import CHARTS, View

NAMES = lesson_names()
TRADE = "03-trade-war"


@pytest.fixture(scope="module")
def answer():
    pair = [Ensemble(s, 0, [compute(s, 0, range(8))]) for s in map(load_scenario, ("trade-war", "status-quo"))]
    return Answer(1, pair[0], pair[1], following=pair[0], target=8, done=True)


def words(widget):
    """All words that a rendered tree says, those packed for Vue parts included."""
    if isinstance(widget, str):
        return widget
    if isinstance(widget, list | tuple):
        return " ".join(map(words, widget))
    return " ".join(words(getattr(widget, name, "") or "") for name in ("children", "packed", "label", "text"))


def rendered(component):
    box, context = solara.render(component, handle_error=False)
    found = words(box)
    context.close()
    return found


# --- steps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_step_simulates_what_the_file_says(name):
    lesson = load_lesson(name)
    for k, step in enumerate(lesson_steps.steps(lesson)):
        view = lesson_steps.view_at(View(), name, k)
        wanted, other = lesson_steps.setting(lesson, step)[0].pair()
        assert view.resolved().paths().keys() == wanted.paths().keys()
        for lever, path in wanted.paths().items():
            assert (view.resolved().paths()[lever] == path).all(), (step, lever)
        assert (view.baseline, view.parameters) == (other.name, {})


@pytest.mark.parametrize("name", NAMES)
def test_each_step_comes_back_from_its_link_and_turns_to_its_claim(name):
    for k in range(len(lesson_steps.steps(load_lesson(name)))):
        view = replace(lesson_steps.view_at(View(), name, k), guess=2)
        back, messages = View.from_query(view.to_query())
        assert (back, messages) == (view, ())
        assert not lesson_steps.moved(back)
        if k:
            _, claim = lesson_steps.setting(load_lesson(name), lesson_steps.step_of(back))
            assert claim in lesson_steps.looked_at(back)


def test_a_guess_is_kept_over_the_steps_and_undo_and_goes_with_another_lesson():
    session = Session("page=lessons")
    session.change(lesson_steps.view_at(session.view.value, TRADE, 0))
    session.change(replace(session.view.value, guess=3))
    lesson_steps.turn(session, 1)
    lesson_steps.turn(session, 1)
    assert (session.view.value.step, session.view.value.guess) == (2, 3)
    session.undo()
    assert (session.view.value.step, session.view.value.guess) == (1, 3)
    session.change(lesson_steps.view_at(session.view.value, "04-claim", 0))
    assert session.view.value.guess == 0


def test_there_is_no_step_before_the_first_or_after_the_last():
    session = Session()
    session.change(lesson_steps.view_at(session.view.value, TRADE, 0))
    lesson_steps.turn(session, -1)
    assert session.view.value.step == 0
    for _ in range(20):
        lesson_steps.turn(session, 1)
    assert session.view.value.step == len(lesson_steps.steps(load_lesson(TRADE))) - 1


def test_undo_walks_back_through_the_moves_with_their_levers():
    session = Session()
    session.change(lesson_steps.view_at(session.view.value, TRADE, 2))
    lesson_steps.turn(session, 1)
    assert "us_tariff" in session.view.value.levers
    session.undo()
    assert (session.view.value.step, session.view.value.levers) == (2, {})


def test_a_lever_moved_elsewhere_is_noticed_and_can_be_set_back():
    session = Session()
    session.change(lesson_steps.view_at(session.view.value, TRADE, 1))
    session.change(session.view.value.with_lever("us_troops", -0.5))
    assert "no longer those of this step" in rendered(lessons.Page(session))
    lesson_steps.turn(session, 0)
    assert not lesson_steps.moved(session.view.value)


def test_at_the_assumption_parameters_are_the_students_and_levers_are_not():
    view = lesson_steps.view_at(View(), TRADE, 5)
    assert lesson_steps.step_of(view) == lesson_steps.ASSUMPTION
    assert not lesson_steps.moved(view.with_parameter("fiscal_squeeze", 12))
    assert lesson_steps.moved(view.with_lever("us_troops", -0.5))
    assert lesson_steps.moved(lesson_steps.view_at(View(), TRADE, 1).with_parameter("fiscal_squeeze", 12))


@pytest.mark.parametrize("query", ["lesson=04-clam", "step=77", "guess=-1", "chart=pie", "present=2"])
def test_a_link_with_a_wrong_part_leaves_it_out_and_says_so(query):
    view, messages = View.from_query(f"page=lessons&{query}")
    assert len(messages) == 1
    assert (view.lesson, view.step, view.guess, view.chart, view.present) == ("", 0, 0, "cohesion", 0)


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_every_lesson_renders(name):
    lesson, session = load_lesson(name), Session()
    for k, step in enumerate(lesson_steps.steps(lesson)):
        session.change(lesson_steps.view_at(session.view.value, name, k))
        said = rendered(lessons.Page(session))
        assert lesson.title in said
        if step.isdigit():
            assert lesson.moves[int(step) - 1].see in said


def test_a_claim_shows_the_numbers_of_the_page(answer):
    session = Session(lesson_steps.view_at(View(), TRADE, 1).to_query())
    session.answer.value = answer
    here, there = (
        float(e.member_fan("trust_in_us", "CAN")["p50"].iloc[-1]) for e in (answer.ensemble, answer.baseline)
    )
    assert f"{100 * here:.0f} %, status quo {100 * there:.0f} %" in rendered(lessons.Page(session))
    pointer = lesson_steps.pointer_of(session)
    assert (pointer.month, pointer.here, pointer.there) == (120, here, there)


def test_numbers_of_another_setting_are_not_shown_as_those_of_this_step(answer):
    session = Session(lesson_steps.view_at(View(), "04-claim", 1).to_query())
    session.answer.value = answer
    assert lesson_steps.answered(session) is None
    assert lesson_steps.pointer_of(session) is None
    assert "points" not in rendered(lessons._Claims(session, load_lesson("04-claim").moves[0]))


def test_the_prediction_stands_beside_the_result():
    session = Session(replace(lesson_steps.view_at(View(), TRADE, 4), guess=1).to_query())
    said, asked = rendered(lessons.Page(session)), load_lesson(TRADE).prediction
    assert asked.choices[0] in said
    assert asked.choices[asked.answer - 1] in said


@pytest.mark.parametrize("key", CHARTS)
def test_every_chart_can_be_shown_large(key, answer):
    view = replace(View(), chart=key, member="CAN")
    found = chart.drawn(view, answer, dark=False)
    if key == "causes":
        assert found is None  # none were worked out
        return
    assert found.option["series"]
    assert not found.table.empty
    session = Session(view.to_query() + "&present=1")
    session.answer.value = answer
    assert found.title in rendered(Shell(session))


def test_a_chart_of_a_member_is_offered_only_where_one_is_marked():
    assert "member" not in chart.choices(View())
    assert "member" in chart.choices(View(member="DNK"))
    assert chart.variable_of(View(member="USA", variable="trust_in_us")) not in numbers.NOT_OF_THE_US
    assert chart.variable_of(View(member="DNK", variable="posture")) in OF_MEMBERS


def test_two_claims_that_one_chart_shows_are_both_seen():
    session = Session("lesson=01-free-riders&page=lessons")
    session.change(lesson_steps.view_at(session.view.value, "01-free-riders", 3))
    one, two = lesson_steps.looked_at(session.view.value)[:2]
    assert two.than
    assert lesson_steps.seen(session).startswith(f"{one.says}. {two.says}.")


def test_the_present_mode_shows_verdict_and_caption_and_no_navigation(answer):
    session = Session("scenario=trade-war&present=1&chart=map&member=CAN")
    session.answer.value = answer
    said = rendered(present.Present(session))
    assert "of 8 runs" in said
    assert "Canada is marked. Trade war against status quo, " in said
    assert "not a forecast" in said
    session.view.value = replace(session.view.value, chart="cohesion")
    assert "Trade war against status quo (dashed)" in rendered(present.Present(session))


def test_keys_present_leave_and_turn():
    session = Session()
    pressed(session, "present")
    assert session.view.value.present == 1
    pressed(session, "present")
    pressed(session, "leave")
    pressed(session, "next")
    assert (session.view.value.present, session.view.value.step) == (0, 0)
    session.change(lesson_steps.view_at(session.view.value, TRADE, 0))
    pressed(session, "next")
    pressed(session, "present")
    pressed(session, "leave")
    assert (session.view.value.present, session.view.value.step) == (0, 1)


def test_an_enlarged_option_has_larger_texts_and_margins_and_the_same_numbers(answer):
    option = chart.drawn(View(), answer, dark=False).option
    grown = echarts.enlarged(option, 2)
    assert grown["grid"]["right"] == 2 * option["grid"]["right"]
    assert grown["xAxis"]["axisLabel"]["fontSize"] == 2 * option["xAxis"]["axisLabel"]["fontSize"]
    for before, after in zip(option["series"], grown["series"], strict=True):
        assert [p["value"] if isinstance(p, dict) else p for p in after["data"]] == [
            p["value"] if isinstance(p, dict) else p for p in before["data"]
        ]


def test_the_scale_of_an_enlarged_map_is_no_longer():
    scale = {"visualMap": {"type": "continuous", "itemWidth": 16, "itemHeight": 96}}
    assert echarts.enlarged(scale, 2)["visualMap"] == {"type": "continuous", "itemWidth": 32, "itemHeight": 96}


def test_names_beside_an_enlarged_chart_have_more_room():
    assert echarts.enlarged({"yAxis": {"axisLabel": {"width": 150}}}, 2) == {"yAxis": {"axisLabel": {"width": 300}}}


def test_the_mark_spans_from_the_baseline_to_the_scenario(answer):
    pointer = chart.Pointer(120, 0.3, 0.6, "−30 points")
    series = chart.drawn(View(), answer, dark=False, pointer=pointer).option["series"][-1]
    heights = [p["value"][1] if isinstance(p, dict) else p[1] for p in series["data"]]
    assert (series["id"], heights[0], heights[-1]) == ("pointer", 0.3, 0.6)


def test_the_axis_of_spending_spans_the_bands_and_little_more(answer):
    view = replace(View(), chart="member", member="DEU", variable="spending")
    axis, fan = chart.drawn(view, answer, dark=False).option["yAxis"], answer.ensemble.member_fan("spending", "DEU")
    assert axis["min"] <= fan["p05"].min()
    assert axis["max"] >= fan["p95"].max()
    assert axis["max"] - axis["min"] <= fan["p95"].max() - fan["p05"].min() + 2


def test_phases_of_the_war_are_shares_that_sum_to_one(answer):
    assert answer.ensemble.phases.sum(axis=1).round(6).eq(1).all()


# --- in a browser -----------------------------------------------------------------------------------------------------

READ = """() => {
  const read = [...document.querySelectorAll('.co-lesson-reading')];
  return read.length > 0 && read.every((e) => e.innerText.includes('status quo'));
}"""


def at(name, step, **more):
    """Link to a step, with as many runs as a first band has."""
    return replace(lesson_steps.view_at(View(), name, step), runs=64, **more).to_query()


def test_from_the_first_page_to_the_effect_of_lesson_3_in_five_clicks_and_two_minutes(page, address):
    began, clicks = time.monotonic(), 0
    page.goto(address)

    def click(role, name):
        nonlocal clicks
        page.get_by_role(role, name=name).first.click()
        clicks += 1

    click("link", "Lessons")
    click("button", "3. When the leader starts a trade war")
    click("button", "Stay the same")
    page.get_by_text("Kept. It will stand").wait_for()
    click("button", "Next →")
    page.wait_for_function(READ)
    page.wait_for_function("() => window.cohesionCharts?.chosen?.getOption()?.series.some((s) => s.id === 'pointer')")
    assert clicks <= 5
    assert time.monotonic() - began < 120
    found = page.locator(".co-lesson-reading").first.inner_text()
    here, there, apart = map(int, re.search(r"(\d+) %, status quo (\d+) %: −(\d+) points", found).groups())
    assert here < there
    assert apart >= 15


def test_arrows_walk_the_steps_the_guess_stands_beside_the_result_and_back_works(page, address):
    page.goto(f"{address}?{at(TRADE, 0)}")
    page.get_by_role("button", name="Rise a little").click()
    page.wait_for_function("() => location.search.includes('guess=3')")
    for step in range(1, 5):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"() => location.search.includes('step={step}')")
    result = page.locator(".co-lesson-result")
    result.wait_for()
    assert result.inner_text().count("Rise a little") == 2
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name="Escalation").wait_for()
    assert page.locator(".co-lesson-guess").inner_text() == "Your prediction: Rise a little"
    page.go_back()
    page.get_by_role("heading", name="What it means").wait_for()


def test_a_link_restores_the_step_in_another_browser(page, browser, address, settled):
    page.goto(f"{address}?{at(TRADE, 3, guess=1)}")
    page.wait_for_function(READ)
    settled(page)
    other = browser.new_page()
    other.goto(page.url)
    other.wait_for_function(READ)
    settled(other)
    for part in (".co-lesson-reading", ".co-lesson-guess", "#verdict"):
        assert other.locator(part).first.inner_text() == page.locator(part).first.inner_text()
    other.close()


def test_the_assumption_that_is_shown_turns_the_effect(page, address):
    page.goto(f"{address}?{at(TRADE, 5)}")
    page.wait_for_function(READ)
    assert "+0." in page.locator(".co-lesson-reading").inner_text()
    page.get_by_role("button", name="Show one").click()
    page.wait_for_function("() => location.search.includes('p.fiscal_squeeze=12')")
    page.wait_for_function("() => document.querySelector('.co-lesson-reading').innerText.includes('−0.')")
    assert page.locator(".co-lesson-fixed").count() == 1
    page.get_by_role("button", name="As it was").click()
    page.wait_for_function("() => !document.querySelector('.co-lesson-fixed')")
    page.wait_for_function("() => document.querySelector('.co-lesson-reading').innerText.includes('+0.')")


def test_keys_present_and_leave_and_are_deaf_in_a_field_and_when_turned_off(page, address, settled):
    page.goto(f"{address}?scenario=trade-war&runs=64")
    line = settled(page)
    page.keyboard.press("p")
    page.wait_for_selector(".co-present [data-chart=chosen] .co-plot[data-drawn]")
    assert "present=1" in page.url
    assert page.locator("#verdict").inner_text() == line
    assert not page.locator(".co-nav").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector(".co-side")
    page.locator("[data-field=seed]").focus()
    page.keyboard.press("p")
    page.get_by_role("button", name="Turn keys off").click()
    page.keyboard.press("p")
    page.wait_for_timeout(800)
    assert "present" not in page.url


def test_a_chart_chosen_by_hand_leaves_the_keys_to_the_presentation(page, address):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{address}?{at(TRADE, 1)}&present=1")
    chart = page.locator(".co-present [data-field=chart]")
    chart.dispatch_event("pointerdown")
    chart.select_option("map")
    page.wait_for_selector(".co-chosen-map .co-plot[data-drawn]")
    wide, high = page.locator(".co-chosen-map .co-plot").evaluate("at => [at.clientWidth, at.clientHeight]")
    assert 1.6 < wide / high < 1.9  # wider, North America is cut off below
    page.keyboard.press("PageDown")
    page.wait_for_function("() => location.search.includes('step=2')")
    chart.focus()
    page.keyboard.press("Escape")
    page.wait_for_selector(".co-lesson-claims, .co-lesson")
    assert "present" not in page.url


def test_f_fills_the_screen_in_a_lesson(page, address):
    page.goto(f"{address}?{at(TRADE, 1)}")
    page.wait_for_selector(".co-lesson-claims")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")


def test_the_mark_is_on_the_first_screen_of_a_small_projector(page, address):
    page.set_viewport_size({"width": 1280, "height": 720})
    for name in (TRADE, "06-land-for-peace"):
        page.goto(f"{address}?{at(name, 1)}")
        page.wait_for_selector("[data-chart=chosen] .co-plot[data-drawn]")
        box = page.locator("[data-chart=chosen] .co-plot").bounding_box()
        assert box["y"] + box["height"] <= 720
        assert page.get_by_role("button", name="Next →").bounding_box()["y"] < 700


STEPS = {"question": at(TRADE, 0), "move": at(TRADE, 1), "meaning": at(TRADE, 4), "assumption": at(TRADE, 5),
         "other assumption": at("10-doubt", 4), "present": at(TRADE, 1, present=1)}  # fmt: skip


@pytest.fixture(scope="module", params=STEPS)
def step(request, watched, address, shown):
    """A step that is opened once, where the system is dark, for the tests that put it into each theme and size."""
    with watched() as page:
        page.emulate_media(color_scheme="dark")
        page.goto(f"{address}?{STEPS[request.param]}")
        page.wait_for_selector("main h2")
        if request.param != "question":
            page.wait_for_selector("[data-chart=chosen] .co-plot[data-drawn]")
        shown(page, theme="dark")
        yield page


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)], ids=["projector", "phone"])
def test_no_step_needs_sideways_scrolling(step, shown, size):
    shown(step, size=size)
    assert step.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_lesson_and_when_presenting(step, shown, serious, theme):
    shown(step, theme=theme)
    assert serious(step) == []
