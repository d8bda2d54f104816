"""Results: a folder that the command line wrote, its outcomes, filtered by parameter, and a phase diagram."""

import re
import shlex
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import solara

from cohesion.ensemble import interval
from cohesion.outcome import OUTCOMES
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.results import ResultsError
from cohesion.summary import percent
from cohesion_viz import echarts, folders, numbers
from cohesion_viz.dashboard import app
from cohesion_viz.dashboard.components import Button, Cell, EChart, Fields, Table, card, chart_note
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.style import OUTCOME_NAMES
from cohesion_viz.view import RUNS

#: Runs that the table lists.
LISTED = 200
Ranges = dict[str, tuple[float, float]]


@solara.component
def Page(session: Session) -> None:
    """The choice of a folder, and what is in it."""
    name, root = session.view.value.folder, app.results
    offered = solara.use_memo(lambda: folders.listed(root) if root and root.is_dir() else [], [root, name])
    found, wrong = solara.use_memo(lambda: _opened(root, name), [root, name])
    with solara.Div(classes=["co-grid"]):
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Folder"}):
            solara.v.Html(tag="h2", children=["Results of experiments"])
            _Choice(session, root, offered)
            if wrong:
                solara.v.Html(tag="p", class_="co-files-refusal", attributes={"role": "alert"}, children=[wrong])
        if found:
            _Whole(session, name, found).key(name)


def _opened(root: Path | None, name: str) -> tuple[folders.Opened | None, str]:
    """What is in a folder, or why it cannot be shown."""
    if not root or not name:
        return None, ""
    try:
        return folders.opened(root, name), ""
    except ResultsError as error:
        return None, str(error).replace(f"{root}/", "")
    except Exception as error:
        traceback.print_exc()
        return None, f"{name} cannot be shown: {error!r:.200}"


@solara.component
def _Choice(session: Session, root: Path | None, offered: list[folders.Folder]) -> None:
    if not offered:
        where = str(root) if root else "results"
        how = f"cohesion ensemble trade-war --baseline status-quo --runs 512 --out {shlex.quote(where)}/trade-war"
        why = "There are no results yet." if root else "No folder of results was given at the start."
        solara.v.Html(tag="p", class_="co-sub", children=[f"{why} Write some, then open the dashboard on them:"])
        solara.v.Html(
            tag="pre", class_="co-files-command", children=[f"{how}\ncohesion dashboard --results {shlex.quote(where)}"]
        )
        return
    options = [{"value": "", "title": "Choose a folder…"}]
    options += [{"value": f.name, "title": f"{f.name}: {f.title}, {f.runs:,} runs, seed {f.seed}"} for f in offered]
    field = {"name": "folder", "label": "Folder", "value": session.view.value.folder, "options": options, "wide": True}
    known = {"", *(folder.name for folder in offered)}

    def choose(event: dict[str, Any]) -> None:
        if event["value"] in known:
            session.change(replace(session.view.value, folder=event["value"]))

    Fields([field], lambda event: guarded(session, lambda: choose(event)))


@solara.component
def _Whole(session: Session, name: str, found: folders.Opened) -> None:
    dark = session.dark.value
    ranges, keep = solara.use_state(Ranges())
    table = solara.use_memo(lambda: folders.within(found.table, ranges), [found, ranges])
    note = f"Result folder {name}: {found.title}; {len(table):,} runs, seed {found.seed}"
    with solara.v.Html(tag="div", class_="co-full co-grid", attributes=chart_note(note)):
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Verdict"}):
            solara.v.Html(tag="p", class_="co-line", attributes={"id": "verdict", "aria-busy": "false"},
                          children=[found.verdict])  # fmt: skip
            _Provenance(session, found)
        with solara.Div(classes=["co-half" if found.fan is not None else "co-full", "co-stack"]), card("Outcomes"):
            solara.v.Html(tag="h2", children=["Outcomes at the end"])
            _Filters(found, ranges, keep)
            solara.v.Html(tag="p", class_="co-sub", attributes={"role": "status"},
                          children=[f"{len(table):,} of {len(found.table):,} runs."])  # fmt: skip
            _Outcomes(table)
        if found.fan is not None:
            with solara.Div(classes=["co-half", "co-stack"]), card("Cohesion over time"):
                _Fan(found.fan, dark)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Phase diagram"}):
            _Phase(found, table, dark)
        with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Runs"}):
            _Runs(session, found, table)


