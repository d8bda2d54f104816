"""Axes, lines, bands and labels of charts over time."""

import datetime
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from cohesion.summary import percent
from cohesion.variables import BY_NAME
from cohesion_viz.echarts.parts import Option, base_option, day_of, decal, rounded, time_of, tip
from cohesion_viz.numbers import limits, written
from cohesion_viz.style import Theme

#: Margins of every chart over time, and the width of the labels in the right one.
_MARGINS = {"left": 52, "right": 126}
_LABEL = 116
_LETTER = 7.2
_BOLD = 8.2


def over_time(days: pd.Index, look: Theme) -> Option:
    """Axes of a chart over time, with room for labels beside it."""
    return (
        base_option(look)
        | {
            "grid": {"id": "grid", "top": 30, "bottom": 30, **_MARGINS},
            "xAxis": {
                "id": "x",
                "type": "time",
                "min": time_of(days[0]),
                "max": time_of(days[-1]),
                "minInterval": 28 * 86_400_000,
                "axisLabel": {
                    "color": look.muted,
                    "fontSize": 13,
                    "hideOverlap": True,
                    "formatter": {"year": "{yyyy}", "month": "{MMM}", "day": ""},
                },
                "axisLine": {"lineStyle": {"color": look.muted}, "onZero": False},
                "axisTick": {"lineStyle": {"color": look.muted}},
                "splitLine": {"show": False},
                "axisPointer": {"show": False},
            },
            "yAxis": {
                "id": "y",
                "type": "value",
                "axisLabel": {"color": look.muted, "fontSize": 13},
                "axisLine": {"show": False},
                "splitLine": {"lineStyle": {"color": look.grid}},
            },
        }
        | {"tooltip": base_option(look)["tooltip"] | {"trigger": "axis", "axisPointer": {"type": "line"}}}
    )


def scale(variable: str, look: Theme, *frames: pd.DataFrame | None) -> Option:
    """Limits and ticks of a variable, wide enough for the frames."""
    columns = [frame[p] for frame in frames if frame is not None for p in ("p05", "p95")]
    low, high = limits(variable, *columns)
    most, least = max(float(c.max()) for c in columns), min(float(c.min()) for c in columns)
    return {
        "min": rounded(low) if least >= low else float(np.floor(least)),
        "max": rounded(high) if most <= high else float(np.ceil(most)),
        "axisLabel": ticks(variable, look, high - low),
    }


def ticks(variable: str, look: Theme, span: float) -> Option:
    """How the ticks of an axis are written."""
    unit = BY_NAME[variable].unit
    form: Option = {}
    if unit in ("probability", "rate", "share of GDP"):
        form = {"formatter": "fn:percent" if span >= 0.08 else "fn:percent1"}
    elif unit == "% of GDP":
        form = {"formatter": "{value} %"}
    return {"color": look.muted, "fontSize": 13} | form


def line_of(
    key: str,
    values: pd.Series | None,
    colour: str,
    *,
    width: float,
    dashed: bool = False,
    texts: Sequence[str] | None = None,
) -> Option:
    """A line; with texts, the one that a tooltip reads."""
    data: list[Any] = []
    if values is not None:
        heights = np.round(values.to_numpy(float), 4).tolist()
        pairs = [[time_of(day), height] for day, height in zip(values.index, heights, strict=True)]
        data = pairs if texts is None else [{"value": p, "text": t} for p, t in zip(pairs, texts, strict=True)]
    return {
        "id": key,
        "type": "line",
        "showSymbol": False,
        "silent": True,
        "emphasis": {"disabled": True},
        "tooltip": {"show": texts is not None},
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": width, "type": [8, 5] if dashed else "solid"},
        "z": 4,
        "data": data,
    }


def band_lines(fan: pd.DataFrame | None, key: str, colour: str, opacity: tuple[float, float]) -> list[Option]:
    """The 90 % band and, where it is not clear as glass, the 50 % band, each on an invisible foot."""
    found = []
    for share, (low, high), alpha in ((90, ("p05", "p95"), opacity[1]), (50, ("p25", "p75"), opacity[0])):
        if not alpha:
            continue
        foot = None if fan is None else fan[low]
        rise = None if fan is None else fan[high] - fan[low]
        for part, values, shown in (("foot", foot, 0.0), ("rise", rise, alpha)):
            found.append(
                line_of(f"{key}{share}_{part}", values, colour, width=0)
                | {
                    "stack": f"{key}{share}",
                    "stackStrategy": "all",
                    "areaStyle": {"color": colour, "opacity": shown, "origin": "start"},
                    "z": 2 if key == "ghost" else 3,
                }
            )
    return found


def fan_texts(fan: pd.DataFrame, ghost: pd.DataFrame | None, ghost_name: str, variable: str, single: bool) -> list[str]:
    """Labels at the end of a fan: its median, and what its bands hold."""
    other = {} if ghost is None else dict(zip(ghost.index, ghost["p50"], strict=True))
    return [
        tip(day_of(day), [
            *([written(variable, row["p50"])] if single else [
                f"median {written(variable, row['p50'])}",
                f"50 % of runs: {written(variable, row['p25'])} to {written(variable, row['p75'])}",
                f"90 % of runs: {written(variable, row['p05'])} to {written(variable, row['p95'])}",
            ]),
            f"{ghost_name}: {written(variable, other[day])}" if day in other else "",
        ])
        for day, row in zip(fan.index, fan.to_dict("records"), strict=True)
    ]  # fmt: skip


def end_labels(
    day: datetime.date, ends: Sequence[tuple[float, str, str, str]], low: float = 0.0, high: float = 1.0
) -> Option:
    """Labels beside the last month; see `labels_at`."""
    return labels_at(time_of(day), ends, low, high)


