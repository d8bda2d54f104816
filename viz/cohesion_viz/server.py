"""The dashboard's web server: Solara's routes, map geometry and a health check in one application on one port.

Nothing leaves the machine: what the front end needs is served from the package ``solara-assets``.
"""

import errno
import gc
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).resolve().parent / "assets"
STATIC = Path(__file__).resolve().parent / "dashboard" / "static"
#: Geometry that is served, by name.
GEOMETRY = ("europe", "north_america")
_SETTINGS = {
    "SOLARA_MODE": "production",
    "SOLARA_APP": "cohesion_viz.dashboard.app",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "cohesion",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_ASSETS_EXTRA_LOCATIONS": str(STATIC),
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
    "SOLARA_ASSETS_PROXY": "True",
    "SOLARA_SERVER_SYNC_WS_WRITE": "True",
}
#: Answers are written from the thread that has them (``SOLARA_SERVER_SYNC_WS_WRITE`` needs this implementation), and
#: not compressed: on one machine that costs more than it saves.
_WEBSOCKETS: dict[str, Any] = {"ws": "websockets", "ws_per_message_deflate": False}


class ServerError(RuntimeError):
    """The server cannot start; the text is one line for the person who started it."""


def application(results: Path | None = None, prefix: str = "", processes: int | None = None) -> Any:
    """The application (ASGI).

    Parameters
    ----------
    results
        Folder below which result folders are offered; None offers none.
    prefix
        Path below which it is served, as in ``/cohesion``.
    processes
        Worker processes; one for each processor where None, none (threads instead) where 0.
    """
    os.environ.update(_SETTINGS)
    import solara.server.starlette as ss
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import FileResponse, PlainTextResponse, Response
    from starlette.routing import Mount, Route

    from cohesion_viz.dashboard import app
    from cohesion_viz.workers import Processes, Threads

    app.workers = Threads() if processes == 0 else Processes(processes or 0)
    app.results = results

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def geometry(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in GEOMETRY:
            return PlainTextResponse("no such map", 404)
        return FileResponse(ASSETS / f"{name}.json", headers={"Cache-Control": "public, max-age=86400"})

    routes = [Route(f"{prefix}/geometry/{{name}}.json", geometry), Mount(prefix or "/", routes=ss.routes)]
    return Starlette(routes=[Route("/healthz", health), *routes], middleware=ss.middleware, lifespan=ss.lifespan)


def serve(
    host: str = "127.0.0.1",
    port: int = 8765,
    results_dir: str | Path | None = None,
    open_browser: bool = True,
) -> None:
    """Serve the dashboard until it is stopped.

    Parameters
    ----------
    host, port
        Where it listens; port 0 takes a free one.
    results_dir
        Folder below which result folders are offered.
    open_browser
        Whether to open a browser.

    Raises
    ------
    ServerError
        Where the port is in use, or the extra of the dashboard is not installed.
    """
    _check_installed()
    import uvicorn

    taken = _bind(host, port)
    port = taken.getsockname()[1]
    address = f"http://{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{port}/"
    app = application(None if results_dir is None else Path(results_dir))
    logging.getLogger("solara").setLevel(logging.WARNING)
    print(f"cohesion dashboard: {address} (Ctrl-C to stop)", flush=True)
    if open_browser:
        threading.Timer(1.0, webbrowser.open, (address,)).start()
    gc.collect()
    gc.freeze()  # a full collection would go through all that is loaded by now, a fifth of a second in which none draws
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, **_WEBSOCKETS)
    try:
        uvicorn.Server(config).run(sockets=[taken])
    finally:
        _end_workers()


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
