"""What sessions have held goes back to the system, since the C library would keep it."""

import platform

import pytest

from cohesion_viz import memory
from cohesion_viz.dashboard import app

# Pieces so small that the C library keeps them, and one above them all that lives on.
PROGRAM = """
import time
import psutil
from cohesion_viz import memory

memory.LATER = 0.1
used = lambda: psutil.Process().memory_info().rss / 2**20
held = [b"x" * 100_000 for _ in range(2000)]
above = b"x" * 100_000
full = used()
del held
kept = used()
memory.give_back_soon()
memory.give_back_soon()
end = time.monotonic() + 20
while used() > full - 150 and time.monotonic() < end:
    time.sleep(0.05)
print(full, kept, used())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_what_the_c_library_keeps_is_given_back(afresh):
    done = afresh("-c", PROGRAM)
    full, kept, left = map(float, done.stdout.split())
    assert kept > full - 50
    assert left < full - 150


class Tab:
    id = "tab"

    def on_close(self, end):
        self.end = end


def test_a_session_that_ends_gives_back(monkeypatch):
    from solara.server import kernel_context

    asked, tab = [], Tab()
    monkeypatch.setattr(app, "give_back_soon", lambda: asked.append(True))
    monkeypatch.setattr(kernel_context, "get_current_context", lambda: tab)
    session = app._opened("scenario=trade-war")
    assert app.sessions["tab"] is session
    assert not asked
    tab.end()
    assert session.closed
    assert "tab" not in app.sessions
    assert asked == [True]


def test_many_who_end_together_give_back_once(monkeypatch):
    begun = []
    monkeypatch.setattr(memory.threading, "Timer", lambda *_: begun.append(Waiting()) or begun[-1])
    monkeypatch.setattr(memory, "_due", None)
    memory.give_back_soon()
    memory.give_back_soon()
    assert len(begun) == 1
    memory._give_back()
    memory.give_back_soon()
    assert len(begun) == 2
    monkeypatch.setattr(memory, "_due", None)


class Waiting:
    daemon = False

    def start(self):
        pass
