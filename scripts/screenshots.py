"""Pictures for the docs (needs Chromium): make screenshots, of pages and a report; make screenshots-lessons.

Starts a server of its own (for the pages on an ensemble made for it) and fills docs/images/dashboard or /lessons, and
docs/images/report.png.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from cohesion.game import Game, encode
from cohesion.lesson_file import lesson_names
from cohesion_viz.dashboard.lesson_steps import view_at
from cohesion_viz.view import View

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PROJECTOR = {"width": 1280, "height": 720}
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
QUERY = "scenario=splitting-the-alliance&member=DNK&month=60"
GAME = encode(Game(7, "splitting-the-alliance").then({"europe_aid": 0.6}).then({}).then({"pledge": 3}).then({}))
#: Name of the picture: query, size, theme.
SHOTS = {
    "explorer": (QUERY, WIDE, "light"),
    "explorer-dark": (QUERY, WIDE, "dark"),
    "explorer-phone": (QUERY, PHONE, "light"),
    "compare": ("page=compare&scenario=trade-war&member=CAN", WIDE, "light"),
    "game": (f"page=game&game={GAME}", WIDE, "light"),
    "game-dark": (f"page=game&game={GAME}", WIDE, "dark"),
    "game-phone": (f"page=game&game={GAME}", PHONE, "light"),
    "run": ("page=run&scenario=events-2025-2026&member=DNK&run=7&month=60", WIDE, "light"),
    "history": ("page=history&member=POL", WIDE, "light"),
    "history-dark": ("page=history&member=POL", WIDE, "dark"),
    "history-phone": ("page=history&member=POL", PHONE, "light"),
    "results": ("page=results&folder=splitting-the-alliance", WIDE, "light"),
    "about": ("page=about", WIDE, "light"),
}
SETTLED = "() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'"


def lessons() -> dict[str, tuple[str, dict[str, int], str]]:
    """The first move of each lesson."""
    return {name: (view_at(View(), name, 1).to_query(), PROJECTOR, "light") for name in lesson_names()}


def main(kind: str) -> None:
    """Make the ensemble, start the server, take the pictures."""
    folder, shots = IMAGES / kind, lessons() if kind == "lessons" else SHOTS
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not chromium:
        sys.exit("Chromium is not installed: apt-get install chromium-headless-shell")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as results:
        cohesion = [sys.executable, "-m", "cohesion"]
        out = f"{results}/splitting-the-alliance"
        if kind == "dashboard":
            made = ["ensemble", "splitting-the-alliance", "--baseline", "status-quo", "--runs", "512", "--out", out]
            subprocess.run([*cohesion, *made], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [*cohesion, "dashboard", "--port", str(port), "--no-browser", "--results", results]
        server = subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL)
        try:
            wait(f"http://127.0.0.1:{port}/healthz")
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                for name, (query, size, theme) in shots.items():
                    page = browser.new_page(viewport=size, color_scheme=theme)
                    page.goto(f"http://127.0.0.1:{port}/?{query}")
                    page.wait_for_selector("main h2, main h3")
                    drawn(page, kind)
                    page.screenshot(path=folder / f"{name}.png", full_page=kind != "lessons")
                    if kind == "lessons":
                        Image.open(folder / f"{name}.png").quantize(256, Image.Quantize.FASTOCTREE).save(
                            folder / f"{name}.png", optimize=True
                        )
                    print(name)
                    page.close()
                if kind != "lessons":
                    report(browser, out)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)


def report(browser: Browser, folder: str) -> None:
    """The head of a report."""
    file = Path(folder).with_suffix(".html")
    subprocess.run([sys.executable, "-m", "cohesion", "report", folder, "-o", str(file)], check=True)
    page = browser.new_page(viewport={"width": 860, "height": 1000})
    page.goto(file.as_uri())
    page.screenshot(path=IMAGES / "report.png")
    page.close()


def drawn(page: Page, kind: str) -> None:
    """Wait until all that is to be seen is there."""
    if kind == "lessons":
        page.wait_for_function(SETTLED, timeout=180_000)
        page.wait_for_timeout(1500)
    else:
        page.wait_for_timeout(12_000)  # all runs and the causes


def wait(url: str) -> None:
    """Until the server answers."""
    for _ in range(100):
        try:
            urllib.request.urlopen(url)
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"the server does not answer at {url}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "dashboard")
