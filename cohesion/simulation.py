"""Runs that are stepped together: what the Mesa model (one run) and the ensemble (many) have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property

import numpy as np

from cohesion import extend, posterior
from cohesion import levers as lever_table
from cohesion.facts import Facts, load_facts
from cohesion.parameters import BY_NAME, MECHANISMS, from_uniform, neutral_values, parameter_set
from cohesion.rules import measures
from cohesion.rules.burden import phase_in
from cohesion.rules.month import Chance, advance, chance, standing
from cohesion.rules.posture import defects
from cohesion.scenario import Scenario
from cohesion.shocks import ShockTable, parameter_draws, posterior_draws
from cohesion.state import pledge_age, start
from cohesion.types import (
    COMMITTED,
    PILLAR,
    WITHDRAWN,
    Amend,
    Array,
    Book,
    Inputs,
    Levers,
    Parameters,
    State,
)
from cohesion.uncertainty import DEFAULT, UNCERTAINTIES, Uncertainty

Values = Mapping[str, Array | float]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What runs have before a lever is set: the same for all scenarios of one start, horizon and parameters.

    Its arrays may be shared and cannot be written to.
    """

    facts: Facts
    parameters: Parameters
    shocks: ShockTable
    luck: Chance
    inputs: Inputs
    state: State


def begin(
    scenario: Scenario,
    seed: int,
    runs: Sequence[int],
    uncertainty: Uncertainty = DEFAULT,
    parameters: Values | None = None,
    without: tuple[str, ...] = (),
    facts: Facts | None = None,
    shocks: ShockTable | None = None,
) -> Beginning:
    """Facts, parameters, shocks, inputs and the state of month 0 of some runs; parameters are those of `Simulation`.

    Facts are those of the scenario's start and shocks those of the seed, unless others are given.
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed {seed!r} is not a whole number from 0")
    drawn = draw_parameters(scenario, seed, runs, uncertainty, parameters, without)
    neutral = Levers(**{lever.name: np.full((1, 1), float(lever.neutral)) for lever in lever_table.LEVERS})
    facts = load_facts(scenario.start) if facts is None else facts
    inputs, state = start(facts, drawn, neutral)
    shocks = ShockTable(seed, runs, scenario.months) if shocks is None else shocks
    luck = chance(np.arange(scenario.months)[:, None, None], inputs, shocks.monthly(), drawn)
    held = [*vars(drawn).values(), *(getattr(part, f.name) for part in (inputs, state, luck) for f in fields(part))]
    for value in held:
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return Beginning(facts, drawn, shocks, luck, inputs, state)


class Simulation:
    """Some runs of one scenario, stepped by month.

    Parameters
    ----------
    scenario
        Checked scenario.
    seed
        Non-negative seed of the ensemble.
    runs
        Run numbers; each has its own stream, so a run does not depend on its neighbours. In a sweep the same number
        occurs at every point.
    uncertainty
        ``"none"``: the default parameter set; ``"prior"``: each run draws its own set from the ranges;
        ``"posterior"``: each draws one of the sets that history supports, whole, and the rest from the ranges.
    parameters
        Values that replace the defaults or draws, a number or one a run, ``[run]``.
    without
        Mechanisms to switch off: keys of `cohesion.parameters.MECHANISMS`.
    paths
        Levers that differ between runs, in place of the scenario's: ``[run, month, 32]``, or ``[run, month, 1]`` where
        a lever is one for the alliance.
    facts
        Figures of the start in place of those of the package; see `cohesion.facts.load_facts`.
    beginning
        What `begin` gives for the same arguments, where the caller has it already.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        runs: Sequence[int],
        uncertainty: Uncertainty = DEFAULT,
        parameters: Values | None = None,
        without: tuple[str, ...] = (),
        paths: Mapping[str, Array] | None = None,
        facts: Facts | None = None,
        beginning: Beginning | None = None,
    ) -> None:
        self.scenario = scenario
        beginning = beginning or begin(scenario, seed, runs, uncertainty, parameters, without, facts)
        self.facts, self.parameters, self._shocks = beginning.facts, beginning.parameters, beginning.shocks
        self._luck, self.inputs, self.state = beginning.luck, beginning.inputs, beginning.state
        shared = {name: path[None] for name, path in scenario.paths().items()}
        self._paths: dict[str, Array] = shared | dict(paths or {})  # [run or 1, month, 32 or 1]
        moves = [(path[:, 1:] != path[:, :-1]).any(axis=(0, 2)) for path in self._paths.values()]
        self._changes = np.append(True, np.any(moves, axis=0))  # months in which a lever changes
        self._phase_in_pledge()

    @property
    def finished(self) -> bool:
        """Whether the horizon is reached."""
        return self.state.month >= self.scenario.months

    def levers(self, month: int) -> Levers:
        """Levers in force in a month, counted from 0."""
        return Levers(**{name: path[:, month] for name, path in (self._paths | self._falling_due).items()})

    def set_levers(self, values: Mapping[str, Array]) -> None:
        """Set levers from the present month on: what an actor who adapts decides in the course of a run.

        Parameters
        ----------
        values
            By name, ``[run, 32]``, or ``[run, 1]`` where a lever is one for the alliance.
        """
        month, runs = self.state.month, len(self.state.trust_in_us)
        for name, value in values.items():
            path = self._paths[name]
            self._paths[name] = np.broadcast_to(path, (runs, *path.shape[1:])).copy()
            self._paths[name][:, month:] = value[:, None]
        self._changes[month] = True
        if "pledge" in values:
            self._phase_in_pledge()

    def _phase_in_pledge(self) -> None:
        neutral = lever_table.BY_NAME["pledge"].neutral
        before, due = phase_in(self._paths["pledge"], neutral, pledge_age(self.scenario.start))
        self._falling_due = {"pledge_before": before, "pledge_due": due}  # moves each month, as no lever does

    def step(self, amend: Amend | None = None, book: Book | None = None) -> None:
        """Advance all runs by a month; see `cohesion.rules.month.advance`."""
        month = self.state.month
        if self._changes[month]:
            self._levers = self.levers(month)
            self._stands = standing(self.inputs, self._levers, self.parameters)
        moved = {name: path[:, month] for name, path in self._falling_due.items()}
        levers = Levers(**(vars(self._levers) | moved))
        self.state = advance(
            self.state, self.inputs, levers, self._shocks.month(month), self.parameters, amend, book,
            self._stands, self._luck.month(month), extend.ADDED.values(),
        )  # fmt: skip

    @cached_property
    def _gdp_share(self) -> Array:
        weight = self.facts.gdp * self.inputs.europe
        return weight / weight.sum()

    @cached_property
    def _start_means(self) -> tuple[Array, Array]:
        """Mean trust in the US and in the others at the start, ``[run, 1]`` each."""
        x = self.inputs
        return measures.mean(x.trust_in_us, x.europe), measures.mean(x.european_trust, x.europe)

    def criteria(self) -> dict[str, Array]:
        """What the outcome is judged on, this month, ``[run]`` each; see `cohesion.outcome`."""
        s, x = self.state, self.inputs
        loyal = (s.posture == COMMITTED) | (s.posture == PILLAR)
        present = 1 - self._paths["us_withdrawal"][:, max(0, s.month - 1), 0]
        start_us, start_europe = self._start_means
        return {
            "defection": defects(s.posture).mean(axis=-1),
            "loyalty": (loyal * self._gdp_share).sum(axis=-1),
            "trust_retained": (measures.mean(s.trust_in_us, x.europe) / start_us)[:, 0],
            "credibility": s.flank[:, 0],
            "unity": s.unity[:, 0],
            "credibility_without_us": measures.flank(s.credibility_without_us, x.exposure)[:, 0],
            "european_trust_retained": (measures.mean(s.european_trust, x.europe) / start_europe)[:, 0],
            "us_present": np.where(s.posture[:, x.usa] == WITHDRAWN, 0.0, present),
        }


