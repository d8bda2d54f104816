"""Every result variable: dimensions, unit, long name, and where it stands in the state.

`simulate`, the Mesa model's history and the dashboard's axes all read this table.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cohesion.types import Array, Inputs, IntArray, State


@dataclass(frozen=True, slots=True)
class Variable:
    """A result variable; ``of`` takes it from a state as ``[run, member]`` or ``[run, 1]``.

    ``span`` is what the fixed edges of its histograms cover; None where no span suits all members.
    """

    name: str
    by_member: bool
    unit: str
    long_name: str
    of: Callable[[State, Inputs], Array | IntArray]
    span: tuple[float, float] | None = (0.0, 1.0)


_LOG = (-3.0, 3.0)
#: `cohesion.extend` puts those from outside at the end.
VARIABLES: list[Variable] = [
    Variable("cohesion_index", False, "1", "cohesion index", lambda s, x: s.cohesion_index),
    Variable("cohesion_with_burden", False, "1", "cohesion index with burden", lambda s, x: s.cohesion_with_burden),
    Variable("unity", False, "1", "share of decisions put into effect", lambda s, x: s.unity),
    Variable("pressure", False, "log", "Russian pressure, deviation from the start", lambda s, x: s.pressure, _LOG),
    Variable(
        "confidence", False, "log", "Russian confidence, deviation from the start", lambda s, x: s.confidence, _LOG
    ),
    Variable(
        "capacity", False, "log", "Russian military capacity, deviation from the start", lambda s, x: s.capacity, _LOG
    ),
    Variable("problem", False, "1", "problem that Russia creates to bargain with", lambda s, x: s.problem, None),
    Variable("strength", False, "log", "Ukraine's strength, deviation from the start", lambda s, x: s.strength, _LOG),
    Variable("phase", False, "code", "phase of the war", lambda s, x: s.phase, None),
    Variable("trust_in_us", True, "probability", "trust in the United States", lambda s, x: s.trust_in_us),
    Variable("european_trust", True, "probability", "trust in the other members", lambda s, x: s.european_trust),
    Variable("goodwill", True, "probability", "goodwill of the public toward the US", lambda s, x: s.liking),
    Variable("threat", True, "probability", "perceived threat", lambda s, x: s.threat),
    Variable("spending", True, "% of GDP", "defence spending", lambda s, x: s.spending, (0.0, 15.0)),
    Variable("capability", True, "billion USD", "military capability, stock", lambda s, x: s.capability, None),
    Variable("autonomy", True, "1", "share of capability usable without the US", lambda s, x: s.autonomy),
    Variable("credibility", True, "probability", "credibility of collective defence", lambda s, x: s.credibility),
    Variable(
        "credibility_without_us", True, "probability", "the same without the US", lambda s, x: s.credibility_without_us
    ),
    Variable("posture", True, "code", "posture", lambda s, x: s.posture, None),
    Variable("alignment", True, "1", "government's hard line on Russia", lambda s, x: s.alignment, (-1.0, 1.0)),
    Variable("aid", True, "log", "aid to Ukraine, log deviation from the start", lambda s, x: s.aid, _LOG),
    Variable("loss", True, "share of GDP", "GDP lost to trade war and energy", lambda s, x: s.loss),
    Variable("tariff", True, "rate", "US tariff beyond that of the start", lambda s, x: s.tariff),
]  # fmt: skip

BY_NAME = {variable.name: variable for variable in VARIABLES}
