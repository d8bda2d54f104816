"""What a year of the game brought: where the alliance stands, what Russia reads, charts, story and score so far."""

from html import escape

import numpy as np
import pandas as pd
import solara

from cohesion.facts import ISO3
from cohesion.game import COMPONENTS, RUNS
from cohesion.game.moves import FIRST_YEAR
from cohesion.game.russia import ANSWERS, MEANS
from cohesion_viz import echarts, numbers
from cohesion_viz.dashboard.components import EChart, PlainTable, card
from cohesion_viz.dashboard.controls import title
from cohesion_viz.dashboard.maps import MAP_TITLES
from cohesion_viz.dashboard.session import Session
from cohesion_viz.games import Turn
from cohesion_viz.style import OUTCOME_NAMES

OTHERS = [code for code in ISO3 if code != "USA"]


def headline(turn: Turn) -> str:
    """The year in a sentence: the index, and what the run would be judged to be now."""
    last = 12 * len(turn.game.moves)
    now, before = (turn.run.value("cohesion_index", month) for month in (last, last - 12))
    year = FIRST_YEAR + len(turn.game.moves) - 1
    outcome = OUTCOME_NAMES[turn.run.outcomes[last]].lower()
    return f"{year} is over: the cohesion index went from {before:.2f} to {now:.2f}. Judged today: {outcome}."


@solara.component
def Standing(turn: Turn) -> None:
    """The numbers of the run at the end of the last year, and a year before."""
    last = 12 * len(turn.game.moves)
    with solara.v.Html(tag="dl", class_="co-run-standing"):
        for name, (now, before) in standing(turn, last).items():
            with solara.v.Html(tag="div"):
                solara.v.Html(tag="dt", children=[name])
                solara.v.Html(tag="dd", children=[now])
                solara.v.Html(tag="dd", class_="co-game-before", children=[f"a year before: {before}"])


def standing(turn: Turn, last: int) -> dict[str, tuple[str, str]]:
    """What stands at a month and twelve months before it, in words."""
    run = turn.run

    def at(month: int) -> list[str]:
        trust = float(run.members("trust_in_us", month)["value"].loc[OTHERS].mean())
        credible = run.members("credibility", month).loc[OTHERS].sort_values("value", kind="stable").iloc[0]
        return [
            f"{run.value('cohesion_index', month):.2f}",
            OUTCOME_NAMES[run.outcomes[month]],
            numbers.written("trust_in_us", trust),
            f"{credible['name']}, {numbers.written('credibility', float(credible['value']))}",
            f"{numbers.signed(float(turn.cost[month]), 1)} % of GDP",
            numbers.written("unity", run.value("unity", month)),
            run.phase(month),
        ]

    names = ("Cohesion index", "Outcome, judged now", "Trust in the US, mean", "Weakest ally, credibility",
             "Cost beyond the start", "Unity of decisions", "Ukraine")  # fmt: skip
    return dict(zip(names, zip(at(last), at(last - 12), strict=True), strict=True))


@solara.component
def Russia(turn: Turn) -> None:
    """What Russia read at the end of the year, and where it goes from there."""
    with card("Russia"):
        solara.v.Html(tag="h2", children=[f"What Russia reads at the end of {FIRST_YEAR + len(turn.game.moves) - 1}"])
        solara.v.Html(tag="p", children=[reasoned(turn)])
        before, after = turn.levers[-2], turn.levers[-1]
        rows = [
            [answer, f"{100 * turn.answers[-1, k]:.0f} %", title(MEANS[k]), f"{before[k]:g}".replace("-", "−"),
             f"{after[k]:g}".replace("-", "−")]
            for k, answer in enumerate(ANSWERS)
        ]  # fmt: skip
        heads = ["Answer", "Of the start", "Russia's means", "So far", "Next year"]
        PlainTable("Russia's reading and its levers", heads, rows)


def reasoned(turn: Turn) -> str:
    """Why Russia moves as it does, in words."""
    answers, step = turn.answers[-1], turn.levers[-1] - turn.levers[-2]
    weakest = int(np.argmin(answers))
    text = f"The weakest answer is the {ANSWERS[weakest]}, at {100 * answers[weakest]:.0f} % of the start. "
    names = [title(name).lower() for name in MEANS]
    up = [name for name, change in zip(names, step, strict=True) if change > 0]
    down = [name for name, change in zip(names, step, strict=True) if change < 0]
    if turn.paid[-1]:
        text += "A price was paid this year: it demands more. "
    moves = [f"a step up with {' and '.join(up)}"] * bool(up) + [f"a step back with {' and '.join(down)}"] * bool(down)
    return text + (f"Russia goes {', and '.join(moves)}." if moves else "Russia stays where it is.")


