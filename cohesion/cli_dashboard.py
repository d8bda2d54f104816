"""The command that opens the dashboard."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""\b
Examples:
  cohesion dashboard
  cohesion dashboard --port 9000 --no-browser
  cohesion dashboard --results results
  cohesion dashboard --host 0.0.0.0 --token token.txt --name cohesion.example.org"""
)
def dashboard(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port; 0 takes a free one.")
    ] = 8765,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    results: Annotated[
        Path | None, typer.Option("--results", metavar="DIR", help="Offer the result folders below this one.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    token: Annotated[
        Path | None,
        typer.Option("--token", metavar="FILE", help="Ask for the token in this file; a new one is written if none."),
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="With --host: let everybody in who reaches the address.")
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A name it is called by, as of a proxy; can be repeated."),
    ] = None,
) -> None:
    """Open the dashboard in a browser.

    It needs no internet, and only this machine can reach it unless --host says otherwise; then it asks for a token.
    """
    from cohesion.scenario import ConfigError
    from cohesion_viz.server import ServerError, serve

    if token is not None and no_token:
        raise ConfigError("--token asks for a token and --no-token does not: give one of the two")

    try:
        serve(host, port, results, browser, token, name or (), no_token)
    except ServerError as error:
        raise ConfigError(str(error)) from None
