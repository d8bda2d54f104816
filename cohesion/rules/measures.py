"""M15 Measures: the response a member may expect, its credibility, and cohesion.

Forces that lean on American enablers are worth what the US is trusted for. Credibility compares the expected response
with the force that Russia could bring.
"""

import numpy as np

from cohesion.types import WITHDRAWN, Array, IntArray, Parameters


def projection(distance: Array, usa: int, p: Parameters) -> Array:
    """Share of an ally's capability that reaches a member, 0 to 1, ``[run, member, ally]``.

    Falls with distance (Boulding's loss-of-strength gradient, 1962); for the US it is a share of its world-wide forces.
    """
    share = np.exp(-distance / p.projection_scale[..., None])
    share[..., usa] = p.us_share
    return share


def log_odds(probability: Array | float) -> Array:
    """Log-odds of a probability above 0 and below 1, any shape."""
    return np.log(probability / (1 - probability))


def probability(prior: Array | float, deviation: Array | float = 0.0) -> Array:
    """Inverse of `log_odds`, any shape.

    Parameters
    ----------
    prior, deviation
        Log-odds at the start, and by how much they have moved.
    """
    # In place: for [run, member, ally] each new array would take longer than its arithmetic.
    odds = np.asarray(np.add(prior, deviation, dtype=float))  # a sum of two numbers is no array
    np.negative(odds, out=odds)
    np.exp(odds, out=odds)
    odds += 1
    return np.divide(1, odds, out=odds)


def response(
    trust: Array,
    projection: Array,
    capability: Array,
    autonomy: Array,
    present: Array,
    usa: int,
) -> tuple[Array, Array, Array]:
    """Response a member may expect if attacked: with the US, without it, and that of allies other than the US alone.

    ``response[i] = capability[i] a(i, i) + sum_j trust[i, j] capability[j] projection[i, j] present[j] a(i, j)`` with
    ``a(i, j) = autonomy[j] + (1 - autonomy[j]) trust[i, US]``: a member's own forces count in full, but lean on
    American enablers as those of allies do.

    Parameters
    ----------
    trust
        Probability, ``[run, member, ally]``.
    projection
        Share of an ally's capability that reaches a member, 0 to 1, ``[run, member, ally]``.
    capability, autonomy
        Billion USD of stock, and the share that is usable without the US, 0 to 1, ``[run, member]``.
    present
        Share of each ally's forces that is in the alliance, 0 to 1 (of the US up to 1.5 with more troops in place),
        ``[run, ally]``.

    Returns
    -------
    tuple of Array
        ``[run, member]`` each, billion USD of stock: expected response; the same were the US out; spill-in, the trusted
        capability of allies other than the US at full use.
    """
    reach = trust * projection
    np.einsum("...ii->...i", reach)[...] = 0  # a view: a member's own forces are added below
    own = np.empty((*capability.shape, 2))  # what is free, and what leans on the US
    np.multiply(capability, autonomy, out=own[..., 0])
    np.multiply(capability, 1 - autonomy, out=own[..., 1])
    american = capability[..., usa] * present[..., usa]
    own[..., usa, 0] = 0  # the US is added below: its forces do not lean on anyone
    ours = np.matmul(reach, own * present[..., None])
    from_us = reach[..., usa] * american[..., None]
    from_us[..., usa] = american
    trusted = trust[..., usa].copy()
    trusted[..., usa] = 1
    alone, leant = own[..., 0] + ours[..., 0], own[..., 1] + ours[..., 1]
    return alone + leant * trusted + from_us, alone, ours[..., 0] + ours[..., 1]


def credibility(response: Array, required: Array, p: Parameters) -> Array:
    """Credibility of a member's collective defence, 0 to 1, ``[run, member]``: logistic(k ln(response / required)).

    Parameters
    ----------
    response, required
        Expected, and force that would have to be met, billion USD of stock.
    """
    ratio = (np.maximum(response, 1e-9) / required) ** p.credibility_slope
    return ratio / (1 + ratio)


def flank(values: Array, exposure: Array) -> Array:
    """Mean over members weighted by exposure, ``[run, 1]``."""
    return np.vecdot(values, exposure)[..., None] / exposure.sum(axis=-1, keepdims=True)


def mean(values: Array, weight: Array) -> Array:
    """Mean over members by weight, ``[run, 1]``."""
    return np.vecdot(values, weight)[..., None] / weight.sum()


def cohesion(
    trust_in_us: Array,
    european_trust: Array,
    flank: Array,
    unity: Array,
    spending: Array,
    europe: Array,
) -> tuple[Array, Array]:
    """Cohesion index, 0 to 1, without and with burden sharing, ``[run, 1]`` each.

    Geometric mean of trust (half in the US, half among the others), credibility on the exposed flank and unity of
    decisions: one that collapses cannot be bought off. Coercion raises burden sharing, so the headline leaves it out
    and the second index shows it: spending of members other than the US against 2 % of GDP, at most 1.

    Parameters
    ----------
    trust_in_us, european_trust
        0 to 1, ``[run, member]``.
    flank
        Of `flank`, taken of credibility.
    unity
        Share of decisions put into effect, 0 to 1, ``[run, 1]``.
    spending
        % of GDP, ``[run, member]``.
    """
    trust = 0.5 * mean(trust_in_us, europe) + 0.5 * mean(european_trust, europe)
    core = trust * flank * unity
    burden = np.minimum(1, mean(spending, europe) / 2)
    return np.cbrt(core), np.sqrt(np.sqrt(core * burden))


def present(posture: IntArray, us_withdrawal: Array, usa: int) -> Array:
    """Share of each ally's forces in the alliance, 0 to 1, ``[run, ally]``.

    Parameters
    ----------
    us_withdrawal
        Share of US forces that has been withdrawn, 0 to 1, ``[run or 1, 1]``.
    """
    share = (posture != WITHDRAWN).astype(float)
    share[..., usa] = 1 - us_withdrawal[..., 0]
    return share


def connectivity(deviation: Array, prior: Array, threshold: Array) -> Array:
    """Algebraic connectivity of the graph of mutual trust, over the number of members, ``[run]``.

    An edge joins two members whose mutual trust (the smaller of the two) exceeds the threshold (Fiedler 1973). 0: the
    alliance has fallen into parts that do not trust each other; 1: everyone trusts everyone.

    Parameters
    ----------
    deviation, prior
        How far log-odds of trust have moved, and what they were at the start, ``[run, member, ally]``.
    threshold
        Probability, ``[run, 1]``.
    """
    trust = probability(prior, deviation)
    mutual = np.minimum(trust, np.swapaxes(trust, -1, -2))
    edges = np.where(mutual >= threshold[..., None], mutual, 0.0)
    edges = edges * (1 - np.eye(edges.shape[-1]))
    laplacian = np.eye(edges.shape[-1]) * edges.sum(axis=-1)[..., None] - edges
    second = np.linalg.eigvalsh(laplacian)[..., 1]
    return np.maximum(0, second) / edges.shape[-1]
