"""M2 Trust and goodwill: what members believe of each other.

Trust is the belief that an ally would honour Article 5 (Snyder 1984 on abandonment); goodwill is the liking of the
US by the public. The two move apart: in 2017 favourability fell while belief in US protection stayed put. Bad
news may weigh more than good (Slovic 1993), or not: the US image rebounded in 2021 by about what it had lost.
"""

import numpy as np

from cohesion.types import Array, Parameters

#: A guard far out: deviations of log-odds beyond it are cut off, and the cut is booked to "clipping".
LIMIT = 6.0


def asymmetric(signal: Array, p: Parameters) -> Array:
    """Give a negative signal its weight of ``asymmetry`` (Slovic 1993), ``[..., run, member]``."""
    weighed = p.asymmetry * np.minimum(signal, 0)
    weighed += np.maximum(signal, 0)
    return weighed


def monthly(signal: Array, europe: Array, p: Parameters) -> Array:
    """Turn long-run effects in log-odds into the change of one month, ``[..., run, member]``; none of them on the US.

    A signal is a level that acts every month against the anchor, so that a conduct kept up for ever moves trust by
    its weight (times the asymmetry where it is negative), social learning apart.
    """
    moved = asymmetric(signal, p)
    moved *= p.anchor * p.trust_sensitivity * europe
    return moved


def witnessed(direct: Array, ties: Array, p: Parameters) -> Array:
    """What a member feels: its own lot and a share of that of its friends, log-odds, ``[run, member]``."""
    return direct + p.witness * np.matmul(ties, direct[..., None])[..., 0]


def update_matrix(ties: Array, p: Parameters) -> Array:
    """One month of anchoring and social learning as a linear map of deviations, ``[run, member, member]``.

    ``L - L0`` is drawn back by ``anchor`` (Friedkin and Johnsen 1990) and toward the tie-weighted view of
    friends by ``learning`` (DeGroot 1974; see `cohesion.rules.learning`).
    """
    keep = np.eye(ties.shape[-1]) * (1 - p.anchor - p.learning)[..., None]
    return keep + p.learning[..., None] * ties


def carry(deviation: Array, update: Array, about_us: Array, usa: int) -> Array:
    """One month of anchoring and learning, ``[..., run, member, ally]``.

    What others believe of the US is learnt among themselves: the US feels none of the signals about itself, so its
    own view would hold theirs where it was.

    Parameters
    ----------
    update, about_us
        `update_matrix` with all ties, and with those among members other than the US.
    """
    changed = np.matmul(update, deviation)
    changed[..., usa] = np.matmul(about_us, deviation[..., usa, None])[..., 0]
    return changed


def revise(
    deviation: Array,
    update: Array,
    about_us: Array,
    toward_us: Array,
    conduct: Array,
    joint: Array,
    usa: int,
) -> Array:
    """Deviation of log-odds after one month, cut off at `LIMIT`, ``[run, member, ally]``.

    Parameters
    ----------
    update, about_us
        The linear maps of `carry`.
    toward_us
        Sum of the signals that concern the US alone, ``[run, member]``.
    conduct
        Sum of the signals about an ally that all observers read alike, ``[run, ally]``.
    joint
        The one signal that the US reads the other way round: joint retaliation, ``[run, ally]``.
    """
    changed = carry(deviation, update, about_us, usa)
    changed += (conduct + joint)[..., None, :]
    changed[..., usa, :] -= 2 * joint
    changed[..., usa] += toward_us
    return changed.clip(-LIMIT, LIMIT, out=changed)


def noise(common: Array, observer: Array, europe: Array, p: Parameters) -> Array:
    """Monthly shock to each member's trust in the US, log-odds, ``[run, member]``: half common, half its own.

    Half in variance. The standard deviation of the stationary distribution is ``trust_noise``.

    Parameters
    ----------
    common, observer
        Standard normal, ``[run, 1]`` and ``[run, member]``.
    """
    shock = common + observer
    shock *= p.trust_noise * np.sqrt(p.anchor) * europe
    return shock


def reputation(draw: Array, europe: Array, p: Parameters) -> Array:
    """Monthly shock to what all observers believe of an ally, of the size of `noise`, ``[run, ally]``."""
    shock = p.trust_noise * np.sqrt(p.anchor) * draw
    shock *= europe
    return shock


def goodwill(deviation: Array, signal: Array, p: Parameters) -> Array:
    """Goodwill toward the US after one month, deviation of log-odds, ``[run, member]``.

    A stock of its own, faster than trust: German favourability of the US went from 26 % in 2020 to 59 % in 2021
    (Pew).

    Parameters
    ----------
    deviation
        Of log-odds before the month.
    signal
        Long-run effect of coercion and rhetoric on trust, log-odds, before the asymmetry.
    """
    return deviation + p.goodwill_recovery * (p.goodwill_sensitivity * signal - deviation)
