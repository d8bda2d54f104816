"""Figures of the back-test and of calibration by matplotlib, from the numbers that the dashboard shows."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cohesion.studies.backtest import Backtest
from cohesion.studies.history import THROUGH
from cohesion_viz.charts import STYLE, grid
from cohesion_viz.numbers import history, signed
from cohesion_viz.style import (
    BLOC_COLOURS,
    BLOC_SHAPES,
    CAVEAT,
    LIGHT,
    MARKERS,
    METHOD_COLOURS,
    METHOD_NAMES,
    METHOD_SHAPES,
)

_COLUMNS = 8


def figures(found: Backtest) -> dict[str, Figure]:
    """Every figure that a back-test has numbers for, by name; of one origin also its members and its parameters."""
    made = {}
    if len(found.scored):
        made["scores"] = scores(found)
    if len(found.goodwill):
        made["views"] = views(found)
    if len(found.origins) == 1:
        made["members"] = members(found, found.origins[0])
        made["posterior"] = posterior(found.origins[0])
    return made


def scores(found: Backtest) -> Figure:
    """Root mean squared error by years ahead, a line a method, and the share of figures in the 90 % band."""
    origins = tuple(found.origins)
    table = history.score_table(found, origins)
    scored = found.scores(origins)
    with rc_context(STYLE):
        ratio, best = scored["ratio_to_best"], METHOD_NAMES[scored["best_baseline"]].lower()
        figure = _figure(f"Two and three years ahead: {ratio:.2f} of the error of the best baseline ({best})", 11, 6.6)
        axes = figure.subplots()
        for key, name in METHOD_NAMES.items():
            first = key == "model"
            axes.plot(table.index, table[key], color=LIGHT.accent if first else METHOD_COLOURS[key], label=name,
                      marker=MARKERS[METHOD_SHAPES[key]], markersize=9, linewidth=3.4 if first else 1.8,
                      zorder=4 if first else 3)  # fmt: skip
        ticks = [f"{h} year{'s' * (h > 1)} ahead\n{100 * c:.0f} % of {n:.0f} in the band"
                 for h, c, n in zip(table.index, table["coverage"], table["cells"], strict=True)]  # fmt: skip
        axes.set_xticks(list(table.index), ticks)
        axes.margins(x=0.12)
        axes.set_ylim(0)
        axes.set_ylabel("Root mean squared error, points of GDP")
        axes.legend(frameon=False, loc="lower right", ncols=2)
        grid(axes, "y")
        _say(figure, f"{_origins(found)}, {found.runs} runs each; the band is to hold 90 %.")
    return figure


def views(found: Backtest) -> Figure:
    """Observed against simulated moves of views of the US."""
    table, said = history.moves(found), history.move_table(found)
    table = table if len(table) else history.moves(found, tuple(found.goodwill["year"].unique()))
    with rc_context(STYLE):
        figure = _figure("Views of the United States: where both have one sign, the ground is shaded", 11, 7.6)
        axes = figure.subplots()
        x, y = (1.12 * float(table[c].abs().max()) for c in ("observed", "simulated"))
        for sign in (1, -1):
            axes.fill_between([0, sign * x], 0, sign * y, color=LIGHT.accent, alpha=0.08, linewidth=0)
        for k, (year, part) in enumerate(table.groupby("year")):
            axes.scatter(part["observed"], part["simulated"], s=80, color=BLOC_COLOURS[k], edgecolor="white",
                         marker=MARKERS[BLOC_SHAPES[k]], label=str(year), zorder=3)  # fmt: skip
            for label, at in _labels(part.sort_values("observed"), x / 30, y / 15):
                axes.annotate(label, at, (2, 8), textcoords="offset points", fontsize=9.5, rotation=60)
        axes.axhline(0, color=LIGHT.muted, linewidth=1)
        axes.axvline(0, color=LIGHT.muted, linewidth=1)
        axes.set_xlim(-x, x)
        axes.set_ylim(-y, y)
        axes.set_xlabel("Observed move since the last survey, log-odds of a favourable view")
        axes.set_ylabel("Simulated move, median of runs")
        axes.legend(frameon=False, loc="lower right")
        grid(axes, "both")
        last = said.iloc[-1]
        _say(figure, f"All years: sign right in {last['right']:.0f} of {last['pairs']:.0f} pairs, rank correlation "
                     f"{signed(last['rank_correlation'])}.")  # fmt: skip
    return figure


def _labels(part: pd.DataFrame, x: float, y: float) -> list[tuple[str, tuple[float, float]]]:
    """Names of members and where they go, of points in order of ``observed``: those closer than x and y share one."""
    found: list[tuple[str, tuple[float, float]]] = []
    for code, *at in zip(part["iso3"], part["observed"], part["simulated"], strict=True):
        if found and at[0] - found[-1][1][0] < x and abs(at[1] - found[-1][1][1]) < y:
            found[-1] = (f"{found[-1][0]}, {code}", found[-1][1])
        else:
            found.append((code, (at[0], at[1])))
    return found


def members(found: Backtest, origin: int) -> Figure:
    """A panel a member: what it spent to the origin, the forecast, and figures as points; one scale for all."""
    missed = history.misses(found, origin)
    courses = {code: history.course(found, origin, str(code)) for code in missed.index}
    top = history.ceiling(*courses.values())
    rows = -(-len(courses) // _COLUMNS)
    with rc_context(STYLE):
        figure = _figure(f"Defence spending, % of GDP, forecast from {origin}", 18, 1.6 + 1.75 * rows)
        panels = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
        for axes in panels[len(courses) :]:
            axes.set_visible(False)
        for axes, (code, course) in zip(panels, courses.items(), strict=False):
            draw_course(axes, course, origin)
            axes.set_title(str(missed.loc[code, "name"]), fontsize=11, pad=3)
            axes.set_ylim(0, top)
        known = missed["actual"].notna() & (missed.index != "USA")
        held = f"{int(missed['inside'][known].sum())} of {int(known.sum())}" if known.any() else ""
        told = f"90 % bands hold {held} figures of {int(missed['year'].iloc[0])}. " if held else ""
        _say(figure, f"{told}Median, 50 % and 90 % of {found.runs} runs; line: known at the origin; points: in fact. "
                     "Spending of the United States is given.")  # fmt: skip
    return figure


def draw_course(axes: Axes, course: pd.DataFrame, origin: int) -> None:
    """One member over the years."""
    x = course.index.to_numpy()
    for low, high, alpha in (("p05", "p95", 0.2), ("p25", "p75", 0.35)):
        axes.fill_between(x, course[low], course[high], color=LIGHT.accent, alpha=alpha, linewidth=0)
    axes.plot(x, course["p50"], color=LIGHT.accent, linewidth=2)
    axes.plot(x, course["known"], color=LIGHT.ink, linewidth=1.6)
    axes.plot(x, course["actual"], color=LIGHT.ink, linestyle="", marker="o", markersize=3.6, markeredgecolor="white",
              markeredgewidth=0.5)  # fmt: skip
    axes.axvline(origin, color=LIGHT.muted, linewidth=0.9)
    axes.set_xticks([year for year in range(2014, THROUGH + 1, 4) if year <= x[-1]])
    axes.tick_params(labelsize=9.5)
    grid(axes, "y")


def posterior(origin: int) -> Figure:
    """Each fitted parameter's sets within its range; those of which history says nothing in grey."""
    table = history.fitted(origin).iloc[::-1]
    with rc_context(STYLE):
        figure = _figure(f"What history to {origin} says of the parameters", 11, 1.9 + 0.33 * len(table))
        axes = figure.subplots()
        y = np.arange(len(table))
        colours = [LIGHT.ghost if quiet else LIGHT.accent for quiet in table["silent"]]
        axes.barh(y, 0.9, 0.72, left=0.05, color=LIGHT.grid, label="90 % of the prior")
        for low, high, alpha in (("p05", "p95", 0.45), ("p25", "p75", 0.65)):
            axes.barh(y, table[high] - table[low], 0.42, left=table[low], color=colours, alpha=alpha)
        axes.scatter(table["p50"], y, marker="|", s=150, color=LIGHT.ink, linewidth=2.2, zorder=4)
        axes.set_yticks(y, [str(name) for name in table.index], fontsize=10.5)
        for label, quiet in zip(axes.get_yticklabels(), table["silent"], strict=True):
            label.set_color(LIGHT.muted if quiet else LIGHT.ink)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.7, len(table) - 0.3)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        axes.set_xlabel("Place within the parameter's range")
        grid(axes, "x")
        _say(figure, "Median, 50 % and 90 % of the sets; pale: 90 % of the prior; grey: chance would show as much.")
    return figure


