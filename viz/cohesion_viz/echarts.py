"""Charts for the browser: from the numbers of `cohesion_viz.numbers` to options of ECharts 5.4, as plain JSON.

Beside each ``..._option`` stands a ``describe_...``: the same finding in a sentence or two, for the text alternative
and the caption.

What the page (a ``.vue`` file) has to know:

- Functions cannot travel as JSON. A string that begins with ``fn:`` names one: ``fn:text`` gives ``data.text`` of the
  first point of a tooltip (HTML; what people typed is escaped here), ``fn:percent`` turns 0.41 into "41 %" and
  ``fn:percent1`` 0.005 into "0.5 %".
- ``setOption(option, {replaceMerge: ["series", ...]})`` on the same chart updates it without flicker: animation is off,
  and components keep their ids and series their lengths whatever the numbers.
- Maps ``europe`` and ``north_america`` are the files of those names in ``assets``, registered beforehand. A click gives
  the ISO3 code as ``name`` (Greenland is ``GRL``: `GEOMETRY_OF` says whose it is); in the network too.
- Charts over time have the same margins, so that a timeline beneath them lines up. Dates are milliseconds in UTC.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from cohesion.facts import NAMES
from cohesion.outcome import OUTCOMES
from cohesion.rules.measures import probability
from cohesion.summary import OUTCOME_PHRASES, percent
from cohesion.types import POSTURES
from cohesion.variables import BY_NAME
from cohesion_viz.numbers import (
    Network,
    limits,
    month_after,
    points,
    signed,
    symmetric_limit,
    written,
    written_difference,
)
from cohesion_viz.style import (
    BLOC_COLOURS,
    BLOC_SHAPES,
    CIVIDIS,
    DIVERGING,
    GAIN,
    GAIN_TEXT,
    LOSS,
    LOSS_TEXT,
    OUTCOME_COLOURS,
    OUTCOME_NAMES,
    OUTCOME_PATTERNS,
    OUTCOME_TEXT,
    POSTURE_COLOURS,
    POSTURE_NAMES,
    POSTURE_PATTERNS,
    Theme,
    colour_at,
    ink_on,
    theme,
)

Option = dict[str, Any]

#: Geometry beside a member's own that is drawn as part of it.
GEOMETRY_OF = {"GRL": "DNK"}
#: Where each member stands in the network: columns and rows that keep neighbours together (not to scale).
PLACES = {
    "CAN": (0, 1), "USA": (0, 3), "ISL": (2, 0), "GBR": (3, 2), "NOR": (5, 0), "SWE": (6, 0), "FIN": (7, 0),
    "DNK": (5, 1), "EST": (8, 1), "LVA": (7.5, 2), "LTU": (7, 3), "NLD": (4, 2.5), "DEU": (5, 2.5), "POL": (6, 2.5),
    "BEL": (3, 3.5), "LUX": (4, 3.75), "CZE": (5.5, 3.5), "SVK": (6.5, 4), "FRA": (3, 4.75), "SVN": (5, 4.75),
    "HUN": (6, 5), "ROU": (8, 4.75), "PRT": (1, 6), "ESP": (2, 6), "ITA": (4, 5.5), "HRV": (5, 5.75), "MNE": (6, 6),
    "BGR": (8, 6), "ALB": (6, 7), "MKD": (7, 6.5), "GRC": (7, 7.5), "TUR": (9, 7),
}  # fmt: skip
_NORTH_AMERICA = ("USA", "CAN", "GRL")
#: Labels for orientation on the map of those who are not members.
_NEIGHBOURS = {"RUS": "Russia", "UKR": "Ukraine"}
_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"  # single quotes: it stands in attributes of SVG
_TEXT, _STRONG = 14, 15
#: Margins of every chart over time, and the width of the labels in the right one.
_MARGINS = {"left": 52, "right": 126}
_LABEL, _LETTER, _BOLD = 116, 7.2, 8.2
_EVENT_LANES = 3


# --- over time --------------------------------------------------------------------------------------------------------


def fan_option(
    fan: pd.DataFrame,
    ghost: pd.DataFrame | None = None,
    month: int | None = None,
    dark: bool = False,
    ghost_name: str = "baseline",
    variable: str = "cohesion_index",
    single: bool = False,
) -> Option:
    """Median with 50 % and 90 % bands, or a single run; a baseline as a ghost behind them.

    Parameters
    ----------
    fan, ghost
        Of `cohesion_viz.numbers.fan`.
    month
        Position of the month that is looked at; None: no mark.
    dark
        Theme of the page.
    ghost_name
        Title of the baseline.
    variable
        What is shown, for its unit and scale.
    single
        Whether it is one run: its quantiles are all the same, and it is called so.
    """
    look = theme(dark)
    called = "this run" if single else "median"
    ends = [(fan["p50"].iloc[-1], f"{called} {_brief(variable, fan['p50'].iloc[-1])}", look.accent, "bold")]
    if not single:
        edges = (("p75", 50), ("p95", 90))
        ends += [(fan[p].iloc[-1], f"{share} % of runs", look.accent, "normal") for p, share in edges]
    ends.append(
        (ghost["p50"].iloc[-1], f"{_short(ghost_name)} {_brief(variable, ghost['p50'].iloc[-1])}", look.muted, "bold")
        if ghost is not None
        else (0.0, "", look.muted, "bold")
    )
    option = _over_time(fan.index, look)
    option["yAxis"] |= _scale(variable, look, fan, ghost)
    option["series"] = [
        *_bands(ghost, "ghost", look.ghost, (0.0, 0.2)),
        _line("ghost", None if ghost is None else ghost["p50"], look.ghost, width=2, dashed=True),
        *_bands(fan, "band", look.accent, (0.38, 0.2)),
        _line("median", fan["p50"], look.accent, width=3, texts=_fan_texts(fan, ghost, ghost_name, variable, single)),
        _labels(fan.index[-1], ends, option["yAxis"]["min"], option["yAxis"]["max"]),
        _cursor(fan.index, month, look, fan["p50"]),
    ]
    return option


def describe_fan(
    fan: pd.DataFrame,
    ghost: pd.DataFrame | None = None,
    ghost_name: str = "baseline",
    variable: str = "cohesion_index",
) -> str:
    """Median at the start and the end, the range of the end, and the baseline's end."""
    first, last = fan.iloc[0], fan.iloc[-1]
    text = (
        f"{_name(variable)}: the median over runs goes from {written(variable, first['p50'])} in {_day(fan.index[0])} "
        f"to {written(variable, last['p50'])} in {_day(fan.index[-1])}; 90 % of runs end between "
        f"{written(variable, last['p05'])} and {written(variable, last['p95'])}."
    )
    if ghost is not None:
        text += f" In {ghost_name} the median ends at {written(variable, ghost['p50'].iloc[-1])}."
    return text


