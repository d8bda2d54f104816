"""The file of a lesson: its format, and reading it with every mistake named.

What it holds is a `cohesion.lesson.Lesson`.
"""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cohesion.checks import (
    STRICT,
    ConfigError,
    EventFile,
    checked,
    clean,
    lever_value,
    nearest,
    parameter_value,
    schema_of,
)
from cohesion.facts import ISO3
from cohesion.lesson import MEASURES, OF_MEMBERS, Assumption, Choice, Claim, Direction, Effect, Lesson, Move, Side
from cohesion.scenario import Event, Scenario, config_folder, scenario_names
from cohesion.toml import keys_of, read_file

_Text = Annotated[str, Field(min_length=1)]
_DAY = "the first day of a month within the scenario, as in 2030-01-01"
_SCENARIO = "the name of a shipped scenario"


class ChoiceFile(BaseModel):
    """A question with choices."""

    model_config = STRICT

    question: _Text = Field(description="a text: the question")
    choices: list[_Text] = Field(min_length=2, max_length=5, description="a list of two to five texts")
    answer: int = Field(ge=1, le=5, description="the number of a choice, from 1")
    why: _Text = Field(description="a text that says why it is this one")


class ClaimFile(BaseModel):
    """What the audience will see."""

    model_config = STRICT

    says: _Text = Field(description="a text: what will be seen")
    of: str = Field(description=f"one of {', '.join(MEASURES)}")
    member: str = Field("", description="the ISO 3166 code of a member, where the variable is one of members")
    than: str = Field("", description="the ISO 3166 code of the member that it is compared with")
    month: datetime.date = Field(description=_DAY)
    direction: Direction = Field(description="lower, higher or none: the scenario against the baseline")
    size: float = Field(gt=0, description="a number above 0: the least difference, or for none the most")


class MoveFile(BaseModel):
    """A setting of the levers."""

    model_config = STRICT

    title: _Text = Field(description="a title on one line")
    text: _Text = Field(description="a text: what is done")
    see: _Text = Field(description="a text: what to look at")
    scenario: _Text = Field(description=_SCENARIO)
    baseline: _Text = Field(description=_SCENARIO)
    levers: dict[str, Any] = Field({}, description="a table of levers, set in the scenario")
    events: list[EventFile] = Field([], description="a list of events, added to the scenario")
    claims: list[ClaimFile] = Field(min_length=1, description="a list of at least one claim")


class AssumptionFile(BaseModel):
    """An assumption that undoes an effect."""

    model_config = STRICT

    task: _Text = Field(description="a text: what the student is to find")
    text: _Text = Field(description="a text: what the assumption named here means")
    parameters: dict[str, Any] = Field(min_length=1, description="a table of at least one parameter: numbers")
    move: int = Field(ge=1, description="the number of a move, from 1")
    claim: int = Field(ge=1, description="the number of one of its claims, from 1")
    effect: Effect = Field(description="fades or reverses")


class SideFile(BaseModel):
    """A side of the argument."""

    model_config = STRICT

    says: _Text = Field(description="a text: what this side says, in a sentence")
    case: _Text = Field(description="a text: its case in its strongest form")


class LessonFile(BaseModel):
    """A lesson: question, prediction, moves, meaning, limits, both sides, the assumption that undoes it, quiz."""

    model_config = STRICT

    title: _Text = Field(pattern=r"^[^\r\n]+$", description="a title on one line")
    question: _Text = Field(description="a text: the question")
    prediction: ChoiceFile = Field(description="a table: question, choices, answer, why")
    moves: list[MoveFile] = Field(min_length=2, max_length=3, description="a list of two or three moves, [[moves]]")
    meaning: _Text = Field(description="a text: what it means")
    limits: _Text = Field(description="a text: what the model leaves out here")
    sides: list[SideFile] = Field(min_length=2, description="a list of at least two sides, [[sides]]")
    assumption: AssumptionFile = Field(description="a table: task, text, parameters, move, claim, effect")
    quiz: ChoiceFile = Field(description="a table: question, choices, answer, why")
    notes: _Text = Field(description="a text: notes for the lecturer")
    reading: list[_Text] = Field(min_length=1, description="a list of works to read")


_WITHIN: dict[str, type[BaseModel]] = {
    "prediction": ChoiceFile, "quiz": ChoiceFile, "moves": MoveFile, "claims": ClaimFile, "events": EventFile,
    "sides": SideFile, "assumption": AssumptionFile,
}  # fmt: skip


def lesson_schema() -> dict[str, Any]:
    """JSON Schema of a lesson file, for editors."""
    return schema_of(LessonFile, "lesson")


# --- reading ----------------------------------------------------------------------------------------------------------


def lesson_names() -> tuple[str, ...]:
    """Names of the shipped lessons, in their order."""
    return tuple(sorted(path.stem for path in (config_folder() / "lessons").glob("*.toml")))


def load_lesson(name_or_path: str | Path) -> Lesson:
    """Read and check a lesson.

    Parameters
    ----------
    name_or_path
        The name of a shipped lesson, or the path of a TOML file.

    Raises
    ------
    ConfigError
        If there is no such lesson or something in it is wrong.
    """
    raw, path = read_file(name_or_path, "lesson", config_folder() / "lessons", lesson_names())
    return lesson_of(raw, path.stem, str(path))


