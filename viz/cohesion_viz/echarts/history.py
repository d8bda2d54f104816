"""The back-test: a member's forecast and figures, errors by years ahead, and moves of views of the US."""

import datetime
from typing import Any

import pandas as pd

from cohesion.facts import NAMES
from cohesion_viz.echarts.axes import band_lines, end_labels, labels_at, line_of, over_time
from cohesion_viz.echarts.parts import Option, base_option, rounded, rows_of, time_of, tip
from cohesion_viz.numbers.history import ceiling, middle
from cohesion_viz.style import BLOC_COLOURS, BLOC_SHAPES, METHOD_COLOURS, METHOD_NAMES, METHOD_SHAPES, theme


def forecast_option(course: pd.DataFrame, origin: int, dark: bool = False) -> Option:
    """What a member spent to the origin, the forecast after it as median and bands, and figures as points.

    Parameters
    ----------
    course
        Of `cohesion_viz.numbers.history.course`.
    origin
        Year that is forecast from.
    dark
        Theme of the page.
    """
    look = theme(dark)
    table = course.set_axis([middle(year) for year in course.index], axis="index")
    fan = table[["p05", "p25", "p50", "p75", "p95"]].dropna()
    known, actual = table["known"].dropna(), table["actual"].dropna()
    top = ceiling(course)
    option = over_time(
        pd.Index([datetime.date(course.index[0], 1, 1), datetime.date(course.index[-1] + 1, 1, 1)]), look
    )
    option["yAxis"] |= {
        "min": 0,
        "max": top,
        "interval": 0.5 if top <= 2 else 1,
        "axisLabel": {"color": look.muted, "fontSize": 13, "formatter": "{value} %"},
    }
    last = table.index[-1]
    ends = [("", look.accent, "bold"), ("", look.accent, "normal"), ("", look.ink, "bold")]
    heights = [0.0, 0.0, 0.0]
    if len(fan):
        heights[:2] = [fan["p50"].iloc[-1], fan["p95"].iloc[-1]]
        ends[:2] = [(f"median {heights[0]:.2f} %", look.accent, "bold"), ("90 % of runs", look.accent, "normal")]
    if len(actual) and actual.index[-1] == last:
        heights[2], ends[2] = actual.iloc[-1], (f"in fact {actual.iloc[-1]:.2f} %", look.ink, "bold")
    read = table["p50"].fillna(table["actual"]).fillna(0.0)
    option["series"] = [
        line_of("read", read, "transparent", width=0, texts=[_told(year, row) for year, row in course.iterrows()]),
        *band_lines(fan, "band", look.accent, (0.38, 0.2)),
        line_of("known", known, look.ink, width=2.5),
        line_of("median", fan["p50"], look.accent, width=3),
        {
            "id": "actual",
            "type": "scatter",
            "symbolSize": 9,
            "silent": True,
            "tooltip": {"show": False},
            "itemStyle": {"color": look.ink, "borderColor": look.surface, "borderWidth": 1.5, "opacity": 1},
            "z": 6,
            "data": [[time_of(day), rounded(value)] for day, value in zip(actual.index, actual, strict=True)],
        },
        end_labels(last, [(h, *end) for h, end in zip(heights, ends, strict=True)], 0, top),
        _mark(origin, look.ink),
    ]  # fmt: skip
    return option


def _told(year: Any, row: pd.Series) -> str:
    """A year of a member for the tooltip."""
    lines = []
    if pd.notna(row["actual"]):
        lines.append(f"in fact {row['actual']:.2f} % of GDP")
    if pd.notna(row["known"]):
        lines.append(f"as known at the origin {row['known']:.2f} %")
    elif pd.notna(row["p50"]):
        lines += [
            f"median {row['p50']:.2f} %",
            f"50 % of runs: {row['p25']:.2f} to {row['p75']:.2f} %",
            f"90 % of runs: {row['p05']:.2f} to {row['p95']:.2f} %",
            *(f"{title.lower()} {row[name]:.2f} %" for name, title in METHOD_NAMES.items() if name != "model"),
        ]
    return tip(str(year), lines)


