"""A ledger as a waterfall."""

import numpy as np
import pandas as pd

from cohesion.facts import NAMES
from cohesion.rules.measures import log_odds, probability
from cohesion.summary import percent
from cohesion.types import Array
from cohesion_viz.echarts.parts import STRONG, TEXT, Option, base_option, decal, listed, rounded, tip
from cohesion_viz.numbers import signed
from cohesion_viz.style import GAIN, GAIN_TEXT, LOSS, LOSS_TEXT, theme


def waterfall_option(ledger: pd.DataFrame, first: float, last: float, dark: bool = False) -> Option:
    """From trust at the start to trust at the end, by driver; bars add up in log-odds, the scale reads in per cent.

    Parameters
    ----------
    ledger, first, last
        Of `cohesion_viz.numbers.ledger` or `cohesion_viz.numbers.accounts`.
    dark
        Theme of the page.
    """
    look = theme(dark)
    change = ledger["change"].to_numpy(float)
    level = first + np.concatenate([[0.0], np.cumsum(change)])
    low, high = float(level.min()), float(level.max())
    lines = {p: float(log_odds(p)) for p in (0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99)}
    lines = {p: at for p, at in lines.items() if low - 0.35 <= at <= high + 0.35}
    low, high = min([low - 0.3, *lines.values()]), max([high + 0.3, *lines.values()])
    rows = ["start", *map(str, ledger.index), "end"]
    base = np.minimum(level[:-1], level[1:]) - low
    bars = _bars(ledger, level, (high - low) * 0.3, low, dark)  # on a phone a label takes nearly a third of the width
    hidden = {"name": "", "value": 0, "label": {"show": False}}
    ends = [
        {
            "name": row,
            "value": [rounded(value - low), row],
            "label": {"formatter": f"{percent(float(probability(value)))} %"},
            "text": tip(f"Trust at the {row}", [f"{percent(float(probability(value)))} %"]),
        }
        for row, value in (("start", first), ("end", last))
    ]
    stack = {"type": "bar", "stack": "ledger", "barWidth": "62%"}
    return base_option(look) | {
        "grid": {"id": "grid", "left": 136, "right": 48, "top": 8, "bottom": 30},
        "xAxis": {
            "id": "x",
            "type": "value",
            "min": 0,
            "max": rounded(high - low),
            "axisLabel": {"show": False},
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "id": "y",
            "type": "category",
            "inverse": True,
            "data": rows,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"color": look.ink, "fontSize": TEXT},
        },
        "series": [
            stack
            | {
                "id": "base",
                "silent": True,
                "itemStyle": {"color": "transparent"},
                "tooltip": {"show": False},
                "data": [0, *map(rounded, base), 0],
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "lineStyle": {"color": look.grid, "type": "solid", "width": 1},
                    "label": {"position": "end", "color": look.muted, "fontSize": 13},
                    "data": [
                        {"xAxis": rounded(at - low), "label": {"formatter": f"{percent(p)} %"}}
                        for p, at in lines.items()
                    ],
                },
            },
            stack
            | {
                "id": "change",
                "z": 6,
                "data": [hidden, *bars, hidden],
                "label": {"show": True, "fontSize": TEXT, "fontWeight": "bold"},
                "emphasis": {"disabled": True},
            },
            {
                "id": "ends",
                "type": "scatter",
                "symbol": "diamond",
                "symbolSize": 18,
                "itemStyle": {"color": look.accent, "opacity": 1},
                "label": {
                    "show": True,
                    "position": "right",
                    "color": look.ink,
                    "fontSize": STRONG,
                    "fontWeight": "bold",
                },
                "data": ends,
            },
        ],
    }  # fmt: skip


def _bars(ledger: pd.DataFrame, level: Array, room: float, low: float, dark: bool) -> list[Option]:
    """A bar a driver; its label stands at its left where it falls and there is room for it from the axis at ``low``."""
    bars: list[Option] = []
    for name, value, end in zip(ledger.index, ledger["change"], level[1:], strict=True):
        colour = LOSS if value < 0 else GAIN
        at_left = value < 0 and end - low > room
        bars.append(
            {
                "name": str(name),
                "value": rounded(abs(value)),
                "itemStyle": {"color": colour, "decal": decal("falling" if value < 0 else "plain", colour)},
                "label": {
                    "formatter": signed(value),
                    "position": "left" if at_left else "right",
                    "color": (LOSS_TEXT if value < 0 else GAIN_TEXT)[dark],
                },
                "text": tip(str(name), [f"log-odds {signed(value)}: the odds times {np.exp(value):.2f}"]),
            }
        )
    return bars


def describe_waterfall(ledger: pd.DataFrame, first: float, last: float, member: str) -> str:
    """Trust at the start and the end, and the drivers that moved it most."""
    ends = [f"{percent(float(probability(v)))} %" for v in (first, last)]
    order = ledger["change"].abs().sort_values(ascending=False, kind="stable").index
    large = [
        f"{name} ({signed(ledger.loc[name, 'change'])})" for name in order if abs(ledger.loc[name, "change"]) >= 0.005
    ]
    most = f" Largest contributions in log-odds: {listed(large[:3])}." if large else " No driver moved it."
    return f"{NAMES[member]}'s trust in the United States goes from {ends[0]} to {ends[1]}, mean over runs.{most}"
