"""The one chart that a lesson and the present mode show, large."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import solara

from cohesion.facts import NAMES
from cohesion.variables import BY_NAME as VARIABLES
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Answer, Ensemble
from cohesion_viz.dashboard.causes import titled
from cohesion_viz.dashboard.components import NOTHING_YET, EChart
from cohesion_viz.dashboard.maps import MAP_TITLES, clicked, map_table
from cohesion_viz.dashboard.session import Session
from cohesion_viz.echarts.parts import day_of, name_of
from cohesion_viz.style import theme
from cohesion_viz.view import CHARTS, View

#: Variable of the alliance behind each chart that is a fan.
FANS = {"cohesion": "cohesion_index", "unity": "unity", "pressure": "pressure"}

#: Variables whose axis spans no more than their bands.
NEAR = ("spending", "unity", "pressure")


@dataclass(frozen=True)
class Pointer:
    """Where to look on a fan: position of the month, value of the scenario and the baseline, and what is between."""

    month: int
    here: float
    there: float
    text: str


@dataclass(frozen=True)
class Drawn:
    """A chart: what it shows, its option, its finding in words, and its numbers."""

    title: str
    option: dict[str, Any]
    text: str
    table: pd.DataFrame


def choices(view: View) -> dict[str, str]:
    """Charts that a view can show, by key."""
    return {key: title for key, title in CHARTS.items() if key != "member" or view.member}


def variable_of(view: View) -> str:
    """Variable of the chart of a member."""
    apart = view.variable == "posture" or (view.member == "USA" and view.variable in numbers.NOT_OF_THE_US)
    return "spending" if apart else view.variable


@solara.component
def Chart(session: Session, height: str, factor: float, pointer: Pointer | None = None) -> None:
    """The chart of the view.

    Parameters
    ----------
    session
        Whose.
    height
        CSS height.
    factor
        How much larger its texts are than on a desk.
    pointer
        Where to look; only on a fan.
    """
    view, answer, dark = session.view.value, session.answer.value, session.dark.value
    asked = (view.chart, view.member, view.variable, view.month, dark, pointer, factor)
    found = solara.use_memo(
        lambda: drawn(view, answer, dark, pointer), [answer.ensemble, answer.baseline, answer.causes, *asked]
    )
    option = solara.use_memo(lambda: echarts.enlarged(found.option, factor) if found else {}, [found, factor])
    solara.v.Html(tag="h2", class_="co-chart-title", children=[found.title if found else CHARTS[view.chart]])
    with solara.Div(classes=[f"co-chosen-{view.chart}"]):
        EChart(
            option=option,
            label=found.title if found else CHARTS[view.chart],
            text=found.text if found else NOTHING_YET,
            height=height,
            name="chosen",
            on_click=lambda event: clicked(session, str(event["name"])),
            table=(lambda: found.table) if found else None,
        )


def drawn(view: View, answer: Answer, dark: bool, pointer: Pointer | None = None) -> Drawn | None:
    """The chart of a view; None while there are no numbers."""
    ensemble, base = answer.ensemble, answer.baseline
    if ensemble is None:
        return None
    month = min(view.shown_month(ensemble.scenario.months), len(ensemble.dates) - 1)
    if view.chart == "map":
        values = map_table(ensemble, view.variable, month)
        assert values is not None
        option = echarts.map_option(values, view.variable, view.member or None, dark)
        text = echarts.describe_map(values, view.variable, view.member or None)
        return Drawn(f"{MAP_TITLES[view.variable]}, {day_of(ensemble.dates[month])}", option, text, values)
    if view.chart == "outcomes":
        shares = ensemble.shares
        text = echarts.describe_shares(shares, month)
        return Drawn(
            "Outcome, judged on the two years before each month",
            echarts.shares_option(shares, month, dark), text, shares,
        )  # fmt: skip
    if view.chart == "war":
        phases = ensemble.phases
        text = echarts.describe_phases(phases, month)
        return Drawn("Phases of the war, share of runs", echarts.phases_option(phases, month, dark), text, phases)
    if view.chart == "causes":
        return _causes(answer, dark)
    return _fan(view, ensemble, base if base and base.dates == ensemble.dates else None, month, dark, pointer)


def _causes(answer: Answer, dark: bool) -> Drawn | None:
    if answer.causes is None or answer.causes.empty or answer.stale:
        return None
    named = titled(answer.causes)
    title = "Why: what each driver accounts for"
    return Drawn(title, echarts.attribution_option(named, dark), echarts.describe_attribution(named), named)


def _fan(
    view: View, ensemble: Ensemble, base: Ensemble | None, month: int, dark: bool, pointer: Pointer | None
) -> Drawn:
    name = base.scenario.title if base else ""
    if view.chart == "member" and view.member:
        variable = variable_of(view)
        fan = ensemble.member_fan(variable, view.member)
        ghost = base.member_fan(variable, view.member) if base else None
        text = echarts.describe_member({variable: fan}, variable, view.member)
        title = f"{NAMES[view.member]}: {VARIABLES[variable].long_name}"
    else:
        variable = FANS.get(view.chart, "cohesion_index")
        fan = ensemble.alliance_fan(variable)
        ghost = base.alliance_fan(variable) if base else None
        text = echarts.describe_fan(fan, ghost, name, variable)
        title = name_of(variable)
    option = echarts.fan_option(fan, ghost, month, dark, name, variable, near=variable in NEAR)
    if pointer:
        day = ensemble.dates[pointer.month]
        option = echarts.pointed(option, day, (pointer.here, pointer.there), pointer.text, theme(dark))
    return Drawn(f"{title}: median, 50 % and 90 % of runs", option, text, fan)