def shares_option(shares: pd.DataFrame, month: int | None = None, dark: bool = False) -> Option:
    """Outcome shares over time as stacked areas, each with its colour, pattern and label.

    Parameters
    ----------
    shares
        Of `cohesion_viz.numbers.shares_over_time`.
    month
        Position of the month that is looked at.
    dark
        Theme of the page.
    """
    return _stacked(shares, OUTCOME_NAMES, OUTCOME_COLOURS, OUTCOME_PATTERNS, OUTCOME_TEXT[dark], month, theme(dark))


def describe_shares(shares: pd.DataFrame, month: int | None = None) -> str:
    """Shares of the four outcomes at a month, the last where None."""
    at = -1 if month is None else month
    now = [f"{OUTCOME_PHRASES[name]} in {percent(shares[name].iloc[at])} %" for name in OUTCOMES]
    return f"Outcome judged on the two years before {_day(shares.index[at])}: {_listed(now)} of runs."


def member_option(
    series: Mapping[str, pd.DataFrame],
    variable: str,
    month: int | None = None,
    dark: bool = False,
    ghost: pd.DataFrame | None = None,
    ghost_name: str = "baseline",
) -> Option:
    """One variable of a member over time: a fan, or for ``posture`` the share of runs with each.

    Parameters
    ----------
    series
        Of `cohesion_viz.numbers.member_series`.
    variable
        Its key.
    month, dark, ghost, ghost_name
        As for `fan_option`.
    """
    if variable != "posture":
        return fan_option(series[variable], ghost, month, dark, ghost_name, variable)
    look = theme(dark)
    texts = dict.fromkeys(POSTURES, look.ink)
    return _stacked(series[variable], POSTURE_NAMES, POSTURE_COLOURS, POSTURE_PATTERNS, texts, month, look)


def describe_member(series: Mapping[str, pd.DataFrame], variable: str, member: str) -> str:
    """The same of a variable of a member."""
    if variable != "posture":
        return f"{NAMES[member]}. {describe_fan(series[variable], variable=variable)}"
    last = series[variable].iloc[-1]
    now = [f"{_within(POSTURE_NAMES[name])} in {percent(last[name])} %" for name in last.index if last[name] > 0]
    return f"{NAMES[member]}. Posture in {_day(series[variable].index[-1])}: {_listed(now)} of runs."


def difference_option(
    bands: pd.DataFrame, dark: bool = False, variable: str = "cohesion_index", month: int | None = None
) -> Option:
    """Difference run by run of two scenarios over time: median and bands about a line of no difference.

    Parameters
    ----------
    bands
        Of `cohesion_viz.numbers.paired_difference`.
    dark, month
        As for `fan_option`.
    variable
        What is compared, for its unit.
    """
    look = theme(dark)
    last = bands.iloc[-1]
    ends = [(last["p50"], f"median {written_difference(variable, last['p50'])}", look.accent, "bold")]
    ends += [(last[p], f"{share} % of runs", look.accent, "normal") for p, share in (("p75", 50), ("p95", 90))]
    ends.append((0.0, "no difference", look.muted, "bold"))
    limit = symmetric_limit(bands["p05"], bands["p95"])
    option = _over_time(bands.index, look)
    option["yAxis"] |= {"min": -limit, "max": limit, "splitNumber": 4, "axisLabel": _ticks(variable, look, limit)}
    zero = _line("zero", pd.Series(0.0, bands.index[[0, -1]]), look.ink, width=1.5)
    texts = [
        _tip(_day(day), [
            f"median {written_difference(variable, row[2])}",
            f"50 % of runs: {written_difference(variable, row[1])} to {written_difference(variable, row[3])}",
            f"90 % of runs: {written_difference(variable, row[0])} to {written_difference(variable, row[4])}",
        ])
        for day, row in zip(bands.index, bands.to_numpy(float).tolist(), strict=True)
    ]  # fmt: skip
    option["series"] = [
        *_bands(bands, "band", look.accent, (0.38, 0.2)),
        zero,
        _line("median", bands["p50"], look.accent, width=3, texts=texts),
        _labels(bands.index[-1], ends, -limit, limit),
        _cursor(bands.index, month, look, bands["p50"]),
    ]
    return option


def describe_difference(bands: pd.DataFrame, variable: str = "cohesion_index") -> str:
    """Median and range of the difference at the end."""
    last = bands.iloc[-1]
    low, middle, high = (written_difference(variable, last[p]) for p in ("p05", "p50", "p95"))
    clear = "" if last["p05"] > 0 or last["p95"] < 0 else ", so its sign is not clear"
    return (
        f"{_name(variable)}, difference run by run in {_day(bands.index[-1])}: median {middle}; 90 % of runs lie "
        f"between {low} and {high}{clear}."
    )


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
    option = _over_time(pd.Index(days), look)
    option["grid"] |= {"top": 26, "bottom": 26}
    option["tooltip"] |= {"trigger": "item"}
    option["yAxis"] |= {"min": -0.6, "max": _EVENT_LANES - 0.4, "show": False}
    places = _lanes([int(m) for m in inside["month"]], months)
    marks, spans = [], []
    for row, (lane, side) in zip(_rows(inside), places, strict=True):
        stays = row.until is None
        when = f"From {_day(row.date)}" + ("" if stays else f" until {_day(row.until)}")
        marks.append(
            {
                "id": row.key,
                "name": row.text,
                "value": [_at(row.date), lane],
                "text": _tip(when, [row.text, *([row.levers] if row.levers != row.text else []), row.source]),
                "symbol": "diamond" if row.kind == "event" else "circle",
                "symbolSize": 16 if row.kind == "event" else 12,
                "label": {"show": bool(side), "position": side or "right", "formatter": _short(row.text, 26)},
            }
        )
        if not stays:
            ends = (row.date, min(row.until, days[-1]))
            spans.append([{"coord": [_at(day), lane]} for day in ends])
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
        _cursor(None if month is None else [month_after(start, k) for k in range(months + 1)], month, look, None),
    ]
    return option


