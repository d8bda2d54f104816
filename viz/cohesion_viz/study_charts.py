"""Figures of experiments by matplotlib, drawn from the tables of `cohesion.studies.analysis`."""

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cohesion.studies.discovery import Discovery
from cohesion.studies.effects import INDEX
from cohesion_viz.charts import STYLE, grid
from cohesion_viz.numbers import first_capital
from cohesion_viz.style import BLOC_COLOURS, BLOC_SHAPES, CAVEAT, CIVIDIS, LIGHT, MARKERS, ink_on

if TYPE_CHECKING:
    from cohesion.studies.analysis import Analysis

_MAP = LinearSegmentedColormap.from_list("cividis-like", list(CIVIDIS))
#: Most bars of a figure.
MOST = 20
#: Most characters of a line beside an axis.
WIDEST = 36
#: Least height of an axis of shares: of less, ticks at whole per cent would be too few.
LEAST = 0.05


def figures(analysis: "Analysis") -> dict[str, Figure]:
    """Every figure that the analysis has numbers for, by name."""
    tables = analysis.tables
    found: dict[str, Figure] = {}
    if "phase" in tables:
        found["phase"] = phase_diagram(analysis)
    if "effects" in tables:
        found["effects"] = effects(analysis)
    if not tables.get("sobol", pd.DataFrame()).empty:
        found["sobol"] = indices(analysis)
    if not tables.get("morris", pd.DataFrame()).empty:
        found["morris"] = screening(analysis)
    for scenario, discovery in analysis.discoveries.items():
        if not discovery.box.empty:
            several = len(analysis.discoveries) > 1
            found[f"discovery_{scenario}" if several else "discovery"] = box(analysis, scenario, discovery)
    if not tables["runs_needed"].empty:
        found["runs_needed"] = runs_needed(analysis)
    return found


def phase_diagram(analysis: "Analysis") -> Figure:
    """Share of an outcome over two swept factors, a panel a scenario; numbers in the cells, a line at one half."""
    table, factors = analysis.tables["phase"], analysis.experiment.factors
    scenarios = list(dict.fromkeys(table["scenario"]))
    low, high = (float(table["value"].min()), float(table["value"].max())) if analysis.outcome == INDEX else (0.0, 1.0)
    with rc_context(STYLE):
        figure = _figure(analysis, width=4 + 6.5 * len(scenarios), height=7.6)
        panels = figure.subplots(1, len(scenarios), squeeze=False)[0]
        for axes, scenario in zip(panels, scenarios, strict=True):
            cells = table[table["scenario"] == scenario].pivot_table(index="y", columns="x", values="value")
            values = cells.to_numpy(float)
            image = axes.imshow(values, origin="lower", aspect="auto", cmap=_MAP, vmin=low, vmax=high)
            for (row, column), value in np.ndenumerate(values):
                colour = _MAP((value - low) / (high - low or 1))
                text = f"{value:.2f}" if analysis.outcome == INDEX else f"{100 * value:.0f}"
                axes.text(column, row, text, ha="center", va="center", fontsize=10.5,
                          color=ink_on("#" + "".join(f"{round(255 * c):02X}" for c in colour[:3])))  # fmt: skip
            if min(values.shape) > 1 and low < 0.5 < high and values.min() < 0.5 < values.max():
                axes.contour(values, levels=[0.5], colors="white", linewidths=2.2)
            axes.set_xticks(range(len(cells.columns)), [f"{v:g}" for v in cells.columns])
            axes.set_yticks(range(len(cells.index)), [f"{v:g}" for v in cells.index])
            axes.set_xlabel(_label(factors[0]))
            axes.set_ylabel(_label(factors[1]))
            axes.set_title(scenario if len(scenarios) > 1 else "", pad=8)
        bar = figure.colorbar(image, ax=list(panels), shrink=0.9, pad=0.02)
        bar.set_label(first_capital(analysis.measure))
        bar.outline.set_visible(False)
        if analysis.outcome != INDEX:
            bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        half = 100 * float(table["half"].max())
        unit = "index" if analysis.outcome == INDEX else "per cent"
        others = f", averaged over {', '.join(f.name for f in factors[2:])}" if len(factors) > 2 else ""
        within = f"{half / 100:.2f}" if analysis.outcome == INDEX else f"{half:.0f} points"
        _say(figure, analysis, f"Cells in {unit}{others}; 95 % intervals within ±{within}.")
    return figure


