"""The command line: ``cohesion --help``.

Everything heavy is imported where it is used, so that help and tables answer at once.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from cohesion.levers import HOLDERS, LEVERS

if TYPE_CHECKING:
    import xarray as xr

    from cohesion.scenario import Scenario

MAX_RUNS, MAX_SEED, MAX_MONTHS, MAX_THREADS = 1_000_000, 2**63 - 1, 600, 256
#: Runs of which every month is kept; of further ones only the ends, so that memory stays small.
BLOCK = 2048
CAVEAT = "This is an exploratory model, not a forecast."

app = typer.Typer(
    name="cohesion", add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def main() -> NoReturn:
    """Run the command line: exit code 2 and one line for a mistake of the user, 130 for Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = app(prog_name="cohesion", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except MemoryError:
        code = _fail("not enough memory for so many runs and months; ask for fewer with --runs or --months", 1)
    except (typer.TyperException, ValueError) as error:
        message = _message(error)
        if message is None:
            raise
        code = _fail(message, 2)
    sys.exit(code)


def _fail(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def _message(error: Exception) -> str | None:
    """What to say of an error of the user; None for any other."""
    if isinstance(error, typer.BadParameter) and error.param is not None and error.message:
        return f"{error.param.opts[-1] if error.param.param_type_name == 'option' else error.param.human_readable_name}: {error.message}"
    if hasattr(error, "format_message"):  # of typer
        return " ".join(str(error.format_message()).split())
    from cohesion.facts import FactsError
    from cohesion.results import ResultsError
    from cohesion.scenario import ConfigError

    return str(error) if isinstance(error, ConfigError | FactsError | ResultsError) else None
