"""What a browser may say on the websocket of its session, and how fast; and what happens when it leaves.

Solara speaks Jupyter's protocol there. Of it a page needs to open the channels of Solara and of the widgets, and to
send events to what is on screen; anything else, as making widgets of its own, is refused. All of it is JSON: nothing
that a browser sends is unpickled or evaluated.
"""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable

import solara.server.starlette as ss
from solara.server import kernel_context
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from cohesion_viz.dashboard import app
from cohesion_viz.limits import CHANNELS, MESSAGE_PART, MESSAGE_RATE, MESSAGES, SESSIONS

#: Kinds of messages, and channels that a browser may open.
KINDS = frozenset(
    {"kernel_info_request", "comm_info_request", "comm_open", "comm_msg", "comm_close", "shutdown_request"}
)
TARGETS = frozenset({"solara.control", "jupyter.widget.control"})
#: What browsers call their session, and their page in it.
_KEY = re.compile(r"[0-9a-fA-F-]{32,36}")
#: Connections of each session, counted in the server's own thread.
_open: Counter[str] = Counter()


def full(key: str = "") -> bool:
    """Whether there is no room for a session, but for one that is there already."""
    known = {*kernel_context.contexts, *_open}  # those whose connection has just been opened are not in the first yet
    return len(known) >= SESSIONS and key not in known


class Channel:
    """The websocket of a session (ASGI), where there is room for it, until the browser leaves."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one."""
        socket = WebSocket(scope, Watched(receive, send), send)
        key = str(socket.path_params["kernel_id"])
        named = _KEY.fullmatch(key) and _KEY.fullmatch(socket.query_params.get("session_id", ""))
        if not named or socket.path_params["name"] != "channels" or full(key):
            await send({"type": "websocket.close", "code": 1013})  # before it is accepted: 403
            return
        _open[key] += 1
        try:
            _tell(key, app.came)
            await ss.kernel_connection(socket)
        finally:
            _open[key] -= 1
            if not _open[key]:
                del _open[key]
                _tell(key, app.left)


def close(request: Request) -> Response:
    """End a session whose tab is closed; asked for by the tab itself, as it goes."""
    context = kernel_context.contexts.get(request.path_params["kernel_id"])
    page = request.query_params.get("session_id", "")
    browser = request.cookies.get(ss.server.COOKIE_KEY_SESSION_ID)
    if context and context.session_id == browser and page in context.page_status:
        context.page_close(page)
    return Response(status_code=204)


def _tell(key: str, what: Callable[[str], None]) -> None:
    """Tell a session, within what Solara keeps for it."""
    context = kernel_context.contexts.get(key)
    if context and not context.closed_event.is_set():
        with context:
            what(key)


class Watched:
    """The messages of a browser, checked, and delayed where they come too fast.

    Parameters
    ----------
    receive, send
        Of the connection (ASGI).
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._left, self._at = float(MESSAGES), time.monotonic()
        self._channels = 0

    async def __call__(self) -> Message:
        """The next one; the end of the connection where it may not be sent."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        text = message.get("text")
        if text is None or not self._allowed(text):
            await self._send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}
        await asyncio.sleep(self._delay(1 + len(text) // MESSAGE_PART))
        return message

    def _allowed(self, text: str) -> bool:
        try:
            message = json.loads(text)
            kind = message["header"]["msg_type"]
            if kind == "comm_open":
                self._channels += 1
                return message["content"]["target_name"] in TARGETS and self._channels <= CHANNELS
            return kind in KINDS
        except (ValueError, KeyError, TypeError, RecursionError):
            return False

    def _delay(self, count: int) -> float:
        """Seconds to wait for so many messages: none, until more came than may come at once."""
        now = time.monotonic()
        self._left = min(MESSAGES, self._left + MESSAGE_RATE * (now - self._at)) - count
        self._at = now
        return max(0.0, -self._left / MESSAGE_RATE)
