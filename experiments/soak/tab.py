"""A tab of a browser without the browser: it opens the page and speaks Solara's protocol on its websocket."""

import json
import socket
import threading
import time
import urllib.request
import uuid
from contextlib import suppress
from http.cookiejar import CookieJar
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect


class Tab:
    """An open tab.

    Parameters
    ----------
    address
        Of the server, with its slash at the end.
    query
        Of the view that is opened.
    origin
        Said to be the page that opens the websocket; None: the server's own.

    Attributes
    ----------
    verdict
        What the line of the verdict was sent, and whether it is whole.
    errors
        What went wrong: tracebacks in the page, a connection that ended by itself.
    """

    def __init__(self, address: str, query: str = "", origin: str | None = None) -> None:
        self._address, place = address, urlsplit(address)
        self._jar = CookieJar()
        self.get(f"?{query}")
        self.key, self._page = str(uuid.uuid4()), str(uuid.uuid4())
        self._origin = origin or f"http://{place.netloc}"
        self._place = f"ws://{place.netloc}/jupyter/api/kernels/{self.key}/channels?session_id={self._page}"
        self._socket = self._connected()
        self._news = threading.Condition()
        self._states: dict[str, dict] = {}
        self._handled: set[str] = set()
        self._left = False
        self.verdict: dict = {}
        self.errors: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        control = uuid.uuid4().hex
        self.send("comm_open", comm_id=control, target_name="solara.control", data={})
        run = {"path": f"/?{query}", "dark": False, "themes": {"light": {}, "dark": {}}, "appName": None}
        self.send("comm_msg", comm_id=control, data={"method": "run", "args": run})

    def _connected(self) -> ClientConnection:
        cookies = {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)}
        how = {"origin": self._origin, "max_size": None, "compression": None, "open_timeout": 120}
        return connect(self._place, additional_headers=cookies, **how).__enter__()

    def get(self, path: str) -> bytes:
        """Ask for a file, with the cookies that the server has set."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        with opener.open(self._address + path, timeout=120) as answer:
            return answer.read()

    def send(self, kind: str, metadata: object = None, **content: object) -> str:
        """Send a message; gives its number."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "session": self._page, "username": "",
                  "version": "5.2", "date": "2026-01-01T00:00:00Z"}  # fmt: skip
        rest = {"parent_header": {}, "metadata": metadata or {}, "channel": "shell", "buffers": []}
        self._socket.send(json.dumps({"header": header, "content": content, **rest}))
        return number

    def event(self, part: str, name: str, data: object) -> str:
        """What a person does with a part of the page, which is known by a value that it has."""
        comm = self.wait(lambda: next((key for key, state in self._states.items() if part in state), None))
        return self.send("comm_msg", comm_id=comm, data={"method": "custom", "content": {"event": name, "data": data}})

    def turn(self, page: str, seconds: float = 300) -> float:
        """Turn to a page and wait until it is drawn: seconds that it took."""
        begun = time.monotonic()
        asked = self.event("page", "go", page)
        self.wait(lambda: asked in self._handled, seconds)
        return time.monotonic() - begun

    def move(self, lever: str, value: float, seconds: float = 300) -> float:
        """Move a lever and wait for the first answer: seconds that it took."""
        begun, number = time.monotonic(), time.time_ns() // 1000
        self.event("acknowledged", "move", {"name": lever, "kind": "number", "value": value, "move": number})
        self.wait(lambda: any(s.get("acknowledged", 0) >= number for s in list(self._states.values())), seconds)
        return time.monotonic() - begun

    def settle(self, seconds: float = 300) -> dict:
        """Wait until the verdict is whole."""
        return self.wait(lambda: self.verdict.get("done") and self.verdict, seconds)

    def wait(self, true, seconds: float = 300):
        """Wait until something is true of what came; gives it."""
        end = time.monotonic() + seconds
        with self._news:
            while not (found := true()):
                if self.errors or not self._news.wait(max(0.0, end - time.monotonic())):
                    raise TimeoutError(self.errors or f"nothing came for {seconds:.0f} s")
            return found

    def close(self) -> None:
        """Close the tab as a browser does: with a note to the server."""
        self.cut()
        headers = {"Origin": self._address.rstrip("/")}
        url = f"{self._address}_solara/api/close/{self.key}?session_id={self._page}"
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        opener.open(urllib.request.Request(url, b"", headers, method="POST"), timeout=120).close()

    def cut(self) -> None:
        """Leave without a word, as a browser that is killed."""
        self._left = True
        with suppress(OSError):
            self._socket.socket.shutdown(socket.SHUT_RDWR)

    def come_back(self) -> None:
        """Connect again, as a browser does whose network failed, and ask how things stand."""
        self._left = False
        self._socket = self._connected()
        threading.Thread(target=self._listen, daemon=True).start()
        control = uuid.uuid4().hex
        self.send("comm_open", {"version": "1.0.0"}, comm_id=control, target_name="jupyter.widget.control", data={})
        self.send("comm_msg", comm_id=control, data={"method": "request_states"})

    def _listen(self) -> None:
        try:
            for text in self._socket:
                with self._news:
                    self._take(text)
                    self._news.notify_all()
        except (ConnectionClosed, OSError) as error:
            self._ended(repr(error))
        else:
            self._ended("closed by the server")

    def _ended(self, how: str) -> None:
        with self._news:
            if not self._left:
                self.errors.append(how)
            self._news.notify_all()

    def _take(self, text: str | bytes) -> None:
        """Keep of the widgets what tells the parts apart, and the verdict."""
        if "Traceback" in str(text):
            self.errors.append(str(text)[-2000:])
        message = json.loads(text)
        content = message["content"]
        if content.get("execution_state") == "idle":
            self._handled.add(message["parent_header"]["msg_id"])
        if message["header"]["msg_type"] == "comm_close":
            self._states.pop(content["comm_id"], None)
        data = content.get("data")
        if isinstance(data, dict):
            several = {key: whole["state"] for key, whole in data.get("states", {}).items()}
            for key, state in (several or {content.get("comm_id"): data.get("state") or {}}).items():
                self._keep(key, state)

    def _keep(self, key: str, state: dict) -> None:
        kept = self._states.setdefault(key, {})
        kept.update({key: value if isinstance(value, bool | int) else True for key, value in state.items()})
        if "done" in kept and "packed" in kept:
            new = json.loads(state["packed"]) if "packed" in state else {}
            self.verdict = {**self.verdict, **new, "done": kept["done"]}