@solara.component
def _Fan(fan: pd.DataFrame, dark: bool) -> None:
    solara.v.Html(tag="h2", children=["Cohesion index of all runs: median, 50 % and 90 %"])
    EChart(
        option=solara.use_memo(lambda: echarts.fan_option(fan, dark=dark), [fan, dark]),
        label="Cohesion index over time",
        text=echarts.describe_fan(fan),
        height="clamp(230px, 18vw, 340px)",
        name="fan",
        table=lambda: fan,
    )


@solara.component
def _Provenance(session: Session, found: folders.Opened) -> None:
    with solara.v.Html(tag="dl", class_="co-run-standing"):
        for key, value in found.provenance.items():
            with solara.v.Html(tag="div"):
                solara.v.Html(tag="dt", children=[key])
                solara.v.Html(tag="dd", children=[value])
    solara.v.Html(tag="p", class_="co-sub", children=["Written by:"])
    region = {"tabindex": "0", "role": "region", "aria-label": "Command"}
    solara.v.Html(tag="pre", class_="co-files-command", attributes=region, children=[found.command or "Python"])
    if found.scenario is not None:
        with solara.Div(classes=["co-row"]):
            Button("Open this scenario in the explorer", lambda: guarded(session, lambda: _explore(session, found)))


def _explore(session: Session, found: folders.Opened) -> None:
    """Take the folder's scenario, seed and number of runs to the explorer."""
    scenario = found.scenario_of(0)
    new = session.view.value.with_scenario(scenario.name, scenario.to_toml())
    session.change(replace(new, page="explorer", seed=found.seed, runs=min(RUNS[-1], found.runs)))


@solara.component
def _Filters(found: folders.Opened, ranges: Ranges, keep: Any) -> None:
    columns = [*found.parameters, *found.measures]
    options = [{"value": "", "title": "Filter by…"}]
    options += [{"value": name, "title": title(name)} for name in columns if name not in ranges]

    def put(event: dict[str, Any]) -> None:
        key, value = str(event["name"]), event["value"]
        if key == "add" and value in columns:
            keep({**ranges, value: (float(found.table[value].min()), float(found.table[value].max()))})
        elif key[:4] in ("low ", "high"):
            which, _, name = key.partition(" ")
            low, high = ranges[name]
            keep({**ranges, name: (float(value), high) if which == "low" else (low, float(value))})

    Fields([{"name": "add", "label": "Parameter or measure", "value": "", "options": options, "inline": True}], put)
    for name, (low, high) in ranges.items():
        ends = {"low": low, "high": high}
        fields: list[dict[str, Any]] = [
            {"name": f"{which} {name}", "label": f"{title(name)}, {word}", "value": f"{value:.6g}", "step": "any",
             "low": None, "high": None, "inline": True}
            for (which, value), word in zip(ends.items(), ("at least", "at most"), strict=True)
        ]  # fmt: skip
        with solara.Div(classes=["co-row"]):
            Fields(fields, put)
            Button("Remove", lambda name=name: keep({k: v for k, v in ranges.items() if k != name}),
                   label=f"Remove the filter of {title(name)}")  # fmt: skip


@solara.component
def _Outcomes(table: pd.DataFrame) -> None:
    counts = folders.shares(table)
    with solara.Div(classes=["co-tiles"]):
        for name in OUTCOMES:
            with solara.Div(classes=["co-tile", f"co-of-{name}"]):
                solara.v.Html(tag="span", children=[OUTCOME_NAMES[name]])
                if len(table):
                    low, high = interval(counts[name], len(table))
                    solara.v.Html(tag="b", children=[f"{percent(counts[name] / len(table))} %"])
                    solara.v.Html(tag="span", children=[f"{percent(low)} to {percent(high)} %"])
                    solara.v.Html(tag="span", children=[f"{counts[name]:,} runs"])
                else:
                    solara.v.Html(tag="b", children=["–"])


