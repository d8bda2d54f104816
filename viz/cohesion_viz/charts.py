"""Charts by matplotlib, for figures in reports and papers; `echarts` draws the same numbers in the browser.

`cohesion_viz.numbers` gives the numbers; `draw_fan` and its kin draw them on axes; `headline_figure` puts them on one
page. Figures are made without pyplot, so that threads and servers may draw.
"""

from pathlib import Path
from typing import Any, Literal

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cohesion.ensemble import compare, outcome_shares
from cohesion.outcome import OUTCOMES
from cohesion.summary import OUTCOME_PHRASES, difference_in_words, percent
from cohesion.uncertainty import DRAWN_FROM
from cohesion_viz.numbers import fan, shares_over_time, trust_changes
from cohesion_viz.style import (
    CAVEAT,
    GAIN,
    LIGHT,
    LOSS,
    OUTCOME_COLOURS,
    OUTCOME_HATCHES,
    OUTCOME_NAMES,
    OUTCOME_TEXT,
)

ACCENT, GHOST, INK, MUTED, GRID = LIGHT.accent, LIGHT.ghost, LIGHT.ink, LIGHT.muted, LIGHT.grid
#: Settings of matplotlib for every figure.
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "path",
    "svg.hashsalt": "cohesion",
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


def draw_fan(
    axes: Axes, numbers: pd.DataFrame, ghost: pd.DataFrame | None = None, ghost_name: str = "baseline"
) -> None:
    """Median with 50 % and 90 % bands; a baseline as a ghost behind them."""
    x = mdates.date2num(numbers.index)
    if ghost is not None:
        at = mdates.date2num(ghost.index)
        axes.fill_between(at, ghost["p05"], ghost["p95"], color=GHOST, alpha=0.18, linewidth=0)
        axes.plot(at, ghost["p50"], color=GHOST, linewidth=2, linestyle=(0, (5, 2)))
    axes.fill_between(x, numbers["p05"], numbers["p95"], color=ACCENT, alpha=0.2, linewidth=0)
    axes.fill_between(x, numbers["p25"], numbers["p75"], color=ACCENT, alpha=0.35, linewidth=0)
    axes.plot(x, numbers["p50"], color=ACCENT, linewidth=2.6)
    labels = [(numbers["p50"].iloc[-1], f"median {numbers['p50'].iloc[-1]:.2f}", ACCENT, "bold")]
    for high, share in (("p75", "50 %"), ("p95", "90 %")):
        labels.append((numbers[high].iloc[-1], f"{share} of runs", ACCENT, "normal"))
    if ghost is not None:
        labels.append((ghost["p50"].iloc[-1], f"{ghost_name} {ghost['p50'].iloc[-1]:.2f}", MUTED, "bold"))
    axes.set_ylim(0, 1)
    _beside(axes, labels, gap=0.065)
    axes.set_ylabel("Cohesion index, 0 to 1")
    time_axis(axes, x)
    grid(axes, "y")


def draw_shares(axes: Axes, numbers: pd.DataFrame) -> None:
    """Outcome shares as stacked areas, each with its colour, hatch and label."""
    x = mdates.date2num(numbers.index)
    floor = np.zeros(len(x))
    labels = []
    for name in OUTCOMES:
        top = floor + numbers[name].to_numpy()
        axes.fill_between(
            x,
            floor,
            top,
            facecolor=OUTCOME_COLOURS[name],
            hatch=OUTCOME_HATCHES[name],
            edgecolor="white",
            linewidth=0.8,
        )
        share = float(numbers[name].iloc[-1])
        if not numbers[name].any():
            continue
        text = f"{OUTCOME_NAMES[name]} {percent(share)} %"
        labels.append((float(floor[-1] + top[-1]) / 2, text, OUTCOME_TEXT[False][name], "bold"))
        floor = top
    axes.set_ylim(0, 1)
    _beside(axes, labels, gap=0.085)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set_ylabel("Share of runs")
    time_axis(axes, x)


