"""The command for lessons: the list, or one as text."""

from typing import TYPE_CHECKING, Annotated

import typer

from cohesion.cli_options import Json
from cohesion.printing import CAVEAT, print_json, print_table, say

if TYPE_CHECKING:
    from cohesion.lesson import Choice, Lesson, Move

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""\b
Examples:
  cohesion lessons
  cohesion lessons 03-trade-war
  cohesion lessons 03-trade-war --json"""
)
def lessons(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Show this one as text: its name, or the path of a file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the lessons of the dashboard, or show one as text."""
    from cohesion.lesson_file import lesson_names, load_lesson

    if name is None:
        found = [load_lesson(each) for each in lesson_names()]
        if as_json:
            print_json({"lessons": [{"name": x.name, "title": x.title, "question": x.question} for x in found]})
        else:
            print_table(("name", "title", "question"), [(x.name, x.title, x.question) for x in found])
        return
    lesson = load_lesson(name)
    if as_json:
        print_json(lesson.to_dict())
    else:
        _print(lesson)


def _print(lesson: "Lesson") -> None:
    say(f"{lesson.title} ({lesson.name})", "bold")
    _part("Question", lesson.question)
    _choice("Prediction", lesson.prediction)
    for count, move in enumerate(lesson.moves, 1):
        _move(f"Move {count}: {move.title}", move)
    _part("What it means", lesson.meaning)
    _part("What the model leaves out here", lesson.limits)
    for side in lesson.sides:
        _part(side.says, side.case)
    fixed = ", ".join(f"{key} = {value:g}" for key, value in lesson.assumption.parameters.items())
    _part("The assumption that undoes it", lesson.assumption.task)
    say(f"One answer: {fixed}. {lesson.assumption.text}")
    _choice("Quiz", lesson.quiz)
    _part("Notes for the lecturer", lesson.notes)
    say()
    say("To read", "bold")
    for work in lesson.reading:
        say(f"- {work}")
    say()
    say(CAVEAT)


def _part(head: str, text: str) -> None:
    say()
    say(head, "bold")
    for part in text.split("\n\n"):
        say(part)


def _choice(head: str, asked: "Choice") -> None:
    _part(head, asked.question)
    for count, text in enumerate(asked.choices, 1):
        say(f"  {count}. {text}")
    say(f"The model's answer: {asked.answer}. {asked.why}")


def _move(head: str, move: "Move") -> None:
    from cohesion.levers import in_words

    _part(head, move.text)
    raw = move.pair()[0].to_dict()["levers"]
    levers = [f"{key} = {in_words(raw[key])}" for key in move.levers]
    events = [
        f"{event.text} (from {event.date}{f' until {event.until}' if event.until else ''})" for event in move.events
    ]
    changed = f" with {'; '.join([*levers, *events])}" if levers or events else ""
    say(f"Scenario: {move.scenario}{changed}; baseline: {move.baseline}")
    say(f"To see: {move.see}")
    for claim in move.claims:
        say(f"- {claim.says} ({claim.month:%B %Y})")
