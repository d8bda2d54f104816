"""The figure of a proposition by matplotlib: its contrasts on one scale, and what is left with the mechanism off."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cohesion_viz.charts import STYLE
from cohesion_viz.numbers import on_one_scale
from cohesion_viz.style import CAVEAT, GAIN, LIGHT, LOSS

if TYPE_CHECKING:
    from cohesion.propositions.findings import Finding

#: Colour and shape of each verdict.
_SHOWN = {"supported": (GAIN, "o"), "mixed": ("#8A6100", "s"), "refuted": (LOSS, "D")}
_TICKS = np.array([1, 3, 10, 30])


def contrasts(finding: "Finding", foot: str) -> Figure:
    """Every contrast: median and nine tenths of the parameter sets, in smallest meaningful differences.

    Parameters
    ----------
    foot
        What was run, for the line below.
    """
    table = on_one_scale(finding.contrasts)
    p = finding.proposition
    with rc_context(STYLE):
        figure = Figure(figsize=(13, 3.4 + 0.72 * len(table)), layout="constrained")
        FigureCanvasAgg(figure)
        figure.get_layout_engine().set(rect=(0.01, 0.08, 0.98, 0.83))  # type: ignore[call-arg, union-attr]
        figure.text(0.02, 0.955, f"{p.id} {p.title}: {finding.verdict}", fontsize=17, fontweight="bold", va="center")
        axes = figure.subplots()
        axes.axvspan(-1, 1, color=LIGHT.grid, alpha=0.6, linewidth=0)
        axes.axvline(0, color=LIGHT.muted, linewidth=1)
        for y, row in zip(range(len(table), 0, -1), table.to_dict("records"), strict=True):
            colour, shape = _SHOWN[row["verdict"]]
            faint = 1 if row["decides"] else 0.55
            axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=3, alpha=faint, solid_capstyle="butt")
            axes.plot(row["median"], y, shape, color=colour, markersize=10, alpha=faint)
            axes.plot([row["bound"]] * 2, [y - 0.28, y + 0.28], color=LIGHT.ink, linewidth=1.6)
            if row["decides"]:
                axes.plot(row["ablated"], y - 0.26, shape, markersize=8, markerfacecolor="white",
                          markeredgecolor=LIGHT.muted)  # fmt: skip
            said = f"{row['verdict']}, sign {100 * row['probability']:.0f} %"
            axes.text(1.01, y, said, transform=axes.get_yaxis_transform(), va="center", color=colour)
        names = [textwrap.fill(str(name), 36) for name in table["contrast"]]
        axes.set_yticks(range(len(table), 0, -1), names)
        for label, decides in zip(axes.get_yticklabels(), table["decides"], strict=True):
            label.set_color(LIGHT.ink if decides else LIGHT.muted)
            label.set_fontweight("bold" if decides else "normal")
        axes.set_ylim(0.4, len(table) + 0.6)
        _scale(axes, float(np.nanmax(table[["low", "high", "ablated"]].abs().to_numpy(float))))
        axes.set_xlabel("Difference in smallest meaningful ones; right is as claimed (grey: practically nothing)")
        axes.legend(handles=_legend(), frameon=False, loc="lower center", ncols=4, fontsize=10.5,
                    bbox_to_anchor=(0.5, 1.0))  # fmt: skip
        figure.text(0.02, 0.03, f"{foot} {CAVEAT}.", fontsize=10, color=LIGHT.muted, va="center")
    return figure


def _scale(axes: Axes, largest: float) -> None:
    """Linear within what is practically nothing, logarithmic beyond."""
    end = 1.25 * max(2.0, largest)
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlim(-end, end)
    ticks = _TICKS[end >= _TICKS]
    places = [*-ticks[::-1], 0, *ticks]
    axes.set_xticks(places, [f"{place:+d}" if place else "0" for place in places])
    axes.minorticks_off()


def _legend() -> list[Line2D]:
    return [
        Line2D([], [], color=LIGHT.muted, linewidth=3, marker="o", markersize=8,
               label="median and 5 to 95 % of parameter sets"),
        Line2D([], [], color=LIGHT.ink, marker="|", markersize=13, linewidth=0, label="what the median has to reach"),
        Line2D([], [], marker="o", markersize=8, color="white", markeredgecolor=LIGHT.muted, linewidth=0,
               label="median with the mechanism off"),
    ]  # fmt: skip
