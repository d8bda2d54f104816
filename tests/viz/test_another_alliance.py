"""The dashboard with an alliance of five that does not exist: every page that speaks of it works, without a map."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

FIVE = Path(__file__).resolve().parents[2] / "examples" / "five"


@pytest.fixture(scope="module")
def address():
    """Of a server that reads the tables of five; in the place of the one of all other tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "cohesion", "dashboard", "--port", str(port), "--no-browser"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COHESION_FACTS": str(FIVE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    for _ in range(300):
        try:
            if urllib.request.urlopen(url + "healthz").status == 200:
                break
        except OSError:
            time.sleep(0.2)
    yield url
    server.terminate()
    server.wait(20)


def test_the_explorer_answers_and_lists_the_members_in_place_of_a_map(visit, page):
    visit("runs=64&member=ILM")
    page.get_by_text("Why its trust in the United States changed").wait_for()
    said = page.locator("main").inner_text()
    assert "Coercion of five" in said
    assert "Ilmark" in said
    assert page.locator("nav").inner_text().split() == ["Explorer", "Compare", "Single", "run", "Results", "About"]
    assert not page.evaluate("() => Object.keys(window.cohesionMaps || {}).length")


@pytest.mark.parametrize("query", ["page=compare&runs=64", "page=run&member=VYS", "variable=posture&runs=64"])
def test_other_pages_answer_too(visit, query):
    assert "five" in visit(query).locator("main").inner_text()


def test_a_page_that_speaks_of_nato_alone_is_left_out(page, address):
    page.goto(f"{address}?page=lessons")
    page.get_by_text("Lessons is not here").wait_for()
