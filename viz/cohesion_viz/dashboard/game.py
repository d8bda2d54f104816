"""Hold the alliance: the briefing, a year at a time, the debrief, and the lecturer's results.

The game as far as it is played is the view's code, so links, undo by the browser's back and other sessions work as
everywhere. Games are played by `cohesion_viz.games`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from cohesion.game import COMPONENTS, LEVERS, PATHS, RUNS, YEARS, Game, decode, encode
from cohesion.game.moves import FIRST_YEAR, MAX_SEED
from cohesion.levers import BY_NAME
from cohesion.scenario import load_scenario
from cohesion_viz.dashboard import app
from cohesion_viz.dashboard.classroom import Classroom
from cohesion_viz.dashboard.components import Button, Handler, PlainTable, card, chart_note, packed
from cohesion_viz.dashboard.controls import title
from cohesion_viz.dashboard.debrief import Debrief, ended
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.dashboard.turn import Charts, Happened, Russia, ScoreCard, Standing, headline
from cohesion_viz.games import Turn

RULES = (
    "One turn is a year, from January 2025; there are ten. Each turn you set eight levers that Europe and Canada "
    "hold, one value for all of its members.",
    "The United States follows the path that is chosen before the game, whatever you do.",
    "Russia adapts. At the end of each year it compares three answers with those of the start: the defence of its "
    "most exposed neighbours, the unity of decisions, and Ukraine's strength. Against the weakest it goes a step "
    "further, with pressure, wedge driving or bargaining; against an answer that has grown stronger it takes a step "
    "back. Where it was paid a price in the year, by concessions or sanctions lifted, it demands more.",
    f"You see one run of the model. Your score is the mean of {RUNS} runs of the same moves, so that luck counts for "
    "little; the score of the run that you saw stands beside it.",
)
VALUES = (
    "The weights are values, not findings, and other weights give other winners: so the components are always shown. "
    "The game argues for no policy. It is played in an exploratory model, not a forecast."
)


@solara.component_vue("vue/start.vue")
def _Start(packed: str, event_start: Handler | None = None) -> None: ...


@solara.component_vue("vue/moves.vue")
def _Moves(packed: str, busy: bool, event_play: Handler | None = None) -> None: ...


@solara.component_vue("vue/code.vue")
def _Code(code: str) -> None: ...


@solara.component
def Page(session: Session) -> None:
    """The game of the view, or the briefing where there is none; below it the lecturer's part."""
    code = session.view.value.game
    with solara.Div(classes=["co-game"]):
        if code:
            _Playing(session, decode(code))
        else:
            _Briefing(session)
        Classroom(session)


@solara.component
def _Briefing(session: Session) -> None:
    paths = [{"name": name, "title": path.title, "story": " ".join(path.story.split())}
             for name, path in ((name, load_scenario(name)) for name in PATHS)]  # fmt: skip

    def start(event: dict[str, Any]) -> None:
        _open(session, Game(int(event["seed"]), str(event["path"])))

    with solara.v.Html(tag="section", class_="co-card co-game-brief", attributes={"aria-label": "Briefing"}):
        solara.v.Html(tag="h2", children=["Hold the alliance"])
        _Rules()
        _Values()
        _Start(
            packed=packed({"paths": paths, "most": MAX_SEED}),
            event_start=lambda event: guarded(session, lambda: start(event)),
        )


@solara.component
def _Rules() -> None:
    with solara.v.Html(tag="ul", class_="co-game-rules"):
        for rule in RULES:
            solara.v.Html(tag="li", children=[rule])


@solara.component
def _Values() -> None:
    rows = [[c.title, f"{100 * c.weight:.0f} %", c.meaning] for c in COMPONENTS]
    PlainTable("What the score values", ["Component", "Weight", "What it is"], rows)
    solara.v.Html(tag="p", children=[VALUES])


