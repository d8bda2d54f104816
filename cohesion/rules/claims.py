"""M4 Territorial claims: a claim on an ally's territory.

It hits the claimed member hard, its neighbours and small states next. It rallies the public behind defence
while it lowers trust in the claimant. A threat of force weighs more than an offer to buy.
"""

import numpy as np

from cohesion.types import Array, Parameters


def signal(claim: Array, ties: Array, smallness: Array, p: Parameters) -> Array:
    """Long-run effect of claims on a member's trust in the US, log-odds, at most 0, ``[run, member]``.

    Parameters
    ----------
    claim
        0 for none, 0.5 for an offer to buy, 1 where force is not ruled out, ``[run or 1, member]``.
    ties
        ``[run, member, ally]``.
    smallness
        0 for the largest economy to 1, ``[member]``: small states fear the precedent.
    """
    weight = claim**p.claim_convexity
    near = np.matmul(ties, weight[..., None])[..., 0]
    far = smallness * weight.max(axis=-1, keepdims=True)
    return -p.claim_trust * (weight + p.claim_spread * (near + 0.1 * far) * (1 - weight))


def rally(claim: Array, p: Parameters) -> Array:
    """Rise of desired spending of the claimed, in logs, ``[run, member]``."""
    return p.claim_rally * claim**p.claim_convexity