def effects(analysis: "Analysis") -> Figure:
    """Mean value by level of the factors with the largest effects, a panel each, with 95 % intervals."""
    table, sizes = analysis.tables["effects"], analysis.tables["effect_sizes"]
    named = {f.name: f for f in analysis.experiment.factors}
    top = sizes.groupby("factor")["range"].max().sort_values(ascending=False).index[:6]
    scenarios = list(dict.fromkeys(table["scenario"]))
    columns = min(3, len(top))
    rows = -(-len(top) // columns)
    with rc_context(STYLE):
        figure = _figure(analysis, width=max(9.0, 5.2 * columns), height=3.2 + 3.6 * rows)
        panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for axes in panels.ravel()[len(top) :]:
            axes.set_visible(False)
        for axes, factor in zip(panels.ravel(), top, strict=False):
            for k, scenario in enumerate(scenarios):
                part = table[(table["factor"] == factor) & (table["scenario"] == scenario)]
                colour = BLOC_COLOURS[k % len(BLOC_COLOURS)]
                marker = MARKERS[BLOC_SHAPES[k % len(BLOC_SHAPES)]]
                axes.fill_between(part["level"], part["low"], part["high"], color=colour, alpha=0.2, linewidth=0)
                axes.plot(part["level"], part["value"], color=colour, marker=marker, linewidth=2.2, label=scenario)
            axes.set_xlabel(_label(named[str(factor)]))
            _value_axis(axes, analysis)
        for axes in panels[:, 0]:
            axes.set_ylabel(fill(first_capital(analysis.measure), WIDEST))
        if len(scenarios) > 1:
            panels[0, 0].legend(frameon=False, fontsize=11)
        _say(figure, analysis, "Means over all else; bands are 95 % intervals.")
    return figure


def indices(analysis: "Analysis") -> Figure:
    """First- and total-order Sobol' indices, the largest on top."""
    table = analysis.tables["sobol"].head(MOST).iloc[::-1]
    with rc_context(STYLE):
        figure = _figure(analysis, width=11, height=2.6 + 0.42 * len(table))
        axes = figure.subplots()
        y = np.arange(len(table))
        kinds = (("total", 0.19, BLOC_COLOURS[0], ""), ("first", -0.19, BLOC_COLOURS[1], "//"))
        for name, shift, colour, hatch in kinds:
            bars: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "label": f"{name} order"}
            ends = {"elinewidth": 1.2, "ecolor": LIGHT.ink}
            axes.barh(y + shift, table[name], 0.36, xerr=table[f"{name}_half"], error_kw=ends, **bars)
        axes.set_yticks(y, table["factor"])
        axes.set_xlabel("Share of the variance, alone (first order) and with all others (total order)")
        axes.legend(frameon=False, loc="lower right")
        grid(axes, "x")
        _say(figure, analysis, "Sobol' indices with 95 % intervals.")
    return figure


def screening(analysis: "Analysis") -> Figure:
    """Morris screening: mean absolute effect of the factors that have the largest, with intervals."""
    table = analysis.tables["morris"].head(MOST).iloc[::-1]
    with rc_context(STYLE):
        figure = _figure(analysis, width=11, height=2.6 + 0.36 * len(table))
        axes = figure.subplots()
        y = np.arange(len(table))
        axes.barh(y, table["mu_star"], 0.62, xerr=table["half"], color=BLOC_COLOURS[0],
                  error_kw={"elinewidth": 1.2, "ecolor": LIGHT.ink})  # fmt: skip
        axes.scatter(table["sigma"], y, color=BLOC_COLOURS[1], edgecolor="white", s=64, marker="D", zorder=3,
                     label="standard deviation of effects: interaction or curvature")  # fmt: skip
        axes.set_yticks(y, table["factor"])
        axes.set_xlabel(f"Mean absolute effect over the whole range on the {analysis.measure}")
        axes.legend(frameon=False, loc="lower right", fontsize=11)
        grid(axes, "x")
        shown = f"The {len(table)} largest of {len(analysis.tables['morris'])}" if len(table) == MOST else "All factors"
        _say(figure, analysis, f"{shown}, with 95 % intervals (Morris).")
    return figure