@solara.component
def _Playing(session: Session, game: Game) -> None:
    task = solara.lab.use_task(
        lambda: app.games().turn(game) if game.moves else None, dependencies=[game], raise_error=False
    )
    latest: Turn | None = task.latest if game.moves else None
    turn = latest if latest and (latest.game.seed, latest.game.path) == (game.seed, game.path) else None
    current = turn if turn and turn.game == game else None
    busy = bool(game.moves) and current is None and not task.error
    with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Game", "id": "game-head"}):
        with solara.Div(classes=["co-head"]):
            solara.v.Html(tag="h2", children=[where(game)])
            solara.v.Html(tag="span", class_="co-sub", children=[
                f"United States: {load_scenario(game.path).title}. Seed {game.seed}."
            ])  # fmt: skip
        attributes = {"id": "verdict", "aria-live": "polite", "aria-busy": "true" if busy else "false"}
        line = f"This year could not be played: {task.exception!r:.200}" if task.error else said(game, current)
        solara.v.Html(tag="p", class_="co-line", attributes=attributes, children=[line])
        if turn:
            Standing(turn)
    note = f"Game on the path of {load_scenario(game.path).title.lower()}; {RUNS} runs, seed {game.seed}"
    with solara.v.Html(tag="div", class_="co-grid", attributes=chart_note(note)):
        with solara.Div(classes=["co-game-left", "co-stack"]):
            if game.finished:
                with card("The end"):
                    _End(session, game)
            else:
                with card("Your levers"):
                    _Levers(session, game, busy)
            if turn:
                Russia(turn)
                ScoreCard(turn)
        with solara.Div(classes=["co-game-right", "co-stack"]):
            if turn:
                Charts(session, turn)
                Happened(turn)
            else:
                _Before(game)
    if current and game.finished:
        Debrief(session, current)


def where(game: Game) -> str:
    """Where in the game one is."""
    if game.finished:
        return "Hold the alliance: the ten years are over"
    return f"Hold the alliance: year {len(game.moves) + 1} of {YEARS}, {FIRST_YEAR + len(game.moves)}"


def said(game: Game, turn: Turn | None) -> str:
    """The sentence at the top."""
    if not game.moves:
        return f"Ten years are before you. Set Europe's levers for {FIRST_YEAR}."
    if turn is None:
        return f"Playing {FIRST_YEAR + len(game.moves) - 1}…"
    return ended(turn) if game.finished else headline(turn)


@solara.component
def _Levers(session: Session, game: Game, busy: bool) -> None:
    year = len(game.moves)
    solara.v.Html(tag="h2", children=[f"Your levers for {FIRST_YEAR + year}"])

    def play(event: dict[str, Any]) -> None:
        if int(event["year"]) == year:  # a second press of the same button comes too late
            _open(session, game.then({str(name): float(value) for name, value in event["levers"].items()}))

    _Moves(
        packed=packed({"year": year, "play": f"Play {FIRST_YEAR + year}", "levers": sliders(game)}),
        busy=busy,
        event_play=lambda event: guarded(session, lambda: play(event)),
    )


def sliders(game: Game) -> list[dict[str, Any]]:
    """What ``vue/moves.vue`` shows: each lever where it stood last year."""
    last = game.levers(len(game.moves) - 1)
    return [
        {"name": name, "title": title(name), "step": step, "value": last[name]}
        | {key: getattr(BY_NAME[name], key) for key in ("low", "high", "neutral", "unit", "meaning")}
        for name, step in LEVERS.items()
    ]


@solara.component
def _Before(game: Game) -> None:
    """What is to be seen before the first year: what the United States will do, and what counts."""
    with card("Rules"):
        solara.v.Html(tag="h2", children=["How it goes"])
        _Rules()
    with card("Path of the United States"):
        path = load_scenario(game.path)
        solara.v.Html(tag="h2", children=[f"The United States: {path.title}"])
        solara.v.Html(tag="p", children=[" ".join(path.story.split())])
        solara.v.Html(tag="p", class_="co-sub", children=[
            "Of this only what the United States does is taken; Europe's levers are yours."
        ])  # fmt: skip
    with card("The score"):
        solara.v.Html(tag="h2", children=["What the score values"])
        _Values()


@solara.component
def _End(session: Session, game: Game) -> None:
    solara.v.Html(tag="h2", children=["Your code"])
    solara.v.Html(tag="p", class_="co-sub", children=[
        "It holds your ten years, not your score: whoever has it can play them again. Hand it to your lecturer."
    ])  # fmt: skip
    _Code(code=encode(game))
    with solara.Div(classes=["co-row"]):
        Button("Play again, same seed and path", lambda: _open(session, replace(game, moves=())))
        Button("New game", _new(session))


def _new(session: Session) -> Callable[[], None]:
    return lambda: session.change(replace(session.view.value, game=""))


def _open(session: Session, game: Game) -> None:
    session.change(replace(session.view.value, page="game", game=encode(game)))