def _mark(origin: int, ink: str) -> Option:
    """A line at the origin."""
    return {
        "id": "origin",
        "type": "line",
        "silent": True,
        "tooltip": {"show": False},
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": True, "position": "end", "color": ink, "fontSize": 13, "fontWeight": "bold",
                      "formatter": f"known to {origin}"},
            "lineStyle": {"color": ink, "width": 1.5, "type": "solid", "opacity": 0.75},
            "data": [{"xAxis": time_of(middle(origin))}],
        },
    }  # fmt: skip


def describe_forecast(course: pd.DataFrame, origin: int, member: str) -> str:
    """The forecast of the last year and what was spent in it."""
    row = course.iloc[-1]
    if pd.isna(row["p50"]):
        return f"{NAMES[member]}: no figures of its spending, so no forecast."
    text = (
        f"{NAMES[member]}, forecast from {origin}: in {course.index[-1]} a median of {row['p50']:.2f} % of GDP, 90 % "
        f"of runs between {row['p05']:.2f} and {row['p95']:.2f} %"
    )
    if pd.isna(row["actual"]):
        return f"{text}. What it spent is not among the figures yet."
    held = "within" if row["p05"] <= row["actual"] <= row["p95"] else "outside"
    return f"{text}; in fact {row['actual']:.2f} %, {held} that band."


