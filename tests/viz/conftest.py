"""A real server and a real Chromium for the tests of the dashboard."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync")  # fmt: skip


@pytest.fixture(scope="session")
def results_folder(tmp_path_factory):
    """A folder of results with one in it."""
    root = tmp_path_factory.mktemp("results")
    command = [sys.executable, "-m", "cohesion", "ensemble", "trade-war", "--baseline", "status-quo", "--runs", "32"]
    subprocess.run([*command, "--out", str(root / "trade-war")], env=environment(), check=True, capture_output=True)
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
def browser():
    if not CHROMIUM and os.environ.get("CI") != "true":
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser, address):
    """A page in a browser of its own that was served from nowhere else, and met no error."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.errors, opened.outside = [], []
    opened.on("console", lambda m: opened.errors.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on(
        "request",
        lambda r: opened.outside.append(r.url) if not r.url.startswith((address, "data:", "blob:", "ws:")) else None,
    )
    opened.set_default_timeout(30_000)
    yield opened
    assert opened.errors == []
    assert opened.outside == []
    context.close()


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture
def visit(page, address):
    """Opens a query and waits until its numbers are there."""

    def go(query=""):
        page.goto(f"{address}?{query}")
        settled(page)
        return page

    return go


def settled(page):
    """Waits until the present answer is whole; gives the sentence at the top."""
    page.wait_for_function("() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'")
    return page.locator("#verdict").inner_text()
