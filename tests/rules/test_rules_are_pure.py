"""Every public rule: leaves its arguments alone, and gives each run what it would give it alone."""

import inspect
from types import ModuleType

import numpy as np
import pytest

from cohesion.levers import LEVERS
from cohesion.parameters import DRAWN, from_uniform, parameter_set
from cohesion.rules import (
    burden,
    capability,
    china,
    claims,
    consensus,
    learning,
    measures,
    politics,
    posture,
    russia,
    support,
    threat,
    trade,
    trust,
    united_states,
    war,
)
from cohesion.types import Levers, Parameters

MODULES: tuple[ModuleType, ...] = (
    burden, capability, china, claims, consensus, learning, measures, politics, posture, russia, support, threat,
    trade, trust, united_states, war,
)  # fmt: skip
RUNS, MEMBERS, USA = 3, 5, 4
RNG = np.random.default_rng(20250101)
PARAMETERS = parameter_set(from_uniform(RNG.random((RUNS, len(DRAWN)))), RUNS)


class Fixed:
    """An argument without a run axis."""

    def __init__(self, value):
        self.value = value


def member(low=-0.5, high=0.5):
    return RNG.uniform(low, high, (RUNS, MEMBERS))


def one(low=-0.5, high=0.5):
    return RNG.uniform(low, high, (RUNS, 1))


def pair(low=0.0, high=1.0):
    return RNG.uniform(low, high, (RUNS, MEMBERS, MEMBERS))


def codes(high, width=MEMBERS):
    return RNG.integers(0, high, (RUNS, width))


def facts(low=0.0, high=1.0, shape=(MEMBERS,)):
    return Fixed(RNG.uniform(low, high, shape))


def rows():
    weights = pair(0.1)
    weights[:, np.arange(MEMBERS), np.arange(MEMBERS)] = 0
    return weights / weights.sum(axis=-1, keepdims=True)


