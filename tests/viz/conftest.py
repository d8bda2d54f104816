"""A real server and a real Chromium for the tests of the dashboard."""

import functools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync",
           # A page lives for seconds: to optimise its code takes longer than what is saved.
           "--js-flags=--no-maglev --no-turbofan")  # fmt: skip

# When the page was last changed, so that it can be seen to be still.
STILL = """
window.changed = 0;
new MutationObserver(() => { window.changed = performance.now(); })
  .observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
# Nothing is computed, loaded, moved or still to be drawn: all charts are there, in the theme and at the size they have.
WHOLE = """([theme, width]) => {
  const seen = (e) => e.checkVisibility({ checkVisibilityCSS: true });
  const none = (selector) => [...document.querySelectorAll(selector)].filter(seen).length === 0;
  const ink = theme === "dark" ? "#eef2f6" : "#1f2933";
  const fits = (chart) => Math.abs(chart.getWidth() - chart.getDom().clientWidth) <= 1;
  const charts = Object.values(window.cohesionCharts || {});
  return performance.now() - window.changed > 300 && !none("main h2, main h3")
    && document.documentElement.dataset.theme === theme && window.innerWidth === width
    && none("[aria-busy=true], [role=progressbar], .co-plot:not([data-drawn])")
    && charts.every((chart) => chart.getOption().textStyle.color.toLowerCase() === ink && fits(chart))
    && document.fonts.status === "loaded"
    && document.getAnimations().every((one) => one.playState !== "running");
}"""


@pytest.fixture(scope="session")
def results_folder(tmp_path_factory, afresh):
    """A folder of results with one in it."""
    root = tmp_path_factory.mktemp("results")
    words = ["trade-war", "--baseline", "status-quo", "--runs", "32", "--out", root / "trade-war"]
    afresh("-m", "cohesion", "ensemble", *words).check_returncode()
    return root


@pytest.fixture(scope="session")
def server(results_folder):
    """Address and process of a server."""
    with served("-m", "cohesion", "dashboard", "--no-browser", "--results", str(results_folder)) as found:
        yield found


@pytest.fixture(scope="session")
def address(server):
    return server[0]


@contextmanager
def served(*python):
    """Address and process of a server that Python starts, given its port as the last argument."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, *python, "--port", str(port)]
    server = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(url + "healthz").close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.2)
        yield url, server
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def small(results_folder):
    """Address and process of a server with little room: three sessions, a tab without connection kept for a while."""
    code = (
        "from cohesion_viz import limits\nlimits.SESSIONS = 3\nimport sys\n"
        "from cohesion_viz.server import serve\n"
        "serve(port=int(sys.argv[-1]), results_dir=sys.argv[1], open_browser=False)"
    )
    with served("-c", code, str(results_folder)) as found:
        yield found


@pytest.fixture(scope="session")
def chromium():
    """Where Chromium is: the one without windows, which opens a page in half the time, before the other; or None."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@pytest.fixture(scope="session")
def play(chromium):
    """Starts browsers."""
    if not chromium and os.environ.get("CI") != "true":
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    from playwright.sync_api import Page, sync_playwright

    # Ten times a second, not at every frame: a page that is looked at has to draw them all.
    Page.wait_for_function = functools.partialmethod(Page.wait_for_function, polling=100)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(play, chromium):
    """A browser each of whose pages is somebody else's: they share nothing."""
    opened = play.chromium.launch(executable_path=chromium, args=list(OPTIONS))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def reader(play, chromium):
    """A browser with a profile, as a reader's: it keeps what it has compiled and opens a page in half the time.

    All its pages are drawn by one process, since it takes time to start another for each.
    """
    one = [*OPTIONS, "--renderer-process-limit=1"]
    opened = play.chromium.launch_persistent_context("", executable_path=chromium, args=one)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def watched(reader, address):
    """Opens a page that at its end was served from nowhere else, met no error, and leaves nothing in its storage."""

    @contextmanager
    def opened():
        page = reader.new_page()
        page.set_viewport_size({"width": 1400, "height": 900})
        page.add_init_script(STILL)
        errors, outside, ours = [], [], (address, "data:", "blob:", "ws:")
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(ours) else None)
        page.set_default_timeout(30_000)
        try:
            yield page
            page.evaluate("localStorage.clear()")
        finally:
            page.close()
        assert errors == []
        assert outside == []

    return opened


@pytest.fixture
def page(watched):
    """A page that one test has to itself."""
    with watched() as opened:
        yield opened


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture
def visit(page, address, settled):
    """Opens a query and waits until its numbers are there."""

    def go(query=""):
        page.goto(f"{address}?{query}")
        settled(page)
        return page

    return go


@pytest.fixture(scope="session")
def settled():
    """Waits until the present answer is whole; gives the sentence at the top."""

    def wait(page):
        page.wait_for_function("() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'")
        return page.locator("#verdict").inner_text()

    return wait


@pytest.fixture(scope="session")
def query():
    """Gives what the address of a page holds."""
    return lambda page: {key: value[0] for key, value in parse_qs(urlsplit(page.url).query).items()}


@pytest.fixture(scope="session")
def press():
    """Presses a key on a part of a page, so many times."""

    def keys(page, selector, key, times=1):
        page.locator(selector).focus()
        for _ in range(times):
            page.keyboard.press(key)

    return keys


@pytest.fixture(scope="session")
def shown():
    """Puts a page into a theme and a size, and waits until it is whole in them."""

    def show(page, theme="light", size=(1400, 900)):
        width, height = size
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(WHOLE, arg=[theme, width])

    return show


@pytest.fixture(scope="session")
def arrive():
    """Takes a page to the state of a query, as the browser's way back to it would."""

    def to(page, query):
        page.evaluate(
            """(query) => {
              history.pushState(null, "", query);
              dispatchEvent(new PopStateEvent("popstate"));
            }""",
            f"?{query}",
        )

    return to


@pytest.fixture(scope="session")
def serious():
    """What axe finds on a page that is serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    def found(page):
        violations = Axe().run(page).response["violations"]
        return [(v["id"], v["nodes"][0]["html"][:150]) for v in violations if v["impact"] in ("serious", "critical")]

    return found
