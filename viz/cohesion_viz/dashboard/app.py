"""What Solara serves: one page that holds a session and draws the frame."""

from pathlib import Path
from typing import Any

import solara

from cohesion.game import RUNS
from cohesion_viz.dashboard.session import Session
from cohesion_viz.dashboard.shell import Shell
from cohesion_viz.engine import Engine
from cohesion_viz.games import Games
from cohesion_viz.memory import give_back_soon
from cohesion_viz.shared import Shared
from cohesion_viz.workers import Threads, Workers

#: Set by `cohesion_viz.server` before the first session: where runs are computed.
workers: Workers | None = None
shared = Shared()
#: Open sessions, by what Solara calls the kernel of a tab.
sessions: dict[str, Session] = {}
#: Folder below which result folders are offered.
results: Path | None = None
_games: Games | None = None


def _workers() -> Workers:
    global workers
    if workers is None:
        workers = Threads()
    return workers


def _engine(publish: Any) -> Engine:
    return Engine(_workers(), publish, shared)


def games() -> Games:
    """What plays games, for all sessions."""
    global _games
    if _games is None:
        _games = Games(_workers(), RUNS)
    return _games


def came(kernel: str) -> None:
    """A tab that had lost its connection is back: its work goes on."""
    if kernel in sessions:
        sessions[kernel].go_on()


def left(kernel: str) -> None:
    """A tab has lost its connection: its work stops."""
    if kernel in sessions:
        sessions[kernel].pause()


@solara.component
def Page() -> None:
    """The dashboard."""
    router = solara.use_router()
    session = solara.use_memo(lambda: _opened(router.search or ""), [])
    solara.Title("cohesion: does NATO hold together?")
    Shell(session)


def _opened(query: str) -> Session:
    """A session that ends with its tab, however far the page came."""
    from solara.server import kernel_context

    session, tab = Session(query, _engine), kernel_context.get_current_context()
    sessions[tab.id] = session

    def end() -> None:
        if sessions.get(tab.id) is session:
            del sessions[tab.id]
        session.close()
        give_back_soon()

    tab.on_close(end)
    return session


@solara.component
def Layout(children: list[Any]) -> None:
    """Nothing around the page: the frame is its own."""
    solara.Div(children=children)