def draw_trust(axes: Axes, numbers: pd.DataFrame, ends: tuple[str, ...] = ("start", "end")) -> None:
    """Trust in the US by member, from the start (open) to the end (full), largest loss on top."""
    y = np.arange(len(numbers))[::-1]
    first, last = numbers["first"].to_numpy(), numbers["last"].to_numpy()
    colours = [LOSS if change < 0 else GAIN for change in last - first]
    axes.hlines(y, first, last, colors=colours, linewidth=2.2, alpha=0.75, zorder=2)
    axes.scatter(first, y, s=36, facecolor="white", edgecolor=MUTED, linewidth=1.4, zorder=3, label=ends[0])
    axes.scatter(last, y, s=40, color=colours, zorder=4, label=ends[1])
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, fontsize=10.5, borderaxespad=0.0,
                handletextpad=0.1, columnspacing=1.0)  # fmt: skip
    for at, end, change in zip(y, last, last - first, strict=True):
        axes.annotate(
            f"{change:+.2f}".replace("-", "−"), (end, at), (-9 if change < 0 else 9, 0), textcoords="offset points",
            ha="right" if change < 0 else "left", va="center", fontsize=9.5, color=MUTED,
        )  # fmt: skip
    axes.set_yticks(y, numbers["name"], fontsize=11, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.8, len(numbers) - 0.2)
    low, high = min(first.min(), last.min()), max(first.max(), last.max())
    axes.set_xlim(low - 0.12, high + 0.12)  # room for the labels of changes
    axes.set_xticks([t for t in np.linspace(0, 1, 6 if high - low > 0.5 else 11) if low - 0.12 <= t <= high + 0.12])
    axes.set_xlabel("Belief that the US would honour Article 5, probability")
    grid(axes, "x")
    axes.spines["left"].set_visible(False)


