"""Members on the map, with the month that is looked at."""

from dataclasses import replace
from typing import Any

import pandas as pd
import solara

from cohesion.facts import ISO3
from cohesion.scenario import Scenario
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard.components import NOTHING_YET, EChart, Fields, Handler, card
from cohesion_viz.dashboard.session import Session
from cohesion_viz.view import MAP_VARIABLES

MAP_TITLES = {
    "trust_in_us": "Trust in the United States",
    "european_trust": "Trust in the other members",
    "goodwill": "Goodwill toward the United States",
    "threat": "Perceived threat",
    "spending": "Defence spending",
    "credibility": "Credibility of collective defence",
    "posture": "Posture",
}


@solara.component_vue("vue/months.vue")
def _Months(month: int, packed: str, event_show: Handler | None = None) -> None: ...


@solara.component
def MapCard(session: Session, ensemble: Ensemble | None, month: int, dark: bool) -> None:
    """The map of an ensemble, with the choice of what colours it, and the month."""
    variable, member = session.view.value.variable, session.view.value.member
    values = solara.use_memo(lambda: map_table(ensemble, variable, month), [ensemble, variable, month])
    option = solara.use_memo(
        lambda: {} if values is None else echarts.map_option(values, variable, member or None, dark),
        [values, member, dark],
    )
    text = solara.use_memo(
        lambda: NOTHING_YET if values is None else echarts.describe_map(values, variable, member or None),
        [values, member],
    )
    with card("Map of members"):
        with solara.Div(classes=["co-head"]):
            solara.v.Html(tag="h2", children=["Members on the map"])
            Colouring(session)
        EChart(
            option=option,
            label=f"Map of members: {MAP_TITLES[variable]}, {session.scenario.month_label(month)}",
            text=text,
            height="clamp(320px, 31vw, 620px)",
            on_click=lambda event: clicked(session, str(event["name"])),
            name="map",
            table=(lambda: values) if values is not None else None,
        )
        Months(session, session.scenario, month)


@solara.component
def Colouring(session: Session) -> None:
    """The choice of the variable that colours maps."""
    options = [{"value": name, "title": MAP_TITLES[name]} for name in MAP_VARIABLES]
    now = session.view.value.variable
    field = {"name": "variable", "label": "Colour by", "value": now, "inline": True, "options": options}

    def choose(event: dict[str, Any]) -> None:
        if event["value"] in MAP_VARIABLES:
            session.change(replace(session.view.value, variable=event["value"]), key="variable")

    Fields([field], choose)


@solara.component
def Months(session: Session, scenario: Scenario, month: int) -> None:
    """A slider over the months of a scenario, with play, pause and step."""
    labels = solara.use_memo(
        lambda: "|".join(scenario.month_label(m) for m in range(scenario.months + 1)), [scenario.start, scenario.months]
    )
    _Months(
        month=month,
        packed=labels,
        event_show=lambda event: session.show_month(int(event["month"]), scenario.months),
    )


def map_table(ensemble: Ensemble | None, variable: str, month: int) -> pd.DataFrame | None:
    """Value of each member in a month, as of `cohesion_viz.numbers.by_member`."""
    if ensemble is None:
        return None
    return numbers.by_member(variable, ensemble.members(variable)[min(month, len(ensemble.dates) - 1)])


def marked(session: Session, code: str) -> None:
    """Mark the member that was chosen from a list, or none."""
    if code in ("", *ISO3):
        session.mark(code)


def clicked(session: Session, code: str) -> None:
    """Mark the member that was clicked; a second click takes the mark away."""
    found = echarts.GEOMETRY_OF.get(code, code)
    if found in ISO3:
        session.mark("" if found == session.view.value.member else found)
