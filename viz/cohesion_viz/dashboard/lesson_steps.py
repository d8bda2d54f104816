"""The steps of a lesson: the view that each sets, and what is seen of its claims.

The steps are its question, its moves, what they mean, the assumption that undoes it, and the quiz. Each sets the view
by `Session.change`, so that undo, links and the browser's back work as everywhere. The first step sets the levers of
the first move already, with the charts hidden: the effect is there when the prediction is made.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cohesion.facts import NAMES
from cohesion.lesson import OF_ALLIANCE, OF_MEMBERS, RUNS, SEED, Claim, Lesson, Move
from cohesion.lesson_file import load_lesson
from cohesion.outcome import OUTCOMES
from cohesion.summary import percent
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard import chart
from cohesion_viz.dashboard.session import Session
from cohesion_viz.numbers import points, written, written_difference
from cohesion_viz.view import DEFAULT_BASELINE, View

QUESTION, MEANING, ASSUMPTION, QUIZ = "question", "meaning", "assumption", "quiz"


@cache
def known(name: str) -> Lesson:
    """A shipped lesson."""
    return load_lesson(name)


def steps(lesson: Lesson) -> tuple[str, ...]:
    """Kinds of the steps in order; a move by its number, from 1."""
    return (QUESTION, *(str(k) for k in range(1, len(lesson.moves) + 1)), MEANING, ASSUMPTION, QUIZ)


def step_of(view: View) -> str:
    """Kind of the step at which a view with a lesson stands."""
    kinds = steps(known(view.lesson))
    return kinds[min(view.step, len(kinds) - 1)]


def setting(lesson: Lesson, step: str) -> tuple[Move, Claim]:
    """The move that a step shows, and the claim that it turns to."""
    if step == ASSUMPTION:
        return lesson.doubted
    number = int(step) if step.isdigit() else 1 if step == QUESTION else len(lesson.moves)
    move = lesson.moves[number - 1]
    return move, move.claims[0]


def view_at(view: View, name: str, step: int) -> View:
    """The view of a step of a lesson: its levers, and the chart, member and month to look at."""
    lesson = known(name)
    step = max(0, min(step, len(steps(lesson)) - 1))
    move, claim = setting(lesson, steps(lesson)[step])
    guess = view.guess if view.lesson == name else 0
    found = replace(
        view.with_scenario(move.scenario), page="lessons", lesson=name, step=step, guess=guess, baseline=move.baseline,
        levers=dict(move.levers), added=move.events, runs=RUNS, seed=SEED,
    )  # fmt: skip
    return focused(found, claim)


def focused(view: View, claim: Claim) -> View:
    """The view turned to what a claim is about."""
    scenario = view.base()
    month = scenario.month_of(claim.month)
    return replace(
        view,
        chart=chart_of(claim),
        member=claim.member,
        variable=claim.of if claim.of in OF_MEMBERS else view.variable,
        month=None if month == scenario.months else month,
    )


def chart_of(claim: Claim) -> str:
    """Key of the chart that shows a claim."""
    if claim.of in OF_MEMBERS:
        return "member"
    if claim.of in OF_ALLIANCE:
        return next(key for key, variable in chart.FANS.items() if variable == claim.of)
    return "outcomes" if claim.of in OUTCOMES else "war"


def moved(view: View) -> bool:
    """Whether the levers are no longer those of the step; at the assumption parameters are the student's."""
    wanted = view_at(view, view.lesson, view.step)
    free = {"parameters": view.parameters} if step_of(view) == ASSUMPTION else {}
    names = ("scenario", "text", "baseline", "levers", "dropped", "added", "parameters")
    return any(getattr(view, n) != free.get(n, getattr(wanted, n)) for n in names)


def turn(session: Session, by: int) -> None:
    """Go on or back by some steps, where there are any."""
    view = session.view.value
    if view.lesson and 0 <= view.step + by < len(steps(known(view.lesson))):
        session.change(view_at(view, view.lesson, view.step + by))


# --- what is seen -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A claim's numbers as they stand on the page: of the scenario, the baseline, and in words."""

    here: float
    there: float
    text: str


def reading(claim: Claim, ensemble: Ensemble, baseline: Ensemble) -> Reading:
    """What the page shows of a claim: medians, or shares of runs."""
    month = ensemble.scenario.month_of(claim.month)
    here, there = (_value(claim, each, month, claim.member) for each in (ensemble, baseline))
    share = claim.of not in (*OF_MEMBERS, *OF_ALLIANCE)
    changed = baseline.scenario.name == ensemble.scenario.name != DEFAULT_BASELINE  # both bear the same title
    name = "before the change" if changed else baseline.scenario.title
    said = [f"{percent(v)} %" if share else written(claim.of, v) for v in (here, there)]
    apart = points(here - there) if share else written_difference(claim.of, here - there)
    who = f"{NAMES[claim.member]}: " if claim.member else ""
    text = f"{who}{said[0]}, {name.lower()} {said[1]}: {apart}"
    if claim.than:
        other = _value(claim, ensemble, month, claim.than) - _value(claim, baseline, month, claim.than)
        text += f"; {NAMES[claim.than]}: {written_difference(claim.of, other)}"
    return Reading(here, there, text)


def _value(claim: Claim, ensemble: Ensemble, month: int, member: str) -> float:
    if claim.of in OF_MEMBERS:
        return float(ensemble.member_fan(claim.of, member)["p50"].iloc[month])
    if claim.of in OF_ALLIANCE:
        return float(ensemble.alliance_fan(claim.of)["p50"].iloc[month])
    table = ensemble.shares if claim.of in OUTCOMES else ensemble.phases
    return float(table[claim.of].iloc[month])


def answered(session: Session) -> tuple[Ensemble, Ensemble] | None:
    """Scenario and baseline of the view, where the numbers on the page are already theirs."""
    view, answer = session.view.value, session.answer.value
    ensemble, baseline = answer.ensemble, answer.baseline
    if ensemble is None or baseline is None or ensemble.scenario != session.scenario:
        return None
    fixed = all(baseline.scenario.parameters.get(name) == value for name, value in view.parameters.items())
    same = baseline.scenario.name == view.baseline and baseline.dates == ensemble.dates
    return (ensemble, baseline) if fixed and same else None


def looked_at(view: View) -> tuple[Claim, ...]:
    """The claims of the step that the chart of a view shows."""
    if view.page != "lessons" or not view.lesson or step_of(view) == QUESTION:
        return ()
    claims = setting(known(view.lesson), step_of(view))[0].claims
    return tuple(c for c in claims if _place(focused(view, c)) == _place(view))


def _place(view: View) -> tuple[Any, ...]:
    return view.chart, view.member, view.month, view.variable if view.chart == "member" else ""


def pointer_of(session: Session) -> chart.Pointer | None:
    """Where the chart is marked: the claim that is looked at, on a fan."""
    pair = answered(session)
    claim = next(iter(looked_at(session.view.value)), None)
    if claim is None or pair is None or claim.of not in (*OF_MEMBERS, *OF_ALLIANCE):
        return None
    found = reading(claim, *pair)
    text = written_difference(claim.of, found.here - found.there)
    return chart.Pointer(pair[0].scenario.month_of(claim.month), found.here, found.there, text)


def seen(session: Session) -> str:
    """What is to be seen, for the caption of the present mode; empty outside a lesson."""
    return "".join(f"{claim.says}. " for claim in looked_at(session.view.value))