def headline_figure(data: xr.Dataset, baseline: xr.Dataset | None = None, said: dict[str, Any] | None = None) -> Figure:
    """One page on an ensemble: cohesion over time, outcome shares over time, trust in the US by member.

    Parameters
    ----------
    data
        Of `cohesion.simulate`, all months.
    baseline
        Ensemble to compare with, shown as a ghost.
    said
        Of `cohesion.summary.summary`, for the title; worked out from ``data`` where None.
    """
    title, lines = _finding(data, baseline, said)
    index, shares, trust = fan(data), shares_over_time(data), trust_changes(data)
    ghost = None if baseline is None else fan(baseline)
    with rc_context(STYLE):
        figure = Figure(figsize=(16, 9.6))
        FigureCanvasAgg(figure)
        places = figure.add_gridspec(
            2, 2, width_ratios=(1.12, 1), left=0.06, right=0.98, top=0.815, bottom=0.1, wspace=0.56, hspace=0.36
        )  # fmt: skip
        figure.text(0.06, 0.957, title, fontsize=22, fontweight="bold", va="center")
        figure.text(0.06, 0.932, "\n".join(lines), fontsize=13.5, color=MUTED, va="top", linespacing=1.35)
        top, below, right = (
            figure.add_subplot(places[0, 0]),
            figure.add_subplot(places[1, 0]),
            figure.add_subplot(places[:, 1]),
        )
        draw_fan(top, index, ghost, "" if baseline is None else str(baseline.attrs["title"]))
        top.set_title(index_finding(index), pad=12)
        draw_shares(below, shares)
        below.set_title("Outcome, judged on the two years before each month", pad=12)
        draw_trust(right, trust, tuple(f"{day:%B %Y}" for day in (index.index[0], index.index[-1])))
        right.set_title(trust_finding(trust), pad=26)
        figure.text(0.985, 0.018, f"{CAVEAT}. {_source(data)}", fontsize=10, color=MUTED, ha="right", va="center")
    return figure


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as ``stem.png`` and ``stem.svg``, the same bytes each time."""
    save_png(figure, stem)
    figure.set_layout_engine("none")  # all stays where it is: to find places again takes as long as to draw
    with rc_context(STYLE):
        figure.savefig(stem.with_suffix(".svg"), facecolor="white", metadata={"Date": None, "Creator": None})


def save_png(figure: Figure, stem: Path) -> None:
    """Write a figure as ``stem.png``, the same bytes each time."""
    with rc_context(STYLE):
        figure.savefig(stem.with_suffix(".png"), dpi=120, facecolor="white", metadata={"Software": None})


def _finding(data: xr.Dataset, baseline: xr.Dataset | None, said: dict[str, Any] | None) -> tuple[str, list[str]]:
    """Title and lines below it: how often the alliance holds, what becomes of it else, and the difference."""
    shares = said["outcome_shares"] if said else {name: share for name, (share, *_) in outcome_shares(data).items()}
    runs = said["runs"] if said else data.sizes["run"]
    rest = [f"{OUTCOME_PHRASES[name]} in {percent(shares[name])} %" for name in OUTCOMES[1:]]
    title = f"{data.attrs['title']}: {OUTCOME_PHRASES['holds']} in {percent(shares['holds'])} % of runs"
    lines = [f"Of {runs:,} runs, {rest[0]}, {rest[1]} and {rest[2]}."]
    if baseline is not None:
        moved = said["difference"] if said and "difference" in said else compare(baseline, data)
        lines.append(f"Against {baseline.attrs['title']}, {difference_in_words(moved['median'])}.")
    return title, lines


def index_finding(numbers: pd.DataFrame) -> str:
    """What a `fan` of the cohesion index shows, as a title."""
    first, last = float(numbers["p50"].iloc[0]), float(numbers["p50"].iloc[-1])
    least = float(numbers["p50"].min())
    if least < min(first, last) - 0.05:
        return f"Median cohesion falls from {first:.2f} to {least:.2f} and ends at {last:.2f}"
    if abs(last - first) < 0.02:
        return f"Median cohesion stays near {last:.2f}"
    return f"Median cohesion {'falls' if last < first else 'rises'} from {first:.2f} to {last:.2f}"


def trust_finding(numbers: pd.DataFrame) -> str:
    """What `trust_changes` show, as a title."""
    lost = numbers[numbers["change"] < -0.02]
    if lost.empty:
        return "Trust in the US: no large loss"
    names = list(lost["name"].iloc[:2])
    return f"Trust in the US falls most in {' and '.join(names)}"


def _source(data: xr.Dataset) -> str:
    runs, seed, drawn = data.sizes["run"], data.attrs["seed"], DRAWN_FROM[data.attrs["uncertainty"]]
    return f"cohesion, scenario {data.attrs['scenario']}, {runs:,} run{'s' * (runs > 1)}, seed {seed}, {drawn}"


def time_axis(axes: Axes, x: Any) -> None:
    """An axis of dates, ``x`` in matplotlib's days."""
    axes.set_xlim(x[0], x[-1])
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))


def grid(axes: Axes, which: Literal["x", "y", "both"]) -> None:
    """Grid lines of an axis, or of both, behind what is drawn."""
    axes.grid(axis=which, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _beside(axes: Axes, labels: list[tuple[float, str, str, str]], gap: float) -> None:
    """Labels to the right of the axes at the heights given, moved apart where they would meet; heights are 0 to 1."""
    ordered = sorted(labels)
    heights = [height for height, *_ in ordered]
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + gap)
    over = heights[-1] - 0.99
    for k in range(len(heights) - 1, -1, -1) if over > 0 else ():
        heights[k] = min(heights[k], 0.99 - gap * (len(heights) - 1 - k))
    for height, (_, text, colour, weight) in zip(heights, ordered, strict=True):
        axes.annotate(
            text, (1.012, height), xycoords="axes fraction", color=colour, fontweight=weight, fontsize=11.5,
            va="center", annotation_clip=False,
        )  # fmt: skip
