"""The documentation site builds without a warning, stands by itself and leads nowhere that is not there."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
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
