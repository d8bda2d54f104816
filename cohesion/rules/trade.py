"""M3 Trade war: a tariff costs growth, trust and goodwill, and may be answered.

Sizes follow the Kiel Institute's KITE estimates of 2025. The members of the EU answer as one, others alone; whether
an answer makes the US escalate or settle is contested, so the range of ``tariff_response`` crosses zero.
"""

import numpy as np

from cohesion.types import Array, Parameters


def tariff_in_force(lever: Array, retaliation: Array, p: Parameters) -> Array:
    """Rate the member faces beyond that of the start, 0 to 1, ``[run, member]``.

    The lever plus what the US adds (or takes off) in answer to retaliation; no answer where there was no tariff.
    """
    return (lever + p.tariff_response * retaliation * np.heaviside(lever, 0)).clip(0, 1)


def retaliate(retaliation: Array, tariff: Array, joint: Array, weights: Array, p: Parameters) -> Array:
    """Rate on US goods after one month, 0 to 1, ``[run, member]``: tit for tat, jointly in the EU.

    Parameters
    ----------
    retaliation, tariff
        Rates before the month, and as faced from the US, 0 to 1, ``[run, member]``.
    joint
        Share of the tariff that is answered, 0 to 1.
    weights
        Whose tariffs a member answers: its own, or the export-weighted mean of the EU, ``[member, member]``.
    """
    faced = np.matmul(weights, tariff[..., None])[..., 0]
    return retaliation + p.retaliation_speed * (joint * faced - retaliation)


def level_loss(tariff: Array, retaliation: Array, exports: Array, us_imports: Array, usa: int, p: Parameters) -> Array:
    """GDP lost in the long run at these rates, as a fraction, ``[run, member]``.

    Parameters
    ----------
    tariff, retaliation
        Rates in force, 0 to 1, ``[run, member]``.
    exports
        Goods exports to the US as a share of GDP, ``[member]``.
    us_imports
        US goods imports from the member as a share of US GDP, ``[member]``.

    Source: Kiel Institute, KITE (2025): a 25 % tariff costs the EU 0.4 % of GDP in the first year and the US 0.17 %;
    the EU's retaliation costs it a further 0.14 points.
    """
    loss = exports * (p.tariff_loss * tariff + p.retaliation_loss * retaliation)
    loss[..., usa] = p.tariff_loss_us[..., 0] * np.vecdot(tariff, us_imports)
    return loss


def stake(exports: Array, p: Parameters) -> Array:
    """What a tariff means to a member, 1 on average, ``[run, member]``.

    Part of it is the affront, the same for all who are hit; the rest grows with exports at stake. The mean export share
    of members, 3 % of GDP, is the unit.
    """
    return p.tariff_affront + (1 - p.tariff_affront) * exports / 0.03


def signal(tariff: Array, stake: Array, p: Parameters) -> Array:
    """Long-run effect of tariffs on a member's trust in the US, log-odds, at most 0, ``[run, member]``; see `stake`."""
    return -p.tariff_trust * tariff * stake


def solidarity(retaliation: Array, p: Parameters) -> Array:
    """Long-run signal that retaliation sends, log-odds, at least 0, ``[run, ally]``.

    Those who stand up to the US gain the trust of the others and lose that of the US by as much.
    """
    return p.solidarity_trust * retaliation
