"""One member: what it sees and does over time, and why its trust in the United States changed."""

from typing import Any

import pandas as pd
import solara

from cohesion.facts import NAMES
from cohesion.variables import BY_NAME as VARIABLES
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard.components import EChart, Fields, card, member_field
from cohesion_viz.dashboard.maps import MAP_TITLES, marked
from cohesion_viz.dashboard.session import Session
from cohesion_viz.jobs import Detail
from cohesion_viz.view import MAP_VARIABLES

MEMBER_VARIABLES = tuple(name for name in MAP_VARIABLES if name != "posture")


@solara.component
def Member(
    session: Session,
    ensemble: Ensemble | None,
    baseline: Ensemble | None,
    detail: Detail | None,
    month: int,
    member: str,
    dark: bool,
) -> None:
    """The marked member, or a choice of one."""
    chosen, choose = solara.use_state("trust_in_us")
    told = [v for v in MEMBER_VARIABLES if not (member == "USA" and v in numbers.NOT_OF_THE_US)]
    shown = chosen if chosen in told else told[0]

    def put(event: dict[str, Any]) -> None:
        if event["name"] == "shown":
            choose(event["value"])
        else:
            marked(session, event["value"])

    with card("Member", "member-panel"):
        with solara.Div(classes=["co-head"]):
            solara.v.Html(tag="h2", children=[NAMES[member] if member else "A member, and why it changed"])
            Fields(_member_fields(member, shown, told), put)
        if not member:
            hint = "Click a member on the map or in the network, or choose one here."
            solara.v.Html(tag="p", class_="co-sub", children=[hint])
        elif ensemble:
            with solara.Div(classes=["co-pair"]):
                with solara.Div():
                    solara.v.Html(tag="h3", children=[f"{MAP_TITLES[shown]} over time"])
                    _MemberChart(ensemble, baseline, member, shown, month, dark)
                if member != "USA" and detail:
                    with solara.Div():
                        _Why(detail, member, dark)


def _member_fields(member: str, shown: str, told: list[str]) -> list[dict[str, Any]]:
    fields = [member_field(member)]
    if member:
        titles = [{"value": name, "title": MAP_TITLES[name]} for name in told]
        fields.append({"name": "shown", "label": "Shows", "value": shown, "options": titles, "inline": True})
    return fields


@solara.component
def _MemberChart(
    ensemble: Ensemble, baseline: Ensemble | None, member: str, variable: str, month: int, dark: bool
) -> None:
    def made() -> tuple[dict[str, Any], pd.DataFrame]:
        fan = ensemble.member_fan(variable, member)
        ghost = baseline.member_fan(variable, member) if baseline and baseline.dates == ensemble.dates else None
        name = baseline.scenario.title if baseline else ""
        return echarts.member_option({variable: fan}, variable, month, dark, ghost, name), fan

    option, fan = solara.use_memo(made, [ensemble, baseline, member, variable, month, dark])
    EChart(
        option=option,
        label=f"{NAMES[member]}: {VARIABLES[variable].long_name} over time",
        text=echarts.describe_member({variable: fan}, variable, member),
        height="clamp(240px, 23vw, 420px)",
        name="member",
        table=lambda: fan,
    )


@solara.component
def _Why(detail: Detail, member: str, dark: bool) -> None:
    accounts = solara.use_memo(lambda: numbers.accounts(*detail.booked(member)), [detail, member])
    drivers, first, last = accounts
    option = solara.use_memo(lambda: echarts.waterfall_option(drivers, first, last, dark), [accounts, dark])
    solara.v.Html(tag="h3", children=["Why its trust in the United States changed"])
    EChart(
        option=option,
        label=f"Why the trust of {NAMES[member]} in the United States changed",
        text=echarts.describe_waterfall(drivers, first, last, member),
        height="clamp(300px, 23vw, 420px)",
        name="why",
        table=lambda: drivers,
    )
