"""M8 Support for Ukraine: between abandonment and entrapment (Snyder 1984).

Aid rises with threat, falls with fatigue, fiscal stress and fear of escalation; American aid that stops is partly
replaced.
"""

import numpy as np

from cohesion.types import Array, Parameters


def european(
    aid: Array,
    lever: Array,
    threat_change: Array,
    shortfall: Array,
    pressure: Array,
    loss: Array,
    fatigue: Array,
    europe: Array,
    p: Parameters,
) -> Array:
    """Log of aid relative to the start after one month, ``[run, member]``; the US column stays 0.

    Parameters
    ----------
    lever
        Change of aid that governments decide on, -0.9 to 3 (0.5: half as much again).
    shortfall
        American aid withheld as a share of all others' aid, ``[run, 1]``.
    pressure
        Russian pressure: fear of escalation, ``[run, 1]``.
    fatigue
        Years of aid above the start, in log units: aid as at the start tires nobody further.
    """
    replaced = np.log1p(p.aid_replacement * np.maximum(0, shortfall))
    target = (
        np.log1p(lever)
        + replaced
        + p.aid_threat * threat_change
        - p.aid_escalation * np.maximum(0, pressure)
        - p.fiscal_squeeze * loss
        - p.aid_fatigue * np.maximum(0, fatigue)
    )
    return europe * (aid + 0.15 * (target.clip(-3, 3) - aid))  # 0.15 a month: packages take about half a year


def total(aid: Array, at_start: Array, gdp: Array, us_lever: Array, usa: int, unity: Array) -> Array:
    """Aid to Ukraine of all members, billion USD a year, ``[run, 1]``.

    Parameters
    ----------
    at_start
        % of GDP a year, ``[member]``.
    gdp
        Billion USD at the level of the start, less losses: trend growth of both sides is left out of the war.
    us_lever
        Change of American aid, -1 (stopped) to 1 (doubled).
    unity
        How far common packages get through relative to the start, ``[run, 1]``: half of European aid is common (EU
        institutions' share in the Ukraine Support Tracker).
    """
    given = at_start / 100 * gdp * np.exp(aid)
    american = given[..., usa : usa + 1] * (1 + us_lever)
    return american + (given.sum(axis=-1, keepdims=True) - given[..., usa : usa + 1]) * (0.5 + 0.5 * unity)
