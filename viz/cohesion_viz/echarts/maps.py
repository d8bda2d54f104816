"""Maps of members: values, codes and differences."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cohesion.facts import ELSEWHERE, NAMES
from cohesion.summary import percent
from cohesion.types import POSTURES
from cohesion_viz.echarts.network import bloc_look
from cohesion_viz.echarts.parts import (
    TEXT,
    Option,
    base_option,
    decal,
    listed,
    name_of,
    rounded,
    short,
    tip,
    within,
)
from cohesion_viz.numbers import first_capital, limits, symmetric_limit, written, written_difference
from cohesion_viz.style import (
    CIVIDIS,
    DIVERGING,
    POSTURE_COLOURS,
    POSTURE_NAMES,
    POSTURE_PATTERNS,
    Theme,
    colour_at,
    theme,
)

#: Geometry beside a member's own that is drawn as part of it.
GEOMETRY_OF = {"GRL": "DNK"}
#: Series that a scale colours: none of a list, where each square has its colour already.
_COLOURED: Any = [] if ELSEWHERE else "all"
_NORTH_AMERICA = ("USA", "CAN", "GRL")
#: Labels for orientation on the map of those who are not members.
_NEIGHBOURS = {"RUS": "Russia", "UKR": "Ukraine"}


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
            within(POSTURE_NAMES[POSTURES[int(v)]]) + (f" in {percent(s)} % of runs" if np.isfinite(s) else "")
            for v, s in zip(values["value"], share, strict=True)
        ]
        looks = [(POSTURE_NAMES[p], POSTURE_COLOURS[p], POSTURE_PATTERNS[p]) for p in POSTURES]
        return _categories(values.assign(said=said), looks, member, look, region)
    if variable == "bloc":
        patterns = tuple(POSTURE_PATTERNS.values())
        labels = values.drop_duplicates("bloc").sort_values("bloc")["label"]
        looks = [(short(first_capital(s), 40), *bloc_look(k, patterns)) for k, s in enumerate(labels)]
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
        told = values["value"].dropna().sort_values(kind="stable")
        low, high = (f"{values['name'][told.index[k]]} ({written(variable, float(told.iloc[k]))})" for k in (0, -1))
        middle = written(variable, float(told.median()))
        text = (
            f"{name_of(variable)}, median over runs: highest in {high}, lowest in {low}, "
            f"{middle} in the middle of the members."
        )
    if member is None or variable == "bloc":
        return text
    value = float(values["value"][member])
    own = within(POSTURE_NAMES[POSTURES[int(value)]]) if variable == "posture" else written(variable, value)
    return f"{text} {NAMES[member]}: {own}."


def describe_map_difference(values: pd.DataFrame, variable: str) -> str:
    """Where the variable differs most, down and up."""
    told = values.dropna(subset="value").sort_values("value", kind="stable")
    low, high = told.iloc[0], told.iloc[-1]
    ends = [f"{row['name']} ({written_difference(variable, row['value'])})" for row in (low, high)]
    return f"{name_of(variable)}, difference run by run: from {ends[0]} to {ends[1]}; median over runs."


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
    return base_option(look) | {
        "visualMap": {
            "id": "scale",
            "type": "continuous",
            "seriesIndex": _COLOURED,
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
        **_drawn(values, looks, member, look, region),
    }


def _categories(
    values: pd.DataFrame, looks: Sequence[tuple[str, str, str]], member: str | None, look: Theme, region: str
) -> Option:
    """Maps by category, each with name, colour and pattern."""
    styles = {
        code: {"areaColor": looks[int(v)][1], "decal": decal(looks[int(v)][2], looks[int(v)][1])}
        for code, v in zip(values.index, values["value"], strict=True)
    }
    pieces = [{"value": k, "label": name, "color": colour} for k, (name, colour, _) in enumerate(looks)]
    return base_option(look) | {
        "visualMap": pieces_of(pieces, look)
        | {"seriesIndex": _COLOURED, "orient": "vertical", "left": 4, "bottom": 4, "top": "auto"},
        **_drawn(values, styles, member, look, region),
    }  # fmt: skip


def pieces_of(pieces: list[Option], look: Theme) -> Option:
    """The legend of a scale of pieces."""
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


def _drawn(values: pd.DataFrame, styles: Mapping[str, Option], member: str | None, look: Theme, region: str) -> Option:
    """Members on the map; those of another alliance, whose shapes nobody knows, as a list in the same colours."""
    return _list(values, styles, member, look) if ELSEWHERE else {"series": _maps(values, styles, member, look, region)}


def _list(values: pd.DataFrame, styles: Mapping[str, Option], member: str | None, look: Theme) -> Option:
    """A line for each member: a square in its colour, its name, and what is said of it."""
    data = []
    for place, (code, row) in enumerate(values.to_dict("index").items()):
        style = styles[str(code)]
        looks = {"color": style["areaColor"]} | ({"decal": style["decal"]} if "decal" in style else {})
        label = {
            "show": True, "position": "right", "distance": 10, "formatter": f"{row['name']}: {row['said']}",
            "color": look.ink, "fontSize": TEXT, "fontWeight": "bold" if code == member else "normal",
        }  # fmt: skip
        edge = {"borderColor": look.selected if code == member else look.border, "borderWidth": 2, "opacity": 1}
        data.append(
            {"name": code, "value": [0, place], "itemStyle": looks | edge, "label": label,
             "text": tip(row["name"], [row["said"]])}
        )  # fmt: skip
    return {
        "grid": {"id": "grid", "left": "38%", "right": 8, "top": 8, "bottom": 8},
        "xAxis": {"id": "x", "type": "value", "min": 0, "max": 1, "show": False},
        "yAxis": {"id": "y", "type": "value", "min": -0.5, "max": len(data) - 0.5, "inverse": True, "show": False},
        "series": [{"id": "members", "type": "scatter", "symbol": "rect", "symbolSize": [24, 18], "data": data}],
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
    rows = values.to_dict("index")  # a look-up in the table takes longer than all the rest
    data = [_region(code, rows[GEOMETRY_OF.get(code, code)], styles, member, look) for code in codes]
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


def _region(
    code: str, row: Mapping[Hashable, Any], styles: Mapping[str, Option], member: str | None, look: Theme
) -> Option:
    owner = GEOMETRY_OF.get(code, code)
    value = float(row["value"])
    style = {"borderColor": look.border, "borderWidth": 0.8} | styles[owner]
    if not np.isfinite(value):
        style = style | {"decal": decal("rising", look.land, 0.5)}
    found: Option = {
        "name": code,
        "value": rounded(value) if np.isfinite(value) else None,
        "itemStyle": style,
        "emphasis": {"itemStyle": {"areaColor": style["areaColor"]}},
        "select": {"itemStyle": {"areaColor": style["areaColor"]}},
        "text": tip(row["name"] if owner == code else f"Greenland ({row['name']})", [row["said"]]),
    }
    if code == member:
        label = {
            "show": True,
            "formatter": row["name"],
            "color": look.ink,
            "fontSize": TEXT,
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
    told = [f"{within(POSTURE_NAMES[p])} {counts[k]}" for k, p in enumerate(POSTURES) if k in counts.index]
    return f"Most common posture over runs, number of members: {listed(told)}."
