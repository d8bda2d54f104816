"""What Solara serves: one page that holds a session and draws the frame."""

from pathlib import Path
from typing import Any

import solara

from cohesion.game import RUNS
from cohesion_viz.dashboard.session import Session
from cohesion_viz.dashboard.shell import Shell
from cohesion_viz.engine import Cache, Engine
from cohesion_viz.games import Games
from cohesion_viz.workers import Threads, Workers

#: Set by `cohesion_viz.server` before the first session: where runs are computed, and what is known already.
workers: Workers | None = None
cache = Cache()
#: Folder below which result folders are offered.
results: Path | None = None
_games: Games | None = None


def _workers() -> Workers:
    global workers
    if workers is None:
        workers = Threads()
    return workers


def _engine(publish: Any) -> Engine:
    return Engine(_workers(), publish, cache)


def games() -> Games:
    """What plays games, for all sessions."""
    global _games
    if _games is None:
        _games = Games(_workers(), RUNS)
    return _games


@solara.component
def Page() -> None:
    """The dashboard."""
    router = solara.use_router()
    session = solara.use_memo(lambda: Session(router.search or "", _engine), [])
    solara.use_effect(lambda: session.close, [])
    solara.Title("cohesion: does NATO hold together?")
    Shell(session)


@solara.component
def Layout(children: list[Any]) -> None:
    """Nothing around the page: the frame is its own."""
    solara.Div(children=children)
