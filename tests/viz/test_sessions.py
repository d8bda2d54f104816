"""Twenty sessions that move sliders at once."""

import time

import pytest

pytestmark = pytest.mark.soak


def test_twenty_sessions_settle_and_none_fails(browser, address, capsys):
    pages, errors = [], []
    for k in range(20):
        page = browser.new_context().new_page()
        page.set_default_timeout(300_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}?runs=256&seed={k}")
        pages.append(page)
    settled = "() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'"
    for page in pages:
        page.wait_for_function(settled)
    start = time.perf_counter()
    for k, page in enumerate(pages):
        page.locator("#lever-us_commitment").focus()
        for _ in range(3 + k % 5):
            page.keyboard.press("ArrowLeft")
    slowest = 0.0
    for page in pages:
        page.wait_for_function("() => location.search.includes('us_commitment')")
        page.wait_for_function(settled)
        slowest = time.perf_counter() - start
        assert "256 runs" in page.locator("#verdict").inner_text()
    assert errors == []
    for page in pages:
        page.context.close()
    with capsys.disabled():
        print(f"\n20 sessions with 256 runs each: all settled {slowest:.1f} s after the first key")
