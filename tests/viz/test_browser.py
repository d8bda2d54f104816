"""The explorer in a real Chromium, served by a real server."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

CHROMIUM = shutil.which("chromium")
if not CHROMIUM and os.environ.get("CI") != "true":
    pytest.skip("Chromium is not installed: apt-get install chromium", allow_module_level=True)
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync")  # fmt: skip


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cohesion", "dashboard", "--port", str(port), "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    for _ in range(150):
        try:
            if urllib.request.urlopen(url + "healthz").status == 200:
                break
        except OSError:
            time.sleep(0.2)
    yield url
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.errors, opened.outside = [], []
    opened.on("console", lambda m: opened.errors.append(m.text) if m.type == "error" else None)
    opened.on(
        "request",
        lambda r: opened.outside.append(r.url) if not r.url.startswith((address, "data:", "blob:", "ws:")) else None,
    )
    opened.goto(address + "?runs=64")
    verdict(opened)
    yield opened
    assert opened.errors == []
    assert opened.outside == []
    opened.close()


def verdict(page):
    """The sentence at the top, once the first band is there."""
    page.wait_for_function(
        "() => /of \\d+ runs/.test(document.querySelector('.co-line')?.innerText ?? '')", timeout=30_000
    )
    return page.locator(".co-line").first.inner_text()


def test_the_page_answers_with_a_verdict_and_says_that_it_is_no_forecast(page):
    assert "%" in verdict(page)
    assert page.get_by_text("not a forecast").first.is_visible()


def test_a_slider_moved_by_key_changes_the_verdict_and_the_link(page):
    before = verdict(page)
    slider = page.locator("#lever-us_commitment")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('.co-line').innerText !== before", arg=before, timeout=30_000
    )
    page.wait_for_function("() => location.search.includes('us_commitment')", timeout=10_000)


def test_a_link_restores_the_state(page, browser):
    page.goto(page.url.split("?")[0] + "?scenario=trade-war&runs=64&member=DNK")
    verdict(page)
    assert page.get_by_text("Denmark").first.is_visible()


def test_a_phone_needs_no_sideways_scrolling(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, theme):
    from axe_playwright_python.sync_playwright import Axe

    if theme == "dark":
        page.get_by_role("button", name=re.compile("theme|dark", re.IGNORECASE)).first.click()
        page.wait_for_timeout(1000)
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
