"""Pictures of every page of the dashboard for the docs: make screenshots (needs Chromium), or some of them by name.

Starts a server of its own on an ensemble made for it, and writes docs/images/dashboard/*.png.
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

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images" / "dashboard"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
QUERY = "scenario=splitting-the-alliance&member=DNK&month=60"
#: Name of the picture: query, size, theme.
SHOTS = {
    "explorer": (QUERY, WIDE, "light"),
    "explorer-dark": (QUERY, WIDE, "dark"),
    "explorer-phone": (QUERY, PHONE, "light"),
    "compare": ("page=compare&scenario=trade-war&member=CAN", WIDE, "light"),
    "run": ("page=run&scenario=events-2025-2026&member=DNK&run=7&month=60", WIDE, "light"),
    "history": ("page=history&member=POL", WIDE, "light"),
    "history-dark": ("page=history&member=POL", WIDE, "dark"),
    "history-phone": ("page=history&member=POL", PHONE, "light"),
    "results": ("page=results&folder=splitting-the-alliance", WIDE, "light"),
    "about": ("page=about", WIDE, "light"),
}


def main() -> None:
    """Make the ensemble, start the server, take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium is not installed: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as results:
        cohesion = [sys.executable, "-m", "cohesion"]
        out = f"{results}/splitting-the-alliance"
        subprocess.run([*cohesion, "ensemble", "splitting-the-alliance", "--runs", "512", "--out", out], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [*cohesion, "dashboard", "--port", str(port), "--no-browser", "--results", results]
        server = subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL)
        try:
            wait(f"http://127.0.0.1:{port}/healthz")
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                for name in sys.argv[1:] or SHOTS:
                    query, size, theme = SHOTS[name]
                    page = browser.new_page(viewport=size, color_scheme=theme)
                    page.goto(f"http://127.0.0.1:{port}/?{query}")
                    page.wait_for_selector("main h2, main h3")
                    page.wait_for_timeout(12_000)  # all runs and the causes
                    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
                    print(name)
                    page.close()
                browser.close()
        finally:
            server.terminate()
            server.wait(20)


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
    main()
