"""The page of a single run: stepped by month, with its story, its state, and why a member's trust changed."""

from dataclasses import replace
from itertools import groupby
from typing import Any

import pandas as pd
import solara

from cohesion.facts import ISO3, NAMES
from cohesion.types import POSTURES
from cohesion_viz import numbers
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard.components import Button, Fields, Handler, card, packed
from cohesion_viz.dashboard.maps import Months, clicked
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.single import TABLE_VARIABLES, SingleRun, step_through
from cohesion_viz.style import OUTCOME_NAMES, POSTURE_COLOURS, POSTURE_NAMES
from cohesion_viz.view import MAX_RUN

#: How a run ends, after "Run 7".
ENDINGS = {
    "holds": "ends with the alliance holding",
    "european_pillar": "ends with a European pillar",
    "hollow": "ends hollow",
    "splinters": "splinters",
}
#: Heads of the table.
HEADS = {
    "posture": ("Posture", ""),
    "trust_in_us": ("Trust in the US", "%"),
    "european_trust": ("Trust in others", "%"),
    "goodwill": ("Goodwill to the US", "%"),
    "threat": ("Threat", "%"),
    "credibility": ("Credibility", "%"),
    "credibility_without_us": ("… without the US", "%"),
    "spending": ("Spending", "% of GDP"),
    "capability": ("Capability", "billion USD"),
    "autonomy": ("Autonomy", "%"),
    "alignment": ("Line on Russia", "−1 to 1"),
}


@solara.component_vue("vue/story.vue")
def _Story(packed: str, month: int, heading: str, name: str, event_show: Handler | None = None) -> None: ...


@solara.component_vue("vue/table.vue")
def _Table(
    packed: str, caption: str, name: str, marked: str, picks: bool, event_pick: Handler | None = None
) -> None: ...


@solara.component
def Page(session: Session) -> None:
    """Controls and how the run ends; story; state, index and map of the month; table; why a member's trust changed."""
    view, scenario, dark = session.view.value, session.scenario, session.dark.value

    def work() -> SingleRun | None:
        return step_through(scenario, view.seed, view.run, lambda: not task.is_current())

    task = solara.lab.use_task(work, dependencies=[scenario, view.seed, view.run], raise_error=False)
    solara.use_effect(lambda: _say(session, task.exception), [task.exception])
    run = task.latest
    ensemble = session.answer.value.ensemble
    if run is None or ensemble is None or (ensemble.scenario, ensemble.seed) != (run.scenario, run.seed):
        ensemble = None
    month = view.shown_month(run.scenario.months if run else scenario.months)
    with solara.Div(classes=["co-grid"]):
        _Head(session, run, ensemble, month, task.pending)
        if run is None:
            return
        with solara.Div(classes=["co-run-left"]), card("Story"):
            _Told(session, run, month)
        with solara.Div(classes=["co-run-right", "co-grid"]):
            _State(run, month)
            with solara.Div(classes=["co-half"]), card("Map of members"):
                _Map(session, run, month, dark)
            with solara.Div(classes=["co-half"]), card("Cohesion over time"):
                _Index(run, ensemble, month, dark)
        with solara.Div(classes=["co-run-table"]), card("Members"):
            _Members(session, run, month)
        with solara.Div(classes=["co-run-why"]), card("Member", "member-panel"):
            _Why(session, run, month, dark)


def _say(session: Session, error: BaseException | None) -> None:
    if error is not None:
        session.message.value = f"This run cannot be stepped: {error!s:.300}"


# --- controls ---------------------------------------------------------------------------------------------------------


@solara.component
def _Head(session: Session, run: SingleRun | None, ensemble: Ensemble | None, month: int, busy: bool) -> None:
    number = session.view.value.run

    def turn(to: int) -> None:
        session.change(replace(session.view.value, run=min(MAX_RUN, max(0, to))))

    field = {"name": "run", "label": "Run number", "value": number, "low": 0, "high": MAX_RUN, "inline": True}
    attributes = {"id": "verdict", "aria-live": "polite", "aria-busy": "true" if busy else "false"}
    with solara.v.Html(tag="section", class_="co-card co-full co-run-head", attributes={"aria-label": "Run and month"}):
        with solara.Div(classes=["co-verdict"]):
            line = f"{ending(run, session.view.value.runs)}." if run else "Stepping…"
            solara.v.Html(tag="p", class_="co-line", attributes=attributes, children=[line])
            solara.v.Html(tag="p", class_="co-sub", children=[provenance(session, run, ensemble, busy)])
        with solara.Div(classes=["co-run-controls"]):
            Button("‹ Previous run", lambda: turn(number - 1), disabled=number <= 0)
            Fields([field], lambda event: guarded(session, lambda: turn(int(float(event["value"])))))
            Button("Next run ›", lambda: turn(number + 1), disabled=number >= MAX_RUN)
            Months(session, run.scenario if run else session.scenario, month)


def ending(run: SingleRun, runs: int) -> str:
    """How a run ends, and what it is a run of: an ensemble of so many runs, or of its seed alone."""
    where = "of this ensemble" if run.number < runs else "of this seed"
    return f"Run {run.number:,} {where} {ENDINGS[run.ending]}"


