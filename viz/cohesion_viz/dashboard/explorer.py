"""The first page: levers on the left; on the right whether the alliance holds, where, when and why."""

import solara
import xarray as xr

from cohesion.facts import ISO3
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard.causes import Causes
from cohesion_viz.dashboard.components import NOTHING_YET, EChart, card
from cohesion_viz.dashboard.events import EventTable
from cohesion_viz.dashboard.maps import MapCard, clicked
from cohesion_viz.dashboard.member import Member
from cohesion_viz.dashboard.session import Session
from cohesion_viz.dashboard.side import Side
from cohesion_viz.dashboard.verdict import Verdict
from cohesion_viz.jobs import Detail


@solara.component
def Page(session: Session) -> None:
    """Levers, verdict, map, shares, fan, blocs, member and timeline."""
    view, answer, dark = session.view.value, session.answer.value, session.dark.value
    scenario = session.scenario
    ensemble = answer.ensemble
    last = len(ensemble.dates) - 1 if ensemble else scenario.months
    month = min(view.shown_month(scenario.months), last)
    with solara.Div(classes=["co-explorer"]):
        Side(session)
        with solara.Div(classes=["co-content", "co-grid"]):
            Verdict(answer)
            with solara.Div(classes=["co-half", "co-stack"]):
                MapCard(session, ensemble, month, dark)
            with solara.Div(classes=["co-half", "co-stack"]):
                _Shares(ensemble, month, dark)
                _Fan(ensemble, answer.baseline, month, dark)
            with solara.Div(classes=["co-narrow", "co-stack"]):
                _Network(session, answer.following, answer.detail, month, view.member, dark)
            with solara.Div(classes=["co-wide", "co-stack"]), card("Causes"):
                Causes(answer, dark)
            with solara.Div(classes=["co-full"]):
                Member(session, answer.following, answer.baseline, answer.detail, month, view.member, dark)
            with solara.Div(classes=["co-full"]):
                _Timeline(session, month, dark)


@solara.component
def _Shares(ensemble: Ensemble | None, month: int, dark: bool) -> None:
    option = solara.use_memo(
        lambda: echarts.shares_option(ensemble.shares, month, dark) if ensemble else {}, [ensemble, month, dark]
    )
    with card("Outcomes over time"):
        solara.v.Html(tag="h2", children=["Outcome, judged on the two years before each month"])
        EChart(
            option=option,
            label="Share of runs with each outcome over time",
            text=echarts.describe_shares(ensemble.shares, month) if ensemble else NOTHING_YET,
            height="clamp(210px, 15.6vw, 320px)",
            name="shares",
            table=(lambda: ensemble.shares) if ensemble else None,
        )


@solara.component
def _Fan(ensemble: Ensemble | None, baseline: Ensemble | None, month: int, dark: bool) -> None:
    ghost = baseline.fan if ensemble and baseline and baseline.dates == ensemble.dates else None
    name = baseline.scenario.title if baseline else ""
    option = solara.use_memo(
        lambda: echarts.fan_option(ensemble.fan, ghost, month, dark, name) if ensemble else {},
        [ensemble, baseline, month, dark],
    )
    with card("Cohesion over time"):
        solara.v.Html(tag="h2", children=["Cohesion index: median, 50 % and 90 % of runs"])
        EChart(
            option=option,
            label="Cohesion index over time",
            text=echarts.describe_fan(ensemble.fan, ghost, name) if ensemble else NOTHING_YET,
            height="clamp(210px, 15.6vw, 320px)",
            name="fan",
            table=(lambda: ensemble.fan) if ensemble else None,
        )


@solara.component
def _Network(
    session: Session, ensemble: Ensemble | None, detail: Detail | None, month: int, member: str, dark: bool
) -> None:
    network = solara.use_memo(lambda: network_of(ensemble, detail, month), [ensemble, detail, month])
    option = solara.use_memo(
        lambda: echarts.network_option(network, member or None, dark) if network else {}, [network, member, dark]
    )
    with card("Blocs"):
        solara.v.Html(tag="h2", children=["Blocs: who trusts whom"])
        EChart(
            option=option,
            label="Network of mutual trust",
            text=echarts.describe_network(network) if network else NOTHING_YET,
            height="clamp(320px, 25vw, 460px)",
            on_click=lambda event: clicked(session, str(event["name"])),
            name="network",
            table=(lambda: network.nodes) if network else None,
        )


def network_of(ensemble: Ensemble | None, detail: Detail | None, month: int) -> numbers.Network | None:
    """Members in their blocs in the quarter of a month, as of `cohesion_viz.numbers.trust_network`."""
    if ensemble is None or detail is None:
        return None
    at = min(month, len(ensemble.dates) - 1)
    medians = {name: ensemble.members(name)[at][None, None] for name in ("posture", "trust_in_us")}
    data = xr.Dataset(
        {name: (("run", "month", "member"), values) for name, values in medians.items()}, {"member": list(ISO3)}
    )
    return numbers.trust_network(data, 0, detail.trust_at(at).astype(float), detail.trust[0].astype(float))


@solara.component
def _Timeline(session: Session, month: int, dark: bool) -> None:
    scenario = session.scenario
    events = solara.use_memo(lambda: numbers.events(scenario), [scenario])
    option = solara.use_memo(
        lambda: echarts.timeline_option(events, scenario.start, scenario.months, month, dark), [events, month, dark]
    )
    with card("Events"):
        solara.v.Html(tag="h2", children=["Events"])
        if not events.empty:
            EChart(
                option=option,
                label="Timeline of events",
                text=echarts.describe_timeline(events),
                height="150px",
                name="timeline",
                table=lambda: events.set_index("key"),
            )
        EventTable(session)
