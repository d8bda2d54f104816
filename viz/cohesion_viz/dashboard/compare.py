"""Two scenarios, run by run: what sets the second apart from the first."""

from dataclasses import replace
from typing import Any

import pandas as pd
import solara

from cohesion.facts import NAMES
from cohesion.scenario import load_scenario, scenario_names
from cohesion.summary import percent
from cohesion.variables import BY_NAME as VARIABLES
from cohesion_viz import echarts, numbers
from cohesion_viz.answers import MEASURED, Answer, Paired
from cohesion_viz.dashboard.causes import Causes
from cohesion_viz.dashboard.components import EChart, Fields, PlainTable, card, member_field
from cohesion_viz.dashboard.maps import MAP_TITLES, Colouring, Months, clicked, marked
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.echarts.parts import interval_in_words
from cohesion_viz.style import OUTCOME_NAMES
from cohesion_viz.view import DEFAULT_BASELINE, RUNS

PRESENT = "The explorer's scenario"


@solara.component
def Page(session: Session) -> None:
    """Choices, the finding, outcomes, the index, maps side by side, causes and a member."""
    view, answer, dark = session.view.value, session.answer.value, session.dark.value
    paired = answer.paired
    scenario = paired.second.scenario if paired else session.scenario
    month = view.shown_month(scenario.months)
    with solara.Div(classes=["co-grid"]):
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Verdict"}):
            _Choices(session)
            _Finding(answer)
        if paired is None:
            return
        with solara.Div(classes=["co-half", "co-stack"]), card("Outcomes"):
            _Outcomes(paired, dark)
        with solara.Div(classes=["co-half", "co-stack"]), card("Difference over time"):
            _Index(paired, month, dark)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Maps"}):
            with solara.Div(classes=["co-head"]):
                solara.v.Html(tag="h2", children=["Members on the map, on one scale of colours"])
                Colouring(session)
            _Maps(session, paired, month, dark)
            Months(session, scenario, month)
        with solara.Div(classes=["co-half", "co-stack"]), card("Causes"):
            Causes(answer, dark)
        with solara.Div(classes=["co-half", "co-stack"]), card("Member", "member-panel"):
            _Member(session, paired, month, dark)


@solara.component
def _Choices(session: Session) -> None:
    view = session.view.value
    names = scenario_names()
    titles = solara.use_memo(lambda: {name: load_scenario(name).title for name in names}, [])
    shipped = [{"value": name, "title": titles[name]} for name in names]
    own = f"{PRESENT}: {session.scenario.title}" + (", changed" if view.changed else "")
    present = [{"value": "", "title": own}]
    first = view.baseline or DEFAULT_BASELINE
    fields: list[dict[str, Any]] = [
        {"name": "baseline", "label": "First", "value": first, "options": shipped, "inline": True},
        {"name": "second", "label": "Second", "value": view.second, "options": present + shipped},
        {"name": "runs", "label": "Runs of each", "value": str(view.runs), "options": [
            {"value": str(n), "title": f"{n:,}"} for n in sorted({*RUNS, view.runs})
        ]},
    ]  # fmt: skip

    def put(event: dict[str, Any]) -> None:
        name, value = event["name"], event["value"]
        if name == "runs":
            session.change(replace(session.view.value, runs=min(RUNS[-1], max(1, int(value)))))
        elif value in names or (name == "second" and not value):
            session.change(replace(session.view.value, **{name: value}))

    Fields(fields, lambda event: guarded(session, lambda: put(event)))


@solara.component
def _Finding(answer: Answer) -> None:
    line = finding(answer.paired) if answer.paired else "Working out the first runs…"
    busy = "false" if answer.done else "true"
    progress = f"{answer.runs:,} of {answer.target:,} runs, refining…" if not answer.done else f"{answer.runs:,} pairs"
    attributes = {"id": "verdict", "aria-live": "polite", "aria-busy": busy}
    with solara.Div(classes=["co-verdict"]):
        solara.v.Html(tag="p", class_="co-line", attributes=attributes, children=[line])
        solara.v.Html(tag="p", class_="co-sub", children=[f"{progress}; same shocks and assumptions run by run."])


def finding(paired: Paired) -> str:
    """How often each holds, the difference with its interval, and that of the cohesion index run by run."""
    one, two, moved, least, most = map(float, paired.outcomes.loc["holds"].to_numpy())
    low, middle, high = (numbers.signed(float(paired.fan[p].iloc[-1])) for p in ("p05", "p50", "p95"))
    first, second = paired.first.scenario.title, paired.second.scenario.title
    return (
        f"{second} holds in {percent(two)} % of runs, {first} in {percent(one)} %: {numbers.points(moved)} "
        f"({interval_in_words(least, most)}). The cohesion index ends {middle} apart ({low} to {high}), lower in "
        f"{percent(paired.lower)} % of pairs."
    )


