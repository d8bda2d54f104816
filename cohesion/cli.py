"""The command line: ``cohesion --help``.

Everything heavy is imported where it is used, so that help and tables answer at once.
"""

import errno
import os
import sys
from typing import Annotated, NoReturn

import typer

from cohesion import (
    cli_batch,
    cli_dashboard,
    cli_facts,
    cli_game,
    cli_history,
    cli_inputs,
    cli_lessons,
    cli_propositions,
    cli_report,
    cli_run,
    cli_seek,
)
from cohesion.printing import fail
from cohesion.version import MODEL

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def main() -> NoReturn:
    """Run the command line: exit code 2 and one line for a mistake of the user, 130 for Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if "COHESION_EXTENSIONS" in os.environ:
            from cohesion import extend

            extend.load()
        code = app(prog_name="cohesion", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        _drop_output()
        code = 1
    except MemoryError:
        fail("not enough memory for so many runs and months; ask for fewer with --runs or --months")
        code = 1
    except Exception as error:
        message = _message(error)
        if message is None:
            raise
        fail(message)
        code = 2
        try:
            sys.stdout.flush()
        except OSError:  # what could not be written cannot be written at the end either
            _drop_output()
    sys.exit(code)


def _drop_output() -> None:
    """What is still to be printed goes nowhere: Python would try it again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _message(error: Exception) -> str | None:
    """What to say of a mistake of the user; None for any other error."""
    if isinstance(error, typer.BadParameter) and error.message:
        named = error.param_hint if error.param is None else error.param.opts[0]
        return f"{named}: {error.message}"
    if hasattr(error, "format_message"):  # of typer
        text = " ".join(str(error.format_message()).split()).rstrip(".")
        if close := getattr(error, "possibilities", None):
            text = f"{getattr(error, 'message', text)}. Did you mean {' or '.join(close)}?"
        context = getattr(error, "ctx", None)
        return text if context is None else f"{text} (see {context.command_path} --help)"
    if isinstance(error, ImportError) and "COHESION_EXTENSIONS" in str(error):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        from cohesion.checks import clean

        return f"{clean(str(error.filename))}: {error.strerror.lower()}"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # what is printed has no filename
        return "the output cannot be written: no space left on device"
    if not isinstance(error, ValueError):
        return None
    try:
        from cohesion.facts import FactsError
    except ValueError as broken:  # no facts are to be had where COHESION_FACTS says
        return str(broken)
    from cohesion.results import ResultsError
    from cohesion.scenario import ConfigError

    return str(error) if isinstance(error, ConfigError | FactsError | ResultsError) else None


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"cohesion {version('cohesion-alliance')}, model {MODEL}")
        except PackageNotFoundError:
            print(f"cohesion, not installed, model {MODEL}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog="""\b
Examples:
  cohesion scenarios
  cohesion run greenland-claim
  cohesion ensemble splitting-the-alliance --baseline status-quo
  cohesion explain greenland-claim --member DNK --traced

Each command explains itself: cohesion ensemble --help""",
)
def _cohesion(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Does NATO hold together, and why? An agent-based simulation of 32 members, Russia and Ukraine.

    An exploratory model, not a forecast.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


# In the order in which the help lists them.
for _part in (cli_inputs, cli_run, cli_dashboard, cli_batch, cli_seek, cli_report, cli_history, cli_lessons):
    app.add_typer(_part.app)
app.add_typer(cli_facts.app, name="facts")
app.add_typer(cli_game.app, name="game")
app.add_typer(cli_propositions.app)
