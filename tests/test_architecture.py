"""The picture of the architecture is that of the code."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_modules_import_only_what_is_below_them():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


def test_an_import_against_the_layers_is_noticed(tmp_path):
    text = (ROOT / "pyproject.toml").read_text()
    turned = tmp_path / "turned.toml"
    turned.write_text(text.replace('    "ledger",\n    "simulation",\n', '    "simulation",\n    "ledger",\n'))
    assert turned.read_text() != text
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-logo", "--no-cache", turned], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "cohesion.ledger -> cohesion.simulation" in done.stdout


def test_the_picture_shows_the_layers_as_they_are():
    done = subprocess.run(
        [sys.executable, "-c", "import scripts.architecture as a, sys; sys.stdout.write(a.picture())"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == (ROOT / "docs" / "images" / "architecture.svg").read_text(encoding="utf-8")