def describe_timeline(events: pd.DataFrame) -> str:
    """The events in order."""
    if events.empty:
        return "No dated events: levers hold from the start."
    told = [f"{_day(row.date)}: {row.text.rstrip('.')}" for row in _rows(events)]
    more = f"; and {len(told) - 6} more" if len(told) > 6 else ""
    return f"{len(told)} dated change{'s' * (len(told) > 1)}. {'; '.join(told[:6])}{more}."


# --- maps -------------------------------------------------------------------------------------------------------------


def map_option(
    values: pd.DataFrame,
    variable: str,
    member: str | None = None,
    dark: bool = False,
    region: str = "both",
    ends: tuple[float, float] | None = None,
) -> Option:
    """Members coloured by a variable, by their posture or by their bloc.

    Parameters
    ----------
    values
        Of `cohesion_viz.numbers.map_values`; for the variable ``bloc``, nodes of `cohesion_viz.numbers.network`.
    variable
        Name of a variable by member, or ``bloc``.
    member
        ISO3 code of the member that is outlined.
    dark
        Theme of the page.
    region
        ``"europe"``, ``"north_america"`` or ``"both"``: Europe with North America as an inset.
    ends
        Of the scale, so that maps side by side share it; those of `cohesion_viz.numbers.limits` where None.
    """
    look = theme(dark)
    if variable == "posture":
        share = values["share"] if "share" in values else pd.Series(np.nan, values.index)
        said = [
            _within(POSTURE_NAMES[POSTURES[int(v)]]) + (f" in {percent(s)} % of runs" if np.isfinite(s) else "")
            for v, s in zip(values["value"], share, strict=True)
        ]
        looks = [(POSTURE_NAMES[p], POSTURE_COLOURS[p], POSTURE_PATTERNS[p]) for p in POSTURES]
        return _categories(values.assign(said=said), looks, member, look, region)
    if variable == "bloc":
        patterns = tuple(POSTURE_PATTERNS.values())
        labels = values.drop_duplicates("bloc").sort_values("bloc")["label"]
        looks = [(_short(_first_capital(s), 40), *_bloc_look(k, patterns)) for k, s in enumerate(labels)]
        return _categories(values.assign(value=values["bloc"], said=values["label"]), looks, member, look, region)
    low, high = ends or limits(variable, values["value"])
    colours = DIVERGING[dark] if low < 0 < high and low == -high else CIVIDIS
    said = [written(variable, v) for v in values["value"]]
    return _magnitudes(
        values.assign(said=said), (low, high), colours, (written(variable, high), written(variable, low)), member, look,
        region,
    )  # fmt: skip


def map_difference_option(
    values: pd.DataFrame,
    variable: str,
    member: str | None = None,
    dark: bool = False,
    region: str = "both",
    limit: float | None = None,
) -> Option:
    """Members coloured by how much a variable differs between two scenarios, on a scale that is the same both ways.

    Parameters
    ----------
    values
        Of `cohesion_viz.numbers.map_differences`.
    variable, member, dark, region
        As for `map_option`.
    limit
        End of the scale, so that maps side by side share it; of `cohesion_viz.numbers.symmetric_limit` where None.
    """
    limit = limit or symmetric_limit(values["value"])
    said = [written_difference(variable, v) for v in values["value"]]
    texts = (written_difference(variable, limit), written_difference(variable, -limit))
    return _magnitudes(
        values.assign(said=said), (-limit, limit), DIVERGING[dark], texts, member, theme(dark), region
    )  # fmt: skip


def describe_map(values: pd.DataFrame, variable: str, member: str | None = None) -> str:
    """The highest and the lowest members, or how many have each posture or are in each bloc; and the one chosen."""
    if variable in ("posture", "bloc"):
        text = _describe_groups(values, variable)
    else:
        told = values.dropna(subset="value").sort_values("value", kind="stable")
        low, high = told.iloc[0], told.iloc[-1]
        middle = written(variable, float(told["value"].median()))
        text = (
            f"{_name(variable)}, median over runs: highest in {high['name']} ({written(variable, high['value'])}), "
            f"lowest in {low['name']} ({written(variable, low['value'])}), {middle} in the middle of the members."
        )
    if member is None or variable == "bloc":
        return text
    value = float(values["value"][member])
    own = _within(POSTURE_NAMES[POSTURES[int(value)]]) if variable == "posture" else written(variable, value)
    return f"{text} {NAMES[member]}: {own}."


def describe_map_difference(values: pd.DataFrame, variable: str) -> str:
    """Where the variable differs most, down and up."""
    told = values.dropna(subset="value").sort_values("value", kind="stable")
    low, high = told.iloc[0], told.iloc[-1]
    ends = [f"{row['name']} ({written_difference(variable, row['value'])})" for row in (low, high)]
    return f"{_name(variable)}, difference run by run: from {ends[0]} to {ends[1]}; median over runs."


# --- network ----------------------------------------------------------------------------------------------------------


