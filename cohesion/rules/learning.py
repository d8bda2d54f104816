"""M5 Social learning: members revise what they believe of an ally toward what their friends believe.

Averaging over ties after DeGroot (1974) with anchoring after Friedkin and Johnsen (1990), in deviations from each
member's prior, so that a status quo without shocks is a fixed point. The averaging itself is part of
`trust.update_matrix`.
"""

import numpy as np

from cohesion.types import Array, Parameters


def ties(distance: Array, eu: Array, groups: Array, trade: Array, p: Parameters) -> Array:
    """Weight of each ally in a member's judgement, rows sum to 1, zero diagonal, ``[run, member, ally]``.

    Four sources, each first scaled to rows that sum to 1: proximity, the European Union, regional groups and
    exports. A member outside a source has an empty row there, and its other sources count for more.

    Parameters
    ----------
    distance
        Between capitals in km, ``[member, ally]``.
    eu
        1 for members of the EU, ``[member]``.
    groups
        Number of regional groups shared, ``[member, ally]``.
    trade
        Share of exports of the member that goes to the ally, ``[member, ally]``.
    """
    off = 1 - np.eye(distance.shape[-1])
    near = np.exp(-distance / 1500) * off  # scale: the distance between neighbouring regions of Europe
    union = np.outer(eu, eu) * off
    weights = (np.ones_like(p.tie_union), p.tie_union, p.tie_groups, p.tie_trade)
    total = np.zeros((*p.tie_union.shape[:-1], *distance.shape))
    for weight, source in zip(weights, (near, union, groups * off, trade * off), strict=True):
        rows = source.sum(axis=-1, keepdims=True)
        total = total + weight[..., None] * source / np.where(rows > 0, rows, 1)
    return total / total.sum(axis=-1, keepdims=True)


def without(ties: Array, member: int) -> Array:
    """Ties among all but one member, rows sum to 1 (that member's column is zero), ``[run, member, ally]``."""
    kept = ties.copy()
    kept[..., :, member] = 0
    return kept / kept.sum(axis=-1, keepdims=True)
