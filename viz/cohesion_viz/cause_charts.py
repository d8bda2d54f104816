"""Charts by matplotlib of what two scenarios have different, and why; `echarts` draws the same numbers."""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cohesion.rules.measures import log_odds, probability
from cohesion.summary import percent
from cohesion_viz.charts import ACCENT, INK, MUTED, grid, time_axis
from cohesion_viz.numbers import points, signed
from cohesion_viz.style import GAIN, GAIN_TEXT, LOSS, LOSS_TEXT


def draw_difference(axes: Axes, bands: pd.DataFrame, label: str) -> None:
    """Difference run by run over time: median with 50 % and 90 % bands about a line of no difference.

    ``bands`` are of `cohesion_viz.numbers.paired_difference`.
    """
    x = mdates.date2num(bands.index)
    axes.fill_between(x, bands["p05"], bands["p95"], color=ACCENT, alpha=0.2, linewidth=0)
    axes.fill_between(x, bands["p25"], bands["p75"], color=ACCENT, alpha=0.35, linewidth=0)
    axes.plot(x, bands["p50"], color=ACCENT, linewidth=2.6)
    axes.axhline(0, color=INK, linewidth=1.2)
    last = float(bands["p50"].iloc[-1])
    axes.annotate(f"median {signed(last)}", (1.012, last), xycoords=("axes fraction", "data"), color=ACCENT,
                  fontweight="bold", va="center", annotation_clip=False)  # fmt: skip
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
    axes.set_ylabel(label)
    time_axis(axes, x)
    grid(axes, "y")


def draw_attribution(axes: Axes, causes: pd.DataFrame, of_index: bool = False) -> None:
    """What each driver accounts for, with its 95 % interval: of the share that holds, or of the mean cohesion index.

    ``causes`` are of `cohesion.attribution.divide`, drivers by their titles.
    """
    change, low, high = (
        causes[name].to_numpy(float)
        for name in (("cohesion", "cohesion_low", "cohesion_high") if of_index else ("change", "low", "high"))
    )
    y = np.arange(len(causes))[::-1]
    axes.barh(y, change, 0.56, color=[LOSS if v < 0 else GAIN for v in change],
              hatch=["xx" if v < 0 else "" for v in change], edgecolor="white", linewidth=0)  # fmt: skip
    axes.hlines(y, low, high, color=INK, linewidth=1.6)
    axes.axvline(0, color=INK, linewidth=1.2)
    span = max(float(np.nanmax(np.abs([low, high, change]))), 1e-3)
    for at, value, least, most in zip(y, change, low, high, strict=True):
        end = np.nanmin([least, value]) if value < 0 else np.nanmax([most, value])
        axes.annotate(
            signed(value) if of_index else points(value).removesuffix(" points"), (end, at),
            (-6 if value < 0 else 6, 0), textcoords="offset points", ha="right" if value < 0 else "left", va="center",
            fontweight="bold", color=_ink(value),
        )  # fmt: skip
    axes.set_yticks(y, list(causes.index), color=INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(causes) - 0.4)
    left, right = min(0.0, float(np.nanmin([low, change]))), max(0.0, float(np.nanmax([high, change])))
    room = 0.3 * max(right - left, span)  # for the numbers at the ends
    axes.set_xlim(left - (room if left < 0 else 0.1 * room), right + (room if right > 0 else 0.1 * room))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: signed(v) if of_index else points(v).removesuffix(" points"))
    )
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel("Mean cohesion index" if of_index else "Runs in which it holds, points")
    grid(axes, "x")
    axes.spines["left"].set_visible(False)


def draw_waterfall(axes: Axes, drivers: pd.DataFrame, first: float, last: float) -> None:
    """From trust at the start to trust at the end by driver; steps add up in log-odds, the scale reads in per cent.

    Parameters are those of `cohesion_viz.numbers.Accounts`.
    """
    change = drivers["change"].to_numpy(float)
    level = first + np.concatenate([[0.0], np.cumsum(change)])
    rows = ["start", *map(str, drivers.index), "end"]
    y = np.arange(len(rows))[::-1]
    bars = y[1:-1]
    axes.barh(bars, change, 0.62, left=level[:-1], color=[LOSS if v < 0 else GAIN for v in change],
              hatch=["xx" if v < 0 else "" for v in change], edgecolor="white", linewidth=0)  # fmt: skip
    for k, at in enumerate(level):
        axes.vlines(at, y[k + 1] - 0.31, y[k] + (0.31 if k else 0), color=MUTED, linewidth=1)
    for at, value, start, end in zip(bars, change, level[:-1], level[1:], strict=True):
        axes.annotate(signed(value), (max(start, end), at), (6, 0), textcoords="offset points", va="center",
                      fontweight="bold", color=_ink(value))  # fmt: skip
    for at, value in ((y[0], first), (y[-1], last)):
        axes.scatter([value], [at], marker="D", s=70, color=ACCENT, zorder=3)
        axes.annotate(f"{percent(float(probability(value)))} %", (value, at), (9, 0),
                      textcoords="offset points", va="center", fontweight="bold")  # fmt: skip
    low, high = float(level.min()), float(level.max())
    pad = max(0.15 * (high - low), 0.1)
    axes.set_xlim(low - pad, high + 2 * pad)
    ticks = [p for p in (0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99)
             if low - pad <= log_odds(p) <= high + 2 * pad]  # fmt: skip
    axes.set_xticks([float(log_odds(p)) for p in ticks], [f"{percent(p)} %" for p in ticks])
    axes.set_yticks(y, rows, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    grid(axes, "x")
    axes.spines["left"].set_visible(False)


def _ink(change: float) -> str:
    """Colour of a number: of a loss, of a gain, or of neither."""
    return MUTED if abs(change) < 5e-4 else (LOSS_TEXT if change < 0 else GAIN_TEXT)[False]
