"""What an ensemble costs by its size: members, months and runs.

An alliance of 64 or 128 is the 32 repeated, each copy beside the others, for timing only: its results mean nothing.
"""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np

from cohesion import simulate
from cohesion.facts import Facts, load_facts
from cohesion.record import Recorder
from cohesion.scenario import Scenario
from cohesion.shocks import ShockTable
from cohesion.simulation import Simulation, begin
from cohesion.uncertainty import DEFAULT
from cohesion.variables import VARIABLES

MEMBERS = (32, 64, 128)
MONTHS = (60, 120, 240)
RUNS = (1, 16, 64, 256, 1024)
#: What everything is a ratio to: members, months, runs.
BASE = (32, 120, 128)


class RepeatedShocks(ShockTable):
    """Shocks of a larger alliance: each copy of a member has those of the member."""

    def __init__(self, seed: int, runs: range, months: int, copies: int) -> None:
        super().__init__(seed, runs, months)
        self._tables = {
            name: table if name.startswith("common") else np.tile(table, copies) for name, table in self._tables.items()
        }


def repeated(facts: Facts, copies: int) -> Facts:
    """Facts of an alliance in which each member stands several times; the United States is the first of its copies."""
    members, larger = len(facts.iso3), {}
    for field in fields(facts):
        value = getattr(facts, field.name)
        if isinstance(value, np.ndarray) and value.shape == (members, members):
            larger[field.name] = np.tile(value, (copies, copies))
        elif isinstance(value, np.ndarray) and value.shape == (members,):
            larger[field.name] = np.tile(value, copies)
    groups = {name: np.tile(group, copies) for name, group in facts.groups.items()}
    return replace(facts, iso3=facts.iso3 * copies, names=facts.names * copies, groups=groups, **larger)


def run_larger(scenario: Scenario, members: int, runs: int) -> np.ndarray:
    """Run the 32 repeated and keep all variables; the cohesion index of each run and month."""
    copies, numbers = members // BASE[0], range(runs)
    facts = repeated(load_facts(scenario.start), copies)
    beginning = begin(scenario, 0, numbers, facts=facts, shocks=RepeatedShocks(0, numbers, scenario.months, copies))
    by_member = {name: path for name, path in scenario.paths().items() if path.shape[1] > 1}
    paths = {name: np.tile(path, copies)[None] for name, path in by_member.items()}
    simulation = Simulation(scenario, 0, numbers, DEFAULT, paths=paths, beginning=beginning)
    shape = (runs, scenario.months + 1)
    into = {v.name: np.empty((*shape, members) if v.by_member else shape) for v in VARIABLES}
    recorder = Recorder(simulation, into=into)
    while not simulation.finished:
        simulation.step()
        recorder.keep()
    recorder.records()
    return into["cohesion_index"]


def cases(scenario: Scenario) -> dict[str, dict[int, Callable[[], object]]]:
    """What is measured, by dimension and size: one is varied, the others are those of `BASE`.

    Members are compared by `run_larger`, which cuts no chunks and names no members, months and runs by `simulate`.
    """
    _, months, runs = BASE
    usual = scenario.with_changes(months=months)
    return {
        "members": {k: lambda k=k: run_larger(usual, k, runs) for k in MEMBERS},
        "months": {k: lambda k=k: simulate(scenario.with_changes(months=k), runs=runs) for k in MONTHS},
        "runs": {k: lambda k=k: simulate(usual, runs=k) for k in sorted({*RUNS, runs})},
    }
