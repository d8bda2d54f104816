"""Components that pages share: the chart, and the small Vue parts behind the controls.

A chart is an option (JSON) of `cohesion_viz.echarts`, drawn by ``vue/echart.vue``. Where an option needs a JavaScript
function it names one of those in that file, as in ``"formatter": "fn:percent"``.
"""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import solara

from cohesion.facts import ISO3, NAMES

Handler = Callable[[dict[str, Any]], None]
NOTHING_YET = "No numbers yet."


@solara.component_vue("vue/echart.vue")
def _EChart(
    option: str,
    label: str,
    text: str,
    height: str,
    name: str,
    numbers: bool,
    csv: str,
    event_click: Handler | None = None,
    event_ask: Handler | None = None,
) -> None: ...


@solara.component
def EChart(
    option: dict[str, Any],
    label: str,
    text: str,
    height: str = "300px",
    on_click: Handler | None = None,
    name: str = "chart",
    table: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """A chart of ECharts that is updated in place.

    Parameters
    ----------
    option
        Of ECharts, ready for JSON; of `cohesion_viz.echarts`.
    label, text
        What the chart shows, and its finding in words: the text alternative.
    height
        CSS height of the plot.
    on_click
        Called with the ``name`` of what was clicked, empty for what has none.
    name
        Stem of the files that are saved and key of the chart in the page: one name a chart.
    table
        Gives the chart's numbers; with it there is a button to save them. Called only when it is pressed.
    """
    csv, send = solara.use_state("")

    def ask(event: dict[str, Any]) -> None:
        if table:
            send(packed({"ask": event["ask"], "text": table().to_csv(float_format="%.6g")}))

    _EChart(
        option=packed(option) if option else "",
        label=label,
        text=text,
        height=height,
        name=name,
        numbers=table is not None,
        csv=csv,
        event_click=on_click or _ignore,
        event_ask=ask,
    )


def chart_note(of: str) -> dict[str, str]:
    """Attribute of what holds charts: what stands below one that is saved."""
    return {"data-note": f"{of}. cohesion: an exploratory model, not a forecast."}


@solara.component_vue("vue/fields.vue")
def _Fields(packed: str, handled: int, event_set: Handler | None = None) -> None: ...


@solara.component
def Fields(fields: list[dict[str, Any]], on_set: Handler) -> None:
    """Labelled fields.

    Parameters
    ----------
    fields
        Each with ``name``, ``label``, ``value`` and either ``options`` (``value``, ``title``), or ``low`` and ``high``
        for a number, or ``kind`` (``"text"``, ``"month"``). ``wide`` takes a row; ``inline`` in the first sets all in
        a line.
    on_set
        Called with ``name`` and ``value`` (a text).
    """
    handled, handle = solara.use_state(0)

    def put(event: dict[str, Any]) -> None:
        on_set(event)
        handle(int(event["sent"]))

    _Fields(packed=packed(fields), handled=handled, event_set=put)


def member_field(member: str) -> dict[str, Any]:
    """A field of `Fields` in which a member is chosen, or none."""
    options = [{"value": "", "title": "Choose a member…"}]
    options += [{"value": code, "title": NAMES[code]} for code in sorted(ISO3, key=NAMES.__getitem__)]
    return {"name": "member", "label": "Member", "value": member, "options": options, "inline": True}


#: What a cell is sorted by (None: last), what is written in it, and what is saved where that is not the first.
Cell = tuple[float | str | None, str] | tuple[float | str | None, str, str]


@solara.component_vue("vue/table.vue")
def _Table(packed: str, event_pick: Handler | None = None) -> None: ...


@solara.component
def Table(
    caption: str,
    columns: list[str],
    rows: dict[str, list[Cell]],
    on_pick: Callable[[str], None],
    marked: str = "",
) -> None:
    """A table that is sorted by a click on a head, and whose rows can be picked by their first cell.

    Parameters
    ----------
    caption, columns
        What it shows; heads of the columns.
    rows
        Cells by the key of the row.
    on_pick
        Called with the key of a row.
    marked
        Key of the row that stands out.
    """
    shown = {
        "caption": caption,
        "columns": columns,
        "rows": [{"key": key, "cells": cells} for key, cells in rows.items()],
        "marked": marked,
    }
    _Table(packed=packed(shown), event_pick=lambda event: on_pick(str(event["key"])))


@solara.component
def PlainTable(caption: str, heads: list[str], rows: list[list[str]]) -> None:
    """A plain table; the first column names the rows."""
    region = {"tabindex": "0", "role": "region", "aria-label": caption}
    with solara.v.Html(tag="div", class_="co-compare-table", attributes=region), solara.v.Html(tag="table"):
        with solara.v.Html(tag="thead"), solara.v.Html(tag="tr"):
            for head in heads:
                solara.v.Html(tag="th", attributes={"scope": "col"}, children=[head])
        with solara.v.Html(tag="tbody"):
            for row in rows:
                with solara.v.Html(tag="tr"):
                    solara.v.Html(tag="th", attributes={"scope": "row"}, children=[row[0]])
                    for cell in row[1:]:
                        solara.v.Html(tag="td", children=[cell])


@solara.component
def Button(
    text: str, on_click: Callable[[], None], label: str = "", disabled: bool = False, kind: str = "", pressed: str = ""
) -> None:
    """A plain button.

    Parameters
    ----------
    text, label
        What it says, and its name for those who hear it, where that differs.
    on_click
        Called with nothing.
    disabled, kind, pressed
        Whether it does nothing; a further CSS class; ``"true"`` or ``"false"`` for a button that stays down.
    """
    attributes = {"type": "button"} | ({"aria-label": label} if label else {})
    attributes |= {"disabled": "disabled"} if disabled else {}
    attributes |= {"aria-pressed": pressed} if pressed else {}
    button = solara.v.Html(tag="button", class_=f"co-button {kind}", attributes=attributes, children=[text])
    solara.v.use_event(button, "click", lambda *_: None if disabled else on_click())


def card(label: str, key: str = "") -> Any:
    """A section with a name."""
    attributes = {"aria-label": label} | ({"id": key} if key else {})
    return solara.v.Html(tag="section", class_="co-card", attributes=attributes)


def packed(value: Any) -> str:
    """A value as text for a Vue part: Solara would walk through a nested one several times at each change."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _ignore(_: dict[str, Any]) -> None: ...
