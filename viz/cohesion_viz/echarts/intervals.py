"""Intervals in rows: parameters that history speaks of, and the statistics by which it was compared."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cohesion_viz.echarts.parts import Option, base_option, listed, rounded, tip
from cohesion_viz.numbers.history import brief
from cohesion_viz.style import Theme, theme

#: Height of a row, pixels.
ROW = 22
_LABEL = {"fontSize": 13, "hideOverlap": True}


def fitted_option(fitted: pd.DataFrame, dark: bool = False) -> Option:
    """Each fitted parameter's sets within its range: 90 % and 50 % of them, the median, and 90 % of the prior behind.

    Parameters
    ----------
    fitted
        Of `cohesion_viz.numbers.history.fitted`.
    dark
        Theme of the page.
    """
    look = theme(dark)
    spans: list[list[tuple[float, float]]] = [
        [(0.05, 0.95)] * len(fitted),
        list(zip(fitted["p05"], fitted["p95"], strict=True)),
        list(zip(fitted["p25"], fitted["p75"], strict=True)),
    ]
    quiet = list(fitted["silent"])
    tips = []
    for name, row in fitted.iterrows():
        low, high = row["low"], row["high"]
        values = {q: f"{low + row[q] * (high - low):.3g}" for q in ("p05", "p50", "p95")}
        tips.append(tip(str(name), [
            row["meaning"],
            f"range {low:g} to {high:g} ({row['unit']})",
            f"sets: median {values['p50']}, 90 % between {values['p05']} and {values['p95']}",
            f"distance from the prior {row['distance']:.2f}" + (", no more than chance" if row["silent"] else ""),
        ]))  # fmt: skip
    names = [str(name) for name in fitted.index]
    option = _rows(names, quiet, (0, 1), look)
    option["xAxis"] |= {"axisLabel": _LABEL | {"color": look.muted, "formatter": "fn:percent"}}
    option["series"] = [*_spans(spans, quiet, look), _marks("median", list(fitted["p50"]), tips, look, "rect")]
    return option


def describe_fitted(fitted: pd.DataFrame) -> str:
    """Those that history says most of, and those about which it says nothing."""
    most = listed([str(name) for name in fitted.index[:3]])
    silent = [str(name) for name in fitted.index[fitted["silent"]]]
    nothing = f"It says nothing of {listed(silent)}" if silent else "There is none of which it says nothing"
    return f"History says most of {most}. {nothing}."


def statistics_option(statistics: pd.DataFrame, dark: bool = False) -> Option:
    """History's figure of each statistic, with 90 % of all candidates and 90 % of the kept sets.

    Parameters
    ----------
    statistics
        Of `cohesion_viz.numbers.history.statistics`, of one kind.
    dark
        Theme of the page.
    """
    look = theme(dark)
    ends = statistics[["data", "prior_p05", "prior_p95", "posterior_p05", "posterior_p95"]]
    room = 0.04 * float(ends.to_numpy().max() - ends.to_numpy().min())
    least, most = float(ends.to_numpy().min()) - room, float(ends.to_numpy().max()) + room
    line = 0.002 * (most - least)  # what the model never moves is seen as a line
    spans: list[list[tuple[float, float]]] = [
        list(zip(statistics[f"{kind}_p05"] - line, statistics[f"{kind}_p95"] + line, strict=True))
        for kind in ("prior", "posterior")
    ]
    quiet = [False] * len(statistics)
    tips = [
        tip(str(name), [
            f"history {row['data']:+.3f}",
            f"kept sets {row['posterior_p50']:+.3f} ({row['posterior_p05']:+.3f} to {row['posterior_p95']:+.3f})",
            f"all candidates {row['prior_p50']:+.3f} ({row['prior_p05']:+.3f} to {row['prior_p95']:+.3f})",
        ])
        for name, row in statistics.iterrows()
    ]  # fmt: skip
    option = _rows([brief(str(name)) for name in statistics.index], quiet, (least, most), look)
    ends_unlabelled = {"showMinLabel": False, "showMaxLabel": False}
    option["xAxis"] |= {"axisLabel": _LABEL | ends_unlabelled | {"color": look.muted, "formatter": "fn:number2"}}
    option["series"] = [*_spans(spans, quiet, look), _marks("data", list(statistics["data"]), tips, look, "diamond")]
    return option


def describe_statistics(statistics: pd.DataFrame) -> str:
    """How many figures the bands of the sets hold, and which they miss."""
    missed = [brief(str(name)) for name in statistics.index[~statistics["inside"]]]
    rest = f" Outside: {listed(missed)}." if missed else ""
    return f"{len(statistics) - len(missed)} of {len(statistics)} figures lie in the 90 % band of the kept sets.{rest}"


def _rows(names: Sequence[str], quiet: Sequence[bool], ends: tuple[float, float], look: Theme) -> Option:
    """Axes: names on the left, those of which nothing is said quieter."""
    labels: list[Any] = [
        {"value": name, "textStyle": {"color": look.muted if still else look.ink}}
        for name, still in zip(names, quiet, strict=True)
    ]
    return base_option(look) | {
        "tooltip": base_option(look)["tooltip"] | {"trigger": "axis", "axisPointer": {"type": "shadow", "axis": "y"}},
        "grid": {"id": "grid", "left": 168, "right": 22, "top": 6, "bottom": 28},
        "xAxis": {"id": "x", "type": "value", "min": rounded(ends[0]), "max": rounded(ends[1]),
                  "splitLine": {"lineStyle": {"color": look.grid}}},
        "yAxis": {"id": "y", "type": "category", "inverse": True, "data": labels, "axisTick": {"show": False},
                  "axisLine": {"lineStyle": {"color": look.muted}, "onZero": False},
                  "axisLabel": {"fontSize": 13, "interval": 0, "width": 158, "overflow": "truncate"}},
    }  # fmt: skip


def _spans(bands: Sequence[Sequence[tuple[float, float]]], quiet: Sequence[bool], look: Theme) -> list[Option]:
    """Bands as thick lines, the first (of the prior) widest and palest."""
    found = []
    for depth, spans in enumerate(bands):
        lines = []
        for k, (low, high) in enumerate(spans):
            colour = look.ghost if depth == 0 or quiet[k] else look.accent
            style = {"color": colour, "width": (16, 10, 10)[depth], "opacity": (0.25, 0.5, 0.7)[depth]}
            lines.append([{"coord": [rounded(low), k], "lineStyle": style}, {"coord": [rounded(high), k]}])
        found.append(
            {
                "id": f"band{depth}",
                "type": "scatter",
                "symbolSize": 0,
                "silent": True,
                "tooltip": {"show": False},
                "z": 2 + depth,
                "data": [],
                "markLine": {"silent": True, "symbol": "none", "animation": False, "label": {"show": False},
                             "lineStyle": {"type": "solid", "cap": "butt"}, "data": lines},
            }
        )  # fmt: skip
    return found


def _marks(key: str, values: Sequence[float], tips: Sequence[str], look: Theme, symbol: str) -> Option:
    """A mark in each row."""
    return {
        "id": key,
        "type": "scatter",
        "symbol": symbol,
        "symbolSize": [4, 15] if symbol == "rect" else 12,
        "itemStyle": {"color": look.ink, "borderColor": look.surface, "borderWidth": 1, "opacity": 1},
        "z": 8,
        "data": [
            {"value": [rounded(value), k], "text": text}
            for k, (value, text) in enumerate(zip(values, tips, strict=True))
        ],
    }
