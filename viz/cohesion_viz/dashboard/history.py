"""History: what members spent, forecast from a year and compared with what they spent; and what history says.

Forecasts are not simulated here: they come with the project, made by ``cohesion backtest``.
"""

import traceback
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import Any

import pandas as pd
import solara

from cohesion.facts import NAMES
from cohesion.results import ResultsError
from cohesion.studies.backtest import Backtest, made_of, read, shipped
from cohesion.studies.history import ORIGINS, scenario
from cohesion.studies.plan import code_digest
from cohesion_viz import echarts, numbers
from cohesion_viz.dashboard.components import EChart, Fields, Handler, PlainTable, card, chart_note, packed
from cohesion_viz.dashboard.scores import Parameters, Scores, Views
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.echarts.parts import day_of, listed, rows_of
from cohesion_viz.numbers import history, signed
from cohesion_viz.style import METHOD_NAMES

CAVEAT = (
    "An exploratory model. This page shows whether its rules, given the events that came, would have put members' "
    "spending in the right place. It does not show that anyone could have foreseen the events, nor that what the model "
    "says of trust, cohesion or the alliance's fate is right: of these there is no series to compare with."
)
#: Shown in large where none is marked.
FIRST_SHOWN = "DEU"
#: What a small panel draws of a member's course.
DRAWN = ("known", "actual", "p05", "p25", "p50", "p75", "p95")


@lru_cache(maxsize=1)
def _shipped() -> tuple[Backtest, dict[str, Any]]:
    return read(shipped())


@solara.component
def Page(session: Session) -> None:
    """Finding, the marked member, all members, scores, views of the US, and parameters."""
    try:
        found, manifest = _shipped()
    except ResultsError as error:
        traceback.print_exc()
        solara.v.Html(tag="p", class_="co-note", attributes={"role": "alert"},
                      children=[f"{error}. python -m experiments.history makes the back-test."])  # fmt: skip
        return
    view, dark = session.view.value, session.dark.value
    origin = view.origin if view.origin in found.origins else found.origins[-1]
    member = view.member or FIRST_SHOWN
    note = f"Back-test from {origin}; {found.runs} runs, parameters that history to {origin} supports"
    with solara.v.Html(tag="div", class_="co-grid", attributes=chart_note(note)):
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Finding"}):
            _Choices(session, found, origin, member)
            _Finding(found, manifest, origin)
        with solara.Div(classes=["co-wide", "co-stack"]), card("Member", "member-panel"):
            _Member(found, origin, member, dark)
        with solara.Div(classes=["co-narrow", "co-stack"]):
            with card("Figures of the member"):
                _Figures(found, origin, member)
            with card("Events"):
                _Events(found, origin)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "All members"}):
            _Members(session, found, origin, member)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Scores"}):
            Scores(found, origin, dark)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Views of the US"}):
            Views(found, dark)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Parameters"}):
            Parameters(origin, dark)


@solara.component
def _Choices(session: Session, found: Backtest, origin: int, member: str) -> None:
    codes = sorted(set(found.forecasts["iso3"]) | {member}, key=NAMES.__getitem__)
    fields = [
        {"name": "origin", "label": "Forecast from", "value": str(origin), "inline": True,
         "options": [{"value": str(year), "title": str(year)} for year in found.origins]},
        {"name": "member", "label": "Member", "value": member,
         "options": [{"value": code, "title": NAMES[code]} for code in codes]},
    ]  # fmt: skip

    def put(event: dict[str, Any]) -> None:
        name, value = event["name"], event["value"]
        if name == "member" and value in codes:
            session.mark(value)
        elif name == "origin" and value in map(str, ORIGINS):
            session.change(replace(session.view.value, origin=int(value)))

    with solara.Div(classes=["co-head"]):
        solara.v.Html(tag="h2", children=["History: spending forecast from a year, and what came"])
        Fields(fields, lambda event: guarded(session, lambda: put(event)))


