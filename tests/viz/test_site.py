"""The documentation site in a browser, opened from a folder and from a server."""

import functools
import http.server
import threading

import pytest


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(params=["folder", "server"])
def home(request, site, served):
    return site.as_uri() if request.param == "folder" else served


@pytest.fixture
def opened(browser, home):
    """A page that met no error and asked nothing of anybody else."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    page, trouble = context.new_page(), []
    page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda r: trouble.append(r.url) if not r.url.startswith((home, "data:", "blob:")) else None)
    page.set_default_timeout(20_000)
    yield page
    assert trouble == []
    context.close()


def test_search_finds_a_page_without_the_internet(opened, home):
    opened.goto(f"{home}/docs/decisions/toml.html")
    opened.click(".md-search__input")
    opened.keyboard.type("Shapley")
    opened.locator(".md-search-result__link").first.wait_for()
    links = opened.locator(".md-search-result__link").evaluate_all("all => all.map(link => link.href)")
    assert any("reading-results.html" in link for link in links)
    opened.locator(".md-search-result__link").first.click()
    opened.wait_for_url(f"{home}/docs/explanation/reading-results.html**")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "docs/explanation/alliance", "docs/reference/api", "docs/parameters"])
def test_axe_finds_nothing_serious_on_the_site(browser, site, name, theme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=theme, viewport={"width": 1300, "height": 900})
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{name}.html")
    page.wait_for_selector(".md-search[aria-label]", state="attached")
    found = Axe().run(page).response["violations"]
    context.close()
    serious = [(v["id"], v["nodes"][0]["html"][:150]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize("name", ["index", "docs/tutorial/first-finding", "docs/parameters", "docs/odd"])
def test_a_page_fits_a_phone(browser, site, name):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{name}.html")
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 390
