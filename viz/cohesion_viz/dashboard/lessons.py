"""Lessons: the list, and one step at a time beside the live charts."""

from dataclasses import replace
from typing import Any

import solara

from cohesion.lesson import Choice, Lesson, Move
from cohesion.lesson_file import lesson_names
from cohesion_viz.dashboard import chart
from cohesion_viz.dashboard.assumptions import Assumptions
from cohesion_viz.dashboard.components import Button, Fields, card
from cohesion_viz.dashboard.lesson_steps import (
    ASSUMPTION,
    MEANING,
    QUESTION,
    QUIZ,
    answered,
    focused,
    known,
    looked_at,
    moved,
    pointer_of,
    reading,
    step_of,
    steps,
    turn,
    view_at,
)
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.dashboard.verdict import Verdict
from cohesion_viz.view import CHARTS, View

#: How much larger the texts of the chart are.
FACTOR = 1.2


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
                    pressed="true" if claim in now else "false",
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
    _heading("Find the assumption that undoes it")
    _paragraphs(doubt.task)
    with solara.v.Html(tag="ul", class_="co-lesson-claims"), solara.v.Html(tag="li"):
        solara.v.Html(tag="span", children=[f"{claim.says}:"])
        text = reading(claim, *pair).text if pair else "…"
        solara.v.Html(tag="span", class_="co-lesson-reading", attributes={"aria-live": "polite"}, children=[text])
    Assumptions(session)

    def reveal() -> None:
        session.change(replace(session.view.value, parameters=dict(doubt.parameters)))

    with solara.Div(classes=["co-row"]):
        Button("Show one", reveal)
        Button(
            "As it was",
            lambda: session.change(replace(session.view.value, parameters={})),
            disabled=not view.parameters,
        )
    if dict(view.parameters) == dict(doubt.parameters):
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
