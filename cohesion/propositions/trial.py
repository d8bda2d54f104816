"""Every arm of the propositions, and every ablated one, simulated once for the same parameter sets and shocks.

Repetition k of parameter set r takes its shocks from run r of seed + k, in every arm: repetition 0 of an arm is the
plain ensemble of its scenario.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cohesion.ensemble import CHUNK, simulate
from cohesion.parameters import DRAWN
from cohesion.propositions.measures import VARIABLES, Kept, keep
from cohesion.propositions.table import REPETITIONS, Proposition
from cohesion.results import ResultsError
from cohesion.scenario import Scenario
from cohesion.simulation import draw_parameters
from cohesion.studies.workers import Here, Local, Workers
from cohesion.uncertainty import Uncertainty

#: An arm's place in a trial: identity of the proposition, name of the arm, whether its mechanism is switched off.
Place = tuple[str, str, bool]


@dataclass(frozen=True)
class Variant:
    """A scenario with mechanisms switched off or parameters fixed."""

    scenario: Scenario
    without: tuple[str, ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()

    def key(self) -> tuple[object, ...]:
        """What decides its numbers: equal for two arms that are the same under other names."""
        s = self.scenario
        levers = tuple(path.tobytes() for path in s.paths().values())
        return s.start, s.months, levers, tuple(sorted(s.parameters.items())), self.without, self.parameters


@dataclass(frozen=True)
class Trial:
    """What is simulated: variants, each for ``runs`` parameter sets and `REPETITIONS` draws of shocks.

    It is work on one long axis: variant by variant, repetition by repetition, block by block of parameter sets.
    """

    variants: tuple[Variant, ...]
    places: Mapping[Place, int]
    runs: int
    seed: int
    uncertainty: Uncertainty

    @classmethod
    def of(cls, propositions: Sequence[Proposition], runs: int, seed: int, uncertainty: Uncertainty) -> "Trial":
        """The trial of some propositions, each distinct variant once."""
        variants: list[Variant] = []
        numbers: dict[tuple[object, ...], int] = {}
        places: dict[Place, int] = {}
        for p in propositions:
            off = {name for contrast in p.deciding for name in contrast.of}
            for name, arm in p.arms.items():
                plain = Variant(arm.load())
                ablated = replace(
                    plain, without=p.ablation.without, parameters=tuple(sorted(p.ablation.parameters.items()))
                )
                for variant, switched in ((plain, False), (ablated, True)):
                    if switched and name not in off:
                        continue
                    number = numbers.setdefault(variant.key(), len(variants))
                    if number == len(variants):
                        variants.append(variant)
                    places[p.id, name, switched] = number
        return cls(tuple(variants), places, runs, seed, uncertainty)

    @property
    def blocks(self) -> int:
        """Blocks of parameter sets that are stepped together."""
        return math.ceil(self.runs / CHUNK)

    @property
    def pieces(self) -> int:
        """Length of the axis."""
        return len(self.variants) * REPETITIONS * self.blocks

    @property
    def total(self) -> int:
        """Runs in all."""
        return len(self.variants) * REPETITIONS * self.runs

    def runs_of(self, piece: int) -> range:
        """Parameter sets of a piece of the axis."""
        first = piece % self.blocks * CHUNK
        return range(first, min(self.runs, first + CHUNK))

    def chunk(self, first: int, last: int) -> list[Kept]:
        """What is kept of a range of pieces."""
        return [self._piece(piece) for piece in range(first, last)]

    def _piece(self, piece: int) -> Kept:
        number, repetition = divmod(piece // self.blocks, REPETITIONS)
        variant, sets = self.variants[number], self.runs_of(piece)
        drawn = draw_parameters(
            variant.scenario, self.seed, sets, self.uncertainty, dict(variant.parameters), variant.without
        )
        values = {name: value[:, 0] for name, value in vars(drawn).items()}
        data = simulate(
            variant.scenario, len(sets), self.seed + repetition, "none", parameters=values, variables=VARIABLES,
            first_run=sets.start,
        )  # fmt: skip
        return keep(data)

    def parameters(self) -> pd.DataFrame:
        """Values of the parameters that are drawn, a row a set."""
        scenario = self.variants[0].scenario
        drawn = draw_parameters(scenario, self.seed, range(self.runs), self.uncertainty)
        return pd.DataFrame({p.name: getattr(drawn, p.name)[:, 0] for p in DRAWN})


def run(trial: Trial, workers: int, progress: Callable[[int], None] = lambda runs: None) -> list[Kept]:
    """Simulate a trial.

    Parameters
    ----------
    workers
        Processes; 0 computes in this one.
    progress
        Called with the number of runs done after each piece.

    Returns
    -------
    list of Kept
        By variant, each of shape ``[repetition, set]`` (criteria: ``[repetition, set, criterion]``).

    Raises
    ------
    ResultsError
        Where a worker process was lost.
    """
    pool: Workers[list[Kept]] = Local(trial, workers) if workers else Here(trial)
    try:
        under_way = {pool.submit(piece, piece + 1): piece for piece in range(trial.pieces)}
        done: dict[int, Kept] = {}
        for future in as_completed(under_way):
            piece = under_way[future]
            (done[piece],) = future.result()
            progress(len(trial.runs_of(piece)))
    except BrokenProcessPool:
        raise ResultsError("a worker process was lost (out of memory?); fewer --workers may help") from None
    finally:
        pool.stop()
    joined = []
    for number in range(len(trial.variants)):
        first = number * REPETITIONS * trial.blocks
        rows = [[done[first + k * trial.blocks + b] for b in range(trial.blocks)] for k in range(REPETITIONS)]
        joined.append(
            {name: np.stack([np.concatenate([part[name] for part in row]) for row in rows]) for name in rows[0][0]}
        )
    return joined