def statistics(origin: int) -> Figure:
    """History's figures with 90 % of all candidates and of the kept sets: spending on the left, views on the right."""
    table = history.statistics(origin).iloc[::-1]
    parts = [(title, table[table["kind"] == kind]) for kind, title in
             (("spending", "Spending: mean log change from the known year before"),
              ("goodwill", "Views of the US: mean move, log-odds"))]  # fmt: skip
    with rc_context(STYLE):
        figure = _figure(f"History to {origin} and what the model makes of it", 16, 2.2 + 0.29 * len(parts[0][1]))
        for axes, (title, part) in zip(figure.subplots(1, 2, width_ratios=(1.5, 1)), parts, strict=True):
            y = np.arange(len(part))
            for kind, height, colour, alpha in (("prior", 0.72, LIGHT.grid, 1), ("posterior", 0.42, LIGHT.accent, 0.5)):
                low, high = part[f"{kind}_p05"], part[f"{kind}_p95"]
                axes.barh(y, high - low, height, left=low, color=colour, edgecolor=colour, alpha=alpha)
            axes.scatter(part["data"], y, marker="D", s=46, color=LIGHT.ink, edgecolor="white", zorder=4)
            axes.set_yticks(y, [history.brief(str(name)) for name in part.index], fontsize=10.5)
            axes.set_ylim(len(part) - len(parts[0][1]) - 0.7, len(part) - 0.3)  # rows of one height on both sides
            axes.use_sticky_edges = False
            axes.set_title(title, fontsize=12, pad=8)
            axes.axvline(0, color=LIGHT.muted, linewidth=0.9)
            grid(axes, "x")
        held = f"{int(table['inside'].sum())} of {len(table)}"
        _say(figure, f"The 90 % band of the sets (blue) holds {held} figures (diamonds); pale: 90 % of all candidates.")
    return figure


def _origins(found: Backtest) -> str:
    years = sorted(map(int, set(found.scored["origin"])))
    return f"Origin{'s' * (len(years) > 1)} {years[0]}" + (f" to {years[-1]}" if len(years) > 1 else "")


def _figure(title: str, width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    room = 0.42 / height  # for the title and the foot, whatever the height
    figure.get_layout_engine().set(rect=(0.01, room, 0.98, 1 - 2.6 * room))  # type: ignore[call-arg, union-attr]
    figure.text(0.02, 1 - 0.75 * room, title, fontsize=17, fontweight="bold", va="center")
    return figure


def _say(figure: Figure, text: str) -> None:
    """Source and caveat at the foot."""
    foot = 0.18 / figure.get_figheight()
    figure.text(0.02, foot, f"{text} {CAVEAT}.", fontsize=10, color=LIGHT.muted, va="center")
