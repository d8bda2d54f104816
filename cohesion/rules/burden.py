"""M6 Burden sharing: what members want to spend, and what their budgets make of it.

Olson and Zeckhauser (1966) on free riding; Sandler and Hartley (2001); Plümper and Neumayer (2015), who find it
independent of size; George and Sandler (2018). The literature is split, so the range of the spill-in elasticity reaches
from -0.5 to 0. Becker et al. (2024) find that shaming by a president does not raise spending: its range crosses zero.
"""

import numpy as np

from cohesion.types import ACCOMMODATING, Array, IntArray, Parameters

#: Months in which a pledge falls due: "within a decade" (Wales Summit Declaration, 5 September 2014, para 14), and by
#: 2035 in that of The Hague (2025).
PLEDGE_MONTHS = 120


def phase_in(pledge: Array, neutral: float, age: int) -> tuple[Array, Array]:
    """What members were pledged to before, % of GDP, and how far the pledge is due, 0 to 1, ``[..., month, member]``.

    Parameters
    ----------
    pledge
        Path of the lever, % of GDP, ``[..., month, member]``.
    neutral, age
        Pledge of the start, and how many months ago it was made; negative where it is still to come.
    """
    before, months = np.empty_like(pledge), np.empty_like(pledge)
    old, now = np.zeros_like(pledge[..., 0, :]), np.full_like(pledge[..., 0, :], neutral)
    since = np.full_like(now, age)
    for month in range(pledge.shape[-2]):
        new = pledge[..., month, :]
        moved = new != now
        if moved.any():
            share = np.clip(since / PLEDGE_MONTHS, 0, 1)
            old = np.where(moved, old + share * (now - old), old)
            since, now = np.where(moved, 0, since), new
        before[..., month, :], months[..., month, :] = old, since
        since = since + 1
    return before, np.clip(months / PLEDGE_MONTHS, 0, 1)


def pledge_gap(pledge: Array, before: Array, due: Array, spending: Array) -> Array:
    """Log of how far what is due of the pledge lies above spending, at least 0, ``[..., member]``.

    Parameters
    ----------
    pledge, before
        Spending to which members are pledged, and were before, % of GDP.
    due
        How far the pledge is due, 0 to 1; see `phase_in`.
    spending
        % of GDP, without what the pledge adds.
    """
    spent = np.maximum(spending, 0.3)  # Iceland has no forces: the bound keeps the logarithm finite, and 0 stays 0
    new, old = (np.log(np.maximum(1, level / spent)) for level in (pledge, before))
    return due * new + (1 - due) * old


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
    preference: Array,
    p: Parameters,
) -> Array:
    """Spending that a member would choose, % of GDP, ``[run, member]``.

    Multiplicative in deviations from the start: threat, fear of abandonment (threat x distrust of the US; Snyder 1984),
    spill-in (log change of trusted allies' capability), fiscal squeeze (GDP lost), the pledge, public shaming, rally,
    the wish to stand alone that lost goodwill brings, accommodation, and the country's own preference.

    Parameters
    ----------
    at_start
        % of GDP, ``[member]``.
    threat_change, fear_change
        Perceived threat, and threat times distrust of the US, less those of the start.
    spill_in_change
        Log of the trusted capability of allies other than the US relative to the start.
    loss
        GDP lost, as a fraction.
    gap
        `pledge_gap` less that of the start.
    demand
        Public demand of the US beyond that of the start, 0 to 1.
    rally
        Of `cohesion.rules.claims.rally`, logs.
    goodwill_lost
        Probability of liking the US lost since the start.
    preference
        What past budgets have revealed beyond these rules, in logs; see `surprise`.
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
        + preference
    )
    return at_start * np.exp(change.clip(-1.5, 1.5))


def budget(spending: Array, plan: Array, speed: Array, p: Parameters) -> Array:
    """January: spending after the new budget, % of GDP, ``[run, member]``: partial adjustment, cuts slower than rises.

    Parameters
    ----------
    spending, plan
        % of GDP, ``[run, member]``.
    speed
        Multiple of the usual speed of rises, 1 as at the start.
    """
    rate = np.where(plan > spending, np.minimum(1, p.budget_rise * speed), p.budget_cut)
    return spending + rate * (plan - spending)


def surprise(spending: Array, preference: Array, by: Array, p: Parameters) -> tuple[Array, Array]:
    """Spending (% of GDP) and preference after a budget that no rule explains, ``[run, member]`` each.

    A part of the surprise, ``preference_shift``, shows what the country has come to prefer and stays; the rest is a
    lump, as a large purchase is, from which budgets return. Surprises are drawn, or known where history is.

    Parameters
    ----------
    spending, preference
        Before it, ``[run, member]``.
    by
        The surprise, in logs.
    """
    return spending * np.exp(by), preference + p.preference_shift * by


def supplement(spending: Array, plan: Array, p: Parameters) -> Array:
    """July: spending with a supplement where the new plan is a tenth or more above it, % of GDP, ``[run, member]``."""
    return spending + np.where(plan > 1.1 * spending, p.supplement * (plan - spending), 0)


def pledge_conduct(gap: Array, at_start: Array, p: Parameters) -> Array:
    """Long-run signal that spending sends to all observers, log-odds, ``[run, ally]``: pledges met or missed.

    Conduct is the change of the gap since the start, so that a record already known at the start is not counted again.

    Parameters
    ----------
    gap, at_start
        `pledge_gap` of what is spent, now and at the start.
    """
    return -p.pledge_trust * (gap - at_start)
