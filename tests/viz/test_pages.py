"""What holds for every page in a real Chromium: it is marked in the navigation, fits any width, and axe accepts it.

A page is opened once, where the system is dark, and then put into each theme and width.
"""

from dataclasses import replace

import pytest

from cohesion import load_scenario
from cohesion_viz.view import View

# Charts of each page, and those that a chosen member adds.
MAPS = ("map-first", "map-second", "map-difference")
CHARTS = {
    "explorer": ("map", "shares", "fan", "network"),
    "compare": ("outcomes", "difference", *MAPS),
    "lessons": (),
    "game": (),
    "run": ("map", "index"),
    "history": ("forecast", "timeline", "scores", "views", "parameters", "statistics-spending", "statistics-goodwill"),
    "results": (),
    "about": (),
}
OF_MEMBER = {"explorer": ("member", "why"), "compare": ("member-difference",), "run": ("why",)}


def drawn(page, *charts):
    page.wait_for_function("all => all.every((name) => window.cohesionCharts?.[name])", arg=charts)


@pytest.fixture(scope="module", params=CHARTS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def one(name, watched, address, shown):
    with watched() as page:
        page.emulate_media(color_scheme="dark")
        page.goto(f"{address}?page={name}&runs=64")
        drawn(page, *CHARTS[name])
        shown(page, theme="dark")
        yield page


@pytest.fixture(scope="module")
def member(one, name, arrive):
    """The page with a member chosen, as by the browser's way back to it."""
    arrive(one, f"page={name}&runs=64&member=DNK")
    one.wait_for_selector("nav a[href*='member=DNK']")
    drawn(one, *OF_MEMBER.get(name, ()))
    return one


def test_every_page_loads_and_is_marked_in_the_navigation(one, shown):
    shown(one)
    assert one.locator("nav [aria-current=page]").count() == 1
    assert one.locator("h1").count() == 1


@pytest.mark.parametrize("width", [390, 768, 1920])
def test_no_page_needs_sideways_scrolling(one, shown, width):
    shown(one, size=(width, 844))
    assert one.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("query", ["page=compare", "page=run", "present=1"])
def test_a_long_word_in_a_title_makes_no_page_wider(page, address, query):
    text = replace(load_scenario("status-quo"), title="Donaudampfschifffahrt" * 9).to_toml()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}?{View(text=text, scenario='long', runs=64).to_query()}&{query}")
    page.locator("main p:visible, main h2:visible", has_text="Donaudampfschifffahrt").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(member, shown, serious, theme):
    shown(member, theme=theme)
    assert serious(member) == []


@pytest.mark.parametrize("width", [390, 768])
def test_the_documents_fit_a_narrow_window_in_which_they_were_opened(page, address, shown, width):
    """Their lists are closed then: what a window turns narrow with is open."""
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{address}?page=about&runs=64")
    shown(page, size=(width, 844))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def history_on_a_phone(watched, address, shown):
    with watched() as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{address}?page=history&origin=2024")
        drawn(page, "statistics-goodwill")
        yield page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_history_on_a_phone(history_on_a_phone, shown, serious, theme):
    shown(history_on_a_phone, theme=theme, size=(390, 844))
    assert serious(history_on_a_phone) == []
