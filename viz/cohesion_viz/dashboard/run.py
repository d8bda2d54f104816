"""A single run: the Mesa model stepped by month, its story as text, its state as a table."""

import threading
from dataclasses import replace

import numpy as np
import solara

from cohesion.facts import ISO3, NAMES
from cohesion.scenario import Scenario
from cohesion.types import POSTURES
from cohesion.variables import BY_NAME as VARIABLES
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard.components import Button, Cell, EChart, Fields, Table, card, member_field
from cohesion_viz.dashboard.maps import MAP_TITLES, Colouring, Months, clicked, marked
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.jobs import Stopped
from cohesion_viz.single import TABLE_VARIABLES, Line, SingleRun, described, explained, step_through
from cohesion_viz.style import OUTCOME_NAMES, POSTURE_NAMES
from cohesion_viz.view import MAX_RUN

#: Runs are stepped in the server's own process, which has to answer meanwhile.
_ONE_AT_A_TIME = threading.Lock()


@solara.component
def Page(session: Session) -> None:
    """Choices, where the alliance stands, map, index, story, table and a member."""
    view, scenario, dark = session.view.value, session.scenario, session.dark.value
    number, seed = view.run, view.seed
    newest = solara.use_ref(None)
    mine = newest.current = solara.use_memo(object, [scenario, seed, number])
    task = solara.lab.use_task(
        lambda: _stepped(scenario, seed, number, lambda: session.closed or newest.current is not mine),
        dependencies=[mine],
        raise_error=False,
    )
    run: SingleRun | None = task.value
    with solara.Div(classes=["co-grid"]):
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "The run"}):
            _Choices(session)
            busy = "true" if task.pending else "false"
            attributes = {"id": "verdict", "aria-live": "polite", "aria-busy": busy}
            line = f"This run failed: {task.exception!r:.200}" if task.error else ending(run) if run else "Stepping…"
            solara.v.Html(tag="p", class_="co-line", attributes=attributes, children=[line])
            if run:
                month = view.shown_month(run.scenario.months)
                Months(session, run.scenario, month)
                _Standing(run, month)
        if run:
            with solara.Div(classes=["co-half", "co-stack"]):
                _Map(session, run, month, dark)
                _Index(run, session.answer.value.ensemble, month, dark)
            with solara.Div(classes=["co-half", "co-stack"]):
                _Story(session, run, month)
                _Why(session, run, month, dark)
            with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "State"}):
                _State(session, run, month)


def _stepped(scenario: Scenario, seed: int, number: int, stopped: Stopped) -> SingleRun | None:
    """A run; None where another is wanted by now, or nobody is there any more."""
    while not _ONE_AT_A_TIME.acquire(timeout=0.2):
        if stopped():
            return None
    try:
        return step_through(scenario, seed, number, stopped)
    finally:
        _ONE_AT_A_TIME.release()


def ending(run: SingleRun) -> str:
    """How the run ends, in words."""
    return (
        f"Run {run.number} of seed {run.seed} ends: {OUTCOME_NAMES[run.ending]}. It is the run of this number in the "
        "ensemble, to the last bit."
    )


@solara.component
def _Choices(session: Session) -> None:
    view = session.view.value
    field = {"name": "run", "label": "Run number", "value": view.run, "low": 0, "high": MAX_RUN, "inline": True}

    def go(number: float) -> None:
        session.change(replace(session.view.value, run=min(MAX_RUN, max(0, int(number)))), key="run")

    with solara.Div(classes=["co-row"]):
        solara.v.Html(tag="h2", children=[session.scenario.title])
        Fields([field], lambda event: guarded(session, lambda: go(float(event["value"]))))
        Button("Previous run", lambda: go(view.run - 1), disabled=view.run == 0)
        Button("Next run", lambda: go(view.run + 1), disabled=view.run == MAX_RUN)


@solara.component
def _Standing(run: SingleRun, month: int) -> None:
    told = {
        "Outcome, judged now": OUTCOME_NAMES[run.outcomes[month]],
        "Cohesion index": f"{run.value('cohesion_index', month):.2f}",
        "Unity": f"{run.value('unity', month):.2f}",
        "War in Ukraine": run.phase(month),
        "Russian pressure": numbers.signed(run.value("pressure", month)),
        "Russian confidence": numbers.signed(run.value("confidence", month)),
        "Strength of Ukraine": numbers.signed(run.value("strength", month)),
    }
    with solara.v.Html(tag="dl", class_="co-run-standing"):
        for name, value in told.items():
            with solara.v.Html(tag="div"):
                solara.v.Html(tag="dt", children=[name])
                solara.v.Html(tag="dd", children=[value])


