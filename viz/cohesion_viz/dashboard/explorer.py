"""The first page: levers on the left; on the right whether the alliance holds, where, when and why."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import solara
import xarray as xr

from cohesion.facts import ISO3, NAMES
from cohesion.outcome import OUTCOMES
from cohesion.scenario import load_scenario, scenario_names
from cohesion.summary import percent
from cohesion.variables import BY_NAME as VARIABLES
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import Answer, Detail, Ensemble
from cohesion_viz.dashboard.assumptions import Assumptions
from cohesion_viz.dashboard.components import Button, EChart, Fields, Handler, csv, packed
from cohesion_viz.dashboard.controls import from_panel, lever_groups, lever_states
from cohesion_viz.dashboard.events import EventTable
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.style import OUTCOME_NAMES
from cohesion_viz.view import MAP_VARIABLES, MAX_SEED, RUNS

#: What each outcome is called in the sentence of the verdict.
_SENTENCES = {
    "holds": "Holds",
    "european_pillar": "A European pillar carries it",
    "hollow": "Hollow",
    "splinters": "Splinters",
}
MAP_TITLES = {
    "trust_in_us": "Trust in the United States",
    "european_trust": "Trust in the other members",
    "goodwill": "Goodwill toward the United States",
    "threat": "Perceived threat",
    "spending": "Defence spending",
    "credibility": "Credibility of collective defence",
    "posture": "Posture",
}
NOTHING_YET = "No numbers yet."
MEMBER_VARIABLES = tuple(name for name in MAP_VARIABLES if name != "posture")


@solara.component_vue("vue/levers.vue")
def _Levers(
    packed: str, states: str, acknowledged: int, event_move: Handler | None = None, event_back: Handler | None = None
) -> None: ...


@solara.component_vue("vue/months.vue")
def _Months(month: int, packed: str, event_show: Handler | None = None) -> None: ...


@solara.component
def Page(session: Session) -> None:
    """Levers, verdict, map, shares, fan, blocs, member and timeline."""
    view, answer, dark = session.view.value, session.answer.value, session.dark.value
    scenario = session.scenario
    labels = solara.use_memo(
        lambda: [scenario.month_label(m) for m in range(scenario.months + 1)], [scenario.start, scenario.months]
    )
    ensemble = answer.ensemble
    last = len(ensemble.dates) - 1 if ensemble else scenario.months
    month = min(view.shown_month(scenario.months), last)
    with solara.Div(classes=["co-explorer"]):
        _Side(session, answer.move)
        with solara.Div(classes=["co-content", "co-grid"]):
            Verdict(answer)
            with solara.Div(classes=["co-half", "co-stack"]):
                _Map(session, ensemble, view.variable, month, view.member, dark, labels)
            with solara.Div(classes=["co-half", "co-stack"]):
                _Shares(ensemble, month, dark)
                _Fan(ensemble, answer.baseline, month, dark)
            with solara.Div(classes=["co-narrow", "co-stack"]):
                _Network(session, answer.following, answer.detail, month, view.member, dark)
            with solara.Div(classes=["co-wide", "co-stack"]):
                _Member(session, answer.following, answer.baseline, answer.detail, month, view.member, dark)
            with solara.Div(classes=["co-full"]):
                _Timeline(session, month, dark)


# --- the left side ----------------------------------------------------------------------------------------------------


@solara.component
def _Side(session: Session, move_done: int) -> None:
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

    with solara.v.Html(tag="aside", class_="co-side", attributes={"aria-label": "Scenario and levers"}):
        with solara.Div(classes=["co-card"]):
            _Choices(session)
        with solara.Div(classes=["co-card"]):
            solara.v.Html(tag="h2", children=["Levers"])
            _Levers(
                packed=groups,
                states=states,
                acknowledged=move_done,
                event_move=lambda event: guarded(session, lambda: move(event)),
                event_back=lambda event: guarded(session, lambda: back(event)),
            )
        with solara.Div(classes=["co-card"]):
            Assumptions(session)


@solara.component
def _Choices(session: Session) -> None:
    view, scenario = session.view.value, session.scenario
    names = scenario_names()
    titles = solara.use_memo(lambda: {name: load_scenario(name).title for name in names}, [])
    options = [{"value": name, "title": titles[name]} for name in names]
    own = [{"value": view.scenario, "title": f"{scenario.title} (own file)"}] if view.text else []
    none = [{"value": "", "title": "None"}]
    fields: list[dict[str, Any]] = [
        {"name": "scenario", "label": "Scenario", "value": view.scenario, "options": own + options, "wide": True},
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


# --- the verdict ------------------------------------------------------------------------------------------------------


@solara.component_vue("vue/verdict.vue")
def _Verdict(packed: str, done: bool) -> None: ...


@solara.component
def Verdict(answer: Answer) -> None:
    """The finding in words, the four outcomes with their intervals and the baseline, and the progress."""
    ensemble = answer.ensemble
    tiles = [
        dict(zip(("share", "between", "baseline"), tile_texts(name, ensemble, answer.baseline), strict=True))
        | {"key": name, "title": OUTCOME_NAMES[name]}
        for name in OUTCOMES
    ]
    runs = f"{answer.runs:,} runs"
    shown = {
        "line": verdict_line(ensemble, answer.baseline) if ensemble else "Working out the first band…",
        "tiles": tiles,
        "runs": answer.runs,
        "target": max(1, answer.target),
        "progress": runs if answer.done else f"{answer.runs:,} of {answer.target:,} runs, refining…",
    }
    with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Verdict"}):
        _Verdict(packed=packed(shown), done=answer.done)


def verdict_line(ensemble: Ensemble, baseline: Ensemble | None) -> str:
    """The commonest outcome in one sentence, with its interval, how often the alliance holds, and the baseline."""
    top = max(OUTCOMES, key=lambda name: ensemble.counts[name])
    share, low, high = ensemble.share(top)
    text = f"{_SENTENCES[top]} in {percent(share)} % of {ensemble.runs:,} runs ({percent(low)}–{percent(high)})"
    if top != "holds":
        text += f", holds in {percent(ensemble.share('holds')[0])} %"
    if baseline:
        text += f"; {baseline.scenario.title.lower()}: holds in {percent(baseline.share('holds')[0])} %"
    return f"{text}."


def tile_texts(name: str, ensemble: Ensemble | None, baseline: Ensemble | None) -> tuple[str, str, str]:
    """Share, interval and baseline of an outcome, as written on its tile."""
    if ensemble is None:
        return "–", "\u00a0", "\u00a0"
    share, low, high = ensemble.share(name)
    held = f"baseline {percent(baseline.share(name)[0])} %" if baseline else "\u00a0"
    return f"{percent(share)} %", f"{percent(low)} to {percent(high)} %", held


def _card(label: str, key: str = "") -> Any:
    """A section with a name."""
    attributes = {"aria-label": label} | ({"id": key} if key else {})
    return solara.v.Html(tag="section", class_="co-card", attributes=attributes)


# --- charts -----------------------------------------------------------------------------------------------------------


@solara.component
def _Map(
    session: Session,
    ensemble: Ensemble | None,
    variable: str,
    month: int,
    member: str,
    dark: bool,
    labels: list[str],
) -> None:
    values = solara.use_memo(lambda: map_table(ensemble, variable, month), [ensemble, variable, month])
    option = solara.use_memo(
        lambda: {} if values is None else echarts.map_option(values, variable, member or None, dark),
        [values, member, dark],
    )
    choice = {
        "name": "variable", "label": "Colour by", "value": variable, "inline": True,
        "options": [{"value": name, "title": MAP_TITLES[name]} for name in MAP_VARIABLES],
    }  # fmt: skip

    def choose(event: dict[str, Any]) -> None:
        if event["value"] in MAP_VARIABLES:
            session.change(replace(session.view.value, variable=event["value"]), key="variable")

    with _card("Map of members"):
        with solara.Div(classes=["co-head"]):
            solara.v.Html(tag="h2", children=["Members on the map"])
            Fields([choice], choose)
        EChart(
            option=option,
            label=f"Map of members: {MAP_TITLES[variable]}, {labels[min(month, len(labels) - 1)]}",
            text=NOTHING_YET if values is None else echarts.describe_map(values, variable, member or None),
            height="clamp(320px, 31vw, 620px)",
            on_click=lambda event: _clicked(session, str(event["name"])),
            name="map",
            table="" if values is None else csv(values),
        )
        _Months(month=month, packed="|".join(labels), event_show=lambda event: session.show_month(int(event["month"])))


def map_table(ensemble: Ensemble | None, variable: str, month: int) -> pd.DataFrame | None:
    """Value of each member in a month, as of `cohesion_viz.numbers.map_values`."""
    if ensemble is None:
        return None
    at = min(month, len(ensemble.dates) - 1)
    values = ensemble.members(variable)[at].astype(float)
    if variable in numbers.NOT_OF_THE_US:
        values = np.where(np.array(ISO3) == "USA", np.nan, values)
    table = pd.DataFrame({"name": [NAMES[code] for code in ISO3], "value": values}, index=pd.Index(ISO3, name="member"))
    return table.assign(value=table["value"].astype(int)) if variable == "posture" else table


def _clicked(session: Session, code: str) -> None:
    """Mark the member that was clicked; a second click takes the mark away."""
    found = echarts.GEOMETRY_OF.get(code, code)
    if found in ISO3:
        session.mark("" if found == session.view.value.member else found)


@solara.component
def _Shares(ensemble: Ensemble | None, month: int, dark: bool) -> None:
    option = solara.use_memo(
        lambda: echarts.shares_option(ensemble.shares, month, dark) if ensemble else {}, [ensemble, month, dark]
    )
    with _card("Outcomes over time"):
        solara.v.Html(tag="h2", children=["Outcome, judged on the two years before each month"])
        EChart(
            option=option,
            label="Share of runs with each outcome over time",
            text=echarts.describe_shares(ensemble.shares, month) if ensemble else NOTHING_YET,
            height="clamp(210px, 14.5vw, 300px)",
            name="shares",
            table=csv(ensemble.shares) if ensemble else "",
        )


@solara.component
def _Fan(ensemble: Ensemble | None, baseline: Ensemble | None, month: int, dark: bool) -> None:
    ghost = baseline.fan if ensemble and baseline and baseline.dates == ensemble.dates else None
    name = baseline.scenario.title if baseline else ""
    option = solara.use_memo(
        lambda: echarts.fan_option(ensemble.fan, ghost, month, dark, name) if ensemble else {},
        [ensemble, baseline, month, dark],
    )
    with _card("Cohesion over time"):
        solara.v.Html(tag="h2", children=["Cohesion index: median, 50 % and 90 % of runs"])
        EChart(
            option=option,
            label="Cohesion index over time",
            text=echarts.describe_fan(ensemble.fan, ghost, name) if ensemble else NOTHING_YET,
            height="clamp(210px, 14.5vw, 300px)",
            name="fan",
            table=csv(ensemble.fan) if ensemble else "",
        )


@solara.component
def _Network(
    session: Session, ensemble: Ensemble | None, detail: Detail | None, month: int, member: str, dark: bool
) -> None:
    network = solara.use_memo(lambda: network_of(ensemble, detail, month), [ensemble, detail, month])
    option = solara.use_memo(
        lambda: echarts.network_option(network, member or None, dark) if network else {}, [network, member, dark]
    )
    with _card("Blocs"):
        solara.v.Html(tag="h2", children=["Blocs: who trusts whom"])
        EChart(
            option=option,
            label="Network of mutual trust",
            text=echarts.describe_network(network) if network else NOTHING_YET,
            height="clamp(320px, 25vw, 460px)",
            on_click=lambda event: _clicked(session, str(event["name"])),
            name="network",
            table=csv(network.nodes) if network else "",
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
def _Member(
    session: Session,
    ensemble: Ensemble | None,
    baseline: Ensemble | None,
    detail: Detail | None,
    month: int,
    member: str,
    dark: bool,
) -> None:
    chosen, choose = solara.use_state("trust_in_us")
    told = [v for v in MEMBER_VARIABLES if not (member == "USA" and v in numbers.NOT_OF_THE_US)]
    shown = chosen if chosen in told else told[0]

    def put(event: dict[str, Any]) -> None:
        if event["name"] == "shown":
            choose(event["value"])
        elif event["value"] in ("", *ISO3):
            session.mark(event["value"])

    with _card("Member", "member-panel"):
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
    options = [{"value": "", "title": "Choose a member…"}]
    options += [{"value": code, "title": NAMES[code]} for code in sorted(ISO3, key=lambda code: NAMES[code])]
    fields = [{"name": "member", "label": "Member", "value": member, "options": options, "inline": True}]
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
        table=csv(fan),
    )


@solara.component
def _Why(detail: Detail, member: str, dark: bool) -> None:
    accounts = solara.use_memo(lambda: detail.accounts(member), [detail, member])
    drivers, first, last = accounts
    option = solara.use_memo(lambda: echarts.waterfall_option(drivers, first, last, dark), [accounts, dark])
    solara.v.Html(tag="h3", children=["Why its trust in the United States changed"])
    EChart(
        option=option,
        label=f"Why the trust of {NAMES[member]} in the United States changed",
        text=echarts.describe_waterfall(drivers, first, last, member),
        height="clamp(300px, 23vw, 420px)",
        name="why",
        table=csv(drivers),
    )


@solara.component
def _Timeline(session: Session, month: int, dark: bool) -> None:
    scenario = session.scenario
    events = solara.use_memo(lambda: numbers.events(scenario), [scenario])
    option = solara.use_memo(
        lambda: echarts.timeline_option(events, scenario.start, scenario.months, month, dark), [events, month, dark]
    )
    with _card("Events"):
        solara.v.Html(tag="h2", children=["Events"])
        if not events.empty:
            EChart(
                option=option,
                label="Timeline of events",
                text=echarts.describe_timeline(events),
                height="150px",
                name="timeline",
                table=csv(events.set_index("key")),
            )
        EventTable(session)
