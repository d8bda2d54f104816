"""Lessons: a question, a prediction, moves whose effect is measured, and the assumption that undoes it.

What a lesson says will be seen is a `Claim`: a variable, a month, a direction and the smallest size that counts. The
tests run the model and check each one, so a lesson never says more than the model shows.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from cohesion.checks import LeverValue
from cohesion.facts import ISO3
from cohesion.outcome import OUTCOMES
from cohesion.scenario import Event, Scenario, load_scenario
from cohesion.types import PHASES

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
