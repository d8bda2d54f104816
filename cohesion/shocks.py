"""Random numbers: every decision has its own slot, so scenarios share them (common random numbers).

The stream of run r comes from ``SeedSequence(seed, spawn_key=(r,))`` and a counter-based generator (Philox), whose counter keeps
channels apart: a new channel, or a longer horizon, leaves all earlier numbers as they were.
"""

from collections.abc import Iterator

import numpy as np

from cohesion.parameters import DRAWN, PARAMETERS
from cohesion.types import Array, Shocks

NORMAL = ("common_normal", "observer", "reputation", "ballot", "budget")
UNIFORM = ("common_uniform", "incident", "choice", "early_election")
MEMBERS = 32


def _channels(seed: int, run: int) -> Iterator[np.random.Generator]:
    """Generators of one run: the parameters', then one for each channel."""
    key = np.random.SeedSequence(seed, spawn_key=(run,)).generate_state(2, np.uint64)
    for channel in range(1 + len(NORMAL) + len(UNIFORM)):
        yield np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, channel]))


def parameter_draws(seed: int, runs: range) -> Array:
    """Uniform draws on [0, 1) behind each run's parameter set, ``[run, parameter]`` in the order of `DRAWN`."""
    return np.array([next(_channels(seed, run)).random(len(PARAMETERS))[: len(DRAWN)] for run in runs])


class ShockTable:
    """All shocks of a range of runs, drawn up front.

    Parameters
    ----------
    seed
        Non-negative.
    runs
        Run numbers.
    months
        Horizon.
    """

    def __init__(self, seed: int, runs: range, months: int) -> None:
        self._table = np.empty((months, len(NORMAL) + len(UNIFORM), len(runs), MEMBERS))
        for position, run in enumerate(runs):
            channels = _channels(seed, run)
            next(channels)
            for k, generator in enumerate(channels):
                draw = generator.standard_normal if k < len(NORMAL) else generator.random
                self._table[:, k, position] = draw((months, MEMBERS))

    def month(self, month: int) -> Shocks:
        """The shocks of one month, counted from 0."""
        return Shocks(**dict(zip(NORMAL + UNIFORM, self._table[month], strict=True)))
