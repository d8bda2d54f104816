"""M7 Capability and autonomy: money becomes forces, late.

Perpetual inventory: equipment is delivered after years, stocks wear out. Lost goodwill toward the US and a common
effort turn orders toward enablers of one's own (transport, intelligence, air defence, long-range fires), at the cost of
other orders: there is a window of weakness before they arrive.
"""

import numpy as np

from cohesion.types import Array, Parameters


def enabler_share(effort: Array, goodwill_lost: Array, europe: Array, p: Parameters) -> Array:
    """Share of equipment orders that goes to own enablers beyond the usual, 0 to 0.6, ``[run, member]``.

    Parameters
    ----------
    effort
        The pillar lever, 0 to 1.
    goodwill_lost
        Probability of liking the US lost since the start, ``[run, member]``.
    """
    return europe * (p.pillar_orders * effort + p.autonomy_push * goodwill_lost).clip(0, 0.6)


def purchases(spending_usd: Array, usual_usd: Array, p: Parameters) -> Array:
    """Spending that becomes capability, billion USD in the month, ``[run, member]``.

    Of what is spent beyond (or short of) the share of GDP of the start, ``absorption`` counts.

    Parameters
    ----------
    spending_usd, usual_usd
        Billion USD in the month: as spent, and at the share of GDP of the start.
    """
    return usual_usd + p.absorption * (spending_usd - usual_usd)


def accumulate(
    capability: Array, pipeline: Array, spending_usd: Array, share: Array, p: Parameters
) -> tuple[Array, Array]:
    """Capability and order book after one month, billion USD of stock, ``[run, member]`` each.

    Parameters
    ----------
    capability, pipeline
        Before it.
    spending_usd
        Billion USD in the month.
    share
        Of `enabler_share`, 0 to 1: crowded out of the order book.
    """
    orders = spending_usd * p.equipment_share
    delivered = pipeline / p.delivery_months
    worn = capability * p.depreciation / 12
    return capability - worn + (spending_usd - orders) + delivered, pipeline + orders * (1 - share) - delivered


def build_enablers(
    enablers: Array, pipeline: Array, spending_usd: Array, share: Array, p: Parameters
) -> tuple[Array, Array]:
    """Own enablers and their order book after one month, billion USD of stock, ``[run, member]`` each.

    Parameters are those of `accumulate`.
    """
    delivered = pipeline / p.enabler_months
    orders = spending_usd * p.equipment_share * share
    return enablers * (1 - p.depreciation / 12) + delivered, pipeline + orders - delivered


def autonomy(enablers: Array, capability: Array, usa: int, p: Parameters) -> Array:
    """Share of capability that is usable without the US, 0 to 1, ``[run, member]``; 1 for the US.

    ``enabler_cost`` is the stock of enablers that makes a unit of capability independent (IISS 2025 puts the
    equipment to replace the American contribution at USD 226 to 344 billion).
    """
    share = np.minimum(1, p.autonomy_start + enablers / (p.enabler_cost * np.maximum(capability, 1e-9)))
    share[..., usa] = 1
    return share