def network_option(network: Network, member: str | None = None, dark: bool = False) -> Option:
    """Members by bloc (colour and shape), placed about as on a map, with ties of neighbours and with the US.

    Parameters
    ----------
    network
        Of `cohesion_viz.numbers.network`. Solid ties hold, dashed ones between blocs; dotted ones held at the start and
        no longer do.
    member
        ISO3 code of the member that is marked.
    dark
        Theme of the page.
    """
    look = theme(dark)
    nodes, edges = network
    labels = nodes.drop_duplicates("bloc").sort_values("bloc")["label"]
    categories = [
        {"name": _first_capital(label), "symbol": _bloc_shape(k), "itemStyle": {"color": _bloc_colour(k)}}
        for k, label in enumerate(labels)
    ]
    return _base(look) | {
        "legend": {
            "id": "blocs",
            "selectedMode": False,
            "bottom": 0,
            "left": "center",
            "data": [{"name": c["name"], "icon": c["symbol"]} for c in categories],
            "textStyle": {"color": look.ink, "fontSize": 13},
            "itemWidth": 16,
            "itemHeight": 14,
        },
        "series": [
            {
                "id": "network",
                "type": "graph",
                "layout": "none",
                "roam": False,
                "left": 24,
                "right": 24,
                "top": 24,
                "bottom": 64,
                "symbolSize": 29,
                "categories": categories,
                "data": [_node(code, row, member, look) for code, row in nodes.iterrows()],
                "links": [_edge(row, member, look, dark) for row in _rows(edges)],
                "emphasis": {"focus": "adjacency", "lineStyle": {"width": 4}},
                "label": {"show": True, "position": "inside", "fontSize": 11, "fontWeight": "bold"},
            }
        ],
    }  # fmt: skip


def describe_network(network: Network) -> str:
    """How many blocs there are, who is in the large ones and who stands apart, and how many ties broke."""
    nodes, edges = network
    groups = [(group["label"].iloc[0], len(group)) for _, group in nodes.groupby("bloc")]
    broken = int((edges["kind"] == "broken").sum())
    lost = f" {broken} tie{'s' * (broken != 1)} of the start no longer hold{'s' * (broken == 1)}." if broken else ""
    if len(groups) == 1:
        return f"One bloc: ties of mutual trust join all members.{lost}"
    large = [label for label, size in groups if size > 1]
    apart = [label.removesuffix(", apart") for label, size in groups if size == 1]
    text = f"{len(groups)} blocs by mutual trust" + (f": {'; '.join(large)}" if large else "")
    return f"{text}{'; apart: ' + _listed(apart) if apart else ''}.{lost}"


# --- why --------------------------------------------------------------------------------------------------------------


def waterfall_option(ledger: pd.DataFrame, first: float, last: float, dark: bool = False) -> Option:
    """From trust at the start to trust at the end, by driver; bars add up in log-odds, the scale reads in per cent.

    Parameters
    ----------
    ledger, first, last
        Of `cohesion_viz.numbers.ledger` or `accounts`.
    dark
        Theme of the page.
    """
    look = theme(dark)
    change = ledger["change"].to_numpy(float)
    level = first + np.concatenate([[0.0], np.cumsum(change)])
    low, high = float(level.min()), float(level.max())
    inside = [
        p for p in (0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99) if low - 0.35 <= _log_odds(p) <= high + 0.35
    ]
    low, high = min(low - 0.3, *map(_log_odds, inside), low), max(high + 0.3, *map(_log_odds, inside), high)
    rows = ["start", *map(str, ledger.index), "end"]
    base = np.minimum(level[:-1], level[1:]) - low
    bars, room = [], (high - low) * 0.2
    for name, value, end in zip(ledger.index, change, level[1:], strict=True):
        colour = LOSS if value < 0 else GAIN
        at_left = value < 0 and end - low > room
        bars.append(
            {
                "name": str(name),
                "value": _round(abs(value)),
                "itemStyle": {"color": colour, "decal": _decal("falling" if value < 0 else "plain", colour)},
                "label": {
                    "formatter": signed(value),
                    "position": "left" if at_left else "right",
                    "color": (LOSS_TEXT if value < 0 else GAIN_TEXT)[dark],
                },
                "text": _tip(str(name), [f"log-odds {signed(value)}: the odds times {np.exp(value):.2f}"]),
            }
        )
    hidden = {"name": "", "value": 0, "label": {"show": False}}
    ends = [
        {
            "name": row,
            "value": [_round(value - low), row],
            "label": {"formatter": f"{percent(float(probability(np.array(value))))} %"},
            "text": _tip(f"Trust at the {row}", [f"{percent(float(probability(np.array(value))))} %"]),
        }
        for row, value in (("start", first), ("end", last))
    ]
    stack = {"type": "bar", "stack": "ledger", "barWidth": "62%"}
    return _base(look) | {
        "grid": {"id": "grid", "left": 136, "right": 48, "top": 8, "bottom": 30},
        "xAxis": {
            "id": "x",
            "type": "value",
            "min": 0,
            "max": _round(high - low),
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
            "axisLabel": {"color": look.ink, "fontSize": _TEXT},
        },
        "series": [
            stack
            | {
                "id": "base",
                "silent": True,
                "itemStyle": {"color": "transparent"},
                "tooltip": {"show": False},
                "data": [0, *map(_round, base), 0],
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "lineStyle": {"color": look.grid, "type": "solid", "width": 1},
                    "label": {"position": "end", "color": look.muted, "fontSize": 13},
                    "data": [
                        {"xAxis": _round(_log_odds(p) - low), "label": {"formatter": f"{percent(p)} %"}} for p in inside
                    ],
                },
            },
            stack
            | {
                "id": "change",
                "z": 6,
                "data": [hidden, *bars, hidden],
                "label": {"show": True, "fontSize": _TEXT, "fontWeight": "bold"},
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
                    "fontSize": _STRONG,
                    "fontWeight": "bold",
                },
                "data": ends,
            },
        ],
    }  # fmt: skip


def describe_waterfall(ledger: pd.DataFrame, first: float, last: float, member: str) -> str:
    """Trust at the start and the end, and the drivers that moved it most."""
    ends = [f"{percent(float(probability(np.array(v))))} %" for v in (first, last)]
    order = ledger["change"].abs().sort_values(ascending=False, kind="stable").index
    large = [
        f"{name} ({signed(ledger.loc[name, 'change'])})" for name in order if abs(ledger.loc[name, "change"]) >= 0.005
    ]
    most = f" Largest contributions in log-odds: {_listed(large[:3])}." if large else " No driver moved it."
    return f"{NAMES[member]}'s trust in the United States goes from {ends[0]} to {ends[1]}, mean over runs.{most}"