@solara.component
def _Finding(found: Backtest, manifest: dict[str, Any], origin: int) -> None:
    attributes = {"id": "verdict", "aria-live": "polite", "aria-busy": "false"}
    with solara.Div(classes=["co-verdict"]):
        solara.v.Html(tag="p", class_="co-line", attributes=attributes, children=[finding(found, origin)])
    solara.v.Html(tag="p", class_="co-history-caveat", children=[CAVEAT])
    if stale := outdated(manifest, origin):
        solara.v.Html(tag="p", class_="co-message", attributes={"role": "status"}, children=[stale])
    version, commit = manifest["versions"]["cohesion-alliance"], (manifest["commit"] or "unknown")[:10]
    made = (f"Made with cohesion {version}, commit {commit}, on {manifest['written'][:10]}; code "
            f"{manifest['made_of']['code of the model'][:10]}. Again: python -m experiments.history")  # fmt: skip
    solara.v.Html(tag="p", class_="co-sub", children=[made])


def finding(found: Backtest, origin: int) -> str:
    """Error of an origin against the best baseline, and how many figures its bands hold."""
    if not found.scored["origin"].eq(origin).any():
        last = history.through(found, origin)
        return f"From {origin} to {last}: what members spend in these years is not among the figures yet."
    scores, table = found.scores((origin,)), history.score_table(found, (origin,))
    best = METHOD_NAMES[scores["best_baseline"]].lower()
    error, ratio = scores["horizons_2_and_3"]["model"], scores["ratio_to_best"]
    ahead = "two years ahead" if table.index[-1] == 2 else "two and three years ahead"
    word = "less than" if ratio < 0.995 else "as much as" if ratio < 1.005 else "more than"
    return (
        f"From {origin}, {ahead} the model errs by {error:.2f} points of GDP, {word} the best "
        f"baseline ({best}, {scores['horizons_2_and_3'][scores['best_baseline']]:.2f}). Its 90 % bands hold "
        f"{100 * scores['coverage']:.0f} % of {int(table['cells'].sum())} figures."
    )


def outdated(manifest: dict[str, Any], origin: int) -> str:
    """What has changed since the numbers were made; empty where nothing has."""
    now = made_of()
    changed = [name for name, digest in now.items() if manifest["made_of"].get(name) != digest]
    said = []
    if changed:
        said.append(f"The forecasts below are older than this version of the project: changed since are the "
                    f"{listed(changed)}. They may differ from what it would say now.")  # fmt: skip
    if history.recipe(origin)["code"] != code_digest():
        said.append("The parameter sets were fitted with an older state of the model's code.")
    return " ".join(said)


@solara.component
def _Member(found: Backtest, origin: int, member: str, dark: bool) -> None:
    course = solara.use_memo(lambda: history.course(found, origin, member), [found, origin, member])
    option = solara.use_memo(lambda: echarts.forecast_option(course, origin, dark), [course, dark])
    past = scenario(history.through(found, origin))
    events = solara.use_memo(lambda: numbers.events(past), [past])
    timeline = solara.use_memo(
        lambda: echarts.timeline_option(events, past.start, past.months, None, dark), [events, dark]
    )
    solara.v.Html(tag="h2", children=[f"{NAMES[member]}: defence spending, % of GDP"])
    solara.v.Html(tag="p", class_="co-sub", children=[
        f"Line: known in {origin}. Points: as known today. Bands: 50 % and 90 % of {found.runs} runs about the median."
    ])  # fmt: skip
    EChart(
        option=option,
        label=f"{NAMES[member]}: defence spending forecast from {origin}, % of GDP",
        text=echarts.describe_forecast(course, origin, member),
        height="clamp(280px, 25vw, 520px)",
        name="forecast",
        table=lambda: course,
    )
    EChart(
        option=timeline,
        label="Timeline of events",
        text=echarts.describe_timeline(events),
        height="150px",
        name="timeline",
        table=lambda: events.set_index("key"),
    )


