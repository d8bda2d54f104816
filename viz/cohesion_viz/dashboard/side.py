"""The left side: scenario, baseline, runs and seed; levers by holder; assumptions."""

from dataclasses import replace
from typing import Any

import solara

from cohesion.scenario import load_scenario, scenario_names
from cohesion_viz.dashboard.assumptions import Assumptions
from cohesion_viz.dashboard.components import Button, Fields, Handler, packed
from cohesion_viz.dashboard.controls import from_panel, lever_groups, lever_states
from cohesion_viz.dashboard.files import Files
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.view import MAX_SEED, RUNS

#: Value of a file of one's own among the names of scenarios, one of which may be the file's too.
OWN = "own:"


@solara.component_vue("vue/levers.vue")
def _Levers(
    packed: str, states: str, acknowledged: int, event_move: Handler | None = None, event_back: Handler | None = None
) -> None: ...


@solara.component
def Side(session: Session) -> None:
    """Everything that is chosen."""
    with solara.v.Html(tag="aside", class_="co-side", attributes={"aria-label": "Scenario and levers"}):
        with solara.Div(classes=["co-card"]):
            _Choices(session)
        with solara.Div(classes=["co-card"]):
            solara.v.Html(tag="h2", children=["Levers"])
            _Panel(session)
        with solara.Div(classes=["co-card"]):
            Assumptions(session)
        with solara.Div(classes=["co-card"]):
            Files(session)


@solara.component
def _Panel(session: Session) -> None:
    view, scenario = session.view.value, session.scenario
    groups = solara.use_memo(lambda: packed(lever_groups()), [])
    states = solara.use_memo(lambda: packed(lever_states(view, scenario)), [view.levers, scenario])

    def move(event: dict[str, Any]) -> None:
        value = from_panel(event["kind"], event["value"])
        new = session.view.value.with_lever(event["name"], value)
        session.change(new, key=event["name"], move=int(event["move"]))

    def back(event: dict[str, Any]) -> None:
        now = session.view.value
        kept = {name: value for name, value in now.levers.items() if name != event["name"]}
        session.change(replace(now, levers=kept))

    _Levers(
        packed=groups,
        states=states,
        acknowledged=session.answer.value.move,
        event_move=lambda event: guarded(session, lambda: move(event)),
        event_back=lambda event: guarded(session, lambda: back(event)),
    )


@solara.component
def _Choices(session: Session) -> None:
    view, scenario = session.view.value, session.scenario
    names = scenario_names()
    titles = solara.use_memo(lambda: {name: load_scenario(name).title for name in names}, [])
    options = [{"value": name, "title": titles[name]} for name in names]
    own = [{"value": OWN, "title": f"{scenario.title} (own file)"}] if view.text else []
    none = [{"value": "", "title": "None"}]
    fields: list[dict[str, Any]] = [
        {"name": "scenario", "label": "Scenario", "value": OWN if view.text else view.scenario,
         "options": own + options, "wide": True},
        {"name": "baseline", "label": "Baseline", "value": view.baseline, "options": options + none, "wide": True},
        {"name": "runs", "label": "Runs", "value": str(view.runs), "options": [
            {"value": str(n), "title": f"{n:,}"} for n in sorted({*RUNS, view.runs})
        ]},
        {"name": "seed", "label": "Seed", "value": view.seed, "low": 0, "high": MAX_SEED},
    ]  # fmt: skip

    def put(event: dict[str, Any]) -> None:
        name, value, now = event["name"], event["value"], session.view.value
        if name == "scenario":
            session.change(now.with_scenario(value) if value in names else now)
        elif name == "baseline":
            session.change(replace(now, baseline=value if value in names else ""))
        elif name == "runs":
            session.change(replace(now, runs=min(RUNS[-1], max(1, int(value)))))
        elif name == "seed":
            session.change(replace(now, seed=min(MAX_SEED, max(0, int(float(value))))))

    Fields(fields, lambda event: guarded(session, lambda: put(event)))
    solara.v.Html(tag="p", class_="co-sub co-story", children=[" ".join(scenario.story.split())])
    with solara.Div(classes=["co-row"]):
        Button("Undo", session.undo, disabled=not session.can_undo)
        Button("Redo", session.redo, disabled=not session.can_redo)
        Button("Reset to scenario", lambda: session.change(session.view.value.reset()), disabled=not view.changed)
