"""What charts have in common: the frame of an option, patterns, words and numbers."""

import datetime
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

from cohesion.variables import BY_NAME
from cohesion_viz.numbers import first_capital, points, written
from cohesion_viz.style import Theme, ink_on

Option = dict[str, Any]
_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"  # single quotes: it stands in attributes of SVG
TEXT = 14
STRONG = 15


def base_option(look: Theme) -> Option:
    """What every chart has."""
    return {
        "animation": False,
        "useUTC": True,
        "backgroundColor": "transparent",
        "textStyle": {"fontFamily": _FONT, "fontSize": TEXT, "color": look.ink},
        "tooltip": {
            "formatter": "fn:text",
            "confine": True,
            "backgroundColor": look.surface,
            "borderColor": look.muted,
            "textStyle": {"color": look.ink, "fontSize": TEXT, "fontFamily": _FONT},
            "extraCssText": "max-width: 22rem; white-space: normal;",
        },
    }


def decal(pattern: str, colour: str, strength: float = 0.3) -> Option:
    """A pattern drawn over a colour; "plain" is an invisible one, so that it replaces another on update."""
    ink = "0,0,0" if ink_on(colour) == "#000000" else "255,255,255"
    line = {"symbol": "rect", "symbolSize": 1, "dashArrayX": [1, 0], "color": f"rgba({ink},{strength})"}
    if pattern == "rising":
        return line | {"dashArrayY": [2, 6], "rotation": -0.7854}
    if pattern == "falling":
        return line | {"dashArrayY": [4, 4], "rotation": 0.7854}
    if pattern == "bars":
        return line | {"dashArrayY": [2, 4], "rotation": 0}
    if pattern == "dots":
        return line | {
            "symbol": "circle",
            "symbolSize": 0.7,
            "dashArrayX": [[5, 5], [0, 5, 5, 0]],
            "dashArrayY": [5, 0],
        }
    if pattern == "grid":
        return line | {"symbolSize": 0.9, "dashArrayX": [[4, 3]], "dashArrayY": [4, 3]}
    return {"symbol": "none"}


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Rows with their columns as attributes, and the index as ``Index``."""
    return list(table.itertuples())


def time_of(day: datetime.date) -> int:
    """Milliseconds since 1970 in UTC."""
    return (day.toordinal() - 719_163) * 86_400_000


def day_of(day: datetime.date) -> str:
    """A day as in ``March 2026``."""
    return f"{day:%B %Y}"


def name_of(variable: str) -> str:
    """Name of a variable at the start of a sentence."""
    return first_capital(BY_NAME[variable].long_name)


def brief(variable: str, value: float) -> str:
    """A value without the words after its unit's sign, where room is short."""
    return written(variable, value).removesuffix(" of GDP").removesuffix(" billion USD")


def within(name: str) -> str:
    """A name of an outcome or posture within a sentence."""
    return name if name.startswith("European") else name.lower()


def interval_in_words(low: float, high: float) -> str:
    """Two shares as ``from to``, in points."""
    return f"{points(low).removesuffix(' points')} to {points(high).removesuffix(' points')}"


def listed(parts: Sequence[str]) -> str:
    """Parts with commas, and the last with "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def short(text: str, most: int = 18) -> str:
    """The text, cut where it is long."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def tip(head: str, lines: Iterable[str]) -> str:
    """A tooltip in HTML, with what it is given escaped."""
    return "<br>".join([f"<b>{escape(head)}</b>", *(escape(line) for line in lines if line)])


def rounded(value: float) -> float:
    """The value with the decimals that a chart needs."""
    return round(float(value), 4)


#: What is given in pixels, by name, and grows where a chart is read from afar.
_PIXELS = {"fontSize", "lineHeight", "symbolSize", "distance", "borderWidth", "itemWidth", "itemHeight"}


def enlarged(node: Any, factor: float, key: str = "") -> Any:
    """An option with texts, lines and margins larger by a factor."""
    if isinstance(node, dict):
        grown = _PIXELS | {"width"} if key in ("lineStyle", "label", "axisLabel") else _PIXELS
        grown = {"left", "right", "top", "bottom"} if key == "grid" else grown
        if node.get("type") == "continuous":  # a scale stands below North America, and a longer one would cover it
            grown = grown - {"itemHeight"}
        return {
            k: round(v * factor, 1) if k in grown and isinstance(v, int | float) else enlarged(v, factor, k)
            for k, v in node.items()
        }
    if isinstance(node, list) and not (node and isinstance(node[0], int | float)):
        return [enlarged(part, factor, key) for part in node]
    return node