def draw_parameters(
    scenario: Scenario,
    seed: int,
    runs: Sequence[int],
    uncertainty: Uncertainty,
    parameters: Values | None = None,
    without: tuple[str, ...] = (),
) -> Parameters:
    """Parameter set of each run: defaults or draws, then the scenario's, the caller's, and mechanisms switched off.

    Raises
    ------
    ValueError
        Where a name is unknown or the values of a parameter are not one a run.
    """
    check_values(uncertainty, without, parameters or {}, len(runs))
    values = drawn(seed, runs, uncertainty)
    values.update(scenario.parameters)
    values.update(parameters or {})
    for mechanism in without:
        values.update(neutral_values(mechanism))
    return parameter_set(values, len(runs))


def drawn(seed: int, runs: Sequence[int], uncertainty: Uncertainty) -> dict[str, Array | float]:
    """What each run draws, by parameter, ``[run]``, before anything is fixed; nothing for ``"none"``."""
    values: dict[str, Array | float] = {}
    if uncertainty != "none":
        values.update(from_uniform(parameter_draws(seed, runs)))
    if uncertainty == "posterior":
        values.update(posterior.pick(posterior_draws(seed, runs)))
    return values


def check_values(uncertainty: str, without: tuple[str, ...], parameters: Values, runs: int) -> None:
    """Refuse what does not exist or does not fit the runs, where the caller's input enters.

    Raises
    ------
    ValueError
        With the name, and the nearest that exists.
    """
    if uncertainty not in UNCERTAINTIES:
        near = get_close_matches(str(uncertainty), UNCERTAINTIES, 1)
        hint = f"; nearest: {near[0]}" if near else ""
        raise ValueError(f"uncertainty {uncertainty!r} is not one of {', '.join(UNCERTAINTIES)}{hint}")
    for kind, given, known in (("mechanism", without, MECHANISMS), ("parameter", parameters, BY_NAME)):
        for name in given:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"; nearest: {near[0]}" if near else ""
                raise ValueError(f"unknown {kind} {name!r}{hint}")
    for name, value in parameters.items():
        if np.ndim(value) and np.shape(value) != (runs,):
            raise ValueError(f"parameter {name} has shape {np.shape(value)}; allowed: a number, or one a run ({runs},)")
