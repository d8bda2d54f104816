"""M1 Threat perception: the balance of threat.

Threat follows aggregate power, proximity, offensive capability and intent (Walt 1987). Perception adjusts
gradually and jumps with incidents: sabotage, airspace, cables.
"""

import numpy as np

from cohesion.types import Array, Parameters


def exposure(distance: Array, border: Array, p: Parameters) -> Array:
    """Exposure to Russia, 0 to 1 with 1 for the most exposed member, ``[run, member]``.

    Parameters
    ----------
    distance
        Capital to Moscow in km, ``[member]``.
    border
        1 where there is a land border with Russia or Belarus, ``[member]``.
    """
    raw = np.exp(-distance / p.exposure_scale) + p.border_bonus * border
    return raw / raw.max(axis=-1, keepdims=True)


def start(exposure: Array, pressure: float, p: Parameters) -> Array:
    """Threat perceived at the start, 0 to 1, ``[run, member]``: a floor of 0.15 and more with exposure.

    That is the threat of the end of 2024. A start under another pressure has what the rule of `perceive` makes of the
    difference: before 2014 even the most exposed felt less of it.

    Parameters
    ----------
    pressure
        Russian pressure at the start, log deviation from the end of 2024.
    """
    late = 0.15 + p.threat_span * exposure
    before = odds(late) * np.exp(p.threat_response * exposure * pressure)
    return before / (1 + before)


def odds(threat: Array) -> Array:
    """Odds of a threat, any shape."""
    return threat / (1 - threat)


def incidents(exposure: Array, p: Parameters) -> Array:
    """Incidents a month at the pressure of the start, ``[run, member]``: in proportion to exposure."""
    return p.incident_rate * exposure


def incident_share(incidents: Array) -> Array:
    """Share of months with an incident or more, 0 to 1, where there are so many a month, any shape."""
    return 1 - np.exp(-incidents)


def perceive(
    threat: Array,
    odds_at_start: Array,
    exposure: Array,
    pressure: Array,
    capacity: Array,
    buffer: Array,
    incidents: Array,
    usual: Array,
    draw: Array,
    p: Parameters,
) -> Array:
    """Threat after one month, 0 to 1, ``[run, member]``.

    The target moves in log-odds with Russian pressure, Russian capacity and the loss of Ukraine as a
    buffer, in proportion to exposure (Walt 1987). An incident moves perception at once; what is expected at
    the pressure of the start is taken off, so that the start is a fixed point.

    Parameters
    ----------
    odds_at_start
        `odds` of the threat at the start.
    pressure, capacity, buffer
        Log deviations from the start, ``[run, 1]``.
    incidents, usual
        `incidents`, and their `incident_share`.
    draw
        Uniform on [0, 1), ``[run, member]``.
    """
    change = p.threat_response * exposure * (pressure + capacity - buffer)
    aim = odds_at_start * np.exp(change)
    target = aim / (1 + aim)
    incident = draw < incident_share(incidents * np.exp(pressure))
    jump = p.incident_jump * threat * (1 - threat) * (incident - usual)
    return threat + p.threat_adjustment * (target - threat) + jump
