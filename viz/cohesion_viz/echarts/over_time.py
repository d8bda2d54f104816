"""Fans, shares, members and differences over time."""

import datetime
import math
from collections.abc import Mapping

import pandas as pd

from cohesion.facts import NAMES
from cohesion.outcome import OUTCOMES
from cohesion.summary import OUTCOME_PHRASES, percent
from cohesion.types import PHASES, POSTURES
from cohesion_viz.echarts.axes import (
    band_lines,
    cursor,
    end_labels,
    fan_texts,
    line_of,
    over_time,
    scale,
    stacked,
    ticks,
)
from cohesion_viz.echarts.parts import Option, brief, day_of, listed, name_of, rounded, short, time_of, tip, within
from cohesion_viz.numbers import symmetric_limit, written, written_difference
from cohesion_viz.style import (
    OUTCOME_COLOURS,
    OUTCOME_NAMES,
    OUTCOME_PATTERNS,
    OUTCOME_TEXT,
    PHASE_COLOURS,
    PHASE_NAMES,
    PHASE_PATTERNS,
    POSTURE_COLOURS,
    POSTURE_NAMES,
    POSTURE_PATTERNS,
    Theme,
    theme,
)


def fan_option(
    fan: pd.DataFrame,
    ghost: pd.DataFrame | None = None,
    month: int | None = None,
    dark: bool = False,
    ghost_name: str = "baseline",
    variable: str = "cohesion_index",
    single: bool = False,
    near: bool = False,
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
    near
        Whether the axis spans the bands alone, in halves, so that a small difference is seen.
    """
    look = theme(dark)
    called = "this run" if single else "median"
    ends = [(fan["p50"].iloc[-1], f"{called} {brief(variable, fan['p50'].iloc[-1])}", look.accent, "bold")]
    if not single:
        edges = (("p75", 50), ("p95", 90))
        ends += [(fan[p].iloc[-1], f"{share} % of runs", look.accent, "normal") for p, share in edges]
    ends.append(
        (ghost["p50"].iloc[-1], f"{short(ghost_name)} {brief(variable, ghost['p50'].iloc[-1])}", look.muted, "bold")
        if ghost is not None
        else (0.0, "", look.muted, "bold")
    )
    option = over_time(fan.index, look)
    option["yAxis"] |= scale(variable, look, fan, ghost)
    if near:
        frames = [frame for frame in (fan, ghost) if frame is not None]
        low = math.floor(2 * min(f["p05"].min() for f in frames)) / 2
        high = math.ceil(2 * max(f["p95"].max() for f in frames)) / 2
        step = next((step for step in (0.1, 0.25, 0.5, 1.0) if high - low <= 6 * step), 2.0)
        option["yAxis"] |= {"min": low, "max": high, "interval": step}
    option["series"] = [
        *band_lines(ghost, "ghost", look.ghost, (0.0, 0.2)),
        line_of("ghost", None if ghost is None else ghost["p50"], look.ghost, width=2, dashed=True),
        *band_lines(fan, "band", look.accent, (0.38, 0.2)),
        line_of("median", fan["p50"], look.accent, width=3, texts=fan_texts(fan, ghost, ghost_name, variable, single)),
        end_labels(fan.index[-1], ends, option["yAxis"]["min"], option["yAxis"]["max"]),
        cursor(fan.index, month, look, fan["p50"]),
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
        f"{name_of(variable)}: the median over runs goes from {written(variable, first['p50'])} in "
        f"{day_of(fan.index[0])} to {written(variable, last['p50'])} in {day_of(fan.index[-1])}; 90 % of runs end "
        f"between {written(variable, last['p05'])} and {written(variable, last['p95'])}."
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
    return stacked(shares, OUTCOME_NAMES, OUTCOME_COLOURS, OUTCOME_PATTERNS, OUTCOME_TEXT[dark], month, theme(dark))


def describe_shares(shares: pd.DataFrame, month: int | None = None) -> str:
    """Shares of the four outcomes at a month, the last where None."""
    at = -1 if month is None else month
    now = [f"{OUTCOME_PHRASES[name]} in {percent(shares[name].iloc[at])} %" for name in OUTCOMES]
    return f"Outcome judged on the two years before {day_of(shares.index[at])}: {listed(now)} of runs."


def phases_option(phases: pd.DataFrame, month: int | None = None, dark: bool = False) -> Option:
    """Share of runs in each phase of the war over time, as stacked areas.

    Parameters
    ----------
    phases
        By month, a column each of `cohesion.types.PHASES`.
    month, dark
        As for `shares_option`.
    """
    look = theme(dark)
    texts = dict.fromkeys(PHASES, look.ink)
    return stacked(phases, PHASE_NAMES, PHASE_COLOURS, PHASE_PATTERNS, texts, month, look)


def describe_phases(phases: pd.DataFrame, month: int | None = None) -> str:
    """Shares of the phases at a month, the last where None."""
    at = -1 if month is None else month
    row = phases.iloc[at]
    now = [f"{PHASE_NAMES[name].lower()} in {percent(row[name])} %" for name in PHASES if row[name] > 0]
    return f"The war in {day_of(phases.index[at])}: {listed(now)} of runs."


def pointed(option: Option, day: datetime.date, ends: tuple[float, float], text: str, look: Theme) -> Option:
    """The option of a fan with a bar between two heights in a month, and what the bar is: where to look.

    Parameters
    ----------
    option
        Of `fan_option`.
    day, ends
        The month, and the two heights.
    text
        Stands beside the bar.
    look
        Theme of the page.
    """
    at, late = (
        time_of(day),
        time_of(day) > option["xAxis"]["min"] + 0.6 * (option["xAxis"]["max"] - option["xAxis"]["min"]),
    )
    label = {
        "show": True, "formatter": text, "position": "left" if late else "right", "distance": 10, "fontSize": 15,
        "fontWeight": "bold", "color": look.selected, "backgroundColor": look.surface, "padding": [2, 5],
        "borderRadius": 4,
    }  # fmt: skip
    middle = sum(ends) / 2
    points = [
        [at, rounded(ends[0])],
        {"value": [at, rounded(middle)], "label": label, "symbolSize": 1},
        [at, rounded(ends[1])],
    ]
    bar = {
        "id": "pointer", "type": "line", "silent": True, "symbol": "circle", "symbolSize": 10, "showSymbol": True,
        "tooltip": {"show": False}, "itemStyle": {"color": look.selected}, "z": 9,
        "lineStyle": {"color": look.selected, "width": 4}, "data": points,
    }  # fmt: skip
    return option | {"series": [*option["series"], bar]}


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
    return stacked(series[variable], POSTURE_NAMES, POSTURE_COLOURS, POSTURE_PATTERNS, texts, month, look)


def describe_member(series: Mapping[str, pd.DataFrame], variable: str, member: str) -> str:
    """The same of a variable of a member."""
    if variable != "posture":
        return f"{NAMES[member]}. {describe_fan(series[variable], variable=variable)}"
    last = series[variable].iloc[-1]
    now = [f"{within(POSTURE_NAMES[name])} in {percent(last[name])} %" for name in last.index if last[name] > 0]
    return f"{NAMES[member]}. Posture in {day_of(series[variable].index[-1])}: {listed(now)} of runs."


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
    option = over_time(bands.index, look)
    option["yAxis"] |= {"min": -limit, "max": limit, "splitNumber": 4, "axisLabel": ticks(variable, look, limit)}
    zero = line_of("zero", pd.Series(0.0, bands.index[[0, -1]]), look.ink, width=1.5)
    texts = [
        tip(day_of(day), [
            f"median {written_difference(variable, row[2])}",
            f"50 % of runs: {written_difference(variable, row[1])} to {written_difference(variable, row[3])}",
            f"90 % of runs: {written_difference(variable, row[0])} to {written_difference(variable, row[4])}",
        ])
        for day, row in zip(bands.index, bands.to_numpy(float).tolist(), strict=True)
    ]  # fmt: skip
    option["series"] = [
        *band_lines(bands, "band", look.accent, (0.38, 0.2)),
        zero,
        line_of("median", bands["p50"], look.accent, width=3, texts=texts),
        end_labels(bands.index[-1], ends, -limit, limit),
        cursor(bands.index, month, look, bands["p50"]),
    ]
    return option


def describe_difference(bands: pd.DataFrame, variable: str = "cohesion_index") -> str:
    """Median and range of the difference at the end."""
    last = bands.iloc[-1]
    low, middle, high = (written_difference(variable, last[p]) for p in ("p05", "p50", "p95"))
    clear = "" if last["p05"] > 0 or last["p95"] < 0 else ", so its sign is not clear"
    return (
        f"{name_of(variable)}, difference run by run in {day_of(bands.index[-1])}: median {middle}; 90 % of runs lie "
        f"between {low} and {high}{clear}."
    )
