"""How Russia adapts: once a year it reads three answers and moves one step where the answer is weakest.

The strategy is an assumption of the game, written down so that it can be disputed, and no finding of the model:

- a probe that meets little resistance goes on, and one that is answered is taken back: salami tactics (Schelling 1966,
  Arms and Influence);
- demands follow relative power as it shifts, and what a shift makes of it is not credibly renounced (Fearon 1995,
  Rationalist Explanations for War);
- it creates a problem and demands a price, and a price that is paid is pocketed and brings the next (Bristow 2025).

Arrays have the run axis first: each run's Russia reads that run alone.
"""

import numpy as np

from cohesion.rules import measures, united_states
from cohesion.simulation import Simulation
from cohesion.types import Array, BoolArray, Levers

#: What Russia moves, each against the answer of the same position in `ANSWERS`.
MEANS = ("russia_pressure", "russia_wedge", "russia_bargaining")
#: What it reads at the end of a year, each relative to the start (1).
ANSWERS = ("defence of the exposed members", "unity of decisions", "strength of Ukraine")
STEP = 0.25
#: How far each means may go: pressure may ease below the start, and rise to 2.7 times it.
LOW, HIGH = np.array([-0.5, 0.0, 0.0]), np.array([1.0, 1.0, 1.0])


def readings(simulation: Simulation) -> Array:
    """What stands behind `ANSWERS` in the present month, ``[run, answer]``: credibility, a share, a multiple."""
    s, x = simulation.state, simulation.inputs
    return np.concatenate([measures.flank(s.credibility, x.exposure), s.unity, np.exp(s.strength)], axis=-1)


def price(levers: Levers) -> Array:
    """What Russia is paid: US concessions of all kinds less Europe's sanctions, ``[run or 1, 1]``."""
    return united_states.concessions(levers) - levers.sanctions


def next_levers(levers: Array, answers: Array, paid: BoolArray) -> Array:
    """Russian levers of the next year, ``[run, means]``.

    One step up against the weakest answer, where that is weaker than at the start; one step down against every answer
    that is stronger than at the start. Where a price was paid in the year, bargaining goes a step up whatever else.

    Parameters
    ----------
    levers
        Of the year that ends, ``[run, means]``.
    answers
        Relative to the start, ``[run, answer]``.
    paid
        Whether `price` rose in the year, ``[run]``.
    """
    weakest = answers == answers.min(axis=-1, keepdims=True)
    step = STEP * ((weakest & (answers < 1)) * 1.0 - (answers > 1))
    step[:, 2] = np.where(paid, STEP, step[:, 2])
    return np.clip(levers + step, LOW, HIGH)
