"""Differences of outcome shares, and what drivers account for."""

import numpy as np
import pandas as pd

from cohesion.summary import percent
from cohesion_viz.echarts.parts import (
    TEXT,
    Option,
    base_option,
    decal,
    interval_in_words,
    listed,
    rounded,
    rows_of,
    tip,
    within,
)
from cohesion_viz.numbers import points, signed, symmetric_limit
from cohesion_viz.style import (
    GAIN,
    GAIN_TEXT,
    LOSS,
    LOSS_TEXT,
    OUTCOME_COLOURS,
    OUTCOME_NAMES,
    OUTCOME_PATTERNS,
    OUTCOME_TEXT,
    Theme,
    theme,
)


def outcome_difference_option(differences: pd.DataFrame, dark: bool = False) -> Option:
    """Difference of each outcome's share with its 95 % interval.

    Parameters
    ----------
    differences
        Of `cohesion_viz.numbers.outcome_differences`.
    dark
        Theme of the page.
    """
    look = theme(dark)
    limit = symmetric_limit(differences["low"], differences["high"])
    names = [OUTCOME_NAMES[name] for name in differences.index]
    bars, spans, labels = [], [], []
    for k, (name, row) in enumerate(differences.iterrows()):
        colour = OUTCOME_COLOURS[str(name)]
        shares = f"{percent(row['first'])} % → {percent(row['second'])} %"
        bars.append(
            {
                "name": names[k],
                "value": rounded(row["difference"]),
                "itemStyle": {"color": colour, "decal": decal(OUTCOME_PATTERNS[str(name)], colour)},
                "text": tip(
                    names[k],
                    [
                        shares,
                        f"{points(row['difference'])} (95 % interval {interval_in_words(row['low'], row['high'])})",
                    ],
                ),
            }
        )
        spans.append([{"coord": [rounded(row[end]), k]} for end in ("low", "high")])
        labels.append(
            {
                "name": names[k],
                "value": [limit, k],
                "label": {
                    "formatter": f"{points(row['difference'])}\n{shares}",
                    "color": OUTCOME_TEXT[dark][str(name)],
                },
            }
        )
    return base_option(look) | {
        "grid": {"id": "grid", "left": 126, "right": 124, "top": 8, "bottom": 32},
        "xAxis": {
            "id": "x",
            "type": "value",
            "min": -limit,
            "max": limit,
            "splitNumber": 4,
            "axisLabel": {"color": look.muted, "fontSize": 13, "hideOverlap": True}
            | {"formatter": "fn:percent" if limit >= 0.04 else "fn:percent1"},
            "splitLine": {"lineStyle": {"color": look.grid}},
        },
        "yAxis": {
            "id": "y",
            "type": "category",
            "inverse": True,
            "data": names,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": look.ink, "width": 1.5}},
            "axisLabel": {"color": look.ink, "fontSize": TEXT, "margin": 12},
        },
        "series": [
            _bars("difference", bars, spans, look, (2, 14)) | {"barWidth": "52%"},
            _labels(labels, {"lineHeight": 19}),
        ],
    }


def describe_outcome_difference(differences: pd.DataFrame, first: str, second: str) -> str:
    """Each outcome's difference with its interval, second less first."""
    told = [
        f"{within(OUTCOME_NAMES[row.Index])} {points(row.difference)} ({interval_in_words(row.low, row.high)})"
        for row in rows_of(differences)
    ]
    return f"Outcomes of {second} against {first}, run by run with 95 % intervals: {listed(told)}."


def attribution_option(causes: pd.DataFrame, dark: bool = False) -> Option:
    """What each driver accounts for of the change of the share of runs in which the alliance holds, with its interval.

    Parameters
    ----------
    causes
        Of `cohesion.attribution.divide`, with titles of drivers as index.
    dark
        Theme of the page.
    """
    look = theme(dark)
    ends = causes[["change", "low", "high"]].to_numpy(float)
    low, high = min(-0.01, float(np.nanmin(ends))), max(0.01, float(np.nanmax(ends)))
    bars, spans, labels = [], [], []
    for k, row in enumerate(rows_of(causes)):
        colour = LOSS if row.change < 0 else GAIN
        between = "" if np.isnan(row.low) else f"95 % interval {interval_in_words(row.low, row.high)}"
        said = f"cohesion index {signed(row.cohesion)}"
        bars.append(
            {
                "name": row.Index,
                "value": rounded(row.change),
                "itemStyle": {"color": colour, "decal": decal("falling" if row.change < 0 else "plain", colour)},
                "text": tip(row.Index, [f"{points(row.change)} of holding", between, said]),
            }
        )
        if not np.isnan(row.low):
            spans.append([{"coord": [rounded(end), k]} for end in (row.low, row.high)])
        label = {"formatter": points(row.change), "color": (LOSS_TEXT if row.change < 0 else GAIN_TEXT)[dark]}
        labels.append({"name": row.Index, "value": [rounded(high), k], "label": label})
    return base_option(look) | {
        "grid": {"id": "grid", "left": 8, "right": 108, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {
            "id": "x",
            "type": "value",
            "min": rounded(low),
            "max": rounded(high),
            "axisLabel": {"show": False},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "id": "y",
            "type": "category",
            "inverse": True,
            "data": list(causes.index),
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": look.ink, "width": 1.5}},
            "axisLabel": {"color": look.ink, "fontSize": TEXT, "width": 150, "overflow": "break", "lineHeight": 16,
                          "margin": 12},
        },
        "series": [
            _bars("change", bars, spans, look, (1.5, 10)) | {"barWidth": "56%"},
            _labels(labels, {"distance": 8}),
        ],
    }  # fmt: skip


def describe_attribution(causes: pd.DataFrame) -> str:
    """What the largest drivers account for."""
    told = [f"{row.Index} {points(row.change)}" for row in rows_of(causes) if abs(row.change) >= 0.005]
    if not told:
        return "No driver changes how often the alliance holds."
    return f"Change of the share of runs in which the alliance holds, divided among drivers: {listed(told)}."


def _bars(key: str, bars: list[Option], spans: list[list[Option]], look: Theme, stroke: tuple[float, int]) -> Option:
    """Bars with their intervals as lines; ``stroke`` is the width of a line and the height of its ends, pixels."""
    return {
        "id": key,
        "type": "bar",
        "data": bars,
        "emphasis": {"disabled": True},
        "markLine": {
            "silent": True,
            "symbol": ["rect", "rect"],
            "symbolSize": [2, stroke[1]],
            "symbolRotate": 0,
            "label": {"show": False},
            "lineStyle": {"color": look.ink, "width": stroke[0], "type": "solid"},
            "data": spans,
        },
    }


def _labels(labels: list[Option], look: Option) -> Option:
    """Texts in a column beside the bars, at points that are not drawn."""
    return {
        "id": "labels",
        "type": "scatter",
        "symbolSize": 0,
        "silent": True,
        "itemStyle": {"opacity": 1},
        "tooltip": {"show": False},
        "label": {"show": True, "position": "right", "fontSize": TEXT, "fontWeight": "bold"} | look,
        "data": labels,
    }
