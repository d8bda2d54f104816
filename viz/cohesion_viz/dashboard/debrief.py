"""After the last year: how it ended, what each move was worth, and what moved trust."""

from typing import Any

import numpy as np
import pandas as pd
import solara

from cohesion.game import COMPONENTS, RUNS, Game
from cohesion.game.debrief import RUSSIA, US, YOU, Other, debrief, others
from cohesion.game.moves import FIRST_YEAR
from cohesion.outcome import OUTCOMES
from cohesion.rules.measures import probability
from cohesion.scenario import load_scenario
from cohesion_viz import echarts
from cohesion_viz.dashboard import app
from cohesion_viz.dashboard.components import EChart, PlainTable
from cohesion_viz.dashboard.controls import title
from cohesion_viz.dashboard.session import Session
from cohesion_viz.games import Turn
from cohesion_viz.numbers import Accounts, signed
from cohesion_viz.style import OUTCOME_NAMES

LIMITS = (
    "A move is taken away, and the game is played again under the same random numbers, with Russia free to answer "
    "otherwise: the difference is what the move was worth in this model. Moves may need each other, so the lines do "
    "not add up. A value marked ? could be none: its 95 % interval over the runs includes 0."
)


def ended(turn: Turn) -> str:
    """How the game ended, in a sentence or two."""
    score, run = turn.score, turn.run
    luck = score.total[0] - score.mean()
    shares = np.bincount(score.outcome, minlength=len(OUTCOMES))
    top = int(shares.argmax())
    return (
        f"Score {score.mean():.1f}. In the run that you saw it is {score.total[0]:.1f}, {signed(luck, 1)} by luck, and "
        f"the alliance ends so: {OUTCOME_NAMES[run.ending].lower()}. "
        f"Of {RUNS} runs of your moves {shares[top]} end so: {OUTCOME_NAMES[OUTCOMES[top]].lower()}."
    )  # fmt: skip


@solara.component
def Debrief(session: Session, turn: Turn) -> None:
    """What each move was worth, and trust by its causes."""
    done, tell = solara.use_state((0, 0))

    def work() -> tuple[pd.DataFrame, Accounts]:
        wanted = list(others(turn.game))
        found: dict[Other, Any] = {}
        tell((0, len(wanted)))
        for other, score in zip(wanted, app.games().results(wanted), strict=True):
            found[other] = score
            tell((len(found), len(wanted)))
        return debrief(turn.score, found), app.games().accounts(turn.game)

    task = solara.lab.use_task(work, dependencies=[turn.game], raise_error=False)
    attributes = {"aria-label": "Debrief", "id": "debrief", "aria-busy": "false" if task.finished else "true"}
    with solara.v.Html(tag="section", class_="co-card co-full co-game-debrief", attributes=attributes):
        solara.v.Html(tag="h2", children=["Debrief: what each move was worth"])
        if task.error:
            solara.v.Html(tag="p", children=[f"The debrief failed: {task.exception!r:.200}"])
        elif not task.value:
            solara.v.Html(tag="p", children=[f"Playing without each move: {done[0]} of {done[1]} games…"])
        else:
            table, accounts = task.value
            PlainTable("What each move was worth", HEADS, worth_rows(table, turn.game))
            solara.v.Html(tag="p", class_="co-sub", children=[LIMITS])
            _Trust(session, accounts)


HEADS = ["Move", "Score", "95 % interval", "Your run", *(c.title for c in COMPONENTS), "Trust in the US"]


def worth_rows(table: pd.DataFrame, game: Game) -> list[list[str]]:
    """Rows of the debrief in words."""
    rows = []
    for row in table.to_dict("records"):
        unclear = " ?" if row["low"] <= 0 <= row["high"] else ""
        parts = [signed(row[c.name], 1) for c in COMPONENTS]
        rows.append([
            moved(row["who"], row["what"], game), f"{signed(row['score'], 1)}{unclear}",
            f"{signed(row['low'], 1)} to {signed(row['high'], 1)}", signed(row["here"], 1), *parts,
            f"{signed(row['trust'], 1)} points",
        ])  # fmt: skip
    return rows


def moved(who: str, what: str, game: Game) -> str:
    """A move in words."""
    if who == RUSSIA:
        return "Russia: that it adapted at all"
    if who == US:
        return f"United States: {load_scenario(game.path).title}, against the status quo"
    if what == "all":
        return "You: all your moves"
    if who == YOU and what.isdigit():
        year = int(what)
        now, before = game.levers(year), game.levers(year - 1)
        changes = [f"{title(name)} {before[name]:g} to {now[name]:g}" for name in now if now[name] != before[name]]
        return f"You, {FIRST_YEAR + year}: {', '.join(changes)}".replace("-", "−")
    return f"You: {title(what)}, all years"


def in_words(accounts: Accounts) -> str:
    """How far trust in the US has come, and what moved it most."""
    first, last = (100 * float(probability(odds)) for odds in accounts[1:])
    change = accounts.drivers["change"]
    largest = change[change.abs().sort_values(ascending=False, kind="stable").index].head(3)
    most = ", ".join(f"{name} {signed(value)}" for name, value in largest.items())
    return f"From {first:.0f} % to {last:.0f} %. Most of it, in log-odds: {most}."


@solara.component
def _Trust(session: Session, accounts: Accounts) -> None:
    dark = session.dark.value
    solara.v.Html(tag="h2", class_="co-game-part", children=["What moved trust in the United States, in your run"])
    solara.v.Html(tag="p", class_="co-sub", children=[
        "The exact ledger, mean over the other members, each change traced to its first cause; bars add up in "
        "log-odds. Your levers reach this trust only where retaliation brings further tariffs: they work on defence, "
        "aid and Russia."
    ])  # fmt: skip
    EChart(
        option=echarts.waterfall_option(*accounts, dark),
        label="What moved trust in the United States, mean over other members",
        text=in_words(accounts),
        height="320px",
        name="trust",
        table=lambda: accounts.drivers,
    )
