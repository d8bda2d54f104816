"""M14 Domestic politics: elections redraw the stance of governments.

On the calendar, and early by hazard. The new government's alignment lies around its country's trend, moved by what
voters feel about the US and about Russia.
"""

import numpy as np

from cohesion.types import Array, BoolArray, IntArray, Parameters


def elections(month: int | IntArray, due: IntArray, term: IntArray, draw: Array, p: Parameters) -> BoolArray:
    """Where a government is elected in this month, ``[run, member]``.

    Parameters
    ----------
    month
        Months since the start.
    due, term
        Months to the first scheduled election and between elections, ``[member]``.
    draw
        Uniform on [0, 1), ``[run, member]``: early elections.
    """
    scheduled = (month >= due) & ((month - due) % term == 0)
    return scheduled | (draw < p.early_elections)


def swing(draw: Array, p: Parameters) -> Array:
    """What an election moves alignment by without a reason in these rules, ``[run, member]``.

    Parameters
    ----------
    draw
        Uniform on [0, 1), ``[run, member]``: the new government lies evenly within root 3 standard deviations.
    """
    swing = draw - 0.5
    swing *= p.election_noise * np.sqrt(12)
    return swing


def redraw(
    alignment: Array, trend: Array, goodwill_lost: Array, threat_change: Array, swing: Array, p: Parameters
) -> Array:
    """Alignment of a newly elected government, -1 to 1, ``[run, member]``.

    Parameters
    ----------
    alignment, trend
        Of the government before and of its country, hard line on Russia 1 to accommodating -1.
    goodwill_lost
        Probability of liking the US lost since the start: whether it turns voters from the hard line on Russia is open,
        so the range of ``goodwill_vote`` crosses zero.
    threat_change
        Perceived threat less that of the start.
    swing
        Of `swing`.
    """
    new = trend + 0.5 * (alignment - trend) + swing - p.goodwill_vote * goodwill_lost + p.threat_vote * threat_change
    return new.clip(-1, 1)
