"""The lecturer's part of the game: codes in, a row a student out."""

from dataclasses import replace
from typing import Any

import solara

from cohesion.checks import ConfigError
from cohesion.game import COMPONENTS, RUNS
from cohesion.game.debrief import YOU, Other
from cohesion.game.results import MAX_LINE, MAX_LINES, entries, row, written
from cohesion_viz.dashboard import app
from cohesion_viz.dashboard.components import Cell, Handler, Table
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.style import OUTCOME_NAMES

HOW = (
    "Choose seed and path, press Start and hand the link of that first page to the class. At the end each student has "
    "a code. Paste the codes here: every game is played again from its moves, so a score cannot be made up. Names "
    "are not kept."
)


@solara.component_vue("vue/codes.vue")
def _Codes(busy: bool, said: str, csv: str, most: int, event_read: Handler | None = None) -> None: ...


@solara.component
def Classroom(session: Session) -> None:
    """Paste codes, see the results, take them as CSV."""
    text, take = solara.use_state("")
    done, tell = solara.use_state(0)

    def work() -> list[dict[str, Any]]:
        if not text.strip():
            return []
        found = entries(text)
        results = app.games().results(Other(YOU, "game", each.game) for each in found if each.game)
        rows = []
        for count, each in enumerate(found, 1):
            rows.append(row(each, next(results) if each.game else None))
            tell(count)
        return rows

    task = solara.lab.use_task(work, dependencies=[text], raise_error=False)
    rows: list[dict[str, Any]] = task.value or []
    with solara.v.Html(tag="details", class_="co-card co-game-class", attributes={"id": "class"}):
        solara.v.Html(tag="summary", children=["For the lecturer: the results of a class"])
        solara.v.Html(tag="p", class_="co-sub", children=[HOW])
        _Codes(
            busy=task.pending and bool(text.strip()),
            said=status(rows, task.exception, done if text.strip() and task.pending else None),
            csv=written(rows) if rows else "",
            most=MAX_LINES * MAX_LINE,
            event_read=lambda event: guarded(session, lambda: take(str(event["text"]))),
        )
        _refused(rows)
        if good := [each for each in rows if not each["error"]]:
            codes = {str(k): each["code"] for k, each in enumerate(good)}
            Table(
                "Results of the class; a head sorts, a name opens the game",
                ["Student", "Score", *(c.title for c in COMPONENTS), "Score of the run", "Outcome of the run"],
                cells(good),
                lambda key: session.change(replace(session.view.value, game=codes[key])),
            )


def status(rows: list[dict[str, Any]], error: BaseException | None, done: int | None) -> str:
    """Where the work stands, or what went wrong, in words."""
    if done is not None:
        return f"{done} games played…"
    if error:
        return str(error) if isinstance(error, ConfigError) else f"That did not work: {error!r:.200}"
    wrong = sum(bool(each["error"]) for each in rows)
    if not rows:
        return ""
    games = "1 game" if len(rows) - wrong == 1 else f"{len(rows) - wrong} games"
    return f"{games}, {RUNS} runs each" + (f"; {wrong} not read, see below" if wrong else "")


def _refused(rows: list[dict[str, Any]]) -> None:
    """Lines that could not be read, and why."""
    wrong = [(k, each) for k, each in enumerate(rows, 1) if each["error"]]
    if wrong:
        with solara.v.Html(tag="ul", class_="co-game-refused"):
            for count, each in wrong:
                solara.v.Html(tag="li", children=[f"Line {count}, {each['name'] or each['code']}: {each['error']}"])


def cells(rows: list[dict[str, Any]]) -> dict[str, list[Cell]]:
    """Cells of the table by key of the row."""
    found: dict[str, list[Cell]] = {}
    for k, each in enumerate(rows):
        name = each["name"] or f"Game {k + 1}"
        shown = [(each[key], f"{each[key]:.1f}") for key in ("score", *(c.name for c in COMPONENTS), "score_of_run")]
        outcome = OUTCOME_NAMES[each["outcome_of_run"]]
        found[str(k)] = [(name, name), *shown, (outcome, outcome)]
    return found
