"""M16 China: how far Beijing sustains Russia.

A path that American courting of Russia moves by an effect whose default is zero and whose range crosses zero.
"""

from cohesion.types import Array, Parameters


def support(china: Array, courting: Array, p: Parameters) -> Array:
    """Russian capacity that Chinese support adds, log deviation from the start, ``[run, 1]``; adjusts in two years."""
    return china + (p.courting_china * courting - china) / 24
