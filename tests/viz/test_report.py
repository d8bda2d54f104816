"""Reports as a reader meets them: they open anywhere, say what the runs say, and tell how to make them again."""

import base64
import io
import json
import re
import shlex
import shutil
import sys
from contextlib import chdir, redirect_stdout
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from cohesion import cli, cli_report, load_scenario
from cohesion.attribution import attribute
from cohesion.cli_options import Asked
from cohesion.simulation import DEFAULT
from cohesion.studies.analysis import analyse
from cohesion.studies.reading import open_results
from cohesion.summary import verdict
from cohesion_viz.numbers import points
from cohesion_viz.report import pdf
from cohesion_viz.report.sensitivity import TABLE

ROOT = Path(__file__).resolve().parents[2]
SHORT = ("--runs", "64", "--months", "36")
FEW = ("--runs", "16", "--months", "24")
BATCH = """
title = "Tariffs and claims"
question = "Do they add up?"
scenarios = ["burden-demand"]
months = 24
runs = 8
outcome = "cohesion_index"
[sweep]
us_tariff = [0, 0.5]
us_claim = [0, 1]
"""


def cohesion(*words, cwd):
    """What a command says; it runs within this process, which has loaded already what it needs."""
    said = io.StringIO()
    argv = ["cohesion", *map(str, words)]
    with chdir(cwd), redirect_stdout(said), mock.patch.object(sys, "argv", argv), pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    return said.getvalue()