def scores_option(table: pd.DataFrame, dark: bool = False) -> Option:
    """Root mean squared error by years ahead, a line a method.

    Parameters
    ----------
    table
        Of `cohesion_viz.numbers.history.score_table`, not empty.
    dark
        Theme of the page.
    """
    look = theme(dark)
    names = [f"{h} year{'s' * (h > 1)} ahead" for h in table.index]
    top = -(-float(table[list(METHOD_NAMES)].to_numpy().max()) * 1.05 // 0.1) * 0.1
    tips = [
        tip(name, [f"{title.lower()} {row[key]:.3f}" for key, title in METHOD_NAMES.items()]
            + [f"{100 * row['coverage']:.0f} % of {int(row['cells'])} figures in the 90 % band"])
        for name, (_, row) in zip(names, table.iterrows(), strict=True)
    ]  # fmt: skip
    series = []
    for key in METHOD_NAMES:
        colour = look.accent if key == "model" else METHOD_COLOURS[key]
        series.append(
            {
                "id": key,
                "type": "line",
                "symbol": METHOD_SHAPES[key],
                "symbolSize": 12 if key == "model" else 10,
                "emphasis": {"disabled": True},
                "itemStyle": {"color": colour, "opacity": 1},
                "lineStyle": {"color": colour, "width": 4 if key == "model" else 2},
                "z": 5 if key == "model" else 3,
                "data": [{"value": rounded(v), "text": t} for v, t in zip(table[key], tips, strict=True)],
            }
        )
    ends = [
        (float(table[key].iloc[-1]), f"{title.split()[0]} {table[key].iloc[-1]:.2f}",
         look.accent if key == "model" else look.ink, "bold" if key == "model" else "normal")
        for key, title in METHOD_NAMES.items()
    ]  # fmt: skip
    return base_option(look) | {
        "tooltip": base_option(look)["tooltip"] | {"trigger": "axis"},
        "grid": {"id": "grid", "left": 44, "right": 126, "top": 14, "bottom": 30},
        "xAxis": {"id": "x", "type": "category", "data": names, "boundaryGap": len(names) == 1,
                  "axisLabel": {"color": look.muted, "fontSize": 13, "alignMinLabel": "left", "alignMaxLabel": "right"},
                  "axisLine": {"lineStyle": {"color": look.muted}}, "axisTick": {"show": False}},
        "yAxis": {"id": "y", "type": "value", "min": 0, "max": rounded(top),
                  "axisLabel": {"color": look.muted, "fontSize": 13},
                  "splitLine": {"lineStyle": {"color": look.grid}}},
        "series": [*series, labels_at(names[-1], ends, 0, top)],
    }  # fmt: skip


def describe_scores(table: pd.DataFrame) -> str:
    """The errors of the farthest year, best first."""
    if table.empty:
        return "No year after this origin is among the figures yet, so there is nothing to score."
    last = table.iloc[-1]
    ordered = sorted(METHOD_NAMES, key=lambda key: last[key])
    told = ", ".join(f"{METHOD_NAMES[key].lower()} {last[key]:.2f}" for key in ordered)
    return (
        f"Root mean squared error {table.index[-1]} years ahead, points of GDP, smallest first: {told}; "
        f"{100 * last['coverage']:.0f} % of figures lie in the model's 90 % band."
    )


def moves_option(moves: pd.DataFrame, dark: bool = False) -> Option:
    """Observed against simulated moves of views of the US; where signs agree the ground is shaded.

    Parameters
    ----------
    moves
        Of `cohesion_viz.numbers.history.moves`.
    dark
        Theme of the page.
    """
    look = theme(dark)
    wide, high = (-(-1.12 * float(moves[c].abs().max()) // 0.5) * 0.5 for c in ("observed", "simulated"))
    axis = {
        "type": "value",
        "nameLocation": "middle",
        "nameTextStyle": {"color": look.ink, "fontSize": 13},
        "axisLabel": {"color": look.muted, "fontSize": 13, "formatter": "fn:signed", "hideOverlap": True},
        "axisLine": {"show": True, "onZero": True, "lineStyle": {"color": look.muted}},
        "splitLine": {"lineStyle": {"color": look.grid}},
    }
    series: list[Option] = []
    for k, (year, part) in enumerate(moves.groupby("year")):
        shaded = [[{"coord": [0, 0]}, {"coord": [s * wide, s * high]}] for s in (1, -1)] if k == 0 else []
        series.append(
            {
                "id": str(year),
                "name": str(year),
                "type": "scatter",
                "symbol": BLOC_SHAPES[k],
                "symbolSize": 12,
                "itemStyle": {"color": BLOC_COLOURS[k], "borderColor": look.surface, "opacity": 1},
                "label": {
                    "show": True,
                    "position": "top",
                    "rotate": 55,
                    "align": "left",
                    "formatter": "fn:label",
                    "color": look.ink,
                    "fontSize": 12,
                },
                "labelLayout": {"hideOverlap": True},
                "data": [_move(row) for row in rows_of(part)],
                "markArea": {"silent": True, "itemStyle": {"color": look.accent, "opacity": 0.08}, "data": shaded},
            }
        )
    return base_option(look) | {
        "grid": {"id": "grid", "left": 50, "right": 40, "top": 34, "bottom": 44},
        "legend": {"id": "legend", "top": 0, "left": 44, "selectedMode": False, "itemWidth": 14,
                   "textStyle": {"color": look.ink, "fontSize": 13}},
        "xAxis": axis | {"id": "x", "min": -wide, "max": wide, "interval": wide / 2,
                         "name": "observed, log-odds", "nameGap": 28},
        "yAxis": axis | {"id": "y", "min": -high, "max": high, "interval": high / 2,
                         "name": "simulated", "nameGap": 38},
        "series": series,
    }  # fmt: skip


def _move(row: Any) -> Option:
    head = f"{row.name}, {row.before} to {row.year}"
    return {
        "name": row.iso3,
        "label_text": row.iso3,
        "value": [rounded(row.observed), rounded(row.simulated)],
        "text": tip(head, [f"observed {row.observed:+.2f}", f"simulated {row.simulated:+.2f} (log-odds)"]),
    }


def describe_moves(table: pd.DataFrame) -> str:
    """How many have the right sign, and rank correlation: each line of `cohesion_viz.numbers.history.move_table`."""
    told = [
        f"{row.Index}: sign right in {int(row.right)} of {int(row.pairs)}, rank correlation {row.rank_correlation:.2f}"
        for row in rows_of(table)
    ]
    return f"Moves of favourable views of the United States. {'; '.join(told)}."
