"""M16 China: how far Beijing sustains Russia.

A path that American courting of Russia moves by an effect whose default is zero and whose range crosses zero.
"""

from cohesion.types import Array, Parameters


def support(china: Array, courting: Array, p: Parameters) -> Array:
    """Chinese support for Russia after one month, deviation from the start, ``[run, 1]``; adjusts in about two years."""
    return china + (p.courting_china * courting - china) / 24


def sustained(china: Array, p: Parameters) -> Array:
    """Russian capacity that Chinese support adds or takes, in logs, ``[run, 1]``."""
    return p.china_capacity * china
