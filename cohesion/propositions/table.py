"""The propositions as data: ``configs/propositions/P1.toml`` to ``P11.toml``, a file each.

An *arm* is a shipped scenario with levers changed. A *contrast* is a weighted sum of arms (a difference, or a
difference of differences) less a reference, taken by a measure and held against what the claim says of it. Contrasts
that decide give the verdict; those beside it are reported with the same rule.
"""

import tomllib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.parameters import MECHANISMS
from cohesion.propositions.measures import BY_NAME as MEASURES
from cohesion.scenario import Scenario, config_folder, load_scenario

#: Runs of each parameter set, with other shocks: what chance does is averaged out in part.
REPETITIONS = 4
IDS = tuple(f"P{k}" for k in range(1, 12))


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arm(_Table):
    """A shipped scenario with levers changed; ``says`` names it in a table."""

    says: str = Field(min_length=3)
    scenario: str
    levers: dict[str, Any] = {}

    def load(self) -> Scenario:
        """The scenario."""
        base = load_scenario(self.scenario)
        return base.with_changes(levers=self.levers) if self.levers else base


class Contrast(_Table):
    """What is compared: see the module.

    Attributes
    ----------
    says
        The claim in words.
    of
        Weight of each arm.
    reference
        Taken off the weighted sum: where a level is claimed and not a difference.
    differs
        The levers in which its arms differ, and no others.
    smallest
        In place of the measure's.
    """

    says: str = Field(min_length=3)
    of: dict[str, float] = Field(min_length=1)
    measure: str
    claim: Literal["more", "less", "no more", "no less"]
    decides: bool
    differs: tuple[str, ...]
    reference: float = 0
    smallest: float | None = Field(default=None, gt=0)

    @property
    def needed(self) -> float:
        """Smallest meaningful difference."""
        return MEASURES[self.measure].smallest if self.smallest is None else self.smallest

    @model_validator(mode="after")
    def _known(self) -> "Contrast":
        if self.measure not in MEASURES:
            raise ValueError(f"measure {self.measure!r} is not one of {', '.join(MEASURES)}")
        return self


class Ablation(_Table):
    """The responsible mechanism switched off: whole mechanisms, or parameters at given values."""

    says: str = Field(min_length=3)
    without: tuple[str, ...] = ()
    parameters: dict[str, float] = {}

    @model_validator(mode="after")
    def _known(self) -> "Ablation":
        unknown = (set(self.without) - set(MECHANISMS)) | (set(self.parameters) - set(PARAMETERS))
        if unknown or not (self.without or self.parameters):
            raise ValueError(f"unknown or nothing: {sorted(unknown)}")
        return self


class Prior(_Table):
    """What was expected of the verdict before the first run, as probabilities, and why."""

    supported: float = Field(ge=0, le=1)
    mixed: float = Field(ge=0, le=1)
    refuted: float = Field(ge=0, le=1)
    why: str = Field(min_length=40)

    @model_validator(mode="after")
    def _sums(self) -> "Prior":
        if abs(self.supported + self.mixed + self.refuted - 1) > 1e-9:
            raise ValueError("probabilities must sum to 1")
        return self


class Proposition(_Table):
    """A claim of the essay and how it is tested.

    Attributes
    ----------
    id, title, claim, mechanisms
        ``P1``; a short name; the essay's claim; mechanisms of the design it rests on.
    reading
        How the words of the claim became contrasts, and what that leaves out.
    structural, open
        What follows from the sign of a rule, and what the ranges leave to be found.
    other_side
        The strongest argument against the claim, and against this test of it.
    ill_posed
        What the first run showed the test unable to show. Nothing is changed for it.
    """

    id: str
    title: str = Field(min_length=3)
    claim: str = Field(min_length=20)
    mechanisms: tuple[str, ...] = Field(min_length=1)
    reading: str = Field(min_length=100)
    structural: str = Field(min_length=100)
    open: str = Field(min_length=60)
    other_side: str = Field(min_length=100)
    ill_posed: str = ""
    prior: Prior
    arms: dict[str, Arm]
    contrasts: tuple[Contrast, ...] = Field(min_length=1)
    ablation: Ablation

    @property
    def deciding(self) -> tuple[Contrast, ...]:
        """Contrasts that give the verdict."""
        return tuple(contrast for contrast in self.contrasts if contrast.decides)

    @model_validator(mode="after")
    def _whole(self) -> "Proposition":
        used = {name for contrast in self.contrasts for name in contrast.of}
        if used != set(self.arms):
            raise ValueError(f"{self.id}: arms and contrasts do not name the same: {sorted(used ^ set(self.arms))}")
        if not self.deciding:
            raise ValueError(f"{self.id}: no contrast decides")
        return self


def propositions(ids: tuple[str, ...] = IDS) -> tuple[Proposition, ...]:
    """The propositions, in their order."""
    return tuple(_read(each) for each in IDS if each in ids)


def _read(each: str) -> Proposition:
    with (config_folder() / "propositions" / f"{each}.toml").open("rb") as stream:
        return Proposition(id=each, **tomllib.load(stream))
