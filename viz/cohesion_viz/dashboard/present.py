"""The present mode: of any view only the verdict, one chart and a caption, to be read from the last row."""

from dataclasses import replace
from typing import Any

import solara

from cohesion.facts import NAMES
from cohesion.outcome import OUTCOMES
from cohesion_viz.answers import Answer
from cohesion_viz.dashboard import chart, lesson_steps
from cohesion_viz.dashboard.compare import finding
from cohesion_viz.dashboard.components import Button, Fields
from cohesion_viz.dashboard.session import Session
from cohesion_viz.dashboard.verdict import tile_texts, verdict_line
from cohesion_viz.style import OUTCOME_NAMES
from cohesion_viz.view import CHARTS

#: How much larger the texts of a chart are.
FACTOR = 1.6


@solara.component
def Present(session: Session) -> None:
    """Verdict, chart, caption, and the way back."""
    view, answer = session.view.value, session.answer.value
    with solara.v.Html(tag="section", class_="co-present", attributes={"aria-label": "Presentation"}):
        _Line(answer)
        _Tiles(answer)
        with solara.Div(classes=["co-present-chart"]):
            chart.Chart(session, "clamp(220px, 46vh, 1000px)", FACTOR, lesson_steps.pointer_of(session))
        solara.v.Html(tag="p", class_="co-present-caption", children=[caption(session)])
        with solara.Div(classes=["co-present-bar"]):
            options = [{"value": key, "title": title} for key, title in chart.choices(view).items()]
            fields: list[dict[str, Any]] = [
                {"name": "chart", "label": "Chart", "value": view.chart, "options": options, "inline": True}
            ]
            Fields(fields, lambda event: _choose(session, str(event["value"])))
            Button("Leave (Esc)", lambda: session.change(replace(session.view.value, present=0)))


@solara.component
def _Line(answer: Answer) -> None:
    line = "Working out the first band…"
    if answer.paired:
        line = finding(answer.paired)
    elif answer.ensemble:
        line = verdict_line(answer.ensemble, answer.baseline)
    attributes = {"id": "verdict", "aria-live": "polite", "aria-busy": "false" if answer.done else "true"}
    solara.v.Html(tag="p", class_="co-present-line", attributes=attributes, children=[line])


@solara.component
def _Tiles(answer: Answer) -> None:
    with solara.Div(classes=["co-tiles"]):
        for name in OUTCOMES:
            share, _, held = tile_texts(name, answer.ensemble, answer.baseline)
            with solara.Div(classes=["co-tile", f"co-of-{name}"]):
                for tag, text in (("span", OUTCOME_NAMES[name]), ("b", share), ("span", held)):
                    solara.v.Html(tag=tag, children=[text])


def caption(session: Session) -> str:
    """What is shown, of which scenario against which, from how many runs; in a lesson what is to be seen."""
    view, answer = session.view.value, session.answer.value
    said = lesson_steps.seen(session)
    dashed = " (dashed)" if view.chart in (*chart.FANS, "member") else ""
    against = f" against {answer.baseline.scenario.title.lower()}{dashed}" if answer.baseline else ""
    member = f"{NAMES[view.member]} is marked. " if view.member and view.chart == "map" else ""
    what = f"{session.subject}{against}, {view.runs:,} runs, seed {view.seed}."
    return f"{said}{member}{what} An exploratory model, not a forecast."


def _choose(session: Session, key: str) -> None:
    if key in CHARTS:
        session.change(replace(session.view.value, chart=key), key="chart")
