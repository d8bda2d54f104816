"""A report as HTML: one file that needs no network, light, dark and in print; and as slides."""

from base64 import b64encode
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cohesion.printing import CAVEAT
from cohesion_viz.report.drawing import COLOURS
from cohesion_viz.report.parts import Report
from cohesion_viz.style import DARK, LIGHT, OUTCOME_COLOURS


def report_html(report: Report) -> str:
    """The report as one page."""
    return _rendered("report.html", report)


def slides_html(report: Report) -> str:
    """The report as slides, one effect a slide: arrow keys turn them, and print gives a page each."""
    return _rendered("slides.html", report)


def _rendered(template: str, report: Report) -> str:
    loader = PackageLoader("cohesion_viz.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    environment.filters |= {"saved": _saved, "set": _set}
    look: dict[str, Any] = {"light": _variables(0), "dark": _variables(1), "outcomes": OUTCOME_COLOURS}
    return environment.get_template(template).render(report=report, caveat=CAVEAT, **look)


def _variables(dark: int) -> dict[str, str]:
    """Colours by the name of their CSS variable."""
    return {name: pair[dark] for name, pair in COLOURS.items()} | {"surface": (LIGHT, DARK)[dark].surface}


def _set(text: str) -> str:
    """A text with numbers and their per cent signs kept on one line."""
    return text.replace(" %", "\u00a0%")


def _saved(text: str) -> str:
    """A text as a data address, to save as a file."""
    return f"data:text/plain;charset=utf-8;base64,{b64encode(text.encode()).decode()}"