@solara.component
def _Phase(found: folders.Opened, table: pd.DataFrame, dark: bool) -> None:
    solara.v.Html(tag="h2", children=["Phase diagram: the commonest outcome"])
    columns = [*found.parameters, *found.measures]
    start = solara.use_memo(
        lambda: folders.default_axes(found) if len(found.parameters) > 1 else (*found.parameters, *found.measures)[:2],
        [found],
    )
    axes, turn = solara.use_state(start)
    options = [{"value": name, "title": title(name)} for name in columns]
    fields = [
        {"name": str(k), "label": label, "value": axes[k], "options": options, "inline": True}
        for k, label in enumerate(("Across", "Up"))
    ]

    def put(event: dict[str, Any]) -> None:
        if event["value"] in columns:
            turn((event["value"], axes[1]) if event["name"] == "0" else (axes[0], event["value"]))

    Fields(fields, put)
    said = "At first the two parameters whose values differ most between runs with different outcomes (eta squared)."
    solara.v.Html(tag="p", class_="co-sub", children=[said])
    if axes[0] == axes[1] or table.empty:
        solara.v.Html(tag="p", class_="co-sub", children=["Choose two different quantities, and at least one run."])
    else:
        _Cells(table, *axes, dark)


@solara.component
def _Cells(table: pd.DataFrame, x: str, y: str, dark: bool) -> None:
    cells = solara.use_memo(lambda: numbers.phase_diagram(table, x, y), [table, x, y])
    across, up = title(x), title(y)
    EChart(
        option=solara.use_memo(lambda: echarts.phase_option(cells, across, up, dark), [cells, dark]),
        label=f"Commonest outcome by {across} and {up}",
        text=echarts.describe_phase(cells, across, up),
        height="clamp(360px, 34vw, 560px)",
        name="phase",
        table=lambda: cells,
    )


@solara.component
def _Runs(session: Session, found: folders.Opened, table: pd.DataFrame) -> None:
    solara.v.Html(tag="h2", children=["Runs"])
    shown = ["cohesion_index_first", "cohesion_index_last", "defection", "trust_retained", "credibility", "unity"]
    swept = found.parameters[:4] if found.plan is not None else ()
    columns = [*swept, *(name for name in shown if name in found.measures)]
    listed = table[["run", "outcome", *columns]].head(LISTED)
    more = f", the first {LISTED} of {len(table):,}" if len(table) > LISTED else ""
    rows: dict[str, list[Cell]] = {
        str(row): [(int(run), str(run)), (OUTCOMES.index(outcome), OUTCOME_NAMES[outcome], outcome),
                   *((float(v), f"{v:.3g}".replace("-", "−")) for v in values)]
        for (run, outcome, *values), row in zip(listed.to_numpy().tolist(), listed.index, strict=True)
    }  # fmt: skip

    def step(key: str) -> None:
        scenario = found.scenario_of(int(key))
        new = session.view.value.with_scenario(scenario.name, scenario.to_toml())
        session.change(replace(new, page="run", seed=found.seed, run=int(found.table["run"].loc[int(key)])))

    Table(
        f"Runs{more}; a head sorts, a number opens the run month by month",
        ["Run", "Outcome", *map(title, columns)],
        rows,
        lambda key: guarded(session, lambda: step(key)),
    )


def title(name: str) -> str:
    """A column in words."""
    words = re.sub(r"(?<![a-z])us(?![a-z])", "US", name.replace("_", " "))
    return f"{words[:1].upper()}{words[1:]}" + (f" ({PARAMETERS[name].unit})" if name in PARAMETERS else "")