@solara.component
def Charts(session: Session, turn: Turn) -> None:
    """The index of the run before all runs, Russian pressure, and the map of credibility."""
    dark, run = session.dark.value, turn.run
    last = 12 * len(turn.game.moves)
    path = run.path
    pressure = pd.Series([run.value("pressure", k) for k in range(last + 1)], path.index)
    values = run.members("credibility", last)
    with card("Cohesion"):
        solara.v.Html(tag="h2", children=[f"Cohesion index: your run, and behind it {RUNS} runs of the same moves"])
        EChart(
            option=echarts.fan_option(numbers.fan_of_one(path), turn.fan, None, dark, "All runs", single=True),
            label="Cohesion index of your run",
            text=f"From {path.iloc[0]:.2f} to {path.iloc[-1]:.2f}; median of all runs {turn.fan['p50'].iloc[-1]:.2f}.",
            height="clamp(200px, 17vw, 340px)",
            name="index",
            table=lambda: turn.fan.assign(this_run=path),
        )  # fmt: skip
    with card("Map of members"):
        solara.v.Html(tag="h2", children=[f"{MAP_TITLES['credibility']} at the end of the year"])
        EChart(
            option=echarts.map_option(values, "credibility", None, dark),
            label=MAP_TITLES["credibility"],
            text=echarts.describe_map(values, "credibility", None),
            height="clamp(260px, 20vw, 420px)",
            name="map",
            table=lambda: values,
        )
    with card("Pressure"):
        solara.v.Html(tag="h2", children=["Russian pressure on members, deviation from the start in logs"])
        EChart(
            option=echarts.fan_option(
                numbers.fan_of_one(pressure), None, None, dark, "", "pressure", single=True, near=True
            ),
            label="Russian pressure in your run",
            text=f"From {numbers.signed(pressure.iloc[0])} to {numbers.signed(pressure.iloc[-1])}.",
            height="clamp(150px, 12vw, 240px)",
            name="pressure",
            table=lambda: pressure.to_frame("pressure"),
        )


@solara.component
def Happened(turn: Turn) -> None:
    """The story of the last year, by month."""
    year = FIRST_YEAR + len(turn.game.moves) - 1
    with card("Story"):
        solara.v.Html(tag="h2", children=[f"What happened in {year}"])
        told = "".join(f"<li><b>{escape(label)}</b> {escape(text)}</li>" for label, text in story(turn))
        region = {"tabindex": "0", "role": "region", "aria-label": "Story of the year"}
        solara.HTML(tag="div", unsafe_innerHTML=f"<ul>{told}</ul>", classes=["co-game-story"], attributes=region)


def story(turn: Turn) -> list[tuple[str, str]]:
    """Months of the last year and what is told of each."""
    last = 12 * len(turn.game.moves)
    lines = [line for line in turn.run.story if last - 12 < line.month <= last or (line.month == 0 and last == 12)]
    months: dict[str, list[str]] = {}
    for line in lines:
        months.setdefault(line.label, []).append(line.text if line.text.endswith(".") else f"{line.text}.")
    return [(label, " ".join(texts)) for label, texts in months.items()]


@solara.component
def ScoreCard(turn: Turn) -> None:
    """The score so far, with its components."""
    with card("Score"):
        over = "Your score" if turn.game.finished else "Your score so far"
        solara.v.Html(tag="h2", children=[over])
        PlainTable(over, ["Component", "Weight", f"{RUNS} runs", "Your run"], score_rows(turn))
        solara.v.Html(tag="p", class_="co-sub", children=[
            "0 to 100 each; the column of all runs counts. What lies between it and your run is luck."
        ])  # fmt: skip


def score_rows(turn: Turn) -> list[list[str]]:
    """The components and their weighted sum: mean over runs, and the run that is played."""
    parts, total = turn.score.components, turn.score.total
    rows = []
    for c in COMPONENTS:
        value = parts[c.name]
        rows.append([c.title, f"{100 * c.weight:.0f} %", f"{value.mean():.1f}", f"{value[0]:.1f}"])
    return [*rows, ["Score", "100 %", f"{total.mean():.1f}", f"{total[0]:.1f}"]]
