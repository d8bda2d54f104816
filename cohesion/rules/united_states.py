"""M13 The United States: levers of the scenario, and what allies can win back by spending.

The scenario sets the levers. Whether allied spending buys commitment is a lever too, and may be nothing.
"""

import numpy as np

from cohesion.types import Array, Levers, Parameters


def commitment(
    lever: Array, reward: Array, spending: Array, at_start: Array, total: float, europe: Array, p: Parameters
) -> Array:
    """Declared commitment to Article 5, -1 (disowned) to 1 (reaffirmed at every turn), 0 as at the start, ``[run, 1]``.

    Parameters
    ----------
    reward
        How far the US answers allied spending, 0 to 1.
    spending, at_start, total
        % of GDP, ``[run, member]``, ``[member]``, and the sum at the start over members other than the US: what counts
        is the rise of that sum.
    """
    rise = np.vecdot(spending - at_start, europe)[..., None] / total
    return (lever + reward * p.reward_effect * rise).clip(-1, 1)


def concessions(levers: Levers) -> Array:
    """Concessions to Russia over allies' heads, all kinds together, 0 to 3, ``[run or 1, 1]``."""
    return levers.us_concession_territory + levers.us_concession_nato + levers.us_concession_sanctions


def commitment_signal(commitment: Array, p: Parameters) -> Array:
    """Long-run effect of declared commitment on trust in the US, log-odds, ``[run, 1]``."""
    return p.commitment_trust * commitment


def signals(levers: Levers, exposure: Array, hosting: Array, p: Parameters) -> dict[str, Array]:
    """Long-run effect of each kind of US conduct but commitment on trust in the US, log-odds, ``[run, member]`` each.

    Troops matter twice as much to a host as to others; aid and dealings with Russia in proportion to
    exposure. The signs of ``courting_trust`` and ``demand_trust`` are open: their ranges cross zero.
    """
    signals = {
        "troops": p.troops_trust * levers.us_troops * (0.5 + 0.5 * hosting),
        "US aid to Ukraine": p.us_aid_trust * levers.us_aid * exposure,
        "concessions": -p.concession_trust * concessions(levers) * exposure,
        "culture war": -p.culture_war_trust * levers.us_culture_war,
        "courting Russia": -p.courting_trust * levers.us_courting * exposure,
        "burden demand": -p.demand_trust * levers.us_burden_demand,
        "withdrawal": -p.withdrawal_trust * levers.us_withdrawal,
    }
    return {name: np.broadcast_to(signal, exposure.shape) for name, signal in signals.items()}
