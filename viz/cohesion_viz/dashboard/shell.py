"""The frame around every page: title, navigation, theme, the caveat, messages and the link.

A page is a module of this package with a component ``Page(session)``; `MODULES` names them. A page whose module is not
there has no place in the navigation, and a link to it shows a line that says so.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import solara
from reacton.core import get_render_context

from cohesion.facts import ELSEWHERE
from cohesion_viz.dashboard import lesson_steps
from cohesion_viz.dashboard.components import Button, Handler, chart_note, packed
from cohesion_viz.dashboard.present import Present
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.view import PAGES, View

#: Module of each page of `cohesion_viz.view.PAGES`.
MODULES = {
    "explorer": "cohesion_viz.dashboard.explorer",
    "compare": "cohesion_viz.dashboard.compare",
    "lessons": "cohesion_viz.dashboard.lessons",
    "game": "cohesion_viz.dashboard.game",
    "run": "cohesion_viz.dashboard.run",
    "history": "cohesion_viz.dashboard.history",
    "results": "cohesion_viz.dashboard.results",
    "about": "cohesion_viz.dashboard.about",
}


@solara.component_vue("vue/header.vue")
def _Header(packed: str, page: str, event_go: Any, event_theme: Any, event_present: Any) -> None: ...


@solara.component_vue("vue/link.vue")
def _Link(query: str, left: str, push: bool, event_arrive: Handler | None = None) -> None: ...


@solara.component_vue("vue/keys.vue")
def _Keys(lesson: bool, presenting: bool, event_press: Handler | None = None) -> None: ...


@solara.component
def Shell(session: Session) -> None:
    """The frame with the page of the session's view in it."""
    view = session.view.value
    session.drawing = get_render_context()

    def themed(event: dict[str, Any]) -> None:
        session.dark.value = bool(event["dark"])

    def present(_: Any) -> None:
        session.change(replace(session.view.value, present=1))

    shown = "co-app co-presenting" if view.present else "co-app"
    with solara.v.Html(tag="div", class_=shown, attributes=note(session)):
        _Header(
            packed=packed(_links(view)),
            page=view.page,
            event_go=session.go,
            event_theme=themed,
            event_present=present,
        )
        _Link(
            query=view.to_query(),
            left=session.left,
            push=session.pushed,
            event_arrive=lambda event: session.arrive(str(event["query"])),
        )
        with solara.v.Html(tag="main", class_="co-main", attributes={"id": "main", "tabindex": "-1"}):
            # always there: a sibling that comes and goes would have the whole page built anew
            with solara.Div(classes=["co-messages"]):
                if session.message.value:
                    Message(session)
            (Present if view.present else _page(view.page))(session)
        _Keys(
            lesson=view.page == "lessons" and bool(view.lesson),
            presenting=bool(view.present),
            event_press=lambda event: guarded(session, lambda: pressed(session, str(event["name"]))),
        )


def pressed(session: Session, name: str) -> None:
    """Do what a key stands for: present, leave, next or back."""
    view = session.view.value
    if name == "present":
        session.change(replace(view, present=1 - view.present))
    elif name == "leave" and view.present:
        session.change(replace(view, present=0))
    elif name in ("next", "back"):
        lesson_steps.turn(session, 1 if name == "next" else -1)


def note(session: Session) -> dict[str, str]:
    """What stands below a chart that is saved: what its numbers are of."""
    view = session.view.value
    return chart_note(f"{session.subject}; {view.runs:,} runs, seed {view.seed}")


@solara.component
def Message(session: Session) -> None:
    """What there is to say, with a button to put it away."""
    with solara.v.Html(tag="div", class_="co-message", attributes={"role": "alert"}):
        solara.v.Html(tag="span", children=[session.message.value])
        Button("Dismiss", on_click=lambda: session.message.set(""), label="Dismiss the message")


def _links(view: View) -> list[dict[str, str]]:
    return [{"key": key, "title": PAGES[key], "query": replace(view, page=key).to_query()} for key in _present()]


@cache
def _present() -> tuple[str, ...]:
    """Pages whose module is there, and that speak of the alliance whose facts are in use."""
    of_nato = ("lessons", "game", "history") if ELSEWHERE else ()
    return tuple(key for key in PAGES if find_spec(MODULES[key]) and key not in of_nato)


def _page(key: str) -> Callable[[Session], Any]:
    """The component of a page."""
    if key not in _present():
        return lambda session: solara.v.Html(tag="p", class_="co-note", children=[f"{PAGES[key]} is not here yet."])
    found: Callable[[Session], Any] = import_module(MODULES[key]).Page
    return found
