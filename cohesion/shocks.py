"""Random numbers: every decision has its own slot, so scenarios share them (common random numbers).

The stream of run r comes from ``SeedSequence(seed, spawn_key=(r,))`` and a counter-based generator (Philox), whose
counter keeps channels apart: a new channel at the end, or a longer horizon, leaves all other numbers as they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cohesion.facts.codes import ISO3
from cohesion.parameters import DRAWN
from cohesion.types import Array, Shocks


@dataclass(frozen=True, slots=True)
class Channel:
    """Draws for one purpose: one row of ``width`` numbers every ``period`` months."""

    name: str
    normal: bool
    width: int = len(ISO3)
    period: int = 1


#: In the order of their counters; the counter of 0 is that of the parameter draws.
CHANNELS = (
    Channel("common_normal", normal=True, width=2),
    Channel("observer", normal=True),
    Channel("reputation", normal=True),
    Channel("budget", normal=True, period=12),
    Channel("common_uniform", normal=False, width=5),
    Channel("incident", normal=False),
    Channel("choice", normal=False, period=3),
    Channel("early_election", normal=False),
    Channel("ballot", normal=False),
)


class _Stream:
    """The numbers of one run, channel by channel, and then of the next: a new generator a run would take longer."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._bits = np.random.Philox(key=0)
        self._start = self._bits.state
        self._generator = np.random.Generator(self._bits)

    def turn_to(self, run: int) -> "_Stream":
        """Go to a run."""
        key = np.random.SeedSequence(self._seed, spawn_key=(run,)).generate_state(2, np.uint64)
        self._start["state"]["key"][:] = key
        return self

    def channel(self, number: int) -> np.random.Generator:
        """The generator at the start of a channel."""
        self._start["state"]["counter"][:] = (0, 0, 0, number)
        self._bits.state = self._start
        return self._generator


#: Counter of the draw that picks a run's set of the posterior: far above those of `CHANNELS`, which may grow.
POSTERIOR = 1_000_000


def posterior_draws(seed: int, runs: Sequence[int]) -> Array:
    """Uniform draw on [0, 1) that picks each run's set of the posterior, ``[run]``."""
    numbers, place = np.unique(runs, return_inverse=True)
    stream = _Stream(seed)
    return np.array([stream.turn_to(int(run)).channel(POSTERIOR).random() for run in numbers])[place]


def parameter_draws(seed: int, runs: Sequence[int]) -> Array:
    """Uniform draws on [0, 1) behind each run's parameter set, ``[run, parameter]`` in the order of `DRAWN`."""
    numbers, place = np.unique(runs, return_inverse=True)
    stream = _Stream(seed)
    return np.array([stream.turn_to(int(run)).channel(0).random(len(DRAWN)) for run in numbers])[place]


class ShockTable:
    """All shocks of some runs, drawn up front.

    Parameters
    ----------
    seed
        Non-negative.
    runs
        Run numbers; one that occurs more than once (in a sweep) is drawn once.
    months
        Horizon.
    """

    def __init__(self, seed: int, runs: Sequence[int], months: int) -> None:
        numbers, place = np.unique(runs, return_inverse=True)
        shapes = {c.name: (-(-months // c.period), c.width) for c in CHANNELS}
        tables = {name: np.empty((len(numbers), *shape)) for name, shape in shapes.items()}
        stream = _Stream(seed)
        for position, run in enumerate(numbers):
            stream.turn_to(int(run))
            for number, c in enumerate(CHANNELS, start=1):
                generator = stream.channel(number)
                draw = generator.standard_normal if c.normal else generator.random
                draw(out=tables[c.name][position])
        if not np.array_equal(numbers, runs):
            tables = {name: table[place] for name, table in tables.items()}
        for table in tables.values():
            table.setflags(write=False)  # simulations may share it
        self._tables = tables

    def month(self, month: int) -> Shocks:
        """The shocks of one month, counted from 0."""
        return Shocks(**{c.name: self._tables[c.name][:, month // c.period] for c in CHANNELS})

    def monthly(self) -> Shocks:
        """The shocks of all months, ``[month, run, ...]``; each draw of a longer period once."""
        return Shocks(**{name: table.swapaxes(0, 1) for name, table in self._tables.items()})
