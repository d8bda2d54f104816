"""The levers, months, events and charts of a page in a real Chromium, served by a real server."""

import re
from dataclasses import replace

from cohesion import load_scenario
from cohesion_viz.view import View


def test_the_page_answers_with_a_verdict_and_says_that_it_is_no_forecast(visit):
    page = visit("runs=64")
    assert re.search(r"in \d+(\.\d)? % of 64 runs", page.locator("#verdict").inner_text())
    assert page.get_by_text("not a forecast").first.is_visible()


def test_a_slider_moved_by_key_changes_the_verdict_and_the_link(visit, press):
    page = visit("runs=64")
    before = page.locator("#verdict").inner_text()
    press(page, "#lever-us_commitment", "ArrowLeft", 30)
    page.wait_for_function("() => location.search.includes('us_commitment')")
    page.wait_for_function("before => document.querySelector('#verdict').innerText !== before", arg=before)


def test_a_held_key_ends_at_the_last_value_and_not_before(visit, settled, press):
    page = visit("runs=64&scenario=status-quo")
    press(page, "#lever-us_commitment", "ArrowLeft", 25)
    page.wait_for_function("() => new URLSearchParams(location.search).get('us_commitment') === '-0.5'")
    settled(page)
    assert page.locator("#lever-us_commitment").input_value() == "-0.5"


def test_undo_redo_and_reset_walk_the_levers(visit, press):
    page = visit("runs=64&scenario=status-quo")
    press(page, "#lever-us_commitment", "ArrowLeft", 5)
    page.wait_for_function("() => location.search.includes('us_commitment=-0.1')")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => !location.search.includes('us_commitment')")
    page.get_by_role("button", name="Redo").click()
    page.wait_for_function("() => location.search.includes('us_commitment')")
    page.get_by_role("button", name="Reset to scenario").click()
    page.wait_for_function("() => !location.search.includes('us_commitment')")


def test_play_moves_the_map_and_pause_stops_it(visit, query):
    page = visit("runs=64&month=10")
    label = page.locator("[data-chart=map] .co-plot")
    before = label.get_attribute("aria-label")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => Number(document.querySelector('.co-months input').value) >= 13")
    page.get_by_role("button", name="Pause").click()
    shown = (
        "() => new URLSearchParams(location.search).get('month') === document.querySelector('.co-months input').value"
    )
    page.wait_for_function(shown)
    stopped = query(page)["month"]
    assert label.get_attribute("aria-label") != before
    page.wait_for_timeout(700)
    assert query(page)["month"] == stopped
    page.get_by_role("button", name="One month on").click()
    page.wait_for_function("before => new URLSearchParams(location.search).get('month') === before",
                           arg=str(int(stopped) + 1))  # fmt: skip


def test_a_click_on_denmark_opens_its_panel_and_marks_it_everywhere(visit):
    page = visit("runs=64")
    page.wait_for_function("() => document.querySelector('[data-chart=map] .co-plot')?.dataset.drawn")
    page.wait_for_function("() => window.cohesionCharts.network")
    at = page.evaluate(
        """() => {
          const chart = window.cohesionCharts.map;
          const box = chart.getDom().getBoundingClientRect();
          const shape = chart.getModel().getSeriesByIndex(0).coordinateSystem.getRegion("DNK").getCenter();
          const [x, y] = chart.getModel().getSeriesByIndex(0).coordinateSystem.dataToPoint(shape);
          return [box.x + x, box.y + y];
        }"""
    )
    page.mouse.click(*at)
    page.wait_for_function("() => location.search.includes('member=DNK')")
    panel = page.locator("#member-panel")
    panel.get_by_role("heading", name="Denmark").wait_for()
    panel.locator("[data-chart=why]").wait_for()
    marked = """() => window.cohesionCharts.network.getOption().series[0].data
      .filter((node) => node.itemStyle.borderWidth > 2).map((node) => node.name)"""
    page.wait_for_function(f"() => JSON.stringify(({marked})()) === '[\"DNK\"]'")


def test_what_is_being_typed_is_not_overwritten_by_what_was_sent_before(visit, settled):
    page = visit("runs=64&scenario=status-quo")
    seed = page.locator("[data-field=seed]")
    seed.fill("12")
    seed.press("Enter")
    seed.press("End")
    seed.press("3")
    page.wait_for_function("() => location.search.includes('seed=12')")
    settled(page)
    assert seed.input_value() == "123"
    seed.press("Enter")
    page.wait_for_function("() => location.search.includes('seed=123')")


def test_an_event_can_be_added_moved_and_deleted(visit):
    page = visit("runs=64&scenario=status-quo")
    page.get_by_role("button", name="Add an event").click()
    form = page.locator(".co-event-form")
    form.get_by_label("From", exact=True).fill("2027-03")
    form.get_by_label("What happens").fill("Doubt is <b>declared</b>")
    form.locator("select").first.select_option("us_commitment")
    form.locator("input[type=number]").first.fill("-0.8")
    form.get_by_role("button", name="Add", exact=True).dblclick()
    page.wait_for_function("() => location.search.includes('event=2027-03')")
    page.locator(".co-events td", has_text="Doubt is <b>declared</b>").wait_for()
    page.wait_for_function("() => document.activeElement.textContent === 'Add an event'")
    assert page.locator(".co-events td", has_text="Doubt is <b>declared</b>").count() == 1
    page.get_by_role("button", name="Edit: Doubt").click()
    page.locator(".co-event-form").get_by_label("From", exact=True).fill("2028-05")
    page.locator(".co-event-form").get_by_role("button", name="Change", exact=True).click()
    page.wait_for_function("() => location.search.includes('event=2028-05')")
    page.get_by_role("button", name="Delete: Doubt").click()
    page.wait_for_function("() => !location.search.includes('event=')")


