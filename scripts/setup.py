"""Set up a virtual environment with the locked versions: what make does, and what Windows runs by hand.

python scripts/setup.py [--venv .venv] [--extra dev] [--installer auto|uv|pip]
python scripts/setup.py --venv .venv-other --only LOCK    what a lock file names, without the project

Needs nothing but Python 3.11. Uses uv where it is installed, else venv and pip.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.lock"


def say(text):
    """Print at once, so that our lines stay in order with those of the programs we call."""
    print(text, flush=True)


def run(*command):
    """Run a command in the project's folder and stop where it fails, its own error in sight."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    code = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment).returncode
    if code:
        sys.exit(f"Setup stopped, the error is above. It came from: {' '.join(map(str, command))}")


def python_of(venv):
    """Path of the interpreter in an environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def usable(venv, uv):
    """Whether an environment is there, starts, is new enough and can be installed into."""
    modules = "sys" if uv else "pip, sys"
    test = f"import {modules}; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([str(python_of(venv)), "-c", test], capture_output=True).returncode == 0
    except OSError:
        return False


def create(venv, uv):
    """Make an empty environment with the Python that runs this script."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.prefix != sys.base_prefix and venv.resolve() == Path(sys.prefix).resolve():
        sys.exit(f"{venv.name} cannot rebuild itself: delete it and run this again.")
    if not uv and importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        sys.exit(
            f"Python {version} at {sys.executable} comes without ensurepip, so it cannot put pip into an environment.\n"
            f"Install it (Debian, Ubuntu: sudo apt install {package}), or install uv, or use another Python."
        )
    say(f"Creating {venv.name} with Python {version}")
    shutil.rmtree(venv, ignore_errors=True)
    if uv:
        run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    else:
        run(sys.executable, "-m", "venv", venv)


def install(venv, uv, extra, newest):
    """Install the project, editable, at the locked versions; then, on request, the newest of some packages."""
    target = f".[{extra}]" if extra else "."
    say(f"Installing {target} with {'uv' if uv else 'pip'}; the first time this downloads and takes a minute or two")
    if uv:
        pip = [uv, "pip", "install", "--python", python_of(venv), "--compile-bytecode"]
        upgrade = [part for name in newest for part in ("--upgrade-package", name)]
    else:
        pip = [python_of(venv), "-m", "pip", "install"]
        upgrade = ["--upgrade"]
    run(*pip, "--constraint", LOCK, "--editable", target)
    if newest:
        say(f"Taking the newest {', '.join(newest)} that pyproject.toml allows")
        run(*pip, *upgrade, *newest, "--editable", target)
    # An editable install is not byte-compiled by the installer.
    run(python_of(venv), "-m", "compileall", "-q", "cohesion", "viz")


def install_only(venv, uv, lock):
    """Install what a lock file names and nothing of the project."""
    say(f"Installing {lock} into {venv.name} with {'uv' if uv else 'pip'}")
    pip = [uv, "pip", "install", "--python", python_of(venv)] if uv else [python_of(venv), "-m", "pip", "install"]
    run(*pip, "--requirement", lock)


def main():
    """Read the options, make the environment where needed, install."""
    if sys.version_info < (3, 11):  # noqa: UP036 (said in a sentence, not in a traceback)
        sys.exit(f"cohesion needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    parser = argparse.ArgumentParser(description="Set up a virtual environment with the locked versions.")
    parser.add_argument("--venv", default=".venv", help="folder of the environment, in the project (default: .venv)")
    parser.add_argument("--extra", default="", help="extra of pyproject.toml to install as well, such as dev")
    parser.add_argument("--newest", nargs="*", default=[], help="packages to take at their newest instead of as locked")
    parser.add_argument("--only", metavar="LOCK", help="install what this lock file names in place of the project")
    parser.add_argument("--installer", choices=["auto", "uv", "pip"], default="auto", help="default: uv if installed")
    options = parser.parse_args()

    uv = shutil.which("uv") if options.installer != "pip" else None
    if options.installer == "uv" and not uv:
        sys.exit("uv is not on PATH. Install it, or leave --installer out to use pip.")
    venv = ROOT / options.venv
    if not usable(venv, uv):
        create(venv, uv)
    if options.only:
        install_only(venv, uv, options.only)
    else:
        install(venv, uv, options.extra, options.newest)


if __name__ == "__main__":
    main()
