"""The outcome of a run: whether the alliance holds.

Judged each month on means over the two years before it (less at the start of a run), so that the outcome of a run is
that of its last month. In this order:

- ``splinters``: a share ``threshold_defection`` of members accommodates, obstructs or has withdrawn, or committed and
  pillar members hold less than ``threshold_loyalty`` of allied GDP outside the US;
- ``holds``: trust in the US is at least ``threshold_trust`` of what it was at the start, credibility on the exposed
  flank and unity of decisions reach their thresholds, and the US is in;
- ``european_pillar``: credibility without the US and trust among the others reach theirs;
- ``hollow``: none of these. The alliance stands on paper.

The form of the rule comes from a prototype. Thresholds are parameters, fixed with their reasons before outcomes of this
model were looked at, but for ``threshold_defection``: it was later set from 0.16 to 0.15, so that five of 32 reach it,
which moved no share of the shipped scenarios by more than a run. `sensitivity` moves each by a tenth.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cohesion.parameters import THRESHOLDS
from cohesion.types import Array

OUTCOMES = ("holds", "european_pillar", "hollow", "splinters")
HOLDS, EUROPEAN_PILLAR, HOLLOW, SPLINTERS = range(4)
WINDOW = 24
#: What the outcome is judged on, by name.
CRITERIA = (
    "defection", "loyalty", "trust_retained", "credibility", "unity", "credibility_without_us",
    "european_trust_retained", "us_present",
)  # fmt: skip


def defaults() -> dict[str, float]:
    """Thresholds by name."""
    return {p.name: p.default for p in THRESHOLDS}


def trailing_mean(values: Array) -> Array:
    """Mean over the last `WINDOW` months, ``[run, month]``."""
    total = np.cumsum(values, axis=-1)
    total[:, WINDOW:] -= total[:, :-WINDOW].copy()
    return total / np.minimum(np.arange(1, values.shape[-1] + 1), WINDOW)


def classify(criteria: dict[str, Array], thresholds: dict[str, float]) -> npt.NDArray[np.int8]:
    """Outcome as an index into `OUTCOMES`, of the shape of the criteria.

    Parameters
    ----------
    criteria
        `CRITERIA`, each a mean over the window, ``[run]`` or ``[run, month]``.
    thresholds
        By name.
    """
    c, t = criteria, thresholds
    splinters = (c["defection"] >= t["threshold_defection"]) | (c["loyalty"] < t["threshold_loyalty"])
    holds = (
        (c["trust_retained"] >= t["threshold_trust"])
        & (c["credibility"] >= t["threshold_credibility"])
        & (c["unity"] >= t["threshold_unity"])
        & (c["us_present"] >= 0.5)
    )
    pillar = (c["credibility_without_us"] >= t["threshold_credibility"]) & (
        c["european_trust_retained"] >= t["threshold_european_trust"]
    )
    kinds = np.select([splinters, holds, pillar], [SPLINTERS, HOLDS, EUROPEAN_PILLAR], HOLLOW)
    return kinds.astype(np.int8)


def sensitivity(criteria: dict[str, Array], thresholds: dict[str, float]) -> dict[str, dict[str, dict[str, float]]]:
    """Outcome shares when each threshold moves by a tenth, down and up.

    Returns
    -------
    dict
        ``{threshold: {"-10 %": {outcome: share}, "+10 %": {...}}}``.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, move, moved in moves(thresholds):
        found.setdefault(name, {})[move] = shares(classify(criteria, moved))
    return found


def moves(thresholds: dict[str, float]) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Each threshold moved by a tenth, down and up: its name, ``"-10 %"`` or ``"+10 %"``, and all thresholds then."""
    for name, value in thresholds.items():
        if name != "threshold_edge":  # of the trust graph, not of the outcome
            for sign, factor in (("-", 0.9), ("+", 1.1)):
                yield name, f"{sign}10 %", {**thresholds, name: value * factor}


def shares(outcome: npt.NDArray[np.int8]) -> dict[str, float]:
    """Share of runs with each outcome, by name; they sum to one."""
    counts = np.bincount(outcome.ravel(), minlength=4)
    return {name: float(count) / outcome.size for name, count in zip(OUTCOMES, counts, strict=True)}