TWO = "runs=64&scenario=status-quo&event=2027-01|us_aid=-1|First|&event=2028-01|us_aid=-0.5|Second|"


def test_what_was_written_of_an_event_that_is_gone_becomes_a_new_one(visit):
    page = visit(TWO)
    page.get_by_role("button", name="Edit: First").click()
    form = page.locator(".co-event-form")
    form.get_by_label("What happens").fill("First, in other words")
    page.get_by_role("button", name="Delete: First").click()
    form.get_by_role("button", name="Add", exact=True).wait_for()
    page.get_by_role("button", name="Undo").click()
    form.get_by_role("button", name="Change", exact=True).wait_for()
    page.get_by_role("button", name="Delete: First").click()
    form.get_by_role("button", name="Add", exact=True).click()
    page.locator(".co-events td", has_text="First, in other words").wait_for()
    assert page.locator(".co-events td", has_text="Second").count() == 1
    assert form.count() == 0


def test_the_answer_to_a_form_that_was_put_away_closes_no_other(visit):
    page = visit(TWO)
    page.get_by_role("button", name="Edit: First").click()
    form = page.locator(".co-event-form")
    form.get_by_label("What happens").fill("First, in other words")
    page.evaluate(
        """() => {
          const press = (at, text) => [...at.querySelectorAll("button")].find((b) => b.textContent === text).click();
          press(document.querySelector(".co-event-form"), "Change");
          press(document.querySelector(".co-event-form"), "Cancel");
          document.querySelector("[aria-label='Edit: Second']").click();
        }"""
    )
    page.locator(".co-events td", has_text="First, in other words").wait_for()
    page.wait_for_timeout(300)
    assert form.get_by_label("What happens").input_value() == "Second"


def test_an_event_that_is_refused_stays_in_its_form_and_the_reason_is_in_sight(visit):
    page = visit(TWO)
    page.get_by_role("button", name="Edit: Second").click()
    form = page.locator(".co-event-form")
    form.get_by_label("Until").fill("2028-01")
    assert form.get_by_label("Until").evaluate("at => at.validity.rangeUnderflow")
    form.evaluate("at => { at.noValidate = true; }")
    form.get_by_role("button", name="Change", exact=True).click()
    said = page.get_by_role("alert")
    said.wait_for()
    assert said.inner_text().startswith("Not possible: an event ends after it begins.")
    assert said.evaluate("at => at.getBoundingClientRect().top >= 0")
    assert form.get_by_label("Until").input_value() == "2028-01"


def test_fields_say_what_holds_after_an_undo_and_after_a_refusal(visit):
    page = visit("runs=100&scenario=status-quo")
    page.locator("[data-field=runs]").select_option("64")
    page.wait_for_function("() => location.search.includes('runs=64')")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => document.querySelector('[data-field=runs]').value === '100'")
    page.locator("[data-field=seed]").fill("-5")
    page.locator("[data-field=seed]").press("Enter")
    page.wait_for_function("() => document.querySelector('[data-field=seed]').value === '0'")


def test_a_held_key_counts_a_number_on_though_answers_arrive_meanwhile(visit, press):
    page = visit("runs=64&scenario=status-quo")
    press(page, "[data-field=seed]", "ArrowUp", 10)
    page.wait_for_function("() => location.search.includes('seed=10')")
    assert page.locator("[data-field=seed]").input_value() == "10"


def test_a_file_of_ones_own_is_told_from_the_scenario_of_its_name(visit):
    text = replace(load_scenario("status-quo"), title="Mine").to_toml()
    page = visit(View(text=text, scenario="status-quo", runs=64).to_query())
    chosen = "() => document.querySelector('[data-field=scenario]').selectedOptions[0].textContent"
    page.locator("[data-field=scenario]").select_option("trade-war")
    page.wait_for_function("() => location.search.includes('scenario=trade-war')")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"() => ({chosen})() === 'Mine (own file)'")


def test_the_assumptions_open_by_key_refuse_what_is_out_of_range_and_close_by_escape(visit, press):
    page = visit("runs=64")
    press(page, ".co-assume-open", "Enter")
    page.locator("input[type=search]").fill("commitment_trust")
    field = page.locator("#assume-commitment_trust")
    field.fill("9")
    field.press("Enter")
    page.locator(".co-assume-message").wait_for()
    assert "p.commitment_trust" not in page.url
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement.classList.contains('co-assume-open')")


def test_compare_shows_paired_differences_and_three_maps_on_one_scale(visit):
    page = visit("page=compare&runs=64&scenario=trade-war")
    assert "Trade war holds in" in page.locator("#verdict").inner_text()
    drawn = "() => document.querySelectorAll('.co-compare-maps .co-plot[data-drawn]').length === 3"
    page.wait_for_function(drawn)
    ends = page.evaluate(
        "() => ['map-first', 'map-second'].map(n => window.cohesionCharts[n].getOption().visualMap[0])"
        ".map(v => [v.min, v.max])"
    )
    assert ends[0] == ends[1]
    page.locator("[data-field=second]").select_option("us-withdrawal")
    page.wait_for_function("() => document.querySelector('#verdict').innerText.startsWith('American withdrawal')")
