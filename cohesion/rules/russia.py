"""M11 Russia: fixed aims, changing means.

Means are military pressure, a hybrid wedge on the weakest link, and bargaining: it creates a problem, demands a price,
pockets it and comes back. Whether a concession sates or whets the appetite is the question, so the ranges of
``concession_confidence`` and ``price_appetite`` cross zero.
"""

import numpy as np

from cohesion.types import Array, Parameters

#: Of the noise in pressure from month to month: half of a shock is gone after seven months, as in the monthly series of
#: battle deaths. A shock is scaled so that the variance stays.
KEEP = 0.9
SHOCK = np.sqrt(1 - KEEP**2)


def confidence(
    confidence: Array, concessions: Array, unity_lost: Array, strength: Array, sanctions: Array, p: Parameters
) -> Array:
    """Confidence after one month, deviation from the start, ``[run, 1]``.

    Moves by a twelfth a month toward what concessions, disunity, Ukraine's strength and sanctions make of it. The
    effect of concessions saturates: aims are finite.
    """
    target = (
        p.concession_confidence * np.tanh(concessions)
        + p.disunity_confidence * unity_lost
        - p.strength_confidence * strength
        - 0.5 * p.strength_confidence * sanctions
    )
    return confidence + (target - confidence) / 12


def pocket(pocketed: Array, concessions: Array) -> Array:
    """Concessions pocketed and remembered for about three years, ``[run, 1]``."""
    return pocketed + (concessions - pocketed) / 36


def problem(problem: Array, bargaining: Array, pocketed: Array, p: Parameters) -> Array:
    """Problem that Russia creates to bargain with, 0 and more, ``[run, 1]``.

    Grows toward the effort of the scenario, scaled by what earlier prices paid taught it (``price_appetite`` above 0:
    conceding brings more of it; below 0: aims are sated).
    """
    return problem + 0.25 * (bargaining * np.exp(p.price_appetite * pocketed) - problem)


def pressure_noise(noise: Array, draw: Array, p: Parameters) -> Array:
    """Autocorrelated part of pressure, stationary standard deviation ``pressure_noise``, ``[run, 1]``."""
    return KEEP * noise + p.pressure_noise * SHOCK * draw


def pressure(lever: Array, confidence: Array, problem: Array, noise: Array, p: Parameters) -> Array:
    """Military and hybrid pressure, log deviation from the start, ``[run, 1]``, kept within -2 and 2."""
    return (lever + p.confidence_pressure * confidence + p.problem_pressure * problem + noise).clip(-2, 2)


def energy_loss(problem: Array, gas: Array, p: Parameters) -> Array:
    """GDP lost to a created energy problem, as a fraction, ``[run, member]``, in proportion to Russian gas."""
    return p.energy_loss * problem * gas


def cheapness(alignment: Array, gas: Array, exposure: Array, p: Parameters) -> Array:
    """How cheaply a member can be split off, the cheapest 1, others toward 0, ``[run, member]``."""
    price = alignment - gas + exposure
    return np.exp(-p.wedge_focus * (price - price.min(axis=-1, keepdims=True)))


def wedge(lever: Array, confidence: Array, target: Array, p: Parameters) -> Array:
    """Effort to split off each member, 0 to 1, ``[run, member]``: the scenario's, and more when confident."""
    return (lever + p.confidence_wedge * np.maximum(0, confidence)).clip(0, 1) * target
