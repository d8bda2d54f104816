"""M6 Burden sharing: what members want to spend, and what their budgets make of it.

Olson and Zeckhauser (1966) on free riding; Sandler and Hartley (2001); Plümper and Neumayer (2015), who find it
independent of size; George and Sandler (2018). The literature is split, so the range of the spill-in elasticity reaches
from -0.5 to 0. Becker et al. (2024) find that shaming by a president does not raise spending: its range crosses zero.
"""

import numpy as np

from cohesion.types import ACCOMMODATING, Array, IntArray, Parameters


def pledge_gap(pledge: Array, at_start: Array) -> Array:
    """Log of how far the pledge lies above what was spent at the start, beyond the gap to 2 %, ``[..., member]``."""
    spent = np.maximum(at_start, 0.3)  # Iceland has no forces: the bound keeps the logarithm finite, and 0 stays 0
    return np.maximum(0, np.log(pledge / spent)) - np.maximum(0, np.log(2 / spent))


def desired(
    at_start: Array,
    threat_change: Array,
    fear_change: Array,
    spill_in_change: Array,
    loss: Array,
    gap: Array,
    demand: Array,
    rally: Array,
    goodwill_lost: Array,
    posture: IntArray,
    p: Parameters,
) -> Array:
    """Spending that a member would choose, % of GDP, ``[run, member]``.

    Multiplicative in deviations from the start: threat, fear of abandonment (threat x distrust of the US; Snyder 1984),
    spill-in (log change of trusted allies' capability), fiscal squeeze (GDP lost), the pledge, public shaming, rally,
    the wish to stand alone that lost goodwill brings, and accommodation.
    """
    change = (
        p.threat_spending * threat_change
        + p.fear_spending * fear_change
        + p.spill_in * spill_in_change
        - p.fiscal_squeeze * loss
        + p.pledge_pull * gap
        + p.shaming * demand
        + rally
        + p.autonomy_spending * goodwill_lost
        - p.accommodation_cut * (posture == ACCOMMODATING)
    )
    return at_start * np.exp(np.clip(change, -1.5, 1.5))


def budget(spending: Array, plan: Array, draw: Array, speed: Array, p: Parameters) -> Array:
    """January: spending after the new budget, % of GDP, ``[run, member]``: partial adjustment, cuts slower than rises.

    Parameters
    ----------
    speed
        Multiple of the usual speed of rises, 1 as at the start.
    draw
        Standard normal: what budgets bring beyond any plan.
    """
    rate = np.where(plan > spending, np.minimum(1, p.budget_rise * speed), p.budget_cut)
    return (spending + rate * (plan - spending)) * np.exp(p.budget_noise * draw)


def supplement(spending: Array, plan: Array, p: Parameters) -> Array:
    """July: spending with a supplement where the new plan is a tenth or more above it, % of GDP, ``[run, member]``."""
    return spending + np.where(plan > 1.1 * spending, p.supplement * (plan - spending), 0)


def pledge_conduct(spending: Array, at_start: Array, pledge: Array, p: Parameters) -> Array:
    """Long-run signal that spending sends to all observers, log-odds, ``[run, ally]``: pledges met or missed.

    Conduct is the change of the gap to the pledge since the start, as a share of the pledge, so that a record
    already known at the start is not counted again.
    """
    gap = np.maximum(0, 1 - spending / pledge)
    return -p.pledge_trust * (gap - np.maximum(0, 1 - at_start / 2))
