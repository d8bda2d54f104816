"""M10 Consensus: every quarter decisions come up, and one member can block (Tsebelis 2002 on veto players).

Independent vetoes would compound with the number of members. Real ones follow the strongest objector: others hide
behind it. A coalition of the willing acts beneath consensus where it is large enough.
"""

import numpy as np

from cohesion.types import COMMITTED, OBSTRUCTING, PILLAR, WITHDRAWN, Array, IntArray, Parameters

#: How contested each of `cohesion.types.DECISIONS` is, in log-odds: sanctions and aid more than posture and words.
CONTEST = np.array([0.0, 0.3, -1.0, -1.5])


def objection(alignment: Array, threat: Array, wedge: Array, posture: IntArray, p: Parameters) -> Array:
    """Log-odds that a member would block a decision of average contest, ``[run, member]``; of one that has left, -20.

    Parameters
    ----------
    alignment, threat, wedge
        Hard line on Russia, -1 to 1; perceived threat and `cohesion.rules.russia.wedge`, 0 to 1; ``[run, member]``.
    """
    stance = -p.veto_alignment * alignment - threat + p.veto_wedge * wedge
    return np.where(posture == WITHDRAWN, -20.0, p.veto_bias + stance + p.veto_obstruction * (posture == OBSTRUCTING))


def blocking(objection: Array, posture: IntArray, p: Parameters) -> Array:
    """Probability that a decision is blocked, ``[run, decision]``.

    The strongest objector raises an objection; one that stands alone mostly yields in the end (``veto_power``), and
    members that obstruct together yield less.
    """
    strongest = objection.max(axis=-1, keepdims=True)
    together = np.maximum(1, (posture == OBSTRUCTING).sum(axis=-1, keepdims=True))
    stands = 1 - (1 - p.veto_power) ** together
    return stands / (1 + np.exp(-(strongest + CONTEST)))


def willing(posture: IntArray, gdp: Array, europe: Array) -> Array:
    """Share of allied GDP outside the US held by committed and pillar members, 0 to 1, ``[run, 1]``."""
    loyal = (posture == COMMITTED) | (posture == PILLAR)
    weight = gdp * europe
    return np.vecdot(weight, loyal)[..., None] / weight.sum(axis=-1, keepdims=True)


def effect(blocked: Array, willing: Array, p: Parameters) -> Array:
    """Share of a decision that is put into effect, 0 to 1, ``[run, decision]``.

    All of it by consensus; ``coalition_effect`` of it by a coalition of the willing of at least ``coalition_size`` of
    allied GDP; else none.
    """
    return 1 - blocked * (1 - p.coalition_effect * (willing >= p.coalition_size))


def remember(delivery: Array, effect: Array) -> Array:
    """Mean of about the last year's quarterly decisions, ``[run, decision]``."""
    return delivery + 0.25 * (effect - delivery)
