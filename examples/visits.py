"""A mechanism, a lever and a measure from outside: visits of American leaders, which wear off as they become routine.

An invented mechanism that shows how to add one; nobody measured its sizes. How-to: docs/extending.md.
"""

from dataclasses import replace

import numpy as np

from cohesion.extend import add_lever, add_measure, add_mechanism
from cohesion.levers import Lever
from cohesion.parameters import Parameter
from cohesion.types import Array, Inputs, Levers, Mechanism, Parameters, Shocks, State
from cohesion.variables import Variable


def routine(s: State) -> Array:
    """How used a member is to visits, 0 to 1, [run, member]; nobody is at the start."""
    return s.own.get("routine", np.zeros_like(s.threat))


def impression(visits: Array, used: Array, p: Parameters) -> Array:
    """Long-run effect of visits on trust in the US, log-odds, at least 0, [run, member]."""
    return p.visit_trust * visits * (1 - used)


def accustom(used: Array, visits: Array, p: Parameters) -> Array:
    """How used a member is to visits a month later, 0 to 1, [run, member]."""
    return used + p.visit_habit * (visits - used)


def trust_in_us(s: State, x: Inputs, lv: Levers, z: Shocks, p: Parameters) -> Array:
    """What the visits of the month do to trust."""
    return impression(lv.us_visits, routine(s), p)


def after(s: State, x: Inputs, lv: Levers, z: Shocks, p: Parameters) -> State:
    """Remember the visits."""
    return replace(s, own=s.own | {"routine": accustom(routine(s), lv.us_visits, p)})


add_lever(
    Lever("us_visits", "United States", "0 to 1", 0, 0, 1, True,
          "Visits beyond those of the start: 1 a leader in every month.", "invented")
)  # fmt: skip
add_mechanism(
    Mechanism("visits", "Visits that become routine", trust_in_us, after),
    Parameter("visit_trust", "visits", "log-odds", 0.3, 0.1, 0.6,
              "long-run effect of visits in every month on trust in the US, to those who are not used to them",
              "invented", neutral=0),
    Parameter("visit_habit", "visits", "1/month", 0.03, 0.01, 0.1,
              "share of the gap to present conduct that habit closes in a month", "invented"),
)  # fmt: skip
add_measure(Variable("routine", True, "1", "how used a member is to visits", lambda s, x: routine(s)))
