"""A page as PDF, printed by Chromium where there is one."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

#: Programs that can print, in the order they are looked for.
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser",
    "google-chrome", "google-chrome-stable", "chrome", "msedge",
)  # fmt: skip
SECONDS = 120


class PrintError(RuntimeError):
    """There is no PDF; the text is one line for the person who asked for it."""


def browser() -> str:
    """The browser that prints.

    Raises
    ------
    PrintError
        Where none is found.
    """
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise PrintError("a PDF is printed by Chromium, and none is installed (looked for chromium, google-chrome, msedge)")


def printed(html: Path, pdf: Path) -> None:
    """Print a page.

    Raises
    ------
    PrintError
        Where the browser is missing or fails.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="cohesion-print-", ignore_cleanup_errors=True) as profile:
        words = [
            program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", html.as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            words.insert(1, "--no-sandbox")  # Chromium has none for the superuser, as in a container
        try:
            done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrintError(f"{program} could not print: {type(error).__name__}") from None
    if done.returncode or not pdf.is_file() or not pdf.stat().st_size:
        raise PrintError(f"{program} could not print: exit code {done.returncode}")