EUROPE = Fixed(np.array([1.0, 1, 1, 1, 0]))
KM = facts(500, 5000, (MEMBERS, MEMBERS))
DRAWS = Levers(**{lv.name: one(lv.low, lv.high) if not lv.by_member else member(lv.low, lv.high) for lv in LEVERS})
P = "parameters"
CALLS = {
    burden.phase_in: (RNG.choice([2.0, 3.5], (RUNS, 9, MEMBERS)), Fixed(2.0), Fixed(50)),
    burden.pledge_gap: (member(1, 5), member(0, 3), member(0, 1), facts(0, 4)),
    burden.desired: (facts(0, 4), member(), member(), member(), member(0, 0.1), member(), one(0, 1), member(0, 0.4),
                     member(), codes(6), member(), P),
    burden.budget: (member(0, 4), member(0, 4), member(0.5, 3), P),
    burden.surprise: (member(0, 4), member(), member(), P),
    burden.supplement: (member(0, 4), member(0, 4), P),
    burden.pledge_conduct: (member(0, 1), facts(0, 1), P),
    capability.enabler_share: (member(0, 1), member(), EUROPE, P),
    capability.purchases: (member(0, 9), member(0, 9), P),
    capability.accumulate: (member(0, 90), member(0, 9), member(0, 9), member(0, 0.6), P),
    capability.build_enablers: (member(0, 90), member(0, 9), member(0, 9), member(0, 0.6), P),
    capability.autonomy: (member(0, 9), member(0, 90), Fixed(USA), P),
    china.support: (one(), one(0, 1), P),
    claims.signal: (member(0, 1), rows(), facts(), P),
    claims.rally: (member(0, 1), P),
    consensus.objection: (member(-1, 1), member(0, 1), member(0, 1), codes(6), P),
    consensus.blocking: (member(-3, 3), codes(6), P),
    consensus.willing: (codes(6), member(1, 9), EUROPE),
    consensus.effect: (codes(2, 4), one(0, 1), P),
    consensus.remember: (RNG.random((RUNS, 4)), RNG.random((RUNS, 4))),
    learning.ties: (KM, EUROPE, facts(0, 3, (MEMBERS, MEMBERS)), facts(0, 1, (MEMBERS, MEMBERS)), P),
    learning.without: (rows(), Fixed(USA)),
    measures.projection: (KM, Fixed(USA), P),
    measures.log_odds: (member(0.1, 0.9),),
    measures.probability: (member(-5, 5), member(-5, 5)),
    measures.response: (pair(), pair(), member(1, 99), member(0, 1), member(0, 1), Fixed(USA)),
    measures.credibility: (member(1, 99), member(1, 99), P),
    measures.flank: (member(), member(0.1, 1)),
    measures.mean: (member(), EUROPE),
    measures.cohesion: (member(0, 1), member(0, 1), one(0, 1), one(0, 1), member(0, 4), EUROPE),
    measures.present: (codes(6), one(0, 1), Fixed(USA)),
    measures.connectivity: (pair(-1, 1), pair(-1, 1), one(0.3, 0.5)),
    politics.elections: (Fixed(9), Fixed(np.array([3, 9, 12, 20, 5])), Fixed(np.full(MEMBERS, 4)), member(0, 0.02), P),
    politics.swing: (member(0, 1), P),
    politics.redraw: (member(-1, 1), facts(-1, 1), member(), member(), member(0, 1), P),
    posture.utilities: (member(), member(), member(), member(), member(), member(), member(-1, 1), member(0, 1),
                        member(0, 1), P),
    posture.choose: (RNG.random((RUNS, MEMBERS, 6)), codes(6), member(0, 1), P),
    posture.best: (RNG.random((RUNS, MEMBERS, 6)),),
    posture.conduct: (codes(6), codes(6), P),
    posture.defects: (codes(6),),
    russia.confidence: (one(), one(0, 3), one(), one(), one(), P),
    russia.pocket: (one(0, 3), one(0, 3)),
    russia.problem: (one(0, 1), one(0, 1), one(0, 3), P),
    russia.pressure_noise: (one(), one(), P),
    russia.pressure: (one(), one(), one(), one(), P),
    russia.energy_loss: (one(0, 1), facts(), P),
    russia.cheapness: (member(-1, 1), facts(), member(0, 1), P),
    russia.wedge: (one(0, 1), one(), member(0, 1), P),
    support.european: (member(), member(-0.9, 3), member(), one(), one(), member(0, 0.1), member(), EUROPE, P),
    support.total: (member(), facts(0, 1), member(9, 99), one(-1, 1), Fixed(USA), one(0, 2)),
    threat.exposure: (facts(500, 5000), Fixed(np.array([0.0, 1, 0, 1, 0])), P),
    threat.start: (member(0, 1), Fixed(-1.1), P),
    threat.odds: (member(0.1, 0.9),),
    threat.incidents: (member(0, 1), P),
    threat.incident_share: (member(0, 1),),
    threat.perceive: (member(0.1, 0.9), member(0.1, 9), member(0, 1), one(), one(), one(), member(0, 0.3),
                      member(0, 0.3), member(0, 1), P),
    trade.tariff_in_force: (member(0, 0.6), member(0, 0.3), P),
    trade.retaliate: (member(0, 0.3), member(0, 0.6), one(0, 1), facts(0, 1, (MEMBERS, MEMBERS)), P),
    trade.level_loss: (member(0, 0.6), member(0, 0.3), facts(0, 0.2), facts(0, 0.02), Fixed(USA), P),
    trade.stake: (facts(0, 0.2), P),
    trade.signal: (member(0, 0.6), member(0, 3), P),
    trade.solidarity: (member(0, 0.3), P),
    trust.asymmetric: (member(), P),
    trust.monthly: (member(), EUROPE, P),
    trust.witnessed: (member(), rows(), P),
    trust.update_matrix: (rows(), P),
    trust.carry: (pair(-1, 1), rows(), rows(), Fixed(USA)),
    trust.revise: (pair(-7, 7), rows(), rows(), member(), member(), member(), Fixed(USA)),
    trust.noise: (one(), member(), EUROPE, P),
    trust.reputation: (member(), EUROPE, P),
    trust.goodwill: (member(), member(), P),
    united_states.commitment: (one(-1, 1), one(0, 1), member(0, 4), facts(0.5, 4), Fixed(9.0), EUROPE, P),
    united_states.concessions: (DRAWS,),
    united_states.commitment_signal: (one(-1, 1), P),
    united_states.signals: (DRAWS, member(0, 1), facts(), P),
    war.at_peace: (codes(5, 1),),
    war.capacity: (one(), codes(2, 1) > 0, Fixed(False), one(), one(0, 1), one(), P),
    war.strength: (one(), codes(2, 1) > 0, Fixed(False), one(), one(0, 1), one(), P),
    war.prospects: (one(), one(), one()),
    war.offer: (one(0, 1), one(0, 1), one(0, 1), one(0, 1), P),
    war.assurance: (one(0, 100),),
    war.backing: (one(0, 1), one(0, 1)),
    war.deterrence: (one(), one(0, 1), one(0, 1), P),
    war.next_phase: (codes(5, 1), one(0, 0.1), one(0, 1), one(), one(), one(), one(), one(), one(), one(0, 1),
                     one(0, 1), P),
    war.sanctions_in_effect: (one(), one(0, 1), one(), P),
    war.available: (one(), one(), one(0, 1), codes(2, 1) > 0, Fixed(True), Fixed(30), P),
}  # fmt: skip
NAMES = {f"{rule.__module__.rsplit('.', 1)[1]}.{rule.__name__}": rule for rule in CALLS}


def sliced(argument, run):
    """An argument as one run alone would see it; all of it where the run is None."""
    if isinstance(argument, Fixed):
        return argument.value
    keep = slice(None) if run is None else slice(run, run + 1)
    if argument is P:
        return Parameters(**{name: value[keep] for name, value in vars(PARAMETERS).items()})
    if isinstance(argument, Levers):
        return Levers(**{name: value[keep] for name, value in vars(argument).items()})
    return argument[keep]


def arrays(value):
    """The arrays of a result or an argument, by name."""
    if isinstance(value, Levers | Parameters):
        return vars(value)
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple):
        return dict(enumerate(value))
    return {"": np.asarray(value)}


def test_every_public_rule_is_called_here():
    public = {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}"
        for module in MODULES
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_leaves_its_arguments_as_they_were(name):
    arguments = [sliced(argument, None) for argument in CALLS[NAMES[name]]]
    held = [array for argument in arguments for array in arrays(argument).values()]
    before = [array.copy() for array in held]
    NAMES[name](*arguments)
    for then, now in zip(before, held, strict=True):
        np.testing.assert_array_equal(then, now)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_gives_each_run_to_the_last_bit_what_it_gives_it_alone(name):
    rule, arguments = NAMES[name], CALLS[NAMES[name]]
    together = arrays(rule(*[sliced(argument, None) for argument in arguments]))
    if P not in [a for a in arguments if isinstance(a, str)] and not any(
        isinstance(a, np.ndarray | Levers) for a in arguments
    ):
        raise AssertionError("every rule has an argument with a run axis")
    for run in range(RUNS):
        alone = arrays(rule(*[sliced(argument, run) for argument in arguments]))
        for key, value in together.items():
            np.testing.assert_array_equal(value[run : run + 1], alone[key], strict=True)
            assert np.all(np.isfinite(value))
