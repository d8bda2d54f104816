"""Figures of the patterns by matplotlib, from the numbers of `cohesion.studies.patterns`."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cohesion.studies.pattern_numbers import Found, Panel
from cohesion.studies.patterns import Pattern
from cohesion_viz.charts import STYLE, grid
from cohesion_viz.style import BLOC_COLOURS, CAVEAT, LIGHT

#: Lines of several series differ by colour and by dash; published figures by marker.
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)))
_MARKERS = ("D", "s", "o")


def figure(pattern: Pattern, found: Found, source: str) -> Figure:
    """The figure of a pattern: its panels side by side, the share of runs that show it below the title.

    Parameters
    ----------
    pattern, found
        The pattern, and what its function gave.
    source
        Runs, seed and the like, for the foot.
    """
    draw = {"time": _time, "members": _members, "runs": _runs}
    with rc_context(STYLE | {"font.size": 10.5}):
        made = Figure(figsize=(5.0 + 4.2 * len(found.panels), 5.2), layout="constrained")
        FigureCanvasAgg(made)
        made.get_layout_engine().set(rect=(0.01, 0.05, 0.98, 0.83))  # type: ignore[call-arg, union-attr]
        made.text(0.02, 0.96, f"{pattern.number}. {pattern.says}", fontsize=13 if len(pattern.says) < 75 else 11.5,
                  fontweight="bold", va="center")  # fmt: skip
        shown = f"Shown by {100 * found.share:.0f} % of runs: {found.strength}"
        made.text(0.02, 0.905, shown, fontsize=10.5, va="center")
        made.text(0.02, 0.025, f"{source}. {CAVEAT}.", fontsize=9, color=LIGHT.muted, va="center")
        for axes, panel in zip(np.atleast_1d(made.subplots(1, len(found.panels))), found.panels, strict=True):
            draw[panel.kind](axes, panel)
            grid(axes, "both" if panel.kind == "runs" else "y")
    return made


def _time(axes: Axes, panel: Panel) -> None:
    """Median with bands of 50 and 90 % of runs, and published figures as points."""
    groups = list(panel.table.groupby("series", sort=False))
    for k, (name, part) in enumerate(groups):
        colour, year = BLOC_COLOURS[k], part["year"]
        axes.fill_between(year, part["p05"], part["p95"], color=colour, alpha=0.15, linewidth=0)
        axes.fill_between(year, part["p25"], part["p75"], color=colour, alpha=0.3, linewidth=0)
        axes.plot(year, part["p50"], color=colour, linestyle=_DASHES[k], linewidth=2.2, label=str(name))
        if panel.source:
            edge = colour if len(groups) > 1 else LIGHT.ink
            data = panel.data[panel.data["series"] == name]
            axes.scatter(
                data["year"], data["value"], s=34, facecolor="white", edgecolor=edge,
                linewidth=1.6, marker=_MARKERS[k], zorder=3, label=f"{panel.source}, {name}",
            )  # fmt: skip
    axes.set_ylabel(panel.y)
    axes.set_xlim(panel.table["year"].min(), panel.table["year"].max())
    if panel.table["p05"].min() < 0 < panel.table["p95"].max():
        axes.axhline(0, color=LIGHT.muted, linewidth=1)
    _legend(axes, "line: median; bands: 50 and 90 % of runs")


def _members(axes: Axes, panel: Panel) -> None:
    """A point a member with the 50 and 90 % of runs, by a quantity or in order; published figures beside."""
    table = panel.table.reset_index(drop=True)
    x = table["x"] if "x" in table else table.index.to_series()
    middle = "mean" if "mean" in table else "p50"
    axes.vlines(x, table["p05"], table["p95"], color=BLOC_COLOURS[0], alpha=0.35, linewidth=1.4)
    axes.vlines(x, table["p25"], table["p75"], color=BLOC_COLOURS[0], alpha=0.6, linewidth=3.4)
    axes.scatter(x, table[middle], s=34, color=BLOC_COLOURS[0], zorder=3, label="model")
    if panel.source:
        value = table["member"].map(panel.data.set_index("member")["value"])
        axes.scatter(x, value, s=30, facecolor="white", edgecolor=LIGHT.ink, linewidth=1.4, marker="D", zorder=4,
                     label=panel.source)  # fmt: skip
    if "x" in table:
        for place in _outstanding(table):
            left = x[place] > 0.9 * x.max()
            axes.annotate(
                table["name"][place], (x[place], table["p50"][place]), (-6 if left else 6, 0), va="center",
                ha="right" if left else "left", textcoords="offset points", fontsize=9,
            )  # fmt: skip
        axes.set_xlabel(panel.x)
    else:
        axes.set_xticks(x, table["name"], rotation=45, ha="right", color=LIGHT.ink)
    axes.axhline(0, color=LIGHT.muted, linewidth=1)
    axes.set_ylabel(panel.y)
    _legend(axes, f"point: {'mean' if middle == 'mean' else 'median'}; bars: 50 and 90 % of runs")


def _outstanding(table: pd.DataFrame) -> list[int]:
    """Rows worth a name: the four farthest to the right and the four highest, where names do not meet."""
    wide, high = np.ptp(table["x"]), np.ptp(table["p95"])
    kept: list[int] = []
    for place in dict.fromkeys([*table["p50"].nlargest(4).index, *table["x"].nlargest(4).index]):
        apart = (table.loc[kept, ["x", "p50"]] - table.loc[place, ["x", "p50"]]).abs()
        if not ((apart["x"] < 0.15 * wide) & (apart["p50"] < 0.07 * high)).any():
            kept.append(place)
    return kept


def _runs(axes: Axes, panel: Panel) -> None:
    """A point a run."""
    axes.scatter(panel.table["x"], panel.table["y"], s=20, color=BLOC_COLOURS[0], alpha=0.6, linewidth=0, label="a run")
    axes.axhline(0, color=LIGHT.muted, linewidth=1)
    axes.axvline(0, color=LIGHT.muted, linewidth=1)
    axes.set_xlabel(panel.x)
    axes.set_ylabel(panel.y)
    _legend(axes, "")


def _legend(axes: Axes, title: str) -> None:
    """Above the panel, so that it hides nothing."""
    axes.legend(
        frameon=False, fontsize=9, title=title, title_fontsize=9, alignment="left", loc="lower left",
        bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0, borderpad=0.2, columnspacing=1.4,
    )  # fmt: skip
