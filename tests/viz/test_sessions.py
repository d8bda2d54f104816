"""Many sessions at once: none fails, all are answered, and what they took is given back."""

import time

import pytest

from experiments.soak.report import record, table
from experiments.soak.sessions import soak

SESSIONS, SECONDS = 50, 300
#: MiB by which memory may differ after as many sessions more.
FLAT = 60


def test_a_few_sessions_for_a_few_seconds_are_all_answered(server):
    found = soak(server[0], server[1].pid, sessions=4, seconds=6, thinking=(0.2, 1.5))
    assert found.errors == []
    assert len(found.opened) == 4
    assert len(found.answers) >= 8


@pytest.mark.soak
def test_fifty_sessions_for_five_minutes_fail_nowhere_and_leave_no_memory_behind(server):
    """Memory is taken after the first fifty have left, and again after fifty more."""
    found = soak(server[0], server[1].pid, SESSIONS, SECONDS)
    again = soak(server[0], server[1].pid, SESSIONS, SECONDS / 5)
    rows = found.rows() | {f"memory after {SESSIONS} more": f"{again.after:.0f} MiB"}
    about = (
        f"{SESSIONS} tabs for {SECONDS} s on one server: each turns to a page or moves a lever, waits for the first "
        "answer, and thinks for 5 to 25 s; then as many again for a fifth of the time. Memory is of the server and "
        "its workers."
    )
    record("sessions", f"{SESSIONS} sessions for {SECONDS // 60} minutes", f"{about}\n\n{table(rows)}")
    assert found.errors + again.errors == []
    assert len(found.opened) == SESSIONS
    assert again.after < found.after + FLAT


@pytest.mark.soak
def test_twenty_sessions_settle_and_none_fails(browser, address, settled, capsys):
    pages, errors = [], []
    for k in range(20):
        page = browser.new_context().new_page()
        page.set_default_timeout(300_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}?runs=256&seed={k}")
        pages.append(page)
    for page in pages:
        settled(page)
    start = time.perf_counter()
    for k, page in enumerate(pages):
        page.locator("#lever-us_commitment").focus()
        for _ in range(3 + k % 5):
            page.keyboard.press("ArrowLeft")
    slowest = 0.0
    for page in pages:
        page.wait_for_function("() => location.search.includes('us_commitment')")
        said = settled(page)
        slowest = time.perf_counter() - start
        assert "256 runs" in said
    assert errors == []
    for page in pages:
        page.context.close()
    with capsys.disabled():
        print(f"\n20 sessions with 256 runs each: all settled {slowest:.1f} s after the first key")