def labels_at(
    x: float | str, ends: Sequence[tuple[float, str, str, str]], low: float = 0.0, high: float = 1.0
) -> Option:
    """Labels beside a place on the axis, moved apart where they would meet; an empty one is hidden.

    Parameters
    ----------
    x
        The place.
    ends
        Height, text, colour and weight of each.
    low, high
        Ends of the axis. ECharts cannot move labels apart that stand at no mark, so a line of 17 pixels is taken as
        11.5 % of it: as much as in the lowest chart, of 210 pixels.
    """
    line = 0.115 * (high - low)
    most = [int(_LABEL / (_BOLD if weight == "bold" else _LETTER)) for *_, weight in ends]
    # broken here: ECharts would leave the space at the head of the second line
    lines = [wrap(text.replace(" %", "\u00a0%"), width) for (_, text, *_), width in zip(ends, most, strict=True)]
    sizes = [line * len(broken) for broken in lines]
    heights = _apart([float(height) for height, *_ in ends], sizes, high)
    return {
        "id": "labels",
        "type": "scatter",
        "symbolSize": 0,
        "silent": True,
        "clip": False,
        "itemStyle": {"color": "transparent", "opacity": 1},
        "tooltip": {"show": False},
        "label": {"show": True, "position": "right", "distance": 6, "fontSize": 13, "lineHeight": 17,
                  "width": _LABEL,
                  "overflow": "break"},
        "data": [
            {
                "value": [x, rounded(height)],
                "label": {
                    "show": bool(text),
                    "formatter": "\n".join(broken),
                    "color": colour,
                    "fontWeight": weight,
                },
            }
            for height, broken, (_, text, colour, weight) in zip(heights, lines, ends, strict=True)
        ],
    }  # fmt: skip


def _apart(heights: Sequence[float], sizes: Sequence[float], roof: float) -> list[float]:
    """Middles of labels of these sizes, as near to their heights as they get without meeting, all below the roof.

    Labels that would meet form a block about the mean of their heights. A size of zero takes no room.
    """
    order = sorted((k for k in range(len(heights)) if sizes[k]), key=lambda k: heights[k])
    blocks: list[tuple[float, list[int]]] = []  # the foot, and who stands in it from below
    for k in order:
        foot, members = heights[k] - sizes[k] / 2, [k]
        while blocks and blocks[-1][0] + sum(sizes[m] for m in blocks[-1][1]) > foot:
            members = blocks.pop()[1] + members
            below = [sum(sizes[m] for m in members[:at]) + sizes[m] / 2 for at, m in enumerate(members)]
            foot = sum(heights[m] - under for m, under in zip(members, below, strict=True)) / len(members)
        foot = min(foot, roof - sum(sizes[m] for m in members))
        while blocks and blocks[-1][0] + sum(sizes[m] for m in blocks[-1][1]) > foot:
            members = blocks.pop()[1] + members
            foot = min(foot, roof - sum(sizes[m] for m in members))
        blocks.append((foot, members))
    found = list(heights)
    for foot, members in blocks:
        for m in members:
            found[m] = foot + sizes[m] / 2
            foot += sizes[m]
    return found


def cursor(days: Any, month: int | None, look: Theme, values: pd.Series | None) -> Option:
    """A mark at the month that is looked at."""
    day = None if month is None or days is None else days[month]
    return {
        "id": "cursor",
        "type": "line",
        "silent": True,
        "symbol": "circle",
        "symbolSize": 9,
        "showSymbol": True,
        "tooltip": {"show": False},
        "itemStyle": {"color": look.ink, "borderColor": look.surface, "borderWidth": 2},
        "z": 5,
        "data": [] if month is None or day is None or values is None else [[time_of(day), rounded(values.iloc[month])]],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": True, "position": "end", "color": look.ink, "fontSize": 13, "fontWeight": "bold"},
            "lineStyle": {"color": look.ink, "width": 1.5, "type": "solid", "opacity": 0.75},
            "data": [] if day is None else [{"xAxis": time_of(day), "label": {"formatter": day_of(day)}}],
        },
    }


def stacked(
    shares: pd.DataFrame,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    patterns: Mapping[str, str],
    texts: Mapping[str, str],
    month: int | None,
    look: Theme,
) -> Option:
    """Shares that sum to one, as stacked areas with labels beside them."""
    option = over_time(shares.index, look)
    option["yAxis"] |= {
        "min": 0,
        "max": 1,
        "axisLabel": {"color": look.muted, "fontSize": 13, "formatter": "fn:percent"},
    }
    table = shares.to_numpy(float)
    tips = [
        tip(day_of(day), [f"{names[c]} {percent(v)} %" for c, v in zip(shares.columns, row, strict=True)])
        for day, row in zip(shares.index, table.tolist(), strict=True)
    ]
    series, ends, floor = [], [], 0.0
    for k, name in enumerate(shares.columns):
        colour, last = colours[name], float(table[-1, k])
        series.append(
            line_of(name, shares[name], look.surface, width=1, texts=tips if k == 0 else None)
            | {
                "name": names[name],
                "stack": "shares",
                "itemStyle": {"color": colour, "decal": decal(patterns[name], colour)},
                "areaStyle": {"color": colour, "opacity": 1},
                "z": 2,
            }
        )
        text = f"{names[name]} {percent(last)} %" if table[:, k].any() else ""
        ends.append((floor + last / 2, text, texts[name], "bold"))
        floor += last
    option["series"] = [*series, end_labels(shares.index[-1], ends), cursor(shares.index, month, look, None)]
    return option
