"""What one browser tab holds: its view with undo, its engine, and the newest answer."""

import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import solara

from cohesion.checks import ConfigError
from cohesion.scenario import Scenario, load_scenario
from cohesion_viz.answers import Answer
from cohesion_viz.engine import Engine, Request
from cohesion_viz.view import DEFAULT_BASELINE, History, View

#: Seconds for which a move of a lever waits to be drawn together with its answer: drawing it at once takes the time of
#: those who compute it, and the lever's own value is shown by the browser.
TOGETHER = 0.5


class Session:
    """State of a tab; components read its reactive values.

    Parameters
    ----------
    query
        Of the link that was opened.
    engine
        Makes the engine, given what to call with each answer; None computes nothing.

    Attributes
    ----------
    view, answer
        What is looked at, and what is known about it (reactive).
    dark, message
        Whether the theme is dark; something to tell the person, as what could not be read or computed (reactive).
    scenario
        The scenario of the view, with its changes.
    pushed
        Whether the last change is a step to go back from in the browser.
    left
        The view from which that step went, as the query of a link.
    closed
        Whether nobody will look at it again.
    drawing
        What draws the page, once there is one: within it changes are drawn together. Else each component that
        reads a value that changes would have the whole page gone through again.
    """

    def __init__(self, query: str = "", engine: Callable[[Callable[[Answer], None]], Engine] | None = None) -> None:
        view, messages = View.from_query(query)
        self._history = History(view)
        self.view = solara.Reactive(view)
        self.scenario = view.resolved()
        self.answer = solara.Reactive(Answer())
        self.dark = solara.Reactive(False)
        self.message = solara.Reactive(" ".join(messages))
        self.pushed = False
        self.left = ""
        self.closed = False
        self.drawing: AbstractContextManager[Any] = nullcontext()
        self._moves: dict[int, int] = {}
        self._held: threading.Timer | None = None
        self._lock = threading.Lock()
        self._asked: Request | None = None
        self._answered = False
        self._engine = engine(self._take) if engine else None
        self._ask(view, self.scenario)

    @property
    def subject(self) -> str:
        """What is looked at, for captions and saved charts."""
        view = self.view.value
        if view.page == "compare" and view.second:
            return load_scenario(view.second).title + (", changed" if view.parameters else "")
        return self.scenario.title + (", changed" if view.changed else "")

    # --- changing the view ---

    def change(self, view: View, key: str = "", move: int = 0) -> None:
        """Take a new view, where it can be simulated; say why where not.

        Parameters
        ----------
        view
            The new one.
        key
            What was moved: moves of one thing in a row are undone together.
        move
            Number of the move, acknowledged once it is answered.
        """
        try:
            scenario = view.resolved()
        except ConfigError as error:
            self.message.value = f"Not possible: {error}."
            self._acknowledge(move)
            return
        before = self.view.value
        self._history.put(view, key)
        asked = self._ask(view, scenario, move)  # first of all, so that it is under way while the page is drawn
        if asked and move:
            self._hold()
        self._show(view, scenario, push=not key or view.page != before.page)
        if not asked:
            self._acknowledge(move)

    def go(self, page: str) -> None:
        """Turn to a page."""
        self.change(replace(self.view.value, page=page))

    def mark(self, member: str) -> None:
        """Mark a member everywhere; none where empty."""
        self.change(replace(self.view.value, member=member), key="member")

    def show_month(self, month: int, months: int | None = None) -> None:
        """Look at a month, of so many; as many as the scenario has where None."""
        last = self.scenario.months if months is None else months
        self.change(replace(self.view.value, month=None if month >= last else max(0, month)), key="month")

    def arrive(self, query: str) -> None:
        """Take the view of a link, as the browser goes back or forward."""
        view, messages = View.from_query(query)
        if view != self.view.value:
            self._history.put(view)
            self._show_and_ask(view, push=False)
        self.message.value = " ".join(messages)

    def undo(self) -> None:
        """Take back the last change."""
        self._back(self._history.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self._back(self._history.redo())

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self._history.can_redo

    def close(self) -> None:
        """Stop computing, for good."""
        self.closed = True
        if self._held:
            self._held.cancel()  # nobody is there to draw for
        if self._engine:
            self._engine.close()

    def pause(self) -> None:
        """Stop computing, as nobody is there to see it."""
        if self._engine:
            self._engine.stop()

    def go_on(self) -> None:
        """Compute what was left unfinished."""
        if self._engine and self._asked and not self._answered:
            self._engine.ask(self._asked)

    def _back(self, view: View) -> None:
        self._show_and_ask(view, push=True)

    def _show_and_ask(self, view: View, push: bool) -> None:
        scenario = view.resolved()
        self._ask(view, scenario)
        self._show(view, scenario, push)

    def _show(self, view: View, scenario: Scenario, push: bool) -> None:
        self.pushed = push
        self.left = self.view.value.to_query()
        self.scenario = scenario
        with self.drawing:
            self.view.value = view
            self.message.value = ""

    # --- answers ---

    def _ask(self, view: View, scenario: Scenario, move: int = 0) -> bool:
        """Ask the engine for what a view needs; whether there was something to ask."""
        if not shows_ensemble(view):
            return False
        request = _request(view, scenario)
        if self._engine is None or request == self._asked:
            return False
        self._asked, self._answered = request, False
        self._moves[self._engine.next_ticket] = move
        self._engine.ask(request)
        return True

    def _take(self, answer: Answer) -> None:
        """Show an answer; the numbers of an earlier one stay until there are newer."""
        held = self.answer.value
        last = answer.error or answer.causes is not None or answer.baseline is None
        self._answered = bool(answer.done and last)
        if answer.error:
            self.message.value = answer.error
            answer = replace(answer, ensemble=held.ensemble, baseline=held.baseline)
        if answer.detail is None:
            answer = replace(answer, detail=held.detail, following=held.following)
        if answer.paired is None:
            answer = replace(answer, paired=held.paired)
        if answer.causes is None:
            answer = replace(answer, causes=held.causes, stale=True)
        if answer.baseline is None and self.view.value.baseline:
            answer = replace(answer, baseline=held.baseline)
        moves = [self._moves.pop(ticket) for ticket in list(self._moves) if ticket <= answer.ticket]
        with self.drawing:
            self.answer.value = replace(answer, move=max(held.move, *moves, 0))
            self._let_draw()

    def _hold(self) -> None:
        """Draw nothing until an answer comes, or for `TOGETHER` at most."""
        with self._lock:
            if self._held is None:
                self.drawing.__enter__()
                self._held = threading.Timer(TOGETHER, self._let_draw)
                self._held.daemon = True
                self._held.start()

    def _let_draw(self) -> None:
        """Draw what has changed, where that was held back."""
        with self._lock:
            held, self._held = self._held, None
        if held:
            held.cancel()
            self.drawing.__exit__(None, None, None)

    def _acknowledge(self, move: int) -> None:
        """Say that a move needed no answer."""
        if move:
            self.answer.value = replace(self.answer.value, move=max(move, self.answer.value.move))


def shows_ensemble(view: View) -> bool:
    """Whether anything of an ensemble is seen: a class of two hundred would wait for as many that nobody sees."""
    listed = view.page == "lessons" and not view.lesson
    return bool(view.present) or not (listed or view.page in ("game", "history", "results", "about"))


def _request(view: View, scenario: Scenario) -> Request:
    """What a view needs to be computed."""
    pair = view.page == "compare"
    name = view.baseline or (DEFAULT_BASELINE if pair else "")
    if pair and view.second:
        scenario = load_scenario(view.second).with_changes(parameters=dict(view.parameters))
    baseline = _alongside(load_scenario(name), scenario, view) if name else None
    return Request(scenario, baseline, view.seed, view.runs, pair, view.variable)


def _alongside(other: Scenario, scenario: Scenario, view: View) -> Scenario:
    """Another scenario over the horizon of the view's, under the same assumptions."""
    if (other.start, other.months) == (scenario.start, scenario.months) and not view.parameters:
        return other
    return other.with_changes(start=scenario.start, months=scenario.months, parameters=dict(view.parameters))


def guarded(session: Session, work: Callable[[], None]) -> None:
    """Do something for a person; an exception becomes a message, and the session lives."""
    try:
        work()
    except ConfigError as error:
        session.message.value = f"Not possible: {error}."
    except Exception as error:
        traceback.print_exc()
        session.message.value = f"That did not work: {error!r:.200}"