@solara.component
def _Events(found: Backtest, origin: int) -> None:
    """What the timeline shows, in words."""
    events = numbers.events(scenario(history.through(found, origin)))
    solara.v.Html(tag="h2", children=["Events that the model is told of"])
    told = "".join(f"<li>{escape(f'{day_of(row.date)}: {row.text}')}</li>" for row in rows_of(events))
    region = {"tabindex": "0", "role": "region", "aria-label": "Events in words"}
    # one element, since each of its own would be a widget
    solara.HTML(tag="div", unsafe_innerHTML=f"<ul>{told}</ul>", classes=["co-history-events"], attributes=region)


@solara.component
def _Figures(found: Backtest, origin: int, member: str) -> None:
    """The member's figures in words and numbers."""
    course = solara.use_memo(lambda: history.course(found, origin, member), [found, origin, member])
    ahead = course.loc[origin + 1 :]
    solara.v.Html(tag="h2", children=["In figures"])
    solara.v.Html(tag="p", class_="co-sub", children=[echarts.describe_forecast(course, origin, member)])
    if member == "USA":
        solara.v.Html(tag="p", class_="co-sub", children=[
            "The model takes spending of the United States as given, so it is not scored."
        ])  # fmt: skip
    if ahead["p50"].isna().all():
        return
    names = {"actual": "In fact", "p50": "Model, median", "p05": "5 % of runs below", "p95": "5 % of runs above"}
    names |= {name: title for name, title in METHOD_NAMES.items() if name != "model"}
    rows = [
        [title, *("–" if pd.isna(v) else f"{v:.2f}" for v in ahead[name])] for name, title in names.items()
    ]  # fmt: skip
    PlainTable("Spending after the origin, % of GDP", ["% of GDP", *map(str, ahead.index)], rows)


@solara.component_vue("vue/panels.vue")
def _Panels(packed: str, event_pick: Handler | None = None) -> None: ...


@solara.component
def _Members(session: Session, found: Backtest, origin: int, member: str) -> None:
    panels = small(origin)
    missed = solara.use_memo(lambda: history.misses(found, origin), [found, origin])
    scored = missed.drop("USA", errors="ignore")
    held = (
        f"The 90 % band holds the figure of {int(scored['inside'].sum())} of {len(scored)} members; the number in a "
        "panel is the median less the figure. "
    )
    solara.v.Html(tag="h2", children=[f"All members, forecast from {origin}, on one scale"])
    solara.v.Html(tag="p", class_="co-sub", children=[
        f"{held if scored['actual'].notna().any() else ''}Lines are at each per cent of GDP up to {panels['top']:g} %. "
        "Choose a member to see it above."
    ])  # fmt: skip
    _Panels(
        packed=packed(panels | {"marked": member}),
        event_pick=lambda event: guarded(session, lambda: session.mark(str(event["key"]))),
    )


@lru_cache(maxsize=len(ORIGINS))
def small(origin: int) -> dict[str, Any]:
    """What ``vue/panels.vue`` draws: a panel a member in order of names, and their common scale."""
    found = _shipped()[0]
    missed = history.misses(found, origin)
    courses = {str(code): history.course(found, origin, str(code)) for code in missed.index}
    panels = []
    for row in rows_of(missed):
        code, course = str(row.Index), courses[str(row.Index)]
        note = f"{signed(row.error)}{'' if row.inside else ', outside'}" if pd.notna(row.actual) else ""
        lines = {name: [None if pd.isna(v) else round(float(v), 3) for v in course[name]] for name in DRAWN}
        panels.append({"key": code, "title": row.name, "note": "given" if code == "USA" else note,
                       "label": echarts.describe_forecast(course, origin, code), **lines})  # fmt: skip
    years = next(iter(courses.values())).index
    return {
        "caption": f"Spending of all members, forecast from {origin}",
        "panels": panels, "years": [int(year) for year in years],
        "origin": origin, "top": history.ceiling(*courses.values()),
    }  # fmt: skip
