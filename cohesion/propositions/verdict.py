"""The rule by which a claim is supported, mixed or refuted.

It was fixed, with the contrasts, measures, smallest meaningful effects and priors in ``configs/propositions``, before
any of the contrasts was run; it is the same for all. A contrast gives one number a parameter set: the difference
between scenarios under common random numbers, averaged over a few repetitions with other shocks. Its *effect* is that
difference turned so that positive is as claimed, and it is *needed* at a smallest meaningful size.

- **supported**: at least nine sets of ten show the claimed sign, and the median effect is as large as needed;
- **refuted**: the claimed sign is no likelier than the other, or fewer than one set in twenty shows an effect as large
  as needed (so that nine tenths of the effects, from the fifth to the ninety-fifth percentile, lie among those that are
  practically nothing or on the wrong side);
- **mixed**: neither.

A set without any difference counts half for the sign. Of a claim with several parts the weakest decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cohesion.types import Array, BoolArray, IntArray

LIKELY, EVEN, RARE = 0.9, 0.5, 0.05
#: From the strongest to the weakest.
VERDICTS = ("supported", "mixed", "refuted")
SUPPORTED, MIXED, REFUTED = range(3)
#: What a contrast may claim of a difference.
CLAIMS = ("more", "less", "no more", "no less")
#: Differences below it are rounding: they add up from numbers near 1.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Judgement:
    """What is said of a contrast.

    Attributes
    ----------
    median, low, high
        Of the difference over parameter sets: median, and the range of nine tenths of them.
    median_low, median_high
        95 % interval of the median (bootstrap over sets).
    probability
        Of the claimed sign: share of sets, those without any difference half.
    holds, against
        Share of sets with an effect as large as needed, and with one as large the other way.
    verdict
        One of `VERDICTS`.
    """

    median: float
    low: float
    high: float
    median_low: float
    median_high: float
    probability: float
    holds: float
    against: float
    verdict: str


def effect(difference: Array, claim: str, smallest: float) -> tuple[Array, float]:
    """The difference turned so that positive is as claimed, ``[..., set]``, and the size that is needed.

    Parameters
    ----------
    difference
        ``[..., set]``.
    claim
        ``"more"`` and ``"less"`` claim a difference of at least ``smallest``; ``"no more"`` and ``"no less"`` that
        there is none of that size, so that everything short of it is as claimed.
    smallest
        Smallest meaningful difference, above 0.
    """
    if claim not in CLAIMS:
        raise ValueError(f"claim {claim!r} is not one of {', '.join(CLAIMS)}")
    turned = difference if claim in ("more", "no less") else -difference
    return (turned + smallest, 0.0) if claim.startswith("no ") else (turned, smallest)


def reaches(effects: Array, needed: float) -> BoolArray:
    """Whether effects are as large as needed, element by element."""
    return effects >= needed - ROUNDING


def sign_probability(effects: Array) -> Array:
    """Share of effects above zero, those at zero half, ``[..., set]`` to ``[...]``."""
    return np.where(np.abs(effects) <= ROUNDING, 0.5, effects > 0).mean(axis=-1)


def decide(effects: Array, needed: float) -> IntArray:
    """The rule: ``[..., set]`` to indices into `VERDICTS`, ``[...]``."""
    supported = (sign_probability(effects) >= LIKELY - ROUNDING) & reaches(np.median(effects, axis=-1), needed)
    rare = reaches(effects, needed).mean(axis=-1) < RARE - ROUNDING
    refuted = (sign_probability(effects) <= EVEN + ROUNDING) | rare
    return np.select([supported, refuted], [SUPPORTED, REFUTED], MIXED)


def judge(difference: Array, claim: str, smallest: float, resamples: int = 1000) -> Judgement:
    """Judge a contrast by its differences, ``[set]``; the rest as in `effect`."""
    effects, needed = effect(difference, claim, smallest)
    low, high = np.percentile(difference, [5, 95])
    picks = _picks(difference.size, resamples)
    ends = np.percentile(np.median(difference[picks], axis=-1), [2.5, 97.5])
    return Judgement(
        median=float(np.median(difference)),
        low=float(low),
        high=float(high),
        median_low=float(ends[0]),
        median_high=float(ends[1]),
        probability=float(sign_probability(effects)),
        holds=float(reaches(effects, needed).mean()),
        against=float((effects <= ROUNDING - needed if needed else effects < -ROUNDING).mean()),
        verdict=VERDICTS[int(decide(effects, needed))],
    )


def weakest(verdicts: Sequence[str]) -> str:
    """The verdict on a claim of several parts: a chain is as strong as its weakest link."""
    return VERDICTS[max(map(VERDICTS.index, verdicts))]


def remains(full: float, ablated: float, smallest: float) -> str:
    """What an ablation leaves of a median difference.

    ``"too small"``: there was less than a meaningful difference to take away; else by the ratio of the two: ``"gone"``
    (up to a quarter either way), ``"smaller"`` (to three quarters), ``"stays"``, or ``"turned"`` where the sign has
    changed.
    """
    if abs(full) < smallest - ROUNDING:
        return "too small"
    ratio = ablated / full
    if abs(ratio) <= 0.25:
        return "gone"
    if ratio < 0:
        return "turned"
    return "smaller" if ratio <= 0.75 else "stays"


def agreement(parts: Sequence[tuple[Array, float]], resamples: int = 1000) -> float:
    """Share of resamples of the sets in which the verdict on all parts together is the same.

    Parameters
    ----------
    parts
        Effects, ``[set]``, and the size needed, of each part that decides.
    """
    picks = _picks(parts[0][0].size, resamples)
    again = np.max([decide(effects[picks], needed) for effects, needed in parts], axis=0)
    return float((again == max(int(decide(effects, needed)) for effects, needed in parts)).mean())


def _picks(sets: int, resamples: int) -> IntArray:
    return np.random.default_rng(0).integers(0, sets, (resamples, sets))
