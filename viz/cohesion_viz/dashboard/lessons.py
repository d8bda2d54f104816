"""Lessons: the list, and one step at a time beside the live charts.

The steps of a lesson are its question, its moves, what they mean, the assumption that undoes it, and the quiz. Each
sets the view by `Session.change`, so that undo, links and the browser's back work as everywhere. The first step sets
the levers of the first move already, with the charts hidden: the effect is there when the prediction is made.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import solara

from cohesion.facts import NAMES
from cohesion.lesson import (
    OF_ALLIANCE,
    OF_MEMBERS,
    RUNS,
    SEED,
    Choice,
    Claim,
    Lesson,
    Move,
)
from cohesion.lesson_file import lesson_names, load_lesson
from cohesion.outcome import OUTCOMES
from cohesion.summary import percent
from cohesion_viz.answers import Ensemble
from cohesion_viz.dashboard import chart
from cohesion_viz.dashboard.assumptions import Assumptions
from cohesion_viz.dashboard.components import Button, Fields, card
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.dashboard.verdict import Verdict
from cohesion_viz.numbers import points, written, written_difference
from cohesion_viz.view import CHARTS, DEFAULT_BASELINE, View

#: How much larger the texts of the chart are.
FACTOR = 1.2
QUESTION, MEANING, ASSUMPTION, QUIZ = "question", "meaning", "assumption", "quiz"


# --- steps ------------------------------------------------------------------------------------------------------------


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


def looked_at(view: View) -> Claim | None:
    """The claim of the step that the chart of a view shows, if any."""
    if view.page != "lessons" or not view.lesson or step_of(view) == QUESTION:
        return None
    claims = setting(known(view.lesson), step_of(view))[0].claims
    return next((c for c in claims if _place(focused(view, c)) == _place(view)), None)


def _place(view: View) -> tuple[Any, ...]:
    return view.chart, view.member, view.month, view.variable if view.chart == "member" else ""


def pointer_of(session: Session) -> chart.Pointer | None:
    """Where the chart is marked: the claim that is looked at, on a fan."""
    view, pair = session.view.value, answered(session)
    claim = looked_at(view)
    if claim is None or pair is None or claim.of not in (*OF_MEMBERS, *OF_ALLIANCE):
        return None
    found = reading(claim, *pair)
    text = written_difference(claim.of, found.here - found.there)
    return chart.Pointer(pair[0].scenario.month_of(claim.month), found.here, found.there, text)


def seen(session: Session) -> str:
    """What is to be seen, for the caption of the present mode; empty outside a lesson."""
    claim = looked_at(session.view.value)
    return f"{claim.says}. " if claim else ""


# --- pages ------------------------------------------------------------------------------------------------------------


@solara.component
def Page(session: Session) -> None:
    """The lesson of the view, or the list where there is none."""
    if session.view.value.lesson:
        _Lesson(session, known(session.view.value.lesson))
    else:
        _List(session)


@solara.component
def _List(session: Session) -> None:
    def begin(name: str) -> None:
        guarded(session, lambda: session.change(view_at(session.view.value, name, 0)))

    with solara.Div(classes=["co-lesson-list"]):
        solara.v.Html(tag="h2", children=["Ten lessons of ten minutes"])
        hint = "Each asks for a prediction first, then moves the levers and shows what happens, and who would disagree."
        solara.v.Html(tag="p", class_="co-sub", children=[hint])
        with solara.v.Html(tag="ol", class_="co-lesson-cards"):
            for name in lesson_names():
                lesson = known(name)
                with solara.v.Html(tag="li"):
                    Button(
                        f"{lesson.number}. {lesson.title}", lambda name=name: begin(name), kind="co-lesson-open"
                    )  # fmt: skip
                    solara.v.Html(tag="p", children=[lesson.question])


@solara.component
def _Lesson(session: Session, lesson: Lesson) -> None:
    view, answer = session.view.value, session.answer.value
    step = step_of(view)
    kind = "co-lesson co-lesson-alone" if step == QUESTION else "co-lesson"
    with solara.Div(classes=[kind]):
        with card("Lesson", "lesson"):
            with solara.Div(classes=["co-lesson-text"]):
                _Step(session, lesson, step)
            _Turn(session, lesson)
        if step != QUESTION:
            with solara.Div(classes=["co-lesson-charts"]):
                Verdict(answer)
                with card("Chart"):
                    chart.Chart(session, "clamp(250px, 44vh, 760px)", FACTOR, pointer_of(session))
                    _Charts(session)


@solara.component
def _Step(session: Session, lesson: Lesson, step: str) -> None:
    """The text of a step."""
    solara.v.Html(tag="p", class_="co-lesson-over", children=[f"Lesson {lesson.number}: {lesson.title}"])
    if moved(session.view.value):
        with solara.v.Html(tag="p", class_="co-lesson-moved"):
            solara.v.Html(tag="span", children=["The levers are no longer those of this step."])
            Button("Set them again", lambda: turn(session, 0))
    if step == QUESTION:
        _Question(session, lesson)
    elif step == MEANING:
        _Meaning(session, lesson)
    elif step == ASSUMPTION:
        _Assumption(session, lesson)
    elif step == QUIZ:
        _Quiz(lesson)
    else:
        _Move(session, lesson, int(step))


@solara.component
def _Question(session: Session, lesson: Lesson) -> None:
    guess, asked = session.view.value.guess, lesson.prediction
    _heading(lesson.question)
    _paragraphs(asked.question)

    def make(choice: int) -> None:
        session.change(replace(session.view.value, guess=choice))

    _Choices(asked, guess, make, "Your prediction")
    hint = "Make a prediction, then go on." if not guess else "Kept. It will stand beside the result."
    solara.v.Html(tag="p", class_="co-sub", attributes={"aria-live": "polite"}, children=[hint])
    with solara.v.Html(tag="details", class_="co-lesson-notes"):
        solara.v.Html(tag="summary", children=["Notes for the lecturer"])
        _paragraphs(lesson.notes)


@solara.component
def _Move(session: Session, lesson: Lesson, number: int) -> None:
    move = lesson.moves[number - 1]
    _heading(move.title)
    _paragraphs(move.text)
    solara.v.Html(tag="h3", children=["What to see"])
    _paragraphs(move.see)
    _Claims(session, move)
    _Guess(session, lesson)


@solara.component
def _Claims(session: Session, move: Move) -> None:
    """What will be seen, each with its numbers; a click turns the chart to it."""
    view, pair, now = session.view.value, answered(session), looked_at(session.view.value)
    with solara.v.Html(tag="ul", class_="co-lesson-claims"):
        for claim in move.claims:
            with solara.v.Html(tag="li"):
                Button(
                    claim.says,
                    lambda claim=claim: session.change(focused(session.view.value, claim)),
                    kind="co-lesson-claim",
                    pressed="true" if claim == now else "false",
                )
                same = not moved(view) and pair
                text = reading(claim, *pair).text if same and pair else "…"
                solara.v.Html(tag="span", class_="co-lesson-reading", children=[text])


@solara.component
def _Guess(session: Session, lesson: Lesson) -> None:
    guess = session.view.value.guess
    if 0 < guess <= len(lesson.prediction.choices):
        text = f"Your prediction: {lesson.prediction.choices[guess - 1]}"
        solara.v.Html(tag="p", class_="co-lesson-guess", children=[text])


@solara.component
def _Meaning(session: Session, lesson: Lesson) -> None:
    asked, guess = lesson.prediction, session.view.value.guess
    _heading("What it means")
    with solara.v.Html(tag="dl", class_="co-lesson-result"):
        made = asked.choices[guess - 1] if 0 < guess <= len(asked.choices) else "none was made"
        for head, text in (("Your prediction", made), ("The model shows", asked.choices[asked.answer - 1])):
            solara.v.Html(tag="dt", children=[head])
            solara.v.Html(tag="dd", children=[text])
    _paragraphs(asked.why)
    _paragraphs(lesson.meaning)
    solara.v.Html(tag="h3", children=["What the model leaves out here"])
    _paragraphs(lesson.limits)
    solara.v.Html(tag="h3", children=["The argument, from each side"])
    for side in lesson.sides:
        solara.v.Html(tag="h4", children=[side.says])
        _paragraphs(side.case)


@solara.component
def _Assumption(session: Session, lesson: Lesson) -> None:
    view, doubt = session.view.value, lesson.assumption
    claim = lesson.doubted[1]
    pair = answered(session)
    shown, show = solara.use_state(False)
    _heading("Find the assumption that undoes it")
    _paragraphs(doubt.task)
    with solara.v.Html(tag="ul", class_="co-lesson-claims"), solara.v.Html(tag="li"):
        solara.v.Html(tag="span", children=[f"{claim.says}:"])
        text = reading(claim, *pair).text if pair else "…"
        solara.v.Html(tag="span", class_="co-lesson-reading", attributes={"aria-live": "polite"}, children=[text])
    Assumptions(session)

    def reveal() -> None:
        show(True)
        session.change(replace(session.view.value, parameters=dict(doubt.parameters)))

    with solara.Div(classes=["co-row"]):
        Button("Show one", reveal)
        Button(
            "As it was",
            lambda: session.change(replace(session.view.value, parameters={})),
            disabled=not view.parameters,
        )
    if shown:
        fixed = ", ".join(f"{name} = {value:g}" for name, value in doubt.parameters.items())
        solara.v.Html(tag="p", class_="co-lesson-fixed", children=[f"Fixed for every run: {fixed}."])
        _paragraphs(doubt.text)


@solara.component
def _Quiz(lesson: Lesson) -> None:
    chosen, choose = solara.use_state(0)
    asked = lesson.quiz
    _heading("One question to end with")
    _paragraphs(asked.question)
    _Choices(asked, chosen, choose, "Your answer")
    with solara.v.Html(tag="div", attributes={"aria-live": "polite"}):
        if chosen:
            right = "Right. " if chosen == asked.answer else f"It is: {asked.choices[asked.answer - 1]}. "
            _paragraphs(right + asked.why)
    solara.v.Html(tag="h3", children=["To read"])
    with solara.v.Html(tag="ul", class_="co-lesson-reads"):
        for work in lesson.reading:
            solara.v.Html(tag="li", children=[work])


@solara.component
def _Choices(asked: Choice, chosen: int, on_choose: Any, label: str) -> None:
    with solara.v.Html(tag="div", class_="co-lesson-choices", attributes={"role": "group", "aria-label": label}):
        for count, text in enumerate(asked.choices, 1):
            Button(
                text, lambda count=count: on_choose(count), kind="co-lesson-choice",
                pressed="true" if count == chosen else "false",
            )  # fmt: skip


@solara.component
def _Turn(session: Session, lesson: Lesson) -> None:
    """Back, next, and where one stands."""
    at, count = session.view.value.step, len(steps(lesson))
    names = lesson_names()
    with solara.Div(classes=["co-lesson-turn"]):
        Button("← Back", lambda: turn(session, -1), disabled=at <= 0)
        solara.v.Html(tag="span", children=[f"{min(at, count - 1) + 1} of {count}"])
        if at < count - 1:
            Button("Next →", lambda: turn(session, 1), kind="primary")
        elif lesson.name != names[-1]:
            following = names[names.index(lesson.name) + 1]
            Button("Next lesson →", lambda: session.change(view_at(session.view.value, following, 0)), kind="primary")
        Button("All lessons", lambda: session.change(replace(session.view.value, lesson="", step=0, guess=0)))


@solara.component
def _Charts(session: Session) -> None:
    """The choice of another chart."""
    view: View = session.view.value
    options = [{"value": key, "title": title} for key, title in chart.choices(view).items()]
    field = {"name": "chart", "label": "Chart", "value": view.chart, "options": options, "inline": True}

    def put(event: dict[str, Any]) -> None:
        if event["value"] in CHARTS:
            session.change(replace(session.view.value, chart=str(event["value"])), key="chart")

    Fields([field], put)


def _heading(text: str) -> None:
    solara.v.Html(tag="h2", children=[text])


def _paragraphs(text: str) -> None:
    for part in text.split("\n\n"):
        solara.v.Html(tag="p", children=[part])
