"""The commonest outcome over two quantities."""

import pandas as pd

from cohesion.outcome import OUTCOMES
from cohesion.summary import OUTCOME_PHRASES, percent
from cohesion_viz.echarts.maps import pieces_of
from cohesion_viz.echarts.parts import TEXT, Option, base_option, decal, listed, rows_of, short, tip
from cohesion_viz.style import OUTCOME_COLOURS, OUTCOME_NAMES, OUTCOME_PATTERNS, ink_on, theme


def phase_option(cells: pd.DataFrame, x: str, y: str, dark: bool = False) -> Option:
    """The most common outcome over two quantities, with the per cent of runs that have it in each cell.

    Parameters
    ----------
    cells
        Of `cohesion_viz.numbers.phase_diagram`.
    x, y
        What the axes are called.
    dark
        Theme of the page.
    """
    look = theme(dark)
    axes = {}
    for axis, name in (("x", x), ("y", y)):
        axes[axis] = {
            "id": axis,
            "type": "category",
            "data": cells[f"{axis}_label"].cat.categories.tolist(),
            "name": short(name, 44),
            "nameLocation": "middle" if axis == "x" else "end",
            "nameGap": 32 if axis == "x" else 12,
            "nameTextStyle": {"color": look.ink, "fontSize": TEXT, "fontWeight": "bold"}
            | ({} if axis == "x" else {"align": "left"}),
            "axisLabel": {"color": look.muted, "fontSize": 13, "hideOverlap": True},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": look.muted}},
        }
    data = []
    for row in rows_of(cells):
        colour = OUTCOME_COLOURS[row.outcome]
        data.append(
            {
                "name": OUTCOME_NAMES[row.outcome],
                "value": [row.x_label, row.y_label, OUTCOMES.index(row.outcome)],
                "itemStyle": {"decal": decal(OUTCOME_PATTERNS[row.outcome], colour, 0.18)},
                "label": {
                    "formatter": percent(row.share),
                    "color": ink_on(colour),
                    "textBorderColor": colour,
                    "textBorderWidth": 3,
                },
                "text": tip(
                    f"{OUTCOME_NAMES[row.outcome]} in {percent(row.share)} % of {row.runs} run{'s' * (row.runs > 1)}",
                    [f"{x}: {row.x_label}", f"{y}: {row.y_label}"],
                ),
            }
        )
    pieces = [{"value": k, "label": OUTCOME_NAMES[o], "color": OUTCOME_COLOURS[o]} for k, o in enumerate(OUTCOMES)]
    return base_option(look) | {
        "grid": {"id": "grid", "left": 112, "right": 16, "top": 62, "bottom": 54},
        "xAxis": axes["x"],
        "yAxis": axes["y"],
        "visualMap": pieces_of(pieces, look)
        | {
            "orient": "horizontal",
            "left": "center",
            "top": 0,
            "bottom": "auto",
            "itemGap": 8,
            "inverse": False,
            "dimension": 2,
        },
        "series": [
            {
                "id": "cells",
                "type": "heatmap",
                "data": data,
                "label": {"show": True, "fontSize": TEXT, "fontWeight": "bold"},
                "itemStyle": {"borderColor": look.surface, "borderWidth": 2},
                "emphasis": {"disabled": True},
            }
        ],
    }


def describe_phase(cells: pd.DataFrame, x: str, y: str) -> str:
    """How many cells each outcome leads in, and between which values."""
    runs = int(cells["runs"].sum())
    parts = []
    for name in OUTCOMES:
        led = cells[cells["outcome"] == name]
        if not led.empty:
            parts.append(f"{OUTCOME_PHRASES[name]} most often in {len(led)}")
    return f"{runs:,} runs in {len(cells)} cells of {x} and {y}: {listed(parts)} of them."
