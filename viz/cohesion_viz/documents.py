"""The project's documents as HTML, made from the files that are read elsewhere too, never retyped.

HTML in a document is shown as text, not obeyed. Links between documents stay within the page; nothing is fetched.
"""

import base64
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

import cohesion

#: What is shown, by path in the repository, and the title it goes by.
DOCUMENTS = {
    "README.md": "Overview",
    "docs/limits.md": "Limits",
    "docs/odd.md": "How it works (ODD)",
    "docs/parameters.md": "Parameters",
    "docs/levers.md": "Levers",
    "docs/scenarios.md": "Scenarios",
    "cohesion/facts/SOURCES.md": "Sources of the data",
    "DATA-LICENSES.md": "Licences of the data",
}
#: The page that is put together here, and the files that it shows.
CITING, CITED = "cite", ("LICENSE", "CITATION.cff")
_COMMENT = re.compile(r"^<!--.*?-->$", re.DOTALL | re.MULTILINE)
_PACKAGE = Path(cohesion.__file__).resolve().parent


@dataclass(frozen=True)
class Heading:
    """A heading within a document: its level (2 or 3 below the title's 1), key and text."""

    level: int
    key: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A document as HTML, and the headings of its contents list."""

    html: str
    contents: tuple[Heading, ...]


def file_bytes(path: str) -> bytes:
    """Content of a file of the project, by its path in the repository: from a checkout, or as installed.

    Raises
    ------
    OSError
        If it is not there.
    """
    if not (_PACKAGE / "docs").is_dir():
        return (_PACKAGE.parent / path).read_bytes()
    if path.startswith(("docs/", "experiments/")):
        return (_PACKAGE / path).read_bytes()
    if path.startswith("cohesion/"):
        return (_PACKAGE.parent / path).read_bytes()
    return _in_metadata(path).encode()


def _in_metadata(path: str) -> str:
    """A file at the root of the repository, which an installed package keeps with its metadata."""
    installed = distribution("cohesion-alliance")
    if path == "README.md":
        return str(installed.metadata["Description"])
    text = installed.read_text(f"licenses/{path}")
    if text is None:
        raise FileNotFoundError(path)
    return text


def file_text(path: str) -> str:
    """The same as text."""
    return file_bytes(path).decode("utf-8")


@lru_cache(maxsize=32)
def document(path: str) -> Rendered:
    """One of `DOCUMENTS`.

    Raises
    ------
    OSError
        If the file is not there.
    """
    return rendered(file_text(path), path)


def rendered(text: str, path: str = "") -> Rendered:
    """Markdown as HTML whose title is an ``h2``, for a page that has an ``h1``.

    Parameters
    ----------
    text
        Markdown with tables, as of GitHub.
    path
        Of the file in the repository, from which its relative links lead on.
    """
    reader = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    tokens = reader.parse(_COMMENT.sub("", text))
    headings = tuple(_marked_headings(tokens))
    _label(tokens)
    for token in tokens:
        if token.children:
            token.children = [_kept(child, path) for child in token.children]
            _close(token.children)
    html = str(reader.renderer.render(tokens, reader.options, {}))
    return Rendered(html, tuple(heading for heading in headings if heading.level in (2, 3)))


# --- on the way ------------------------------------------------------------------------------------------------------


def _marked_headings(tokens: list[Token]) -> Iterator[Heading]:
    """Headings, each with its key, one level down from where the file has it."""
    used: dict[str, int] = {}
    for k, token in enumerate(tokens):
        if token.type == "heading_open":
            level, text = int(token.tag[1]), _plain(tokens[k + 1])
            key = slug(text)
            used[key] = used.get(key, -1) + 1
            key += f"-{used[key]}" if used[key] else ""
            token.attrs = {"id": f"doc-{key}", "tabindex": "-1"}
            token.tag = tokens[k + 2].tag = f"h{min(6, level + 1)}"
            yield Heading(level, key, text)


def slug(text: str) -> str:
    """Key of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _label(tokens: list[Token]) -> None:
    """Give tables and code a name to be told by: what they are, and the heading they stand under."""
    heading, tables, codes = "", 0, 0
    for k, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = _plain(tokens[k + 1])
        elif token.type == "table_open":
            tables += 1
            token.meta["label"] = f"Table {tables}: {heading}"
        elif token.type == "fence":
            codes += 1
            token.meta["label"] = f"Listing {codes}: {heading}"
        elif token.type == "th_open":
            if tokens[k + 1].content:
                token.attrSet("scope", "col")
            else:
                token.tag = tokens[k + 2].tag = "td"


def _kept(token: Token, path: str) -> Token:
    """An inline token with links and images that work in the page."""
    if token.type == "link_open":
        address = urlsplit(str(token.attrs["href"]))
        if not address.scheme and not address.netloc:
            target = _target(address.path, path)
            token.attrs = {"href": "?page=about", "data-document": target, "data-anchor": address.fragment}
            if not target:
                token.tag, token.attrs = "span", {}
    elif token.type == "image":
        source = _inlined(str(token.attrs["src"]), path)
        if source is None:
            return Token("text", "", 0, content=token.content)
        token.attrs["src"] = source
    return token


def _close(children: Sequence[Token]) -> None:
    """Close each link by the tag that opens it."""
    tag = "a"
    for child in children:
        if child.type == "link_open":
            tag = child.tag
        elif child.type == "link_close":
            child.tag = tag


def _target(linked: str, path: str) -> str:
    """The document that a relative link leads to; empty where it is not shown."""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), linked)) if linked else path
    return CITING if found in CITED else found if found in DOCUMENTS or not linked else ""


def _inlined(source: str, path: str) -> str | None:
    """An image of the repository as a data address; None for any other: nothing is fetched from elsewhere."""
    if urlsplit(source).scheme or not source.endswith(".png"):
        return None
    try:
        content = file_bytes(posixpath.normpath(posixpath.join(posixpath.dirname(path), source)))
    except OSError:
        return None
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


class _Renderer(RendererHTML):
    """Tables and code in regions that scroll by themselves; code in a language with a button to copy it."""

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return f"{_region(tokens[idx])}<table>\n"

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        token = tokens[idx]
        language = token.info.split(" ")[0]  # a title may follow
        copied = '<button type="button" class="co-mini" data-copy>Copy</button>'
        button = copied if language not in ("", "text") else ""
        code = super().code_block(tokens, idx, options, env)
        return (
            f'<div class="co-about-code co-about-{escapeHtml(language)}">{button}{_region(token)}{code}</div></div>\n'
        )


def _region(token: Token) -> str:
    label = escapeHtml(str(token.meta["label"]))
    return f'<div class="co-about-scroll" tabindex="0" role="region" aria-label="{label}">'
