"""The dashboard's web server: who may come in, what is served, and a health check, in one application on one port.

Nothing leaves the machine: what the front end needs is served from the package ``solara-assets``.
"""

import errno
import gc
import ipaddress
import logging
import mimetypes
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cohesion.checks import clean
from cohesion_viz.limits import CONNECTIONS, KEPT_MINUTES, MESSAGE, PATIENCE

STATIC = Path(__file__).resolve().parent / "dashboard" / "static"
_SETTINGS = {
    "SOLARA_MODE": "production",
    "SOLARA_APP": "cohesion_viz.dashboard.app",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "cohesion",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_ASSETS_EXTRA_LOCATIONS": str(STATIC),
    "SOLARA_KERNEL_CULL_TIMEOUT": f"{KEPT_MINUTES}m",
    "SOLARA_ASSETS_PROXY": "True",
    # Written from threads, frames wait for slow browsers while the server waits for them, and may reach another
    # browser that has been given the connection's number by then.
    "SOLARA_SERVER_SYNC_WS_WRITE": "False",
}
#: Not compressed: on one machine that costs more than it saves. Who does not answer in time is let go.
_WEBSOCKETS: dict[str, Any] = {
    "ws_per_message_deflate": False, "ws_ping_interval": PATIENCE, "ws_ping_timeout": PATIENCE, "ws_max_size": MESSAGE,
}  # fmt: skip


class ServerError(RuntimeError):
    """The server cannot start; the text is one line for the person who started it."""


def application(
    results: Path | None = None,
    prefix: str = "",
    processes: int | None = None,
    names: Iterable[str] = (),
    token: str | None = None,
    cookie: str = "",
) -> Any:
    """The application (ASGI).

    Parameters
    ----------
    results
        Folder below which result folders are offered; None offers none.
    prefix
        Path below which it is served, as in ``/cohesion``.
    processes
        Worker processes; one for each processor where None, none (threads instead) where 0.
    names, token, cookie
        As of `cohesion_viz.door.Door`.
    """
    os.environ.update(_SETTINGS)
    mimetypes.add_type("text/javascript", ".js")  # on Windows the registry may say otherwise, and browsers refuse
    import solara.server.starlette as ss
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    from cohesion_viz.dashboard import app
    from cohesion_viz.door import HEALTH, Door
    from cohesion_viz.routes import routes
    from cohesion_viz.workers import Processes, Threads

    app.workers = Threads() if processes == 0 else Processes(processes or 0)
    app.results = results
    health = Route(HEALTH, lambda _: PlainTextResponse("ok"))
    door = Middleware(Door, names=tuple(names), token=token, cookie=cookie)
    return Starlette(routes=[health, *routes(prefix)], middleware=[door, *ss.middleware], lifespan=ss.lifespan)


def serve(
    host: str = "127.0.0.1",
    port: int = 8765,
    results_dir: str | Path | None = None,
    open_browser: bool = True,
    token_file: str | Path | None = None,
    names: Sequence[str] = (),
    open_to_all: bool = False,
) -> None:
    """Serve the dashboard until it is stopped.

    Parameters
    ----------
    host, port
        Where it listens; port 0 takes a free one.
    results_dir
        Folder below which result folders are offered.
    open_browser
        Whether to open a browser; with a token none is, since who looks at the list of processes would see the token.
    token_file
        File with the token that browsers must show; a new one is written where there is no file. None: no token.
    names
        Names by which it is called, as that of a proxy in front of it.
    open_to_all
        Whether it may listen to other machines without a token.

    Raises
    ------
    ServerError
        Where it would be open to other machines unasked, there is no such folder, the port is in use, the token cannot
        be had, or the extra of the dashboard is not installed.
    """
    if token_file is None and not open_to_all and not _only_here(host):
        raise ServerError(
            f"with --host {host} other machines can reach it: name a file for a token with --token FILE, "
            "or let everybody in with --no-token"
        )
    _check_installed()
    root = None if results_dir is None else Path(results_dir)
    if root and not root.is_dir():
        raise ServerError(f"--results: no folder {clean(str(root))}; name one that result folders lie in")
    import uvicorn

    from cohesion_viz.door import address_of, read_token

    try:
        token = None if token_file is None else read_token(Path(token_file))
    except (OSError, ValueError) as error:
        raise ServerError(f"--token: {error}") from None
    taken = _bind(host, port)
    port = taken.getsockname()[1]
    address = address_of(host, port, token)
    if threading.current_thread() is threading.main_thread():
        # uvicorn raises the signal again once it has stopped: by itself that would end the process without tidying up
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        app = application(root, names=names, token=token, cookie=f"cohesion-{port}")
        logging.getLogger("solara").setLevel(logging.WARNING)
        print(f"cohesion dashboard: {address} (Ctrl-C to stop)", flush=True)
        if not _only_here(host) and token is None:
            print("warning: without a token everybody can use it who can reach this machine", file=sys.stderr)
        if open_browser and token is None:
            threading.Timer(1.0, webbrowser.open, (address,)).start()
        gc.collect()
        gc.freeze()  # a full collection would go through all that is loaded, a fifth of a second in which none draws
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=2, limit_concurrency=CONNECTIONS,
            server_header=False, **_WEBSOCKETS,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[taken])
    finally:
        _end_workers()


def _only_here(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _end_workers() -> None:
    from cohesion_viz.dashboard import app
    from cohesion_viz.workers import Processes

    if isinstance(app.workers, Processes):
        app.workers.shutdown()


def _check_installed(names: Sequence[str] = ("solara", "ipyvuetify", "solara_assets")) -> None:
    from importlib.util import find_spec

    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ServerError(f"the dashboard needs {missing[0]}: pip install 'cohesion-alliance[viz]'")


def _bind(host: str, port: int) -> socket.socket:
    """A socket that listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(128)
    except (OSError, OverflowError) as error:
        taken.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise ServerError(f"port {port} on {host} is in use; name another with --port") from None
        raise ServerError(f"cannot listen on {host} port {port}: {error}") from None
    return taken
