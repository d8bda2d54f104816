"""A real server: which files it gives, what a browser may say on a websocket, and what happens when it leaves."""

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cohesion_viz.limits import CHANNELS, MESSAGE, MESSAGE_RATE, MESSAGES
from experiments.soak.tab import Tab

SETTINGS = "runs=64&baseline="
LONG = "runs=2048&scenario=trade-war"


@pytest.fixture(scope="module")
def tab(small):
    opened = Tab(small[0], SETTINGS)
    opened.settle()
    yield opened
    opened.close()


def fetch(address, path, method="GET", **headers):
    """Status, headers and body, of a path as it is: nothing in it is put right on the way."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)) as connection:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


# --- files ------------------------------------------------------------------------------------------------------------

MOUNTS = ("/static/", "/static/assets/", "/jupyter/nbextensions/", "/jupyter/nbextensions/jupyter-vue/",
          "/_solara/cdn/", "/geometry/", "/")  # fmt: skip
WAYS_OUT = (
    "../../../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    "..%5c..%5c..%5cetc%5cpasswd",
    "....//....//....//etc/passwd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "%00/etc/passwd",
    "x%00.json",
    "C:/Windows/win.ini",
    "C%3a%5cWindows%5cwin.ini",
    "%5c%5cserver%5cshare%5cfile",
    "..%c0%af..%c0%afetc/passwd",
    "%ff%fe",
    "x" * 5000,
    "con", "nul.json", "a%3ab",
    "server.py", "../server.py", "..%2fserver.py", "../templates/solara.html.j2", "__pycache__",
)  # fmt: skip


@pytest.mark.parametrize("mount", MOUNTS)
def test_no_path_leads_to_another_file(small, mount):
    for way in WAYS_OUT:
        status, _, body = fetch(small[0], mount + way)
        assert status in (400, 404, 405), (mount, way)
        assert b"root:" not in body
        assert b"import " not in body
        assert b"Traceback" not in body
    assert fetch(small[0], "/healthz")[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/resourcez", "/readyz", "/jupyter/api/kernels/1", "/_solara/api/evict/1", "/static/public/x", "/other", "/docs/",
     "/_solara/cdn/vue@2.7.16/dist/none.js", "/jupyter/nbextensions/jupyter-js-widgets/extension.js"],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_there(small, path):
    begun = time.monotonic()
    assert fetch(small[0], path)[0] == 404
    assert time.monotonic() - begun < 5  # nothing was looked for on the internet meanwhile


def test_asking_for_a_folder_of_the_packages_neither_fetches_nor_removes_anything(tmp_path):
    """In a process of its own, on a folder of its own: Solara's own server would remove it."""
    (tmp_path / "package@1.0.0" / "dist").mkdir(parents=True)
    (tmp_path / "package@1.0.0" / "dist" / "main.js").write_text("ours")
    code = (
        "import sys, solara.server.starlette\nfrom cohesion_viz.routes import Packages\n"
        "found = Packages(directory=sys.argv[1])\n"
        "[found.lookup_path(path) for path in ('package@1.0.0/dist', 'package@1.0.0', 'other@1/main.js')]"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    assert (tmp_path / "package@1.0.0" / "dist" / "main.js").read_text() == "ours"
    assert [path.name for path in tmp_path.iterdir()] == ["package@1.0.0"]


@pytest.mark.parametrize(
    "headers",
    [
        {"script_name": "/evil"},
        {"x_script_name": "/evil"},
        {"x_forwarded_prefix": "/evil"},
        {"x_forwarded_host": "evil.example", "x_forwarded_proto": "https"},
    ],
)
def test_no_header_of_a_visitor_changes_the_page(small, headers):
    assert b"evil" not in fetch(small[0], "/", **headers)[2]
    assert fetch(small[0], "/")[2] == fetch(small[0], "/", **headers)[2]


def test_the_page_may_run_its_own_scripts_and_no_others(small):
    _, headers, body = fetch(small[0], "/")
    rules = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert "'unsafe-inline'" not in rules["script-src"]
    assert rules["script-src"].count("'sha256-") == body.count(b"<script>")
    assert rules["frame-ancestors"] == "'none'"
    assert "httponly" in headers["set-cookie"].lower()


# --- the websocket ----------------------------------------------------------------------------------------------------


def refused(tab, text):
    """Whether the connection ends with what is sent; that of a tab of its own."""
    tab._socket.send(text)
    wait_until(lambda: tab.errors)
    return True


def message(kind, **content):
    return json.dumps({"header": {"msg_type": kind}, "content": content, "channel": "shell"})


@pytest.mark.parametrize(
    "text",
    [
        "", "not JSON", "[" * 100_000, "{}", "[]", "null", b"\x00\x00\x00\x01", message("execute_request", code="1"),
        message("comm_open", target_name="jupyter.widget", data={"state": {}}), message("comm_open", target_name=[]),
        message("comm_open"), message("debug_request"),
    ],
    ids=lambda text: str(text)[:20],
)  # fmt: skip
def test_what_a_page_never_says_ends_the_connection(small, text):
    opened = Tab(small[0], SETTINGS)
    assert refused(opened, text)
    opened.close()


def test_too_long_a_message_and_too_many_channels_end_the_connection(small):
    for texts in (["x" * (MESSAGE + 1)], [message("comm_open", target_name="solara.control", comm_id=str(k), data={})
                                          for k in range(CHANNELS)]):  # fmt: skip
        opened = Tab(small[0], SETTINGS)
        for text in texts[:-1]:
            opened._socket.send(text)
        assert refused(opened, texts[-1])
        opened.close()


def test_messages_that_come_too_fast_wait(small):
    opened = Tab(small[0], SETTINGS)
    begun = time.monotonic()
    last = [opened.send("kernel_info_request") for _ in range(MESSAGES + 3 * MESSAGE_RATE)][-1]
    opened.wait(lambda: last in opened._handled)
    assert time.monotonic() - begun >= 2
    opened.close()


def test_another_page_cannot_open_a_session(small):
    with pytest.raises(InvalidStatus):
        Tab(small[0], SETTINGS, origin="http://evil.example")


def test_nobody_takes_over_the_session_of_another_browser(small, tab):
    """Knowing its key is not enough: the cookie of its browser is needed, to look on and to close."""
    other = Tab(small[0], SETTINGS)
    other.settle()
    other._place = tab._place
    heard = []
    with suppress(ConnectionClosed), closing(other._connected()) as intruder:
        intruder.send(message("comm_info_request"))
        while True:  # until it is closed: a time that runs out fails the test
            heard.append(intruder.recv(timeout=30))
    assert not any(text.startswith("{") for text in heard)
    other.key, other._page = tab.key, tab._page
    other.close()
    assert tab.move("us_tariff", 0.1) > 0
    assert tab.errors == []


# --- room for sessions ------------------------------------------------------------------------------------------------


def test_when_all_sessions_are_in_use_a_page_says_so_and_one_that_closes_makes_room(small):
    tabs = []

    def open_many():
        for _ in range(9):
            tabs.append(Tab(small[0], SETTINGS))
            tabs[-1].wait(lambda: tabs[-1].verdict)

    with pytest.raises(urllib.error.HTTPError) as caught:
        open_many()
    assert caught.value.code == 503
    assert "All 3 sessions" in caught.value.read().decode()
    tabs[0].close()
    wait_until(lambda: fetch(small[0], "/")[0] == 200)
    for opened in tabs[1:]:
        opened.close()


# --- leaving ----------------------------------------------------------------------------------------------------------


def busy(server, seconds=1.0):
    """Processors that the workers use."""
    children = psutil.Process(server.pid).children(recursive=True)
    workers = [child for child in children if "spawn_main" in str(child.cmdline())]
    before = [sum(worker.cpu_times()[:2]) for worker in workers]
    time.sleep(seconds)
    return sum(sum(worker.cpu_times()[:2]) for worker in workers) / seconds - sum(before) / seconds


@pytest.mark.parametrize("way", ["close", "cut"])
def test_when_a_tab_goes_in_the_middle_of_a_computation_the_workers_stop(small, way):
    address, server = small
    opened = Tab(address, f"{LONG}&seed={len(way)}")
    opened.wait(lambda: opened.verdict.get("runs"))
    opened.move("us_commitment", -0.4)
    assert not opened.verdict["done"]
    assert busy(server) > 0.2
    getattr(opened, way)()
    wait_until(lambda: busy(server, 0.5) < 0.05, 15)
    if way == "cut":
        opened.close()


def test_a_tab_that_comes_back_finds_its_session_and_the_work_goes_on(small):
    opened = Tab(small[0], f"{LONG}&seed=9&runs=256")
    opened.wait(lambda: opened.verdict.get("runs"))
    opened.cut()
    wait_until(lambda: busy(small[1], 0.5) < 0.05, 15)
    opened.come_back()
    assert opened.settle()["runs"] == 256
    opened.close()