@solara.component
def _Map(session: Session, run: SingleRun, month: int, dark: bool) -> None:
    view = session.view.value
    values = run.members(view.variable, month)
    with card("Map of members"):
        with solara.Div(classes=["co-head"]):
            solara.v.Html(tag="h2", children=["Members on the map"])
            Colouring(session)
        EChart(
            option=echarts.map_option(values, view.variable, view.member or None, dark),
            label=f"{MAP_TITLES[view.variable]} in this run, start of {run.scenario.month_label(month)}",
            text=described(run, view.variable, month) if view.variable != "posture" else "Postures of the members.",
            height="clamp(300px, 27vw, 520px)",
            on_click=lambda event: clicked(session, str(event["name"])),
            name="map",
            table=lambda: values,
        )


@solara.component
def _Index(run: SingleRun, ensemble: Ensemble | None, month: int, dark: bool) -> None:
    path = run.path
    ghost = ensemble.fan if ensemble and ensemble.scenario == run.scenario else None
    with card("Cohesion over time"):
        solara.v.Html(tag="h2", children=["Cohesion index: this run, and the ensemble behind it"])
        EChart(
            option=echarts.fan_option(numbers.fan_of_one(path), ghost, month, dark, "Ensemble", single=True),
            label="Cohesion index of this run",
            text=f"The index goes from {path.iloc[0]:.2f} to {path.iloc[-1]:.2f}; lowest {path.min():.2f}.",
            height="clamp(210px, 16vw, 320px)",
            name="index",
            table=lambda: path.to_frame(),
        )


@solara.component
def _Story(session: Session, run: SingleRun, month: int) -> None:
    past = [line for line in run.story if line.month <= month]
    region = {"tabindex": "0", "role": "region", "aria-label": "Months of the story"}
    with card("Story"):
        solara.v.Html(tag="h2", children=[f"Story until {run.scenario.month_label(month)}, the latest first"])
        with solara.v.Html(tag="div", class_="co-run-story", attributes=region), solara.v.Html(tag="ul"):
            for line in reversed(past):
                _Line(session, line)


@solara.component
def _Line(session: Session, line: Line) -> None:
    with solara.v.Html(tag="li", class_=f"co-run-{line.kind}"):
        Button(line.label, lambda: session.show_month(line.month), label=f"Show {line.label}", kind="co-mini")
        solara.v.Html(tag="span", children=[line.text])


@solara.component
def _Why(session: Session, run: SingleRun, month: int, dark: bool) -> None:
    member = session.view.value.member
    with card("Member", "member-panel"):
        with solara.Div(classes=["co-head"]):
            solara.v.Html(tag="h2", children=[NAMES[member] if member else "A member, and why its trust changed"])
            Fields([member_field(member)], lambda event: marked(session, event["value"]))
        if member and member != "USA":
            accounts = run.accounts(member, month)
            when = run.scenario.month_label(month)
            solara.v.Html(tag="p", class_="co-sub", children=[explained(accounts, member, when)])
            EChart(
                option=echarts.waterfall_option(*accounts, dark),
                label=f"Why the trust of {NAMES[member]} in the United States changed in this run",
                text=explained(accounts, member, when),
                height="320px",
                name="why",
                table=lambda: accounts.drivers,
            )
        else:
            hint = (
                "The United States' trust in itself is not part of the model."
                if member
                else "Click one on the map or in the table."
            )
            solara.v.Html(tag="p", class_="co-sub", children=[hint])


@solara.component
def _State(session: Session, run: SingleRun, month: int) -> None:
    solara.v.Html(tag="h2", children=[f"State of the members at the start of {run.scenario.month_label(month)}"])
    columns = ["Member", *(heading(name) for name in TABLE_VARIABLES)]
    Table(
        "State of the members; a head sorts, a name marks",
        columns,
        cells(run, month),
        lambda code: clicked(session, code),
        session.view.value.member,
    )


def heading(variable: str) -> str:
    """A column's head: name and unit."""
    unit = {"probability": "%", "code": "", "1": ""}.get(VARIABLES[variable].unit, VARIABLES[variable].unit)
    name = MAP_TITLES.get(variable) or variable.replace("_", " ").capitalize().replace(" us", " US")
    return f"{name}, {unit}" if unit else name


def cells(run: SingleRun, month: int) -> dict[str, list[Cell]]:
    """The state of every member as cells of a table, by code."""
    table = run.table(month)
    rows = zip(ISO3, table.to_numpy(float).tolist(), strict=True)
    return {
        code: [(NAMES[code], NAMES[code]), *(_cell(*pair) for pair in zip(TABLE_VARIABLES, row, strict=True))]
        for code, row in rows
    }


def _cell(variable: str, value: float) -> Cell:
    if not np.isfinite(value):
        return None, "–"
    if variable == "posture":
        return value, POSTURE_NAMES[POSTURES[int(value)]]
    if VARIABLES[variable].unit == "probability":
        return value, f"{100 * value:.0f}"
    return value, f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2f}".replace("-", "−")
