"""Who may come in, and what every answer says to the browser: in front of all that the server serves.

A request is refused whose host is none of this server's names (a page elsewhere whose name is made to lead here), whose
origin is another page (for websockets and whatever changes something), that has too large a body, or, where the server
has a token, that does not show it. The token comes once with the link, as ``?token=…``; then a cookie stands for it.
"""

import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cohesion_viz.limits import BODY

#: Characters of the shortest token that is accepted.
SHORTEST = 20
#: Sent with every answer, beside the policy of content.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # the link with the token is told to nobody else
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HEALTH = "/healthz"
_NO_TOKEN = (
    "<!doctype html><html lang=en><title>cohesion: a token is needed</title><h1>A token is needed</h1>"
    "<p>Open the link with the token. The server printed it when it was started; whoever runs the server has it.</p>"
)


def read_token(path: Path) -> str:
    """The token in a file; where there is no file, a new one is written that only its owner can read.

    Raises
    ------
    ValueError
        Where the file holds none, one that is too short, or can be read by every user of the machine.
    OSError
        Where it cannot be read or written.
    """
    if not path.exists():
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(32) + "\n", encoding="utf-8")
    if os.name == "posix" and path.stat().st_mode & 0o007:
        raise ValueError(f"{path}: every user of this machine can read it; chmod 600 keeps the token yours")
    token = path.read_bytes()[:1000].decode("utf-8", "replace").strip()
    if len(token) < SHORTEST or not re.fullmatch(r"[A-Za-z0-9._~-]+", token):
        raise ValueError(f"{path}: a token is a line of at least {SHORTEST} letters, digits and -._~")
    return token


class Door:
    """The application behind the checks (ASGI).

    Parameters
    ----------
    app
        What is behind.
    names
        Names by which the server may be called, beside localhost, this machine's own and any address in numbers.
    token
        What browsers must show; None: nothing.
    cookie
        Name of the cookie that stands for the token. Cookies are not kept apart by port, so it should differ by port.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = (), token: str | None = None, cookie: str = "") -> None:
        self._app = app
        self._names = {name.lower().rstrip(".") for name in (*names, "localhost", socket.gethostname())}
        self._token = token.encode() if token else None
        self._cookie = cookie or "cohesion"
        self._shown = hmac.new(self._token, b"cohesion cookie", hashlib.sha256).hexdigest() if self._token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal:
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
            else:
                await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            await send(message)

        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """What is answered in the place of what was asked for; None where it may be had."""
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "")
        if not self._is_name_of_this(host):
            return PlainTextResponse("This server goes by another name; --name gives it further ones.", 421)
        if scope["type"] == "http" and path == HEALTH:
            return None
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if changes and not _same_place(headers.get("origin", ""), host):
            return PlainTextResponse("Asked for by another page.", 403)
        if "transfer-encoding" in headers or not _small(headers.get("content-length", "0")):
            return PlainTextResponse("Too long.", 413)
        return self._token_refusal(scope) if self._token else None

    def _token_refusal(self, scope: Scope) -> Response | None:
        held = HTTPConnection(scope).cookies.get(self._cookie, "")
        known = hmac.compare_digest(held.encode("utf-8", "replace"), self._shown.encode())
        if scope["type"] == "websocket":
            return None if known else Response(status_code=401)
        parts = scope["query_string"].split(b"&")
        given = [part.removeprefix(b"token=") for part in parts if part.startswith(b"token=")]
        right = bool(given) and self._token is not None and hmac.compare_digest(given[0], self._token)
        if given and (right or known):
            rest = b"&".join(part for part in parts if not part.startswith(b"token=")).decode("latin-1")
            there = RedirectResponse("./" + (f"?{rest}" if rest else ""), 303, {"Cache-Control": "no-store"})
            if right:
                secure = scope["scheme"] == "https"
                there.set_cookie(self._cookie, self._shown, secure=secure, httponly=True, samesite="lax")
            return there
        return None if known else HTMLResponse(_NO_TOKEN, 401, {"Cache-Control": "no-store"})

    def _is_name_of_this(self, host: str) -> bool:
        """Whether a host is this server: an address in numbers can only be typed, a name can be made to lead here."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
            return name in self._names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False


def _same_place(origin: str, host: str) -> bool:
    """Whether an origin, as browsers send it, is the page of a host."""
    try:
        found = urlsplit(origin)
        usual = {"http": 80, "https": 443}[found.scheme]
        here = urlsplit(f"//{host}")
        return found.hostname == here.hostname and (found.port or usual) == (here.port or usual)
    except (ValueError, KeyError):
        return False


def _small(length: str) -> bool:
    return length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= BODY


def address_of(host: str, port: int, token: str | None = None) -> str:
    """What to open in a browser, where the server listens there."""
    name = {"": "127.0.0.1", "0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")
