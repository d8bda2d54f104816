"""The About page: documents as HTML that is safe, nested and linked, and commands that give the view's numbers."""

import json
import posixpath
import re
import shlex
import tomllib
from fnmatch import fnmatch
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import ipyvue
import pytest
import solara

from cohesion.scenario import load_scenario, parse_lever, parse_parameter
from cohesion_viz import documents
from cohesion_viz.dashboard.about import Page, citation, citing, command
from cohesion_viz.dashboard.session import Session
from cohesion_viz.documents import CITED, CITING, DOCUMENTS, document, rendered
from cohesion_viz.view import View

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


class Tags(HTMLParser):
    """Tags of a page with their attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, *names):
        return [(tag, attributes) for tag, attributes in self.found if tag in names]


def shown(path):
    return Tags((rendered(citing(View())) if path == CITING else document(path)).html)


everywhere = pytest.mark.parametrize("path", [*DOCUMENTS, CITING])


# --- safe -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "one <img src=x onerror=alert(1)> two",
        "[click](javascript:alert(1))",
        "![x](javascript:alert(1))",
        "<!-- --><script>alert(1)</script>",
        "```bash\n</code><script>alert(1)</script>\n```",
        '```"><script>alert(1)</script>\nx\n```',
        '# "><script>alert(1)</script>\n\n| a |\n| --- |\n| <svg onload=alert(1)> |',
    ],
)
def test_html_and_scripts_of_a_document_are_shown_not_obeyed(text):
    tags = Tags(rendered(text).html)
    assert tags.named("script", "svg", "img", "iframe") == []
    for _, attributes in tags.found:
        assert not [name for name in attributes if name.startswith("on")]
        assert not (attributes.get("href") or "").startswith("javascript")


@everywhere
def test_no_document_loads_anything_from_elsewhere(path):
    assert all(attributes["src"].startswith("data:image/png;base64,") for _, attributes in shown(path).named("img"))
    assert shown(path).named("script", "link", "iframe", "style") == []


def test_an_image_from_elsewhere_becomes_its_text():
    html = rendered("![a map](https://example.org/map.png) ![gone](no-such-file.png)").html
    assert "<img" not in html
    assert "a map" in html


def test_the_image_of_the_overview_is_within_the_page_with_its_text():
    ((_, attributes),) = shown("README.md").named("img")
    assert attributes["alt"].startswith("Cohesion index")


# --- read -------------------------------------------------------------------------------------------------------------


@everywhere
def test_headings_start_below_the_title_of_the_page_and_skip_no_level(path):
    levels = [int(tag[1]) for tag, _ in shown(path).named("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 2
    assert levels.count(2) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@everywhere
def test_every_table_has_column_headers_and_scrolls_in_a_named_region_of_its_own(path):
    tags = shown(path)
    regions = [attributes for tag, attributes in tags.found if attributes.get("role") == "region"]
    assert len(regions) == len(tags.named("table", "pre"))
    assert len({attributes["aria-label"] for attributes in regions}) == len(regions)
    assert all(attributes["tabindex"] == "0" for attributes in regions)
    assert all(attributes.get("scope") == "col" for _, attributes in tags.named("th"))


@everywhere
def test_the_contents_list_leads_to_headings(path):
    page = rendered(citing(View())) if path == CITING else document(path)
    ids = [attributes["id"] for _, attributes in Tags(page.html).named("h2", "h3", "h4")]
    assert len(ids) == len(set(ids))
    assert {f"doc-{heading.key}" for heading in page.contents} <= set(ids)


def test_text_of_a_document_is_that_of_its_file_without_its_comments():
    html = document("docs/parameters.md").html
    assert "Made from the code" not in html
    for name in ("exposure_scale", "threshold_edge"):
        assert f"<code>{name}</code>" in html


def test_headings_of_one_name_get_keys_of_their_own():
    assert [heading.key for heading in rendered("# A\n\n## B c\n\n## B c").contents] == ["b-c", "b-c-1"]


# --- links ------------------------------------------------------------------------------------------------------------


def relative_links(path):
    """Path in the repository and anchor of each relative link of a document's source."""
    for target in LINK.findall((ROOT / path).read_text(encoding="utf-8")):
        if not re.match(r"\w+:", target):
            where, _, anchor = target.partition("#")
            yield (posixpath.normpath(posixpath.join(posixpath.dirname(path), where)) if where else path), anchor


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_relative_link_leads_to_a_document_and_heading_or_to_a_file_that_exists(path):
    inside = [(a["data-document"], a["data-anchor"]) for _, a in shown(path).named("a") if "data-document" in a]
    expected = [
        (CITING if target in CITED else target, anchor)
        for target, anchor in relative_links(path)
        if target in DOCUMENTS or target in CITED
    ]
    assert inside == expected
    assert all((ROOT / target).exists() for target, _ in relative_links(path))
    for target, anchor in inside:
        if anchor:
            assert f"doc-{anchor}" in [a.get("id") for _, a in shown(target).found]