@pytest.fixture(scope="module")
def made(tmp_path_factory, chromium):
    """A folder with a report of a scenario with a lever of one's own, its slides and, where it can be, its PDF."""
    place = tmp_path_factory.mktemp("report")
    printed = ["--pdf"] if chromium else []
    words = ["trade-war", *SHORT, "--lever", "us_claim=DNK:0.5", "--without", "learning", "-o", "r.html", "--slides"]
    cohesion("report", *words, *printed, cwd=place)
    return place


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of an ensemble and a batch, and reports on them."""
    place = tmp_path_factory.mktemp("folders")
    (place / "both.toml").write_text(BATCH)
    cohesion("ensemble", "trade-war", *FEW, "--baseline", "status-quo", "--out", "ensemble", cwd=place)
    cohesion("batch", "both.toml", "--out", "batch", "--workers", "0", cwd=place)
    for name in ("ensemble", "batch"):
        cohesion("report", name, "-o", f"{name}.html", "--slides", cwd=place)
    return place


@pytest.fixture
def opened(browser):
    """Opens a file in a browser that is cut off from the network; no error and no request may follow."""
    contexts, errors, asked = [], [], []

    def go(file, width=1100, theme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda r: asked.append(r.url) if not r.url.startswith("data:") else None)
        page.goto(file.as_uri())
        return page

    yield go
    for context in contexts:
        context.close()
    assert errors == []
    assert all(url.startswith("file:") and url.endswith(".html") for url in asked)
    assert len(asked) == len(contexts)


def text_of(file):
    return file.read_text(encoding="utf-8")


def plain(html):
    """The words of a page, without drawings and styles, as they are read."""
    kept = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", kept)).replace("\u00a0", " ").split())


def listing(html, caption):
    found = re.search(rf"{re.escape(caption)}.*?<pre>(.*?)</pre>", html, flags=re.DOTALL)
    return unescape(found.group(1))


def digests_of(html):
    lines = listing(html, "SHA-256 of what came out").splitlines()
    return [line.split()[0] for line in lines]


class Outline(HTMLParser):
    """What a page is built of."""

    def __init__(self, html):
        super().__init__()
        self.headings, self.ids, self.figures, self.cells, self.language = [], [], [], [], None
        self.captions = self.tables = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "html":
            self.language = found.get("lang")
        if tag == "svg":
            self.figures.append((found.get("role"), found.get("aria-label") or ""))
        if tag == "th":
            self.cells.append(found.get("scope"))
        self.tables += tag == "table"
        self.captions += tag == "caption"


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "theme"), [("r.html", "light"), ("r.html", "dark"), ("r-slides.html", "dark")])
def test_a_report_opens_offline_and_axe_finds_nothing_serious(opened, made, name, theme):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(made / name, theme=theme)
    assert page.locator("figure svg").count() >= 6
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_the_page_and_its_figures_are_dark_where_the_reader_wants_it_and_light_on_paper(opened, made):
    def colours(page):
        body, letters = page.locator("body"), page.locator("#index svg g[style*='--ink']").first
        return [
            body.evaluate("e => getComputedStyle(e).backgroundColor"),
            letters.evaluate("e => getComputedStyle(e).fill"),
        ]

    light, dark = (opened(made / "r.html", theme=theme) for theme in ("light", "dark"))
    assert colours(light) == ["rgb(255, 255, 255)", "rgb(31, 41, 51)"]
    assert colours(dark) == ["rgb(21, 32, 43)", "rgb(238, 242, 246)"]
    dark.emulate_media(media="print")
    assert colours(dark) == colours(light)


@pytest.mark.parametrize("name", ["r.html", "r-slides.html"])
def test_no_page_needs_sideways_scrolling_on_a_phone(opened, made, name):
    page = opened(made / name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["ensemble.html", "ensemble-slides.html", "batch.html", "batch-slides.html"])
def test_a_report_on_a_folder_opens_offline_too(opened, folders, name):
    assert opened(folders / name, width=390).evaluate("document.documentElement.scrollWidth") <= 390


def test_pages_are_small_and_soundly_built(made, folders):
    for file in [*made.glob("*.html"), *folders.glob("*.html")]:
        outline = Outline(text_of(file))
        assert file.stat().st_size < 3_000_000
        assert outline.language == "en-GB"
        assert outline.headings.count(1) == 1
        assert max(outline.headings) == 2
        assert len(set(outline.ids)) == len(outline.ids), file
        assert outline.figures
        assert all(role == "img" and len(text) > 30 for role, text in outline.figures)
        assert outline.captions == outline.tables
        assert set(outline.cells) <= {"row", "col"}


def test_slides_turn_by_keys_and_by_buttons(opened, made):
    page = opened(made / "r-slides.html")
    count = page.locator(".slide").count()
    in_view = (
        "() => [...document.querySelectorAll('.slide')].findIndex(s => Math.abs(s.getBoundingClientRect().top) < 2)"
    )

    def shown(at):
        page.wait_for_function(f"({in_view})() === {at}")

    turns = ("ArrowRight", 1), ("ArrowDown", 2), ("ArrowLeft", 1), ("End", count - 1), ("ArrowRight", count - 1)
    for key, at in (*turns, ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        shown(at)
    page.get_by_role("button", name="Next slide").click()
    shown(1)
    assert "2 /" in page.locator(".slide").nth(1).inner_text()


def test_the_pdf_has_pages_of_a4(made, browser):
    content = (made / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    pages = re.findall(rb"/Type /Page\b.*?/MediaBox \[([^\]]*)\]", content, re.DOTALL)
    assert 4 <= len(pages) <= 20
    assert {tuple(round(float(v)) for v in page.split()) for page in pages} <= {(0, 0, 595, 842), (0, 0, 596, 842)}


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_command_gives_the_same_runs_and_the_same_verdict(made, afresh, tmp_path):
    html = text_of(made / "r.html")
    for address, name in re.findall(r'href="data:text/plain;charset=utf-8;base64,([^"]*)" download="([^"]*)"', html):
        (tmp_path / name).write_bytes(base64.b64decode(address))
    command = shlex.split(listing(html, "The command"))
    assert command[:3] == ["cohesion", "ensemble", "trade-war.toml"]
    done = afresh("-m", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert digests_of(html) == [said["digest"], said["baseline"]["digest"]]
    assert verdict(said, "Trade war") in plain(html)


def test_a_shipped_scenario_goes_by_its_name(folders, afresh):
    html = text_of(folders / "ensemble.html")
    command = listing(html, "The command")
    assert command.startswith("cohesion ensemble trade-war --baseline status-quo --runs 16 --seed 0 ")
    assert "--months 24" in command
    assert "download=" not in html
    done = afresh("-m", *shlex.split(command), cwd=folders)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert digests_of(html) == [said["digest"], said["baseline"]["digest"]]


def test_causes_are_those_of_the_attribution(made):
    changed = load_scenario("trade-war").with_changes(levers={"us_claim": {"DNK": 0.5}}, months=36)
    parts = attribute("status-quo", changed, uncertainty=DEFAULT, without=("learning",))
    page = plain(text_of(made / "r.html"))
    assert len(parts) == 2
    for name, row in parts.iterrows():
        assert f"{name} {points(row['change'])}" in page


def test_what_differs_from_the_default_is_named_and_what_it_depends_on_too(made):
    page = plain(text_of(made / "r.html"))
    assert "Mechanisms that are switched off. mechanism title learning" in page
    assert "us_claim United States DNK 0.5" in page
    indices = pd.read_csv(ROOT / TABLE)
    largest = indices.iloc[0]
    assert f"depends most on {largest['factor']} ({100 * largest['total']:.0f} %)" in page
    assert "not of the runs of this report but of the study experiments/sensitivity-sobol" in page
    assert "matters most: moved by" in page or "No threshold of the outcome" in page


def test_a_report_on_a_folder_says_what_the_folder_holds(folders):
    said = open_results(folders / "ensemble")
    summary = json.loads(text_of(folders / "ensemble" / "summary.json"))
    page = plain(text_of(folders / "ensemble.html"))
    assert verdict(summary, "Trade war") in page
    assert said.manifest["digests"]["outcomes.parquet"] in page
    assert "its digests agree, and its first runs, made again for this report, too" in page
    assert said.bibtex in page


def test_a_folder_whose_runs_do_not_come_again_is_reported_without_causes(call, folders):
    shutil.copytree(folders / "ensemble", "other")
    manifest = json.loads(text_of(Path("other/manifest.json")))
    Path("other/manifest.json").write_text(json.dumps(manifest | {"seed": 1}))
    code, _, err = call("report", "other", "-o", "other.html")
    assert code == 0, err
    page = plain(text_of(Path("other.html")))
    assert "runs made again with this version do not" in page
    assert verdict(json.loads(text_of(Path("other/summary.json"))), "Trade war") in page
    assert "Ledgers in log-odds" not in page


def test_a_report_on_a_batch_says_what_its_analysis_found(folders):
    opened = open_results(folders / "batch")
    found = analyse(opened.outcomes, opened.experiment)
    page = plain(text_of(folders / "batch.html"))
    assert all(finding in page for finding in found.findings)
    value = found.tables["phase"].set_index(["x", "y"])["value"][0.5, 1.0]
    assert f" 1 {found.tables['phase'].set_index(['x', 'y'])['value'][0.0, 1.0]:.2f} {value:.2f} " in page
    assert opened.manifest["digests"]["outcomes.parquet"] in page
    assert "cohesion reproduce batch" in page


def test_without_another_name_the_baseline_is_the_status_quo_where_that_says_something():
    asked = Asked.of(0, DEFAULT, None, None, None, None, 8)
    assert cli_report._baseline(asked, load_scenario("trade-war"), None).name == "status-quo"
    assert cli_report._baseline(asked, load_scenario("status-quo"), None) is None
    assert cli_report._baseline(asked, load_scenario("history-2014-2024"), None) is None
    assert cli_report._baseline(asked, load_scenario("trade-war"), "burden-demand").name == "burden-demand"


def test_a_report_without_a_baseline_says_so(call):
    code, _, err = call("report", "status-quo", "--runs", "4", "--months", "12", "-o", "r.html")
    assert code == 0, err
    page = plain(text_of(Path("r.html")))
    assert "There is no baseline" in page
    assert "--baseline" not in listing(text_of(Path("r.html")), "The command")


def test_a_report_on_months_in_which_no_cause_had_a_say_is_one_all_the_same(call):
    """What moved trust in so short a time is beside the named causes, or small."""
    code, _, err = call("report", "trade-war", "--runs", "2", "--months", "3", "-o", "r.html", "--slides")
    assert code == 0, err
    assert "What the outcome depends on" in text_of(Path("r-slides.html"))


# --- what it refuses --------------------------------------------------------------------------------------------------


def refused(answer, *words):
    code, out, err = answer
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert all(word in err for word in words), err


def test_mistakes_are_named_in_one_line_and_nothing_is_written(call, folders):
    before = sorted(Path().iterdir())
    refused(call("report", "trade-wars", "-o", "r.html"), "trade-wars", "trade-war")
    refused(call("report", "trade-war", "-o", "r.pdf"), "--out", "r.pdf", ".html")
    refused(call("report", "trade-war", "-o", "no/r.html"), "--out", "no is no folder")
    refused(call("report", "trade-war"), "--out")
    refused(call("report", folders / "ensemble", "--seed", "3", "-o", "r.html"), "--seed", "folder")
    refused(call("report", folders / "batch", "--lever", "us_tariff=0.1", "-o", "r.html"), "--lever", "folder")
    refused(call("report", ".", "-o", "r.html"), "manifest.json")
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize("name", ["r.html", "r.pdf", "r-slides.html"])
def test_a_file_that_exists_is_left_alone(call, monkeypatch, name):
    monkeypatch.setattr(pdf, "browser", lambda: "true")
    Path(name).write_text("mine")
    refused(call("report", "trade-war", "-o", "r.html", "--pdf", "--slides"), name, "left alone")
    assert [(p.name, p.read_text()) for p in Path().iterdir()] == [(name, "mine")]


def test_without_chromium_there_is_no_pdf_and_no_work(call, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    refused(call("report", "trade-war", "-o", "r.html", "--pdf"), "--pdf", "Chromium")
    assert list(Path().iterdir()) == []


def test_a_browser_that_fails_leaves_nothing_behind(call, monkeypatch):
    monkeypatch.setattr(pdf, "BROWSERS", ("false",))
    refused(call("report", "status-quo", "--runs", "2", "--months", "6", "-o", "r.html", "--pdf"), "could not print")
    assert list(Path().iterdir()) == []


def test_without_the_viz_extra_one_line_says_so(call, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "cohesion_viz.report.page", raising=False)
    import cohesion_viz.report

    monkeypatch.delattr(cohesion_viz.report, "page", raising=False)
    refused(call("report", "trade-war", "-o", "r.html"), "jinja2", "cohesion-alliance[viz]")
