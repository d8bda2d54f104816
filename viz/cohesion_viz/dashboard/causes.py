"""Why a scenario ends otherwise than its baseline: what each driver accounts for."""

import pandas as pd
import solara

from cohesion.attribution import ASSUMPTIONS, LEARNING, RUNS
from cohesion_viz import echarts
from cohesion_viz.answers import Answer
from cohesion_viz.dashboard.components import EChart
from cohesion_viz.numbers import points


@solara.component
def Causes(answer: Answer, dark: bool) -> None:
    """The difference to the baseline divided among what sets the two apart (Shapley values)."""
    causes = answer.causes
    named = solara.use_memo(lambda: None if causes is None else titled(causes), [causes])
    option = solara.use_memo(
        lambda: {} if named is None or named.empty else echarts.attribution_option(named, dark), [named, dark]
    )
    solara.v.Html(tag="h2", children=["Why: what each driver accounts for"])
    solara.v.Html(tag="p", class_="co-sub", attributes={"aria-live": "polite"}, children=[said(answer)])
    if named is not None and not named.empty and answer.baseline:
        EChart(
            option=option,
            label="What each driver accounts for",
            text=echarts.describe_attribution(named),
            height=f"{24 + 36 * len(named)}px",
            name="causes",
            table=lambda: named,
        )


def titled(causes: pd.DataFrame) -> pd.DataFrame:
    """Drivers by their titles instead of their names."""
    full = {LEARNING: "Social learning", ASSUMPTIONS: "Assumptions of the scenario"}
    names = [full.get(str(name), f"{str(name)[0].upper()}{str(name)[1:]}") for name in causes.index]
    return causes.set_axis(pd.Index(names, name="driver"), axis="index")


def said(answer: Answer) -> str:
    """What the chart divides, or why there is none."""
    if not answer.baseline:
        return "Choose a baseline to see what sets the two apart."
    if answer.causes is None:
        return "Working it out…"
    if answer.causes.empty:
        return "Nothing sets the two scenarios apart."
    total = points(float(answer.causes["change"].sum()))
    text = (
        f"Holding, against {answer.baseline.scenario.title}: {total} in the first {RUNS} runs, divided by "
        f"Shapley values over {2 ** len(answer.causes):,} combinations; lines are 95 % intervals."
    )
    return f"{text} For the setting before; a new one is being worked out…" if answer.stale else text
