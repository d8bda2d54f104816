"""What is scored: four components of 0 to 100, and the weights that join them.

The weights are values, not findings: they say what this game takes a good end to be. Others would name another winner,
which is why the components are always shown beside the score. All are means over the months played.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cohesion.game.play import Played
from cohesion.levers import BY_NAME
from cohesion.types import Array

#: Extra cost at which nothing is left of that component, % of GDP: what lies between the pledges of 2014 and 2025.
FULL_COST = 3.0
#: Levers whose price the model does not know: the score asks for restraint in their place.
UNPRICED = ("sanctions", "oil_squeeze", "pillar", "assurance_force")


@dataclass(frozen=True, slots=True)
class Component:
    """A component of the score: ``weight`` is its share of the whole."""

    name: str
    title: str
    weight: float
    meaning: str


COMPONENTS = (
    Component("cohesion", "Cohesion", 0.4, "The cohesion index, 0 to 100."),
    Component("deterrence", "Weakest ally", 0.3,
              "Credibility of collective defence for the member for which it is lowest that month, 0 to 100."),
    Component("cost", "Cost to Europe", 0.2,
              f"100 at no cost beyond the start, 0 at {FULL_COST:g} % of GDP: defence, aid to Ukraine, and what trade "
              "war and energy cost all members but the US."),
    Component("restraint", "Restraint", 0.1,
              "100 where the levers whose price the model does not know (sanctions, oil squeeze, European pillar, "
              "assurance force) stay as at the start, 0 where all are as far from it as they go."),
)  # fmt: skip


@dataclass(frozen=True)
class Score:
    """What a game came to in every run.

    Attributes
    ----------
    total, components
        The score, 0 to 100, ``[run]``; and its components by name, ``[run]`` each.
    outcome
        Index into `cohesion.outcome.OUTCOMES`, judged on the last two years, ``[run]``.
    trust
        Trust in the US at the end, 0 to 1, mean over other members, ``[run]``.
    """

    total: Array
    components: dict[str, Array]
    outcome: npt.NDArray[np.int8]
    trust: Array

    def mean(self) -> float:
        """Over the runs: what the moves are worth, whatever the luck of a run."""
        return float(self.total.mean())


def score(played: Played) -> Score:
    """Score of a game so far."""
    r, x = played.records, played.inputs
    others = x.europe > 0
    weakest = r["credibility"][..., others].min(axis=-1)
    parts = {
        "cohesion": 100 * _mean(r["cohesion_index"]),
        "deterrence": 100 * _mean(weakest),
        "cost": 100 * np.clip(1 - _mean(cost(played)) / FULL_COST, 0, 1),
        "restraint": np.full(len(played.runs), 100 * (1 - effort(played))),
    }
    total = np.sum([c.weight * parts[c.name] for c in COMPONENTS], axis=0)
    trust = r["trust_in_us"][:, -1, others].mean(axis=-1)
    return Score(total, parts, r["outcome"][:, -1], trust)


def cost(played: Played) -> Array:
    """What members but the US bear beyond the start, % of their GDP, ``[run, month]``.

    Defence spending and aid to Ukraine beyond their shares of GDP at the start, and GDP lost to trade war and energy;
    weighted by GDP at the start.
    """
    r, x = played.records, played.inputs
    weight = x.gdp * x.europe / (x.gdp * x.europe).sum()
    spent = r["spending"] - x.spending + x.aid * (np.exp(r["aid"]) - 1) + 100 * r["loss"]
    extra: Array = spent @ weight
    return extra


def effort(played: Played) -> float:
    """How far the levers of `UNPRICED` are from the start, 0 to 1, mean over them and the years."""
    used = []
    for year in range(played.years):
        levers = played.game.levers(year)
        for name in UNPRICED:
            known = BY_NAME[name]
            used.append(abs(levers[name] - known.neutral) / max(known.high - known.neutral, known.neutral - known.low))
    return float(np.mean(used))


def _mean(values: Array) -> Array:
    mean: Array = values[:, 1:].mean(axis=-1)  # without the start, which nobody has played
    return mean