def test_a_link_to_a_file_that_is_no_document_is_plain_text():
    html = rendered("[here](other/file.md) and [there](odd.md)", "docs/x.md").html
    assert "<span>here</span>" in html
    assert 'data-document="docs/odd.md"' in html


def test_a_link_elsewhere_stays_as_it_is():
    assert 'href="https://example.org/a"' in rendered("[a](https://example.org/a)").html


def test_an_installed_package_carries_every_document_and_its_images():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["hatch"]["build"]["targets"]["wheel"]["include"]
    kept = {project["project"]["readme"], *project["project"]["license-files"]}
    images = [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
        for path in DOCUMENTS
        for source in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert images
    for path in [*DOCUMENTS, *CITED, *images]:
        assert path in kept or any(fnmatch(f"/{path}", f"{pattern}*") for pattern in patterns), path


# --- the page ---------------------------------------------------------------------------------------------------------


def opened(query="page=about"):
    session = Session(query)
    _, context = solara.render(Page(session), handle_error=False)
    return session, context.find(ipyvue.VueTemplate).widget


def test_each_document_can_be_chosen_and_a_name_that_is_none_changes_nothing():
    _, page = opened()
    for path in [*DOCUMENTS, CITING]:
        page._event_callbacks["choose"]({"document": path})
        now = json.loads(page.packed)
        assert now["chosen"] == path
        assert now["html"] == (rendered(citing(View())) if path == CITING else document(path)).html
    page._event_callbacks["choose"]({"document": "../../etc/passwd"})
    assert json.loads(page.packed)["chosen"] == CITING


def test_a_document_that_cannot_be_read_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(documents, "file_bytes", lambda path: (_ for _ in ()).throw(FileNotFoundError(path)))
    document.cache_clear()
    _, page = opened()
    assert "cannot be read" in json.loads(page.packed)["html"]


# --- citing and reproducing -------------------------------------------------------------------------------------------


def test_the_citation_is_that_of_the_citation_file():
    text = 'title: "A model"\nauthors:\n  - name: Some people\nversion: 2.0\ndate-released: "2031-02-03"\n'
    assert citation(text) == "Some people (2031). A model. Version 2.0."
    assert re.fullmatch(r"The cohesion authors \(\d{4}\)\. cohesion: .*\. Version \d+\.\d+\.\d+\.",
                        citation((ROOT / "CITATION.cff").read_text(encoding="utf-8")))  # fmt: skip


def test_the_page_to_cite_by_carries_the_licence_and_the_command():
    text = citing(View())
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").strip() in text
    assert command(View())[0] in text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "scenario=trade-war&baseline=&seed=7&runs=64",
        "us_commitment=-0.35&us_claim=DNK:1,CAN:0.8&p.learning=0.03&p.anchor=0.0123456789",
    ],
)
def test_the_command_gives_the_scenario_of_the_view(query):
    view, messages = View.from_query(query)
    assert messages == ()
    line, from_file = command(view)
    assert not from_file
    words = shlex.split(line)
    options = list(zip(words[3::2], words[4::2], strict=True))
    scenario = load_scenario(words[2]).with_changes(
        levers=dict(parse_lever(text) for option, text in options if option == "--lever"),
        parameters=dict(parse_parameter(text) for option, text in options if option == "--param"),
    )
    assert scenario == view.resolved()
    plain = dict(options)
    assert plain.get("--baseline", "") == view.baseline
    assert (int(plain["--runs"]), int(plain["--seed"])) == (view.runs, view.seed)


@pytest.mark.parametrize(
    "query", ["scenario=events-2025-2026&without=1", "pledge=2026-01~3;2028-01~3.5", "event=2026-01|us_tariff=0.1|A|"]
)
def test_a_view_that_options_cannot_say_is_run_from_its_file(query):
    view, messages = View.from_query(query)
    assert messages == ()
    line, from_file = command(view)
    assert from_file
    assert f"{view.scenario}.toml" in line
    assert "--lever" not in line
    assert "explorer" in citing(view)
