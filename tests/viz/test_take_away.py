"""Take away and bring in, in a real browser: files open, carry the same numbers, and bad ones do no harm."""

import io
import json
import re
import xml.etree.ElementTree as xml

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from cohesion import load_scenario, simulate
from cohesion.ensemble import digest, outcome_table
from cohesion.scenario import scenario_from_text

VIEW = ("scenario=trade-war&runs=64&seed=5&us_commitment=-0.4&us_claim=DNK:1,CAN:0.8&p.commitment_trust=0.5"
        "&event=2027-03|us_aid=-1|Aid ends|")  # fmt: skip


def saved(page, button):
    with page.expect_download() as waiting:
        page.locator(button).first.dispatch_event("click")
    return waiting.value


def content(download):
    return download.path().read_bytes()


def bring(page, name, data):
    page.set_input_files("#bring-in", {"name": name, "mimeType": "text/plain", "buffer": data})


def test_the_downloaded_scenario_gives_the_same_numbers_on_the_command_line(visit, afresh, tmp_path):
    page = visit(VIEW)
    download = saved(page, "[data-take=toml]")
    path = tmp_path / download.suggested_filename
    path.write_bytes(content(download))
    shown = page.locator(".co-files-command").inner_text().split()
    assert shown[:3] == ["cohesion", "ensemble", path.name]
    done = afresh("-m", "cohesion", "ensemble", path, *shown[3:], "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    expected = simulate(scenario_from_text(path.read_text(), path.name), 64, seed=5)
    assert said["digest"] == digest(outcome_table(expected))
    holds = f"{100 * said['outcome_shares']['holds']:.0f} %"
    assert page.locator(".co-of-holds b").inner_text() in (holds, f"{100 * said['outcome_shares']['holds']:.1f} %")


def test_the_numbers_on_screen_are_those_of_the_ensemble(visit):
    page = visit("scenario=trade-war&runs=64&seed=5")
    table = pd.read_csv(io.BytesIO(content(saved(page, "[data-take=csv]"))), keep_default_na=False)
    data = simulate("trade-war", 64, seed=5)
    index = table[(table["quantity"] == "cohesion_index") & (table["statistic"] == "p50")]["value"].to_numpy()
    np.testing.assert_allclose(index, np.median(data["cohesion_index"].values, axis=0), rtol=1e-5)
    canada = table[(table["quantity"] == "trust_in_us") & (table["member"] == "CAN")]["value"].to_numpy()
    np.testing.assert_allclose(canada, np.median(data["trust_in_us"].sel(member="CAN").values, axis=0), rtol=1e-5)


@pytest.fixture(scope="module")
def charts(watched, address, shown):
    """A page of charts for the tests that only save what is on it."""
    with watched() as page:
        page.goto(f"{address}?scenario=trade-war&runs=64")
        shown(page)
        yield page


@pytest.mark.parametrize("chart", ["map", "shares", "fan", "network", "causes"])
def test_every_chart_is_saved_as_png_svg_and_csv(charts, chart):
    page = charts
    page.wait_for_timeout(350)  # Chromium drops the eleventh file that a page gives within a second: here are three
    page.wait_for_function("name => document.querySelector(`[data-chart=${name}] .co-plot`)?.dataset.drawn", arg=chart)
    buttons = f"[data-chart={chart}] .co-mini:text-is('%s')"
    image = matplotlib.image.imread(io.BytesIO(content(saved(page, buttons % "PNG"))), format="png")
    assert image.shape[1] >= 2 * page.locator(f"[data-chart={chart}] .co-plot").bounding_box()["width"] - 4
    assert image[..., :3].std() > 0.01
    words = " ".join(" ".join(xml.fromstring(content(saved(page, buttons % "SVG"))).itertext()).split())
    assert "Trade war; 64 runs, seed 0" in words
    assert "not a forecast" in words
    assert len(pd.read_csv(io.BytesIO(content(saved(page, buttons % "CSV")))))


def test_a_good_file_is_taken_and_its_link_restores_it(visit, browser):
    page = visit("runs=64")
    text = load_scenario("trade-war").to_toml().replace("Trade war", "My own <war>")
    bring(page, "own.toml", text.encode())
    page.wait_for_function("() => location.search.includes('toml=')")
    page.wait_for_function("() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'")
    other = browser.new_page()
    other.goto(page.url)
    other.wait_for_function("() => document.querySelector('#verdict')?.getAttribute('aria-busy') === 'false'")
    assert "My own <war>" in other.locator("[data-field=scenario]").inner_text()
    assert other.locator("#verdict").inner_text() == page.locator("#verdict").inner_text()
    other.close()


GOOD = load_scenario("trade-war").to_toml()


BEFORE = "scenario=burden-demand&runs=64"


@pytest.fixture(scope="module")
def taking(watched, address, shown):
    """A page for the tests that bring in what it must not take."""
    with watched() as page:
        page.goto(f"{address}?{BEFORE}")
        shown(page)
        yield page, page.locator("#verdict").inner_text()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'title = "x\n', r"own\.toml.*line 1"),
        (GOOD.replace("us_tariff", "us_tarif").encode(), r"own\.toml.*us_tarif.*us_tariff"),
        (b"\xff\xfe\x00binary", r"not text in UTF-8"),
        (b"#" * (256 * 1024 + 1), r"256 KiB"),
        (GOOD.replace("0.25", "nan").encode(), r"own\.toml.*nan"),
    ],
    ids=["syntax", "unknown key", "binary", "too large", "not a number"],
)
def test_a_bad_file_is_refused_in_place_and_the_state_before_stays(taking, arrive, shown, data, said):
    page, before = taking
    arrive(page, BEFORE)  # should the test before have left another state
    shown(page)
    bring(page, "own.toml", data)
    page.locator(".co-files-reason", has_text=re.compile(said, re.DOTALL)).wait_for()
    shown(page)
    assert "toml=" not in page.url
    assert page.locator("#verdict").inner_text() == before
    assert page.locator("[data-field=scenario]").input_value() == "burden-demand"