def provenance(session: Session, run: SingleRun | None, ensemble: Ensemble | None, busy: bool) -> str:
    """What the run is of, and how many others end as it does."""
    view, scenario = session.view.value, session.scenario
    if busy or run is None:
        return f"{scenario.title}: stepping run {view.run:,} month by month…"
    text = f"{scenario.title}{', changed' if view.changed else ''}; seed {run.seed}. "
    if run.number < view.runs:
        text += f"The same to the last bit as run {run.number:,} of the ensemble in the Explorer"
    else:
        text += f"The run that the ensemble would have were it larger than {view.runs:,}"
    if ensemble:
        text += f"; {ensemble.counts[run.ending]:,} of {ensemble.runs:,} runs end like it"
    return f"{text}."


# --- story and state --------------------------------------------------------------------------------------------------


@solara.component
def _Told(session: Session, run: SingleRun, month: int) -> None:
    solara.v.Html(tag="h2", children=["Story, month by month"])
    solara.v.Html(tag="p", class_="co-sub", children=["Choose a month to see the state at its end."])
    _Story(
        packed=solara.use_memo(lambda: packed(entries(run)), [run]),
        month=month,
        heading=f"{run.scenario.title}, run {run.number} of seed {run.seed}: {ENDINGS[run.ending]}",
        name=f"{run.scenario.name}-run-{run.number}-story",
        event_show=lambda event: guarded(session, lambda: session.show_month(int(event["month"]), run.scenario.months)),
    )


def entries(run: SingleRun) -> list[dict[str, Any]]:
    """The story by month, without months in which nothing happened."""
    return [
        {"month": month, "label": lines[0].label, "lines": [{"text": one.text, "kind": one.kind} for one in lines]}
        for month, lines in ((month, list(found)) for month, found in groupby(run.story, lambda one: one.month))
    ]


@solara.component
def _State(run: SingleRun, month: int) -> None:
    with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "State"}):
        solara.v.Html(tag="h2", children=[f"State at the start of {run.scenario.month_label(month)}"])
        with solara.Div(classes=["co-run-tiles"]):
            for holder, values in tiles(run, month).items():
                with solara.Div():
                    solara.v.Html(tag="h3", children=[holder])
                    with solara.v.Html(tag="dl"):
                        for name, value, kind in values:
                            with solara.v.Html(tag="div", class_=f"co-tile {kind}"):
                                solara.v.Html(tag="dt", children=[name])
                                solara.v.Html(tag="dd", children=[value])


def tiles(run: SingleRun, month: int) -> dict[str, list[tuple[str, str, str]]]:
    """Name, value and CSS class of what is shown of the alliance, Russia and Ukraine."""

    def value(name: str, variable: str) -> tuple[str, str, str]:
        return name, numbers.written(variable, run.value(variable, month)), ""

    outcome = run.outcomes[month]
    return {
        "Alliance": [
            value("Cohesion index", "cohesion_index"),
            value("Unity", "unity"),
            ("Outcome, judged now", OUTCOME_NAMES[outcome], f"co-of-{outcome}"),
        ],
        "Russia, log change since the start": [
            value("Pressure", "pressure"),
            value("Confidence", "confidence"),
            value("Capacity", "capacity"),
        ],
        "Ukraine, log change since the start": [
            value("Strength", "strength"),
            ("Phase of the war", run.phase(month).capitalize(), ""),
        ],
    }


@solara.component
def _Members(session: Session, run: SingleRun, month: int) -> None:
    member = session.view.value.member
    solara.v.Html(tag="h2", children=["The 32 members"])
    solara.v.Html(
        tag="p", class_="co-sub", children=["A head sorts the table; a row marks its member here and on the map."]
    )
    _Table(
        packed=solara.use_memo(lambda: packed(rows(run.table(month))), [run, month]),
        caption=f"State of the members at the start of {run.scenario.month_label(month)}",
        name=f"{run.scenario.name}-run-{run.number}-{run.dates[month]:%Y-%m}",
        marked=member,
        picks=True,
        event_pick=lambda event: guarded(session, lambda: clicked(session, str(event["row"]))),
    )


def rows(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Columns and rows for ``table.vue``, members by name; of `cohesion_viz.single.SingleRun.table`."""
    columns: list[dict[str, Any]] = [{"key": "member", "title": "Member", "unit": "", "number": False}]
    columns += [
        {"key": name, "title": HEADS[name][0], "unit": HEADS[name][1], "number": name != "posture"}
        for name in TABLE_VARIABLES
    ]
    found = [
        {"key": code, "cells": [{"text": NAMES[code], "value": NAMES[code]}]
         + [_cell(name, float(table.loc[code, name])) for name in TABLE_VARIABLES]}
        for code in sorted(ISO3, key=lambda code: NAMES[code])
    ]  # fmt: skip
    return {"columns": columns, "rows": found}


def _cell(variable: str, value: float) -> dict[str, Any]:
    if pd.isna(value):
        return {"text": "–", "value": None}
    if variable == "posture":
        posture = POSTURES[int(value)]
        return {"text": POSTURE_NAMES[posture], "value": posture, "colour": POSTURE_COLOURS[posture]}
    unit = HEADS[variable][1]
    text = f"{100 * value:.0f}" if unit == "%" else f"{value:,.0f}" if unit == "billion USD" else f"{value:.2f}"
    return {"text": text.replace("-", "−"), "value": round(value, 6)}
