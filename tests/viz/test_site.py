"""The documentation site: it builds without a warning, leads nowhere that is not there, and works in a browser."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What a browser fetches by itself, by tag and attribute.
FETCHED = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("video", "src"),
    ("object", "data"),
}
#: Of links, those that a browser follows by itself.
FOLLOWED = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest", "modulepreload"}


class Page(HTMLParser):
    """Addresses that are fetched, links that a reader may follow, and anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.fetched, self.links, self.anchors, self.pictures = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        self.fetched += [value for key, value in attributes if (tag, key) in FETCHED]
        if tag == "link" and FOLLOWED & set(given.get("rel", "").split()):
            self.fetched.append(given["href"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.pictures.append(given.get("alt", ""))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Folder of the site, built without a warning."""
    if os.environ.get("CI") != "true":
        pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def test_every_page_of_the_docs_is_on_the_site(site):
    for page in (ROOT / "docs").rglob("*.md"):
        found = site / page.relative_to(ROOT).with_suffix(".html")
        assert (found if page.name != "index.md" else found.with_name("index.html")).is_file()


def test_a_page_fetches_nothing_from_elsewhere(site, pages):
    elsewhere = {address for page in pages.values() for address in page.fetched if urlsplit(address).netloc}
    assert elsewhere == set()
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)'\"]*", style.read_text(encoding="utf-8")) == []


def test_what_a_page_fetches_is_there(pages):
    missing = [
        (path.name, address)
        for path, page in pages.items()
        for address in page.fetched
        if not address.startswith("data:") and not (path.parent / unquote(urlsplit(address).path)).is_file()
    ]
    assert missing == []


def test_links_of_the_site_resolve_with_their_anchors(site, pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            known = pages[target].anchors if target in pages else ()
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in known):
                broken.append((path.relative_to(site).as_posix(), link))
    assert broken == []


def test_every_picture_is_described(pages):
    assert [path.name for path, page in pages.items() if "" in page.pictures] == []


def test_the_python_page_has_every_public_name(site):
    import cohesion

    text = (site / "docs" / "reference" / "api.html").read_text(encoding="utf-8")
    assert [name for name in cohesion.__all__ if not re.search(rf'id="cohesion\.(?:\w+\.)*{name}"', text)] == []


# --- in a browser, from a folder and from a server --------------------------------------------------------------------


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(params=["folder", "server"])
def home(request, site, served):
    return site.as_uri() if request.param == "folder" else served


@pytest.fixture
def opened(browser, home):
    """A page that met no error and asked nothing of anybody else."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    page, trouble = context.new_page(), []
    page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda r: trouble.append(r.url) if not r.url.startswith((home, "data:", "blob:")) else None)
    page.set_default_timeout(20_000)
    yield page
    assert trouble == []
    context.close()


def test_search_finds_a_page_without_the_internet(opened, home):
    opened.goto(f"{home}/docs/decisions/toml.html")
    opened.click(".md-search__input")
    opened.keyboard.type("Shapley")
    opened.locator(".md-search-result__link").first.wait_for()
    links = opened.locator(".md-search-result__link").evaluate_all("all => all.map(link => link.href)")
    assert any("reading-results.html" in link for link in links)
    opened.locator(".md-search-result__link").first.click()
    opened.wait_for_url(f"{home}/docs/explanation/reading-results.html**")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "docs/explanation/alliance", "docs/reference/api", "docs/parameters"])
def test_axe_finds_nothing_serious_on_the_site(browser, site, serious, name, theme):
    context = browser.new_context(color_scheme=theme, viewport={"width": 1300, "height": 900})
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{name}.html")
    page.wait_for_selector(".md-search[aria-label]", state="attached")
    found = serious(page)
    context.close()
    assert found == []


@pytest.mark.parametrize("name", ["index", "docs/tutorial/first-finding", "docs/parameters", "docs/odd"])
def test_a_page_fits_a_phone(browser, site, name):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{name}.html")
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 390
