"""Figures as inline SVG that takes the page's colours, light or dark."""

import io
import re
from collections.abc import Callable
from html import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cohesion_viz.charts import STYLE
from cohesion_viz.style import DARK, LIGHT, OUTCOME_TEXT

#: Width of a figure in inches: on a page its letters are about as large as the text's, on a phone still legible.
WIDTH = 6.6
#: Colours of the page by name: for light and for dark.
COLOURS = {
    **{name: (getattr(LIGHT, name), getattr(DARK, name)) for name in ("ink", "muted", "grid", "accent", "ghost")},
    **{f"of-{name}": (OUTCOME_TEXT[False][name], OUTCOME_TEXT[True][name]) for name in OUTCOME_TEXT[False]},
}
_NAMED = {light.lower(): name for name, (light, _) in COLOURS.items()}
_COLOUR = re.compile("|".join(_NAMED), re.IGNORECASE)
_LONG = re.compile(r"(?<!scale\()(?<![\d.])(\d+\.\d{2})\d+")  # not the scale of letters


def drawn(draw: Callable[[Axes], None], height: float, width: float = WIDTH) -> Figure:
    """A figure with one chart, without a title: the page has that."""
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.subplots())
    return figure


def svg(figure: Figure, key: str, text: str) -> str:
    """A figure as SVG to be set into HTML.

    Parameters
    ----------
    figure
        Of matplotlib.
    key
        Of the figure within the page: it keeps its ids apart from those of others.
    text
        What it shows, for those who don't see it.
    """
    stream = io.StringIO()
    with rc_context(STYLE):
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    content = stream.getvalue()
    head, body = re.search(r"<svg([^>]*)>(.*)</svg>", content, re.DOTALL).groups()  # type: ignore[union-attr]
    box = re.search(r'viewBox="[^"]*"', head).group()  # type: ignore[union-attr]
    body = re.sub(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{key}-", body)
    body = body.replace("xlink:href", "href")
    body = _LONG.sub(r"\1", body)
    body = _COLOUR.sub(lambda found: f"var(--{_NAMED[found.group().lower()]})", body)
    body = re.sub(r"\s*\n\s*", " ", body)
    return f'<svg {box} role="img" aria-label="{escape(text)}" preserveAspectRatio="xMinYMid meet">{body}</svg>'
