"""Events on a timeline."""

import datetime

import numpy as np
import pandas as pd

from cohesion_viz.echarts.axes import cursor, over_time
from cohesion_viz.echarts.parts import Option, day_of, rows_of, short, time_of, tip
from cohesion_viz.numbers import month_after
from cohesion_viz.style import theme

_EVENT_LANES = 3


def timeline_option(
    events: pd.DataFrame, start: datetime.date, months: int, month: int | None = None, dark: bool = False
) -> Option:
    """What is dated, on the time axis of the charts above it: diamonds are events, circles are steps of a lever.

    Parameters
    ----------
    events
        Of `cohesion_viz.numbers.events`; those outside the run are left out. A click gives ``key`` as ``id``.
    start, months
        Of the scenario.
    month, dark
        As for `fan_option`.
    """
    look = theme(dark)
    days = [start, month_after(start, months)]
    inside = events[(events["month"] >= 0) & (events["month"] < months)].reset_index(drop=True)
    option = over_time(pd.Index(days), look)
    option["grid"] |= {"top": 26, "bottom": 26}
    option["tooltip"] |= {"trigger": "item"}
    option["yAxis"] |= {"min": -0.6, "max": _EVENT_LANES - 0.4, "show": False}
    places = _lanes([int(m) for m in inside["month"]], months)
    marks, spans = [], []
    for row, (lane, side) in zip(rows_of(inside), places, strict=True):
        stays = row.until is None
        when = f"From {day_of(row.date)}" + ("" if stays else f" until {day_of(row.until)}")
        marks.append(
            {
                "id": row.key,
                "name": row.text,
                "value": [time_of(row.date), lane],
                "text": tip(when, [row.text, *([row.levers] if row.levers != row.text else []), row.source]),
                "symbol": "diamond" if row.kind == "event" else "circle",
                "symbolSize": 16 if row.kind == "event" else 12,
                "label": {"show": bool(side), "position": side or "right", "formatter": short(row.text, 26)},
            }
        )
        if not stays:
            ends = (row.date, min(row.until, days[-1]))
            spans.append([{"coord": [time_of(day), lane]} for day in ends])
    option["series"] = [
        {
            "id": "events",
            "type": "scatter",
            "data": marks,
            "itemStyle": {"color": look.accent, "borderColor": look.surface, "borderWidth": 1.5, "opacity": 1},
            "label": {"color": look.ink, "fontSize": 13, "lineHeight": 16},
            "markLine": {
                "silent": True,
                "symbol": "none",
                "label": {"show": False},
                "lineStyle": {"color": look.accent, "width": 5, "opacity": 0.35, "type": "solid"},
                "data": spans,
            },
        },
        cursor(None if month is None else [month_after(start, k) for k in range(months + 1)], month, look, None),
    ]
    return option


def describe_timeline(events: pd.DataFrame) -> str:
    """The events in order."""
    if events.empty:
        return "No dated events: levers hold from the start."
    told = [f"{day_of(row.date)}: {row.text.rstrip('.')}" for row in rows_of(events)]
    more = f"; and {len(told) - 6} more" if len(told) > 6 else ""
    return f"{len(told)} dated change{'s' * (len(told) > 1)}. {'; '.join(told[:6])}{more}."


def _lanes(months: list[int], horizon: int) -> list[tuple[int, str]]:
    """A lane for each mark, in order of time, and the side on which its label has room ("": none)."""
    room = 0.27 * horizon
    last = [-room] * _EVENT_LANES  # month of the last mark of each lane
    taken = [0.0] * _EVENT_LANES  # where each lane is free for a label to the left
    lanes: list[int] = []
    for month in months:
        lane = next((k for k in range(_EVENT_LANES) if last[k] + room <= month), int(np.argmin(last)))
        last[lane] = month
        lanes.append(lane)
    sides = []
    for k, (month, lane) in enumerate(zip(months, lanes, strict=True)):
        after = next((m for m, other in zip(months[k + 1 :], lanes[k + 1 :], strict=True) if other == lane), horizon)
        side = "right" if month + room <= after else "left" if month - room >= taken[lane] else ""
        taken[lane] = month + (room if side == "right" else 0.02 * horizon)
        sides.append(side)
    return list(zip(lanes, sides, strict=True))
