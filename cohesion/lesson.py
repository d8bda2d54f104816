"""Lessons: a question, a prediction, moves whose effect is measured, and the assumption that undoes it; read from TOML.

What a lesson says will be seen is a `Claim`: a variable, a month, a direction and the smallest size that counts. The
tests run the model and check each one, so a lesson never says more than the model shows.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from cohesion.checks import (
    STRICT,
    ConfigError,
    EventFile,
    LeverValue,
    checked,
    clean,
    lever_value,
    nearest,
    parameter_value,
)
from cohesion.facts import ISO3
from cohesion.outcome import OUTCOMES
from cohesion.scenario import Event, Scenario, config_folder, load_scenario, scenario_names
from cohesion.toml import keys_of, read_file
from cohesion.types import PHASES
from cohesion.variables import BY_NAME

if TYPE_CHECKING:
    import xarray as xr

Direction = Literal["lower", "higher", "none"]
Effect = Literal["fades", "reverses"]
#: What the page of a lesson can show of a member, and of the alliance; beside them outcomes and phases of the war.
OF_MEMBERS = ("trust_in_us", "european_trust", "goodwill", "threat", "spending", "credibility")
OF_ALLIANCE = ("cohesion_index", "unity", "pressure")
MEASURES = (*OF_MEMBERS, *OF_ALLIANCE, *OUTCOMES, *PHASES)
#: Runs and seed of a lesson's page, and of the test of its claims.
RUNS, SEED = 256, 0
#: Resamples of an interval; what an effect that fades falls below, as a share of what it was.
RESAMPLES, FADED = 1000, 0.5


@dataclass(frozen=True)
class Claim:
    """What the audience will see, in a form that can be checked.

    Attributes
    ----------
    says
        In words.
    of
        One of `MEASURES`: a variable (difference of medians over runs), an outcome or a phase of the war (difference of
        shares of runs).
    member, than
        ISO3 code where the variable is of members, and of the member whose difference is taken off; else empty.
    month
        First day of the month that is looked at.
    direction, size
        Scenario against baseline: at least ``size`` lower or higher, or within ``size`` of it (``none``).
    """

    says: str
    of: str
    month: datetime.date
    direction: Direction
    size: float
    member: str = ""
    than: str = ""


@dataclass(frozen=True)
class Move:
    """A setting of the levers, and what is to be seen then.

    Attributes
    ----------
    title, text, see
        What is done, and what to look at.
    scenario, baseline
        Names of shipped scenarios.
    levers, events
        Changes of the scenario.
    claims
        The first is the one that the page turns to.
    """

    title: str
    text: str
    see: str
    scenario: str
    baseline: str
    claims: tuple[Claim, ...]
    levers: Mapping[str, LeverValue] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def pair(self, parameters: Mapping[str, float] | None = None) -> tuple[Scenario, Scenario]:
        """The scenario with its changes and the baseline, both under the same fixed parameters."""
        fixed = dict(parameters or {})
        found = load_scenario(self.scenario)
        found = found.with_changes(levers=dict(self.levers), parameters=fixed)
        if self.events:
            found = replace(found, events=(*found.events, *self.events)).with_changes()
        other = load_scenario(self.baseline)
        return found, other.with_changes(parameters=fixed) if fixed else other


@dataclass(frozen=True)
class Choice:
    """A question with choices; ``answer`` counts from 1, and ``why`` says why it is that one."""

    question: str
    choices: tuple[str, ...]
    answer: int
    why: str


@dataclass(frozen=True)
class Assumption:
    """An assumption under which an effect fades or reverses; the student is asked to find one.

    Attributes
    ----------
    task, text
        What to look for, and what the one that is named here means.
    parameters
        Values by name.
    move, claim
        Which claim of which move, from 1.
    effect
        ``fades``: less than half of it is left; ``reverses``: it is visible with the other sign.
    """

    task: str
    text: str
    parameters: Mapping[str, float]
    move: int
    claim: int
    effect: Effect


@dataclass(frozen=True)
class Side:
    """One side of the political argument, in its strongest form."""

    says: str
    case: str


@dataclass(frozen=True)
class Lesson:
    """What a lesson file holds; ``name`` is that of the file without its ending."""

    name: str
    title: str
    question: str
    prediction: Choice
    moves: tuple[Move, ...]
    meaning: str
    limits: str
    sides: tuple[Side, ...]
    assumption: Assumption
    quiz: Choice
    notes: str
    reading: tuple[str, ...]

    @property
    def number(self) -> str:
        """Number of the lesson, as its name begins; empty where it has none."""
        first = self.name.split("-")[0]
        return str(int(first)) if first.isascii() and first.isdigit() else ""

    @property
    def doubted(self) -> tuple[Move, Claim]:
        """The claim that the assumption undoes, and its move."""
        move = self.moves[self.assumption.move - 1]
        return move, move.claims[self.assumption.claim - 1]

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON (dates as text)."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return plain


# --- measuring --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """What came out: values of scenario and baseline, their difference, and its 95 % interval over runs."""

    here: float
    there: float
    difference: float
    low: float
    high: float


def measure(claim: Claim, data: "xr.Dataset", base: "xr.Dataset") -> Measured:
    """The difference that a claim is about, with a bootstrap interval in which pairs of runs are kept.

    Parameters
    ----------
    claim
        What is measured.
    data, base
        Of `cohesion.simulate`, scenario and baseline, with the same seed and runs.
    """
    values = [_values(claim, each) for each in (data, base)]
    runs = values[0].shape[-1]
    take = np.mean if values[0].dtype == bool else np.median
    generator = np.random.default_rng(0)
    picks = generator.integers(0, runs, (RESAMPLES, runs))
    middles = [take(v, axis=-1) for v in values]
    spread = take(values[0][:, picks], axis=-1) - take(values[1][:, picks], axis=-1)
    differences = spread[0] - spread[1] if claim.than else spread[0]
    low, high = np.percentile(differences, [2.5, 97.5])
    moved = middles[0] - middles[1]
    return Measured(
        float(middles[0][0]), float(middles[1][0]), float(moved[0] - (moved[1] if claim.than else 0)),
        float(low), float(high),
    )  # fmt: skip


def borne_out(claim: Claim, found: Measured) -> bool:
    """Whether the model shows what a claim says: its direction, its size, and beyond the interval."""
    if claim.direction == "none":
        return -claim.size <= found.low and found.high <= claim.size
    sign = 1 if claim.direction == "higher" else -1
    return sign * found.difference >= claim.size and found.low * found.high > 0


def undone(effect: Effect, before: Measured, after: Measured) -> bool:
    """Whether an effect fades or reverses from one measurement to another."""
    if effect == "fades":
        return abs(after.difference) < FADED * abs(before.difference)
    return before.difference * after.difference < 0 < after.low * after.high


def _values(claim: Claim, data: "xr.Dataset") -> npt.NDArray[Any]:
    """Values of a claim's measure in its month, ``[1 or 2, run]``; true or false where a share is meant."""
    start = datetime.date.fromisoformat(data.attrs["start"])
    month = 12 * (claim.month.year - start.year) + claim.month.month - start.month
    for names, variable in ((OUTCOMES, "outcome"), (PHASES, "phase")):
        if claim.of in names:
            return np.asarray(data[variable].sel(month=month).values[None] == names.index(claim.of))
    found = data[claim.of].sel(month=month).values
    if claim.of in OF_ALLIANCE:
        return np.asarray(found[None])
    members = [m for m in (claim.member, claim.than) if m]
    return np.asarray(found[:, [ISO3.index(m) for m in members]].T)


# --- the format -------------------------------------------------------------------------------------------------------

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
    """JSON Schema (draft 7) of a lesson file, for editors."""
    schema = LessonFile.model_json_schema(ref_template="#/definitions/{model}")
    schema["definitions"] = schema.pop("$defs")
    return schema | {"$schema": "http://json-schema.org/draft-07/schema#", "title": "cohesion lesson"}


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
    """Check the content of a lesson file."""
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


def unit_of(of: str) -> str:
    """Unit of a measure: that of its variable, or ``share of runs``."""
    return BY_NAME[of].unit if of in BY_NAME else "share of runs"
