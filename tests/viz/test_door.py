"""Who may come in: names, origins, token, sizes; and what every answer says to the browser."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import PlainTextResponse

from cohesion_viz.door import HEADERS, Door, address_of, read_token

TOKEN = "a-token-of-more-than-twenty-characters"


def ask(door, path="/", host="127.0.0.1:8765", method="GET", query="", kind="http", scheme="http", **headers):
    """Status, headers and text of what is answered; of a websocket whether it was let in."""
    sent = []
    given = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind, "path": path, "method": method, "query_string": query.encode(), "scheme": scheme,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip

    async def receive():
        return {"type": f"{kind}.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor() as beside:  # where no other test has left a loop running
        beside.submit(lambda: asyncio.run(door(scope, receive, send))).result()
    if kind == "websocket":
        return sent == ["in"]
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(part.get("body", b"") for part in sent[1:]).decode()


def house(**how):
    async def inside(scope, receive, send):
        if scope["type"] == "websocket":
            await send("in")
        else:
            await PlainTextResponse("inside")(scope, receive, send)

    return Door(inside, **how)


@pytest.fixture
def locked():
    return house(token=TOKEN, cookie="cohesion-1")


def cookie(locked):
    return ask(locked, query=f"token={TOKEN}")[1]["set-cookie"].partition(";")[0]


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765", "10.1.2.3", "a.example."])
def test_it_answers_to_its_names_and_to_addresses_in_numbers(host):
    assert ask(house(names=["A.example"]), host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "[", "1.2.3", "a/b"])
def test_it_answers_to_no_other_name_not_even_about_its_health(host):
    """So a page elsewhere gains nothing by having its own name lead here."""
    assert ask(house(), host=host)[0] == 421
    assert ask(house(), "/healthz", host=host)[0] == 421
    assert not ask(house(), kind="websocket", host=host, origin=f"http://{host}")


# --- origins ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("localhost", "http://localhost:80"),
        ("localhost", "https://localhost"),  # behind a proxy that speaks TLS
        ("[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_its_own_page_may_open_a_websocket_and_post(host, origin):
    assert ask(house(), kind="websocket", host=host, origin=origin)
    assert ask(house(), method="POST", host=host, origin=origin)[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:9999",
        "http://localhost:8765",
        "null",
        "",
        "http://[",
        "file://127.0.0.1",
    ],
)
def test_another_page_may_not(origin):
    assert not ask(house(), kind="websocket", origin=origin)
    assert ask(house(), method="POST", origin=origin)[0] == 403


def test_who_names_no_origin_may_not():
    assert not ask(house(), kind="websocket")
    assert ask(house(), method="DELETE")[0] == 403


# --- the token --------------------------------------------------------------------------------------------------------


def test_without_the_token_nothing_is_served_but_whether_it_lives(locked):
    status, headers, text = ask(locked)
    assert status == 401
    assert "Open the link with the token" in text
    assert headers["cache-control"] == "no-store"
    assert ask(locked, "/static/assets/custom.css")[0] == 401
    assert not ask(locked, kind="websocket", origin="http://127.0.0.1:8765")
    assert ask(locked, "/healthz")[0] == 200


def test_the_link_gives_a_cookie_and_leads_on_without_the_token(locked):
    status, headers, _ = ask(locked, query=f"page=run&token={TOKEN}&us_claim=DNK:1")
    assert (status, headers["location"]) == (303, "./?page=run&us_claim=DNK:1")
    assert TOKEN not in headers["set-cookie"]
    for attribute in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in headers["set-cookie"]
    assert "Secure" not in headers["set-cookie"]
    assert "Secure" in ask(locked, query=f"token={TOKEN}", scheme="https")[1]["set-cookie"]


def test_the_link_leads_to_no_other_server(locked):
    assert ask(locked, "//evil.example/", query=f"token={TOKEN}")[1]["location"] == "./"


def test_the_cookie_opens_pages_and_websockets(locked):
    shown = cookie(locked)
    assert ask(locked, cookie=shown)[2] == "inside"
    assert ask(locked, kind="websocket", origin="http://127.0.0.1:8765", cookie=shown)
    assert ask(locked, cookie=shown, query="token=an-old-one&page=run")[1]["location"] == "./?page=run"


@pytest.mark.parametrize("given", ["", "wrong", TOKEN[:-1], TOKEN + "x", "%C3%A9", "é"])
def test_a_wrong_token_or_cookie_opens_nothing(locked, given):
    assert ask(locked, query=f"token={given}")[0] == 401
    assert ask(locked, cookie=f"cohesion-1={given.encode('latin-1').decode('latin-1')}")[0] == 401
    assert ask(locked, cookie=f"cohesion-2={cookie(locked).partition('=')[2]}")[0] == 401
    assert ask(locked, cookie=f"cohesion-1={TOKEN}")[0] == 401


def test_another_token_makes_another_cookie(locked):
    other = house(token=TOKEN[::-1], cookie="cohesion-1")
    assert ask(other, cookie=cookie(locked))[0] == 401


def test_a_new_token_is_long_and_only_its_owner_can_read_the_file(tmp_path):
    first, second = read_token(tmp_path / "a"), read_token(tmp_path / "b")
    assert len(first) >= 40
    assert first != second
    assert read_token(tmp_path / "a") == first
    if os.name == "posix":
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "short", "with a space in the middle of it", "x" * 19, "é" * 30])
def test_a_token_that_is_none_is_refused(tmp_path, text):
    place = tmp_path / "token"
    place.write_text(text, encoding="utf-8")
    place.chmod(0o600)
    with pytest.raises(ValueError, match="at least 20"):
        read_token(place)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_token_that_every_user_of_the_machine_can_read_is_refused(tmp_path):
    place = tmp_path / "token"
    place.write_text(TOKEN)
    place.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        read_token(place)


# --- sizes and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["5000", "99999999999999999999", "-1", "x", "١٢"])
def test_a_long_body_or_one_of_no_known_length_is_refused(length):
    assert ask(house(), method="POST", origin="http://127.0.0.1:8765", content_length=length)[0] == 413


def test_a_body_in_pieces_is_refused_and_a_short_one_let_in():
    own = {"method": "POST", "origin": "http://127.0.0.1:8765"}
    assert ask(house(), **own, transfer_encoding="chunked")[0] == 413
    assert ask(house(), **own, content_length="10")[0] == 200


def test_every_answer_tells_the_browser_to_be_careful(locked):
    for headers in (ask(locked)[1], ask(house())[1], ask(house(), host="evil.example")[1], ask(house(), "/healthz")[1]):
        assert {name.lower(): value for name, value in HEADERS.items()}.items() <= headers.items()
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--host", "0.0.0.0"], "other machines can reach it"),
        (["--host", "::"], "other machines can reach it"),
        (["--host", "cohesion.example"], "other machines can reach it"),
        (["--host", "0.0.0.0", "--no-token", "--token", "t"], "one of the two"),
        (["--token", "no/such/folder/token"], "--token"),
        (["--token", "."], "--token"),
    ],
)
def test_it_does_not_start_where_others_could_come_in_unasked(given, said, tmp_path):
    command = [sys.executable, "-m", "cohesion", "dashboard", "--no-browser", "--port", "0", *given]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, env=environment)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:80/"), ("::1", "http://[::1]:80/"), ("name.example", "http://name.example:80/")],
)
def test_the_address_that_is_printed_can_be_opened(host, address):
    assert address_of(host, 80) == address
    assert address_of(host, 80, TOKEN) == f"{address}?token={TOKEN}"


def test_an_address_that_stands_for_all_is_printed_as_the_name_of_the_machine():
    assert "0.0.0.0" not in address_of("0.0.0.0", 80)
    assert "[::]" not in address_of("::", 80)