# --- outcomes ---------------------------------------------------------------------------------------------------------


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
                "value": _round(row["difference"]),
                "itemStyle": {"color": colour, "decal": _decal(OUTCOME_PATTERNS[str(name)], colour)},
                "text": _tip(
                    names[k],
                    [shares, f"{points(row['difference'])} (95 % interval {_between(row['low'], row['high'])})"],
                ),
            }
        )
        spans.append([{"coord": [_round(row[end]), k]} for end in ("low", "high")])
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
    return _base(look) | {
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
            "axisLabel": {"color": look.ink, "fontSize": _TEXT, "margin": 12},
        },
        "series": [
            {
                "id": "difference",
                "type": "bar",
                "barWidth": "52%",
                "data": bars,
                "emphasis": {"disabled": True},
                "markLine": {
                    "silent": True,
                    "symbol": ["rect", "rect"],
                    "symbolSize": [2, 14],
                    "symbolRotate": 0,
                    "label": {"show": False},
                    "lineStyle": {"color": look.ink, "width": 2, "type": "solid"},
                    "data": spans,
                },
            },
            {
                "id": "labels",
                "type": "scatter",
                "symbolSize": 0,
                "silent": True,
                "itemStyle": {"opacity": 1},
                "tooltip": {"show": False},
                "label": {"show": True, "position": "right", "fontSize": _TEXT, "fontWeight": "bold", "lineHeight": 19},
                "data": labels,
            },
        ],
    }


