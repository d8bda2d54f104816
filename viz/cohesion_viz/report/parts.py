"""What a report is made of: sections of paragraphs, figures, tables and listings; and slides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]
    kind: Literal["points"] = "points"


@dataclass(frozen=True)
class Picture:
    """A figure: its caption, what it shows in words, and the drawing as inline SVG."""

    key: str
    caption: str
    text: str
    svg: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Table:
    """A table; a column whose name starts with ``>`` is set to the right. The first cell of a row names it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Listing:
    """A command, file or entry to copy; where ``file`` is not empty, also a file of that name to save."""

    caption: str
    text: str
    file: str = ""
    kind: Literal["listing"] = "listing"


Block = Paragraph | Points | Picture | Table | Listing


@dataclass(frozen=True)
class Tile:
    """An outcome at a glance: its name in the code, title, share, interval and, where there is one, the baseline."""

    key: str
    title: str
    share: str
    between: str
    baseline: str


@dataclass(frozen=True)
class Section:
    """A part of a report under a heading of its own."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Slide:
    """One effect: the finding as a headline, what shows it, and a note below."""

    title: str
    body: Block | None
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A report: title, finding in words, outcomes at a glance, sections, slides, and a line of where it comes from."""

    title: str
    verdict: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    slides: tuple[Slide, ...]
    source: str


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table of any sequences."""
    return Table(caption, tuple(columns), tuple(tuple(row) for row in rows))
