"""What is served: the page, the files that it is made of, map geometry, and the websocket of each session.

Of Solara's own routes only those that the page needs: no file is fetched from the internet on the way, none is served
but of the packages that the page is made of, and no header of a visitor changes what others get.
"""

import base64
import hashlib
import os
import re
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import solara.server.starlette as ss
from jupyter_core.paths import jupyter_config_path
from solara.server import jupytertools, server, settings
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from cohesion_viz.channel import Channel, close, full
from cohesion_viz.limits import SESSIONS

ASSETS = Path(__file__).resolve().parent / "assets"
#: Geometry that is served, by name.
GEOMETRY = ("europe", "north_america")
#: Extensions of notebooks that the page needs; others that a user may have are left out.
EXTENSIONS = ("jupyter-vue/extension", "jupyter-vuetify/extension")
#: What the page may load and do, beside its own scripts. Vue 2 compiles the templates of widgets in the browser, which
#: browsers call eval, and sets styles of elements.
POLICY = (
    "default-src 'none'; connect-src 'self'; font-src 'self' data:; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "script-src 'self' 'unsafe-eval'"
)
_SCRIPT = re.compile(r"<script(?: type=\"module\")?>(.*?)</script>", re.DOTALL)
_FULL = (
    "<!doctype html><html lang=en><title>cohesion: no room</title><h1>No room just now</h1>"
    f"<p>All {SESSIONS} sessions of this server are in use. Close a tab that you do not need, or try later.</p>"
)


def routes(prefix: str) -> list[BaseRoute]:
    """All routes below a path."""
    settings.main.root_path = prefix  # else the headers of the first visitor would say it for all
    settings.main.base_url = f"http://localhost{prefix}/"
    below = [
        Route("/", page),
        Route("/geometry/{name}.json", geometry),
        Mount("/_solara/cdn", Packages(directory=settings.assets.proxy_cache_dir)),
        Mount("/static/assets", ss.StaticAssets()),
        Mount("/static", ss.StaticFilesOptionalAuth(directory=server.solara_static)),
        Mount("/jupyter/nbextensions", Extensions()),
        Route("/_solara/api/close/{kernel_id}", close, methods=["POST"]),
        WebSocketRoute("/jupyter/api/kernels/{kernel_id}/{name}", Channel()),
    ]
    return [Mount(prefix, routes=below)]


async def page(request: Request) -> Response:
    """The page, the same for all, with a cookie by which a session knows its browser."""
    if full():
        return HTMLResponse(_FULL, 503, {"Retry-After": "60", "Cache-Control": "no-store"})
    text, policy = _page()
    answer = HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})
    held = request.cookies.get(server.COOKIE_KEY_SESSION_ID, "")
    secure = request.url.scheme == "https"
    answer.set_cookie(server.COOKIE_KEY_SESSION_ID, _key(held), secure=secure, httponly=True, samesite="lax")
    return answer


async def geometry(request: Request) -> Response:
    """The shapes of a map."""
    name = request.path_params["name"]
    if name not in GEOMETRY:
        return PlainTextResponse("no such map", 404)
    return FileResponse(ASSETS / f"{name}.json", headers={"Cache-Control": "public, max-age=86400"})


class Packages(ss.StaticCdn):
    """Packages of the front end as they are installed; what is not there is not fetched."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file of a path."""
        return StaticFiles.lookup_path(self, path)


class Extensions(ss.StaticNbFiles):
    """The extensions of notebooks that the page needs."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file of a path."""
        if Path(path).parts[:1] not in [Path(name).parts[:1] for name in EXTENSIONS]:
            return "", None
        return super().lookup_path(path)


@cache
def _page() -> tuple[str, str]:
    """Solara's page, and the policy of content with the digests of the scripts that stand in it."""
    enabled = jupytertools.get_config([Path(place) / "nbconfig" for place in jupyter_config_path()], "notebook")
    server.nbextensions_ignorelist += [name for name in enabled.get("load_extensions", ()) if name not in EXTENSIONS]
    text = server.read_root("/", settings.main.root_path)
    digests = [hashlib.sha256(script.replace("\r\n", "\n").encode()).digest() for script in _SCRIPT.findall(text)]
    allowed = "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return text, POLICY + allowed


def _key(held: str) -> str:
    """The key of a browser: the one it has, or a new one."""
    try:
        return str(UUID(held))
    except ValueError:
        return str(uuid4())