def describe_outcome_difference(differences: pd.DataFrame, first: str, second: str) -> str:
    """Each outcome's difference with its interval, second less first."""
    told = [
        f"{_within(OUTCOME_NAMES[row.Index])} {points(row.difference)} ({_between(row.low, row.high)})"
        for row in _rows(differences)
    ]
    return f"Outcomes of {second} against {first}, run by run with 95 % intervals: {_listed(told)}."


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
    for k, row in enumerate(_rows(causes)):
        colour = LOSS if row.change < 0 else GAIN
        between = "" if np.isnan(row.low) else f"95 % interval {_between(row.low, row.high)}"
        said = f"cohesion index {signed(row.cohesion)}"
        bars.append(
            {
                "name": row.Index,
                "value": _round(row.change),
                "itemStyle": {"color": colour, "decal": _decal("falling" if row.change < 0 else "plain", colour)},
                "text": _tip(row.Index, [f"{points(row.change)} of holding", between, said]),
            }
        )
        if not np.isnan(row.low):
            spans.append([{"coord": [_round(end), k]} for end in (row.low, row.high)])
        label = {"formatter": points(row.change), "color": (LOSS_TEXT if row.change < 0 else GAIN_TEXT)[dark]}
        labels.append({"name": row.Index, "value": [_round(high), k], "label": label})
    return _base(look) | {
        "grid": {"id": "grid", "left": 8, "right": 108, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {
            "id": "x",
            "type": "value",
            "min": _round(low),
            "max": _round(high),
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
            "axisLabel": {"color": look.ink, "fontSize": _TEXT, "width": 150, "overflow": "break", "lineHeight": 16,
                          "margin": 12},
        },
        "series": [
            {
                "id": "change",
                "type": "bar",
                "barWidth": "56%",
                "data": bars,
                "emphasis": {"disabled": True},
                "markLine": {
                    "silent": True,
                    "symbol": ["rect", "rect"],
                    "symbolSize": [2, 10],
                    "symbolRotate": 0,
                    "label": {"show": False},
                    "lineStyle": {"color": look.ink, "width": 1.5, "type": "solid"},
                    "data": spans,
                },
            },
            {
                "id": "labels",
                "type": "scatter",
                "symbolSize": 0,
                "silent": True,
                "itemStyle": {"opacity": 1},
                "tooltip": {"show": False},
                "label": {"show": True, "position": "right", "distance": 8, "fontSize": _TEXT, "fontWeight": "bold"},
                "data": labels,
            },
        ],
    }  # fmt: skip


def describe_attribution(causes: pd.DataFrame) -> str:
    """What the largest drivers account for."""
    told = [f"{row.Index} {points(row.change)}" for row in _rows(causes) if abs(row.change) >= 0.005]
    if not told:
        return "No driver changes how often the alliance holds."
    return f"Change of the share of runs in which the alliance holds, divided among drivers: {_listed(told)}."


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
        known = cells.drop_duplicates(axis).sort_values(axis)
        axes[axis] = {
            "id": axis,
            "type": "category",
            "data": known[f"{axis}_label"].tolist(),
            "name": _short(name, 44),
            "nameLocation": "middle" if axis == "x" else "end",
            "nameGap": 32 if axis == "x" else 12,
            "nameTextStyle": {"color": look.ink, "fontSize": _TEXT, "fontWeight": "bold"}
            | ({} if axis == "x" else {"align": "left"}),
            "axisLabel": {"color": look.muted, "fontSize": 13, "hideOverlap": True},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": look.muted}},
        }
    data = []
    for row in _rows(cells):
        colour = OUTCOME_COLOURS[row.outcome]
        data.append(
            {
                "name": OUTCOME_NAMES[row.outcome],
                "value": [row.x_label, row.y_label, OUTCOMES.index(row.outcome)],
                "itemStyle": {"decal": _decal(OUTCOME_PATTERNS[row.outcome], colour, 0.18)},
                "label": {
                    "formatter": percent(row.share),
                    "color": ink_on(colour),
                    "textBorderColor": colour,
                    "textBorderWidth": 3,
                },
                "text": _tip(
                    f"{OUTCOME_NAMES[row.outcome]} in {percent(row.share)} % of {row.runs} run{'s' * (row.runs > 1)}",
                    [f"{x}: {row.x_label}", f"{y}: {row.y_label}"],
                ),
            }
        )
    pieces = [{"value": k, "label": OUTCOME_NAMES[o], "color": OUTCOME_COLOURS[o]} for k, o in enumerate(OUTCOMES)]
    return _base(look) | {
        "grid": {"id": "grid", "left": 112, "right": 16, "top": 62, "bottom": 54},
        "xAxis": axes["x"],
        "yAxis": axes["y"],
        "visualMap": _pieces(pieces, look)
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
                "label": {"show": True, "fontSize": _TEXT, "fontWeight": "bold"},
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
    return f"{runs:,} runs in {len(cells)} cells of {x} and {y}: {_listed(parts)} of them."


# --- parts: time ------------------------------------------------------------------------------------------------------


def _base(look: Theme) -> Option:
    """What every chart has."""
    return {
        "animation": False,
        "useUTC": True,
        "backgroundColor": "transparent",
        "textStyle": {"fontFamily": _FONT, "fontSize": _TEXT, "color": look.ink},
        "tooltip": {
            "formatter": "fn:text",
            "confine": True,
            "backgroundColor": look.surface,
            "borderColor": look.muted,
            "textStyle": {"color": look.ink, "fontSize": _TEXT, "fontFamily": _FONT},
            "extraCssText": "max-width: 22rem; white-space: normal;",
        },
    }


def _over_time(days: pd.Index, look: Theme) -> Option:
    """Axes of a chart over time, with room for labels beside it."""
    return (
        _base(look)
        | {
            "grid": {"id": "grid", "top": 30, "bottom": 30, **_MARGINS},
            "xAxis": {
                "id": "x",
                "type": "time",
                "min": _at(days[0]),
                "max": _at(days[-1]),
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
        | {"tooltip": _base(look)["tooltip"] | {"trigger": "axis", "axisPointer": {"type": "line"}}}
    )


def _scale(variable: str, look: Theme, *frames: pd.DataFrame | None) -> Option:
    """Limits and ticks of a variable, wide enough for the frames."""
    columns = [frame[p] for frame in frames if frame is not None for p in ("p05", "p95")]
    low, high = limits(variable, *columns)
    most, least = max(float(c.max()) for c in columns), min(float(c.min()) for c in columns)
    return {
        "min": _round(low) if least >= low else float(np.floor(least)),
        "max": _round(high) if most <= high else float(np.ceil(most)),
        "axisLabel": _ticks(variable, look, high - low),
    }


def _ticks(variable: str, look: Theme, span: float) -> Option:
    unit = BY_NAME[variable].unit
    form: Option = {}
    if unit in ("probability", "rate", "share of GDP"):
        form = {"formatter": "fn:percent" if span >= 0.08 else "fn:percent1"}
    elif unit == "% of GDP":
        form = {"formatter": "{value} %"}
    return {"color": look.muted, "fontSize": 13} | form


def _line(
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
        pairs = [[_at(day), height] for day, height in zip(values.index, heights, strict=True)]
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


def _bands(fan: pd.DataFrame | None, key: str, colour: str, opacity: tuple[float, float]) -> list[Option]:
    """The 90 % band and, where it is not clear as glass, the 50 % band, each on an invisible foot."""
    found = []
    for share, (low, high), alpha in ((90, ("p05", "p95"), opacity[1]), (50, ("p25", "p75"), opacity[0])):
        if not alpha:
            continue
        foot = None if fan is None else fan[low]
        rise = None if fan is None else fan[high] - fan[low]
        for part, values, shown in (("foot", foot, 0.0), ("rise", rise, alpha)):
            found.append(
                _line(f"{key}{share}_{part}", values, colour, width=0)
                | {
                    "stack": f"{key}{share}",
                    "stackStrategy": "all",
                    "areaStyle": {"color": colour, "opacity": shown, "origin": "start"},
                    "z": 2 if key == "ghost" else 3,
                }
            )
    return found


def _fan_texts(
    fan: pd.DataFrame, ghost: pd.DataFrame | None, ghost_name: str, variable: str, single: bool
) -> list[str]:
    other = {} if ghost is None else dict(zip(ghost.index, ghost["p50"], strict=True))
    return [
        _tip(_day(day), [
            *([written(variable, row["p50"])] if single else [
                f"median {written(variable, row['p50'])}",
                f"50 % of runs: {written(variable, row['p25'])} to {written(variable, row['p75'])}",
                f"90 % of runs: {written(variable, row['p05'])} to {written(variable, row['p95'])}",
            ]),
            f"{ghost_name}: {written(variable, other[day])}" if day in other else "",
        ])
        for day, row in zip(fan.index, fan.to_dict("records"), strict=True)
    ]  # fmt: skip


def _labels(
    day: datetime.date, ends: Sequence[tuple[float, str, str, str]], low: float = 0.0, high: float = 1.0
) -> Option:
    """Labels beside the last month, moved apart where they would meet; an empty one is hidden.

    Parameters
    ----------
    day
        The last.
    ends
        Height, text, colour and weight of each.
    low, high
        Ends of the axis. ECharts cannot move labels apart that stand at no mark, so a line of 17 pixels is taken as
        11.5 % of it: as much as in the lowest chart, of 210 pixels.
    """
    line = 0.115 * (high - low)
    wide = [len(text) * (_BOLD if weight == "bold" else _LETTER) > _LABEL for _, text, _, weight in ends]
    sizes = [line * (1 + two) if text else 0.0 for (_, text, *_), two in zip(ends, wide, strict=True)]
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
                "value": [_at(day), _round(height)],
                "label": {
                    "show": bool(text),
                    "formatter": text.replace(" %", "\u00a0%"),
                    "color": colour,
                    "fontWeight": weight,
                },
            }
            for height, (_, text, colour, weight) in zip(heights, ends, strict=True)
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


def _cursor(days: Any, month: int | None, look: Theme, values: pd.Series | None) -> Option:
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
        "data": [] if month is None or day is None or values is None else [[_at(day), _round(values.iloc[month])]],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": True, "position": "end", "color": look.ink, "fontSize": 13, "fontWeight": "bold"},
            "lineStyle": {"color": look.ink, "width": 1.5, "type": "solid", "opacity": 0.75},
            "data": [] if day is None else [{"xAxis": _at(day), "label": {"formatter": _day(day)}}],
        },
    }


def _stacked(
    shares: pd.DataFrame,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    patterns: Mapping[str, str],
    texts: Mapping[str, str],
    month: int | None,
    look: Theme,
) -> Option:
    """Shares that sum to one, as stacked areas with labels beside them."""
    option = _over_time(shares.index, look)
    option["yAxis"] |= {
        "min": 0,
        "max": 1,
        "axisLabel": {"color": look.muted, "fontSize": 13, "formatter": "fn:percent"},
    }
    table = shares.to_numpy(float)
    tips = [
        _tip(_day(day), [f"{names[c]} {percent(v)} %" for c, v in zip(shares.columns, row, strict=True)])
        for day, row in zip(shares.index, table.tolist(), strict=True)
    ]
    series, ends, floor = [], [], 0.0
    for k, name in enumerate(shares.columns):
        colour, last = colours[name], float(table[-1, k])
        series.append(
            _line(name, shares[name], look.surface, width=1, texts=tips if k == 0 else None)
            | {
                "name": names[name],
                "stack": "shares",
                "itemStyle": {"color": colour, "decal": _decal(patterns[name], colour)},
                "areaStyle": {"color": colour, "opacity": 1},
                "z": 2,
            }
        )
        text = f"{names[name]} {percent(last)} %" if table[:, k].any() else ""
        ends.append((floor + last / 2, text, texts[name], "bold"))
        floor += last
    option["series"] = [*series, _labels(shares.index[-1], ends), _cursor(shares.index, month, look, None)]
    return option


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


# --- parts: maps and network ------------------------------------------------------------------------------------------


def _magnitudes(
    values: pd.DataFrame,
    ends: tuple[float, float],
    colours: Sequence[str],
    texts: tuple[str, str],
    member: str | None,
    look: Theme,
    region: str,
) -> Option:
    """Maps on a continuous scale; the texts stand at its high and its low end."""
    low, high = ends
    looks: dict[str, Option] = {
        code: {"areaColor": colour_at(colours, (v - low) / (high - low)) if np.isfinite(v) else look.land}
        for code, v in zip(values.index, values["value"], strict=True)
    }
    return _base(look) | {
        "visualMap": {
            "id": "scale",
            "type": "continuous",
            "min": ends[0],
            "max": ends[1],
            "range": list(ends),
            "calculable": False,
            "hoverLink": False,
            "orient": "vertical",
            "left": 4,
            "bottom": 4,
            "itemWidth": 16,
            "itemHeight": 96,
            "text": list(texts),
            "textStyle": {"color": look.ink, "fontSize": 13},
            "inRange": {"color": list(colours)},
        },
        "series": _maps(values, looks, member, look, region),
    }


def _categories(
    values: pd.DataFrame, looks: Sequence[tuple[str, str, str]], member: str | None, look: Theme, region: str
) -> Option:
    """Maps by category, each with name, colour and pattern."""
    styles = {
        code: {"areaColor": looks[int(v)][1], "decal": _decal(looks[int(v)][2], looks[int(v)][1])}
        for code, v in zip(values.index, values["value"], strict=True)
    }
    pieces = [{"value": k, "label": name, "color": colour} for k, (name, colour, _) in enumerate(looks)]
    return _base(look) | {
        "visualMap": _pieces(pieces, look) | {"orient": "vertical", "left": 4, "bottom": 4, "top": "auto"},
        "series": _maps(values, styles, member, look, region),
    }  # fmt: skip


def _pieces(pieces: list[Option], look: Theme) -> Option:
    return {
        "id": "scale",
        "type": "piecewise",
        "selectedMode": False,
        "hoverLink": False,
        "pieces": pieces,
        "itemSymbol": "rect",
        "inverse": True,
        "itemWidth": 16,
        "itemHeight": 14,
        "textStyle": {"color": look.ink, "fontSize": 13},
    }


def _maps(
    values: pd.DataFrame, styles: Mapping[str, Option], member: str | None, look: Theme, region: str
) -> list[Option]:
    """One map or both, from a table with ``name``, ``value`` and what is ``said`` of each member."""
    # With sides of a box left open (None, in place of the default), ECharts keeps the shape of the land.
    boxes: dict[str, Option] = {
        "europe": {"left": None, "right": 4, "top": 8},
        "north_america": {"left": 4, "top": 8, "width": "27%"},
    }
    if region != "both":
        boxes = {region: boxes["europe"]}
    codes = [*values.index, *GEOMETRY_OF]
    data = [_region(code, values.loc[GEOMETRY_OF.get(code, code)], styles, member, look) for code in codes]
    orientation = {"show": True, "color": look.muted, "fontSize": 13, "fontStyle": "italic"}
    data += [
        {"name": code, "value": None, "text": f"{name}, not a member", "label": orientation | {"formatter": name}}
        for code, name in _NEIGHBOURS.items()
    ]
    chosen = {code: member is not None and GEOMETRY_OF.get(code, code) == member for code in codes}
    return [
        {
            "id": name,
            "type": "map",
            "map": name,
            "nameProperty": "name",
            "aspectScale": 1,
            "roam": False,
            "selectedMode": False,
            "selectedMap": chosen,
            "label": {"show": False},
            "itemStyle": {"areaColor": look.land, "borderColor": look.surface, "borderWidth": 0.6},
            "emphasis": {
                "label": {"show": False},
                "itemStyle": {"areaColor": look.land, "borderColor": look.ink, "borderWidth": 2},
            },
            "select": {"label": {"show": False}, "itemStyle": {"borderColor": look.selected, "borderWidth": 2}},
            "data": [region for region in data if (region["name"] in _NORTH_AMERICA) == (name == "north_america")],
            **box,
        }
        for name, box in boxes.items()
    ]


def _region(code: str, row: pd.Series, styles: Mapping[str, Option], member: str | None, look: Theme) -> Option:
    owner = GEOMETRY_OF.get(code, code)
    value = float(row["value"])
    style = {"borderColor": look.border, "borderWidth": 0.8} | styles[owner]
    if not np.isfinite(value):
        style = style | {"decal": _decal("rising", look.land, 0.5)}
    found: Option = {
        "name": code,
        "value": _round(value) if np.isfinite(value) else None,
        "itemStyle": style,
        "emphasis": {"itemStyle": {"areaColor": style["areaColor"]}},
        "select": {"itemStyle": {"areaColor": style["areaColor"]}},
        "text": _tip(row["name"] if owner == code else f"Greenland ({row['name']})", [row["said"]]),
    }
    if code == member:
        label = {
            "show": True,
            "formatter": row["name"],
            "color": look.ink,
            "fontSize": _TEXT,
            "fontWeight": "bold",
            "textBorderColor": look.surface,
            "textBorderWidth": 4,
        }
        found["label"] = label
        found["select"]["label"] = label
    return found


def _describe_groups(values: pd.DataFrame, variable: str) -> str:
    if variable == "bloc":
        groups = [(str(g["label"].iloc[0]), len(g)) for _, g in values.groupby("bloc")]
        return f"Blocs by mutual trust: {'; '.join(f'{label} ({size})' for label, size in groups)}."
    counts = values["value"].astype(int).value_counts()
    told = [f"{_within(POSTURE_NAMES[p])} {counts[k]}" for k, p in enumerate(POSTURES) if k in counts.index]
    return f"Most common posture over runs, number of members: {_listed(told)}."


def _node(code: Any, row: pd.Series, member: str | None, look: Theme) -> Option:
    bloc, chosen = int(row["bloc"]), code == member
    colour = _bloc_colour(bloc)
    posture = [f"posture: {_within(POSTURE_NAMES[row['posture']])}"] if "posture" in row else []
    trust = row["trust_in_us"]
    across, down = PLACES[code]
    return {
        "name": code,
        "category": bloc,
        "x": 100 * across,
        "y": 74 * down,
        "symbol": _bloc_shape(bloc),
        "itemStyle": {
            "color": colour,
            "borderColor": look.selected if chosen else look.surface,
            "borderWidth": 5 if chosen else 1.5,
        },
        "label": {"color": ink_on(colour)},
        "text": _tip(
            row["name"],
            [
                f"bloc: {row['label']}",
                *([f"trust in the US {percent(trust)} %"] if np.isfinite(trust) else []),
                *posture,
            ],
        ),
    }


def _edge(row: Any, member: str | None, look: Theme, dark: bool) -> Option:
    mine, broken = member in (row.source, row.target), row.kind == "broken"
    with_us = "USA" in (row.source, row.target)
    colour = look.selected if mine else LOSS_TEXT[dark] if broken else look.muted
    said = "held at the start and no longer does" if broken else "between blocs" if row.across else "within a bloc"
    return {
        "source": row.source,
        "target": row.target,
        "lineStyle": {
            "color": colour,
            "width": 3 if mine else 1.2 if broken or with_us else round(1 + 3 * row.trust, 2),
            "type": "dotted" if broken else "dashed" if row.across else "solid",
            "opacity": 1 if mine else 0.35 if with_us and not broken else 0.6,
            "curveness": 0.14,
        },
        "text": _tip(
            f"{NAMES[row.source]} and {NAMES[row.target]}", [f"mutual trust {percent(row.trust)} %", said]
        ),
    }  # fmt: skip


def _bloc_colour(bloc: int) -> str:
    return BLOC_COLOURS[min(bloc, len(BLOC_COLOURS) - 1)]


def _bloc_shape(bloc: int) -> str:
    return BLOC_SHAPES[min(bloc, len(BLOC_SHAPES) - 1)]


def _bloc_look(bloc: int, patterns: Sequence[str]) -> tuple[str, str]:
    return _bloc_colour(bloc), patterns[min(bloc, len(patterns) - 1)]


def _decal(pattern: str, colour: str, strength: float = 0.3) -> Option:
    """A pattern drawn over a colour; "plain" is an invisible one, so that it replaces another on update."""
    ink = "0,0,0" if ink_on(colour) == "#000000" else "255,255,255"
    line = {"symbol": "rect", "symbolSize": 1, "dashArrayX": [1, 0], "color": f"rgba({ink},{strength})"}
    if pattern == "rising":
        return line | {"dashArrayY": [2, 6], "rotation": -0.7854}
    if pattern == "falling":
        return line | {"dashArrayY": [4, 4], "rotation": 0.7854}
    if pattern == "bars":
        return line | {"dashArrayY": [2, 4], "rotation": 0}
    if pattern == "dots":
        return line | {
            "symbol": "circle",
            "symbolSize": 0.7,
            "dashArrayX": [[5, 5], [0, 5, 5, 0]],
            "dashArrayY": [5, 0],
        }
    if pattern == "grid":
        return line | {"symbolSize": 0.9, "dashArrayX": [[4, 3]], "dashArrayY": [4, 3]}
    return {"symbol": "none"}


# --- parts: words -----------------------------------------------------------------------------------------------------


def _rows(table: pd.DataFrame) -> list[Any]:
    """Rows with their columns as attributes, and the index as ``Index``."""
    return list(table.itertuples())


def _at(day: datetime.date) -> int:
    """Milliseconds since 1970 in UTC."""
    return (day.toordinal() - 719_163) * 86_400_000


def _day(day: datetime.date) -> str:
    return f"{day:%B %Y}"


def _name(variable: str) -> str:
    return _first_capital(BY_NAME[variable].long_name)


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _brief(variable: str, value: float) -> str:
    """A value without the words after its unit's sign, where room is short."""
    return written(variable, value).removesuffix(" of GDP").removesuffix(" billion USD")


def _within(name: str) -> str:
    """A name of an outcome or posture within a sentence."""
    return name if name.startswith("European") else name.lower()


def _between(low: float, high: float) -> str:
    return f"{points(low).removesuffix(' points')} to {points(high).removesuffix(' points')}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _short(text: str, most: int = 18) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _tip(head: str, lines: Iterable[str]) -> str:
    """A tooltip in HTML, with what it is given escaped."""
    return "<br>".join([f"<b>{escape(head)}</b>", *(escape(line) for line in lines if line)])


def _round(value: float) -> float:
    return round(float(value), 4)


def _log_odds(share: float) -> float:
    return float(np.log(share / (1 - share)))
