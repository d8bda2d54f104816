"""M9 Posture: a choice among six, with inertia.

Quantal response (McKelvey and Palfrey 1995): the better a posture, the likelier. A member leaves a posture later than
it entered it (hysteresis). Withdrawal is possible and rare.
"""

import numpy as np

from cohesion.types import (
    ACCOMMODATING,
    COMMITTED,
    HEDGING,
    OBSTRUCTING,
    PILLAR,
    WITHDRAWN,
    Array,
    BoolArray,
    IntArray,
    Parameters,
)

#: What each posture says of an ally beside the committed, log-odds; assumption: order and spacing, scaled by
#: posture_conduct.
WHAT_IT_SAYS = np.array([0.0, 0.0, -0.3, -0.8, -0.7, -3.0])


def utilities(
    trust_change: Array,
    european_change: Array,
    threat_change: Array,
    credibility_change: Array,
    autonomy_change: Array,
    goodwill_lost: Array,
    alignment: Array,
    wedge: Array,
    pillar: Array,
    p: Parameters,
) -> Array:
    """Utility of each posture in the order of `cohesion.types.POSTURES`, ``[run, member, posture]``.

    In changes since the start, so that the utilities of a status quo stand still; levels enter by the alignment of the
    government alone (hard line on Russia 1, accommodating -1). Whether threat makes members balance or bandwagon is
    contested (Walt 1987; Schweller 1994): the range of ``bandwagoning`` crosses zero.

    Parameters
    ----------
    trust_change, european_change, threat_change, credibility_change, autonomy_change
        Probabilities and shares less those of the start, ``[run, member]``: trust in the US and in the others,
        perceived threat, credibility, and the share of capability that is usable without the US.
    goodwill_lost
        Probability of liking the US lost since the start, ``[run, member]``.
    alignment
        -1 to 1, ``[run, member]``.
    wedge
        What Russia offers the member for breaking ranks, 0 to 1.
    pillar
        Common effort for European capability, 0 to 1.
    """
    drift = p.bandwagoning * threat_change + p.posture_alignment * -alignment + p.posture_wedge * wedge
    weak = p.posture_credibility * -credibility_change
    out = np.empty((6, *np.broadcast_shapes(trust_change.shape, alignment.shape)))  # each posture is written at once
    out[COMMITTED] = p.commitment_gap + p.posture_trust * trust_change
    out[PILLAR] = (
        0.5 * p.commitment_gap
        + p.posture_trust * european_change
        + p.posture_pillar * (pillar + autonomy_change + goodwill_lost)
    )
    out[HEDGING] = weak - 0.5 * alignment * p.posture_alignment
    out[ACCOMMODATING] = -0.3 + weak + drift
    out[OBSTRUCTING] = drift
    # who leaves gives up the other Europeans with the US: distrust of both counts, half each
    lost = 0.5 * (trust_change + european_change)
    out[WITHDRAWN] = -p.withdrawal_gap + weak + 0.5 * drift - p.posture_trust * lost
    return out.transpose(1, 2, 0)


def choose(utilities: Array, current: IntArray, draw: Array, p: Parameters) -> IntArray:
    """Posture after a quarter, an index into `cohesion.types.POSTURES`, ``[run, member]``.

    A government reviews its posture now and then (``posture_review``) and chooses by quantal response; else it stays.

    Parameters
    ----------
    utilities
        Of `utilities`.
    current
        Posture before, ``[run, member]``.
    draw
        Uniform on [0, 1), ``[run, member]``: below ``posture_review`` there is a review, and where below it decides.
    """
    reviews = draw < p.posture_review
    run = reviews.nonzero()[0]  # of each review: what stays as it is need not be worked out
    share = draw[reviews] / np.maximum(p.posture_review[run, 0], 1e-12)
    held = current[reviews] == np.arange(6)[:, None]
    score = p.posture_precision[run, 0] * (utilities[reviews].T + p.posture_inertia[run, 0] * held)  # [posture, review]
    weight = np.exp(score - score.max(axis=0))
    ladder = np.add.accumulate(weight, axis=0)
    chosen = current.copy()
    chosen[reviews] = np.add.reduce(share * ladder[-1] >= ladder[:-1], axis=0)
    return chosen


def best(utilities: Array) -> IntArray:
    """The posture of highest utility, with which a run starts, ``[run, member]``."""
    return np.argmax(utilities, axis=-1)


def conduct(posture: IntArray, at_start: IntArray, p: Parameters) -> Array:
    """Long-run signal that postures send to all observers, log-odds, ``[run, ally]``, relative to the start."""
    return p.posture_conduct * (WHAT_IT_SAYS[posture] - WHAT_IT_SAYS[at_start])


def defects(posture: IntArray) -> BoolArray:
    """Whether a member accommodates, obstructs or has withdrawn, ``[run, member]``."""
    return posture >= ACCOMMODATING