@solara.component
def _Outcomes(paired: Paired, dark: bool) -> None:
    names = paired.first.scenario.title, paired.second.scenario.title
    option = solara.use_memo(lambda: echarts.outcome_difference_option(paired.outcomes, dark), [paired, dark])
    solara.v.Html(tag="h2", children=["Outcomes at the end: second less first, with 95 % intervals"])
    EChart(
        option=option,
        label="Difference of outcomes",
        text=echarts.describe_outcome_difference(paired.outcomes, *names),
        height="230px",
        name="outcomes",
        table=lambda: paired.outcomes,
    )
    rows = [
        [name, f"{percent(one)} %", f"{percent(two)} %", f"{numbers.points(moved)} ({interval_in_words(low, high)})"]
        for name, (one, two, moved, low, high) in zip(
            OUTCOME_NAMES.values(), paired.outcomes.loc[list(OUTCOME_NAMES)].to_numpy().tolist(), strict=True
        )
    ]
    PlainTable("Outcomes at the end", ["Outcome", *names, "Difference"], rows)


@solara.component
def _Index(paired: Paired, month: int, dark: bool) -> None:
    option = solara.use_memo(
        lambda: echarts.difference_option(paired.fan, dark, month=_within(month, paired)), [paired, month, dark]
    )
    solara.v.Html(tag="h2", children=["Cohesion index: difference run by run, 50 % and 90 % of pairs"])
    EChart(
        option=option,
        label="Difference of the cohesion index over time",
        text=echarts.describe_difference(paired.fan),
        height="clamp(320px, 24vw, 400px)",
        name="difference",
        table=lambda: paired.fan,
    )


@solara.component
def _Maps(session: Session, paired: Paired, month: int, dark: bool) -> None:
    variable, member = session.view.value.variable, session.view.value.member
    at = _within(month, paired)

    def made() -> dict[str, tuple[str, dict[str, Any], str, pd.DataFrame]]:
        both = {"map-first": paired.first, "map-second": paired.second}
        values = {name: numbers.by_member(variable, one.members(variable)[at]) for name, one in both.items()}
        ends = (
            None if variable == "posture" else numbers.limits(variable, *(table["value"] for table in values.values()))
        )
        found = {
            name: (
                both[name].scenario.title,
                echarts.map_option(table, variable, member or None, dark, ends=ends),
                echarts.describe_map(table, variable, member or None),
                table,
            )
            for name, table in values.items()
        }
        if variable in MEASURED:
            moved = numbers.by_member(variable, paired.members(variable)[at])
            option = echarts.map_difference_option(moved, variable, member or None, dark)
            text = echarts.describe_map_difference(moved, variable)
            found["map-difference"] = ("Difference, second less first", option, text, moved)
        return found

    maps = solara.use_memo(made, [paired, variable, member, at, dark])
    with solara.Div(classes=["co-compare-maps"]):
        for name, (heading, option, text, table) in maps.items():
            with solara.Div():
                solara.v.Html(tag="h3", children=[heading])
                EChart(
                    option=option,
                    label=f"{heading}: {MAP_TITLES[variable]}",
                    text=text,
                    height="clamp(300px, 25vw, 460px)",
                    on_click=lambda event: clicked(session, str(event["name"])),
                    name=name,
                    table=lambda table=table: table,
                )
    if variable not in MEASURED:
        solara.v.Html(tag="p", class_="co-sub", children=["Postures are kinds, not amounts: they are not subtracted."])


@solara.component
def _Member(session: Session, paired: Paired, month: int, dark: bool) -> None:
    view = session.view.value
    member, variable = view.member, view.variable if view.variable in MEASURED else MEASURED[0]
    told = not (member == "USA" and variable in numbers.NOT_OF_THE_US)
    with solara.Div(classes=["co-head"]):
        solara.v.Html(
            tag="h2",
            children=[
                f"{NAMES[member]}: {MAP_TITLES[variable][:1].lower()}{MAP_TITLES[variable][1:]}"
                if member
                else "A member"
            ],
        )
        Fields([member_field(member)], lambda event: marked(session, event["value"]))
    if not member:
        solara.v.Html(tag="p", class_="co-sub", children=["Click a member on a map, or choose one here."])
    elif not told:
        solara.v.Html(tag="p", class_="co-sub", children=["This says nothing of the United States itself."])
    else:
        fan = paired.member_fan(variable, member)
        EChart(
            option=echarts.difference_option(fan, dark, variable, _within(month, paired)),
            label=f"{NAMES[member]}: difference of {VARIABLES[variable].long_name}",
            text=f"{NAMES[member]}. {echarts.describe_difference(fan, variable)}",
            height="clamp(280px, 22vw, 380px)",
            name="member-difference",
            table=lambda: fan,
        )


def _within(month: int, paired: Paired) -> int:
    return min(month, len(paired.second.dates) - 1)