def box(analysis: "Analysis", scenario: str, found: Discovery) -> Figure:
    """The box of conditions, each within its range, and the trade-off of coverage and density on the way to it."""
    rows = found.box.to_dict("records")[::-1]
    with rc_context(STYLE):
        figure = _figure(analysis, width=15, height=max(5.6, 3.4 + 0.5 * len(rows)))
        left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
        for y, row in enumerate(rows):
            span = row["most"] - row["least"]
            start, end = (row["low"] - row["least"]) / span, (row["high"] - row["least"]) / span
            left.barh(y, 1, 0.5, color=LIGHT.grid)
            left.barh(y, end - start, 0.5, left=start, color=BLOC_COLOURS[0])
            for at, value in ((0.0, row["least"]), (1.0, row["most"])):
                left.text(
                    at, y + 0.36, f"{value:.3g}", ha="left" if at == 0 else "right", fontsize=10, color=LIGHT.muted
                )
            for at, value, inner in (
                (start, row["low"], row["low"] > row["least"]),
                (end, row["high"], row["high"] < row["most"]),
            ):
                if inner:
                    left.text(at, y - 0.38, f"{value:.2f}", ha="center", va="top", fontweight="bold")
        left.set_yticks(range(len(rows)), [row["factor"] for row in rows])
        left.set_ylim(-0.85, len(rows) - 0.3)
        left.set_xticks([])
        left.spines["bottom"].set_visible(False)
        left.set_title("Where it happens: limits within each range", pad=12)
        right.plot(found.peeling["coverage"], found.peeling["density"], color=LIGHT.ghost, marker="o", markersize=4)
        coverage, density, _ = found.held_out
        right.scatter([found.coverage], [found.density], s=110, color=BLOC_COLOURS[0], zorder=3, label="this box")
        right.scatter([coverage], [density], s=110, color=BLOC_COLOURS[1], marker="D", zorder=3,
                      label="on points that did not find it")  # fmt: skip
        right.axhline(found.base, color=LIGHT.muted, linestyle=(0, (5, 2)))
        right.text(0.99, found.base, f"all runs {100 * found.base:.0f} %", ha="right", va="bottom", color=LIGHT.muted)
        for set_axis in (right.xaxis, right.yaxis):
            _per_cent(set_axis, " %")
        right.set_xlim(0, 1.02)
        right.set_ylim(0, max(LEAST, min(1.02, 1.5 * float(found.peeling["density"].max()))))
        right.set_xlabel("Coverage: share of such runs that lie in the box")
        right.set_ylabel("Density: share of the box's runs that are such")
        right.legend(frameon=False, loc="upper right", fontsize=11)
        grid(right, "both")
        right.set_title("Coverage against density", pad=12)
        _say(figure, analysis, f"PRIM on {scenario}; blue: within the box, grey: the range that was sampled.")
    return figure


def runs_needed(analysis: "Analysis") -> Figure:
    """Half the width of the interval against the number of runs a point."""
    table = analysis.tables["runs_needed"]
    lines: tuple[tuple[str, str, str, Any], ...] = (
        ("half", "a point", BLOC_COLOURS[0], "-"),
        ("half_difference", "difference of neighbours, common random numbers", BLOC_COLOURS[2], "-"),
        ("half_unpaired", "difference of neighbours, if runs were independent", LIGHT.ghost, (0, (5, 2))),
    )
    with rc_context(STYLE):
        figure = _figure(analysis, width=11, height=6.6)
        axes = figure.subplots()
        for name, label, colour, style in lines:
            axes.plot(table["runs"], table[name], color=colour, linestyle=style, linewidth=2.4, label=label)
        axes.set_xscale("log", base=2)
        axes.set_xticks(table["runs"].iloc[::2], [f"{v:,}" for v in table["runs"].iloc[::2]])
        axes.minorticks_off()
        axes.axvline(analysis.experiment.runs, color=LIGHT.muted, linewidth=1)
        axes.annotate("this experiment", (analysis.experiment.runs, 0.96), xycoords=("data", "axes fraction"),
                      xytext=(6, 0), textcoords="offset points", color=LIGHT.muted)  # fmt: skip
        axes.set_ylim(0)
        axes.set_xlabel("Runs a point")
        axes.set_ylabel(fill(f"Half the 95 % interval of the {analysis.measure}", WIDEST))
        if analysis.outcome != INDEX:
            axes.set_ylim(top=max(axes.get_ylim()[1], LEAST))
            _per_cent(axes.yaxis, " points")
        axes.legend(frameon=False, loc="upper right", bbox_to_anchor=(1, 0.93))
        grid(axes, "y")
        _say(figure, analysis, "Of the points that vary most, or typical ones below 32 runs.")
    return figure


def _figure(analysis: "Analysis", width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(rect=(0.01, 0.055, 0.98, 0.88))  # type: ignore[call-arg, union-attr]
    figure.text(0.02, 0.965, analysis.experiment.title, fontsize=18, fontweight="bold", va="center")
    return figure


def _say(figure: Figure, analysis: "Analysis", text: str) -> None:
    """Source and caveat at the foot."""
    e = analysis.experiment
    figure.text(
        0.02, 0.022, f"{text} {e.runs} runs a point, seed {e.seed}. {CAVEAT}.", fontsize=10, color=LIGHT.muted,
        va="center",
    )  # fmt: skip


def _label(factor: Any) -> str:
    """Name and unit; several levers stand below each other where they would reach into the next panel."""
    text = f"{factor.name} ({factor.unit})" if factor.unit != "1" else str(factor.name)
    return text if len(text) <= WIDEST else text.replace("+", "+\n")


def _value_axis(axes: Axes, analysis: "Analysis") -> None:
    if analysis.outcome != INDEX:
        highest = float(analysis.tables["effects"]["high"].max())
        axes.set_ylim(0, min(1.0, 1.15 * max(highest, LEAST)))
        _per_cent(axes.yaxis, " %")
    grid(axes, "y")


def _per_cent(axis: Axis, symbol: str) -> None:
    """Ticks of shares at whole per cent, since no decimals are written."""
    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=symbol))
