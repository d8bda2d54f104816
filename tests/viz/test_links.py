"""Links, the browser's way back and several browsers: the address holds the state, in a real Chromium."""

import pandas as pd
import pytest

from cohesion.outcome import OUTCOMES


def test_a_link_restores_the_whole_state_in_another_browser(visit, browser, address, settled, query):
    wanted = ("scenario=trade-war&baseline=burden-demand&seed=7&runs=128&month=40&member=DNK&variable=spending"
              "&us_commitment=-0.4&us_claim=DNK:1,CAN:0.8&p.commitment_trust=0.5"
              "&event=2027-03|us_aid=-1|Aid ends|")  # fmt: skip
    page = visit(wanted)
    line = page.locator("#verdict").inner_text()
    other = browser.new_page()
    other.goto(page.url)
    assert settled(other) == line
    assert query(other) == query(page)
    assert other.locator("[data-field=seed]").input_value() == "7"
    assert other.locator("#lever-us_commitment").input_value() == "-0.4"
    assert other.locator(".co-events td", has_text="Aid ends").count() == 1
    other.close()


def test_back_and_forward_walk_through_pages_and_scenarios(visit):
    page = visit("runs=64")
    page.locator("[data-field=scenario]").select_option("trade-war")
    page.wait_for_function("() => location.search.includes('scenario=trade-war')")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => location.search.includes('page=compare')")
    assert "scenario=trade-war" in page.url
    page.go_back()
    page.wait_for_selector("[data-field=scenario]")
    assert page.locator("[data-field=scenario]").input_value() == "trade-war"
    page.go_back()
    page.wait_for_function("() => document.querySelector('[data-field=scenario]')?.value === 'splitting-the-alliance'")
    page.go_forward()
    page.wait_for_function("() => document.querySelector('[data-field=scenario]')?.value === 'trade-war'")


def test_the_last_move_of_a_lever_goes_along_to_another_page_and_back(visit, press):
    page = visit("runs=64&scenario=status-quo")
    press(page, "#lever-us_tariff", "ArrowRight", 6)
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => location.search.includes('page=compare')")
    assert "us_tariff=0.06" in page.url
    page.go_back()
    page.wait_for_function("() => !location.search.includes('page=compare')")
    assert "us_tariff=0.06" in page.url


def test_an_address_that_is_no_text_does_not_stop_the_next_from_being_written(visit):
    page = visit("seed=5%&runs=64")
    page.get_by_role("link", name="Single run").click()
    page.wait_for_function("() => location.search.includes('page=run')")


def test_two_browsers_have_two_states(visit, browser, address, settled, press):
    page = visit("runs=64&scenario=status-quo")
    context = browser.new_context()
    other = context.new_page()
    other.goto(f"{address}?runs=64&scenario=us-withdrawal")
    settled(other)
    press(other, "#lever-us_commitment", "ArrowLeft", 3)
    other.wait_for_function("() => location.search.includes('us_commitment')")
    assert "us_commitment" not in page.url
    assert page.locator("[data-field=scenario]").input_value() == "status-quo"
    context.close()


def test_a_value_that_cannot_be_simulated_gives_a_message_and_keeps_the_session(visit, press):
    page = visit("runs=64&us_tariff=99&nonsense=1")
    assert page.get_by_role("alert").first.is_visible()
    page.get_by_role("button", name="Dismiss the message").click()
    press(page, "#lever-us_commitment", "ArrowLeft")
    page.wait_for_function("() => location.search.includes('us_commitment')")


def test_a_folder_opens_is_filtered_and_leads_to_a_single_run(page, address):
    page.goto(f"{address}?page=results")
    page.locator("[data-field=folder]").select_option("trade-war")
    page.get_by_text("32 of 32 runs.").wait_for()
    page.locator("[data-field=add]").select_option("unity")
    page.locator("[data-field='low unity']").fill("0.95")
    page.locator("[data-field='low unity']").press("Tab")
    page.wait_for_function("() => !document.body.innerText.includes('32 of 32 runs.')")
    page.get_by_role("button", name="Remove the filter of Unity").click()
    page.get_by_text("32 of 32 runs.").wait_for()
    note = page.locator("[data-chart=phase]").evaluate("at => at.closest('[data-note]').dataset.note")
    assert note.startswith("Result folder trade-war: ")
    assert "; 32 runs, seed" in note
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as CSV").click()
    saved = pd.read_csv(waiting.value.path())
    assert set(saved["Outcome"]) <= set(OUTCOMES)
    page.locator(".co-table-row", has_text="17").first.click()
    page.wait_for_function("() => location.search.includes('page=run') && location.search.includes('run=17')")


@pytest.mark.parametrize("folder", ["../../etc", "/etc", "nothing", "trade-war/..", "%00"])
def test_a_link_to_a_folder_outside_or_absent_gives_a_message(page, address, folder):
    page.goto(f"{address}?page=results&folder={folder}")
    page.get_by_role("alert").first.wait_for()
    assert "Traceback" not in page.locator("body").inner_text()


#: Heights of the median in the large chart of history.
COURSE = "() => cohesionCharts.forecast.getOption().series.find((s) => s.id === 'median').data.map((p) => p[1])"
#: Whether they have changed: the chart is drawn after the sentence.
OTHER = f"before => JSON.stringify(({COURSE})()) !== JSON.stringify(before)"


def course(page):
    return page.evaluate(COURSE)


def test_history_follows_the_origin_and_the_member_and_a_link_restores_both(page, browser, address):
    page.goto(f"{address}?page=history&member=POL")
    page.wait_for_function("() => window.cohesionCharts?.forecast && window.cohesionCharts['statistics-goodwill']")
    before = course(page)
    page.locator("[data-field=origin]").select_option("2019")
    page.wait_for_function("() => location.search.includes('origin=2019')")
    page.wait_for_function("() => document.querySelector('#verdict').innerText.startsWith('From 2019')")
    page.wait_for_function(OTHER, arg=before)
    earlier = course(page)
    page.locator(".co-panel[data-member=EST]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('member=EST')")
    page.locator("#member-panel").get_by_role("heading", name="Estonia").wait_for()
    page.locator(".co-panel[data-member=EST][aria-pressed=true]").wait_for()
    assert page.locator(".co-panel[aria-pressed=true]").count() == 1
    page.wait_for_function(OTHER, arg=earlier)
    other = browser.new_page()
    other.goto(page.url)
    other.wait_for_function("() => window.cohesionCharts?.forecast")
    assert course(other) == course(page)
    other.close()
    page.go_back()
    page.wait_for_function("() => document.querySelector('#verdict')?.innerText.startsWith('From 2021')")