def is_lesson(path: str | Path) -> bool:
    """Whether a file is meant as a lesson: it has moves or a prediction."""
    return bool(keys_of(path) & {"moves", "prediction"})


def lesson_of(raw: Mapping[str, Any], name: str, file: str) -> Lesson:
    """The lesson that the content of a file is.

    Parameters
    ----------
    raw
        Content of the file.
    name, file
        Of the lesson, and of the file as messages name it.

    Raises
    ------
    ConfigError
        If something in it is wrong.
    """
    found = checked(raw, file, LessonFile, _WITHIN)
    moves = tuple(_move(move, file, f"moves[{k}]") for k, move in enumerate(found.moves, 1))
    return Lesson(
        name=name,
        title=found.title,
        question=folded(found.question),
        prediction=_choice(found.prediction, file, "prediction"),
        moves=moves,
        meaning=folded(found.meaning),
        limits=folded(found.limits),
        sides=tuple(Side(folded(side.says), folded(side.case)) for side in found.sides),
        assumption=_assumption(found.assumption, moves, file),
        quiz=_choice(found.quiz, file, "quiz"),
        notes=folded(found.notes),
        reading=tuple(folded(work) for work in found.reading),
    )


def folded(text: str) -> str:
    """A text with each paragraph on one line; a blank line parts them."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _choice(found: ChoiceFile, file: str, key: str) -> Choice:
    if found.answer > len(found.choices):
        allowed = f"the number of a choice, from 1 to {len(found.choices)}"
        raise ConfigError.at(file, f"{key}.answer", found.answer, allowed)
    choices = tuple(folded(choice) for choice in found.choices)
    return Choice(folded(found.question), choices, found.answer, folded(found.why))


def _move(found: MoveFile, file: str, key: str) -> Move:
    for kind in ("scenario", "baseline"):
        name = getattr(found, kind)
        if name not in scenario_names():
            raise ConfigError.at(file, f"{key}.{kind}", name, _SCENARIO, nearest(name, scenario_names()))
    events = []
    for count, event in enumerate(found.events, 1):
        here = f"{key}.events[{count}]"
        until = event.until if "until" in event.model_fields_set else None
        if until is not None and until <= event.date:
            raise ConfigError.at(file, f"{here}.until", until, f"a month after the event's date, {event.date}")
        set_to = {k: lever_value(k, v, file, f"{here}.levers.{k}", dated=False) for k, v in event.levers.items()}
        events.append(Event(event.date, until, set_to, event.text, event.source))
    move = Move(
        title=folded(found.title),
        text=folded(found.text),
        see=folded(found.see),
        scenario=found.scenario,
        baseline=found.baseline,
        claims=(),
        levers={k: lever_value(k, v, file, f"{key}.levers.{k}") for k, v in found.levers.items()},
        events=tuple(events),
    )
    scenario, other = move.pair()
    if (scenario.start, scenario.months) != (other.start, other.months):
        allowed = f"a scenario over the months of {scenario.name}"
        raise ConfigError.at(file, f"{key}.baseline", found.baseline, allowed)
    claims = tuple(_claim(c, scenario, file, f"{key}.claims[{k}]") for k, c in enumerate(found.claims, 1))
    return replace(move, claims=claims)


def _claim(found: ClaimFile, scenario: Scenario, file: str, key: str) -> Claim:
    if found.of not in MEASURES:
        raise ConfigError.at(file, f"{key}.of", found.of, f"one of {', '.join(MEASURES)}", nearest(found.of, MEASURES))
    by_member = found.of in OF_MEMBERS
    for kind in ("member", "than"):
        code = getattr(found, kind)
        if code and not by_member:
            raise ConfigError.at(file, f"{key}.{kind}", code, f"nothing: {found.of} is one for the alliance")
        if code and code not in ISO3:
            raise ConfigError.at(file, f"{key}.{kind}", code, "the ISO 3166 code of a member", nearest(code, ISO3))
    if by_member and not found.member:
        raise ConfigError(f"{clean(file)}, {clean(key)}.member: missing; {found.of} is one of each member")
    month = scenario.month_of(found.month)
    if found.month.day != 1 or not 0 <= month <= scenario.months:
        allowed = f"the first day of a month from {scenario.month_label(0)} to {scenario.month_label(scenario.months)}"
        raise ConfigError.at(file, f"{key}.month", found.month, allowed)
    return Claim(
        folded(found.says), found.of, found.month, found.direction, found.size, found.member, found.than
    )  # fmt: skip


def _assumption(found: AssumptionFile, moves: tuple[Move, ...], file: str) -> Assumption:
    if found.move > len(moves):
        raise ConfigError.at(file, "assumption.move", found.move, f"the number of a move, from 1 to {len(moves)}")
    claims = moves[found.move - 1].claims
    if found.claim > len(claims):
        raise ConfigError.at(file, "assumption.claim", found.claim, f"the number of a claim, from 1 to {len(claims)}")
    if claims[found.claim - 1].direction == "none":
        raise ConfigError.at(file, "assumption.claim", found.claim, "a claim of an effect, not of none")
    values = {k: parameter_value(k, v, file, f"assumption.parameters.{k}") for k, v in found.parameters.items()}
    return Assumption(folded(found.task), folded(found.text), values, found.move, found.claim, found.effect)
