"""Playing a game: the simulation's own months, with Russia's levers set at the end of each year.

The student plays one run, whose story is told. The same moves are played in a small ensemble beside it, under the same
random numbers for a whole class, so that luck and skill can be told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from cohesion.game import russia
from cohesion.game.moves import Game, dated
from cohesion.ledger import Ledger
from cohesion.record import Recorder, Records
from cohesion.scenario import Scenario
from cohesion.simulation import Simulation
from cohesion.types import Array, BoolArray, Inputs

#: Run whose story is told, and runs behind the score; the played run is the first of them.
PLAYED_RUN, RUNS = 0, 32
VARIABLES = (
    "cohesion_index", "unity", "pressure", "strength", "phase", "trust_in_us", "credibility", "spending", "aid", "loss",
    "threat", "posture",
)  # fmt: skip


@dataclass(frozen=True)
class Played:
    """What came of a game so far.

    Attributes
    ----------
    game, runs
        What was played, and run numbers.
    records
        Of `cohesion.record.Recorder`, ``[run, month, ...]``, the start included: `VARIABLES` and the outcome.
    inputs
        Of the simulation: facts and start values.
    levers
        Russian levers by year, the year to come included, ``[run, year, means]``.
    answers, paid
        What Russia read at the end of each year, relative to the start, ``[run, year, answer]``; and whether it was
        paid a price in it, ``[run, year]``.
    ledger
        Change of the log-odds of trust in the US since the start, traced to its causes, at the end of each year: mean
        over members other than the US, ``[year, driver]``, of the first run. Empty where it was not asked for.
    """

    game: Game
    runs: Sequence[int]
    records: Records
    inputs: Inputs
    levers: Array
    answers: Array
    paid: BoolArray
    ledger: Array

    @property
    def years(self) -> int:
        """Years played."""
        return len(self.game.moves)

    def scenario(self, run: int = 0) -> Scenario:
        """What one run came to, as a plain scenario: the levers of all sides, in the months played so far.

        ``cohesion.AllianceModel(scenario, rng=seed, run=number)`` gives that run again, to the last bit.
        """
        means = {name: dated(self.levers[run, : self.years, k].tolist(), 0.0) for k, name in enumerate(russia.MEANS)}
        found = self.game.scenario({name: steps for name, steps in means.items() if steps})
        return found.with_changes(months=12 * self.years)


def play(
    game: Game,
    runs: Sequence[int] = range(RUNS),
    adapts: bool = True,
    ledger: bool = False,
) -> Played:
    """Play the years of a game so far.

    Parameters
    ----------
    game
        At least one year of it.
    runs
        Run numbers of the seed.
    adapts
        Whether Russia adapts; else its levers stay as at the start.
    ledger
        Whether to keep the ledger of the first run.

    Raises
    ------
    ValueError
        Where no year is played.
    """
    if not game.moves:
        raise ValueError("there is no year to play yet")
    with threadpool_limits(limits=1, user_api="blas"):
        simulation = Simulation(game.scenario(), game.seed, runs)
        recorder = Recorder(simulation, VARIABLES)
        book = Ledger.of(simulation) if ledger else None
        opponent = _Opponent(simulation)
        accounts = []
        for _ in game.moves:
            for _ in range(12):
                simulation.step(book=book)
                recorder.keep()
            opponent.read(adapts)
            if book:
                others = simulation.inputs.europe > 0
                accounts.append(book.toward_us()[1][0][:, others].mean(axis=-1))
    levers, answers = np.stack(opponent.levers, axis=1), np.stack(opponent.answers, axis=1)
    paid, accounted = np.stack(opponent.paid, axis=1), np.array(accounts)
    return Played(game, runs, recorder.records(), simulation.inputs, levers, answers, paid, accounted)


class _Opponent:
    """Russia in a simulation: reads the year that ends and sets the levers of the next."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._start = russia.readings(simulation)
        self._price = np.zeros((1, 1))
        runs = len(self._start)
        self.levers = [np.zeros((runs, len(russia.MEANS)))]
        self.answers: list[Array] = []
        self.paid: list[BoolArray] = []

    def read(self, adapts: bool) -> None:
        simulation = self._simulation
        now = russia.price(simulation.levers(simulation.state.month - 1))
        runs = len(self._start)
        self.paid.append(np.broadcast_to(now > self._price + 1e-9, (runs, 1))[:, 0])
        self.answers.append(russia.readings(simulation) / self._start)
        self._price = now
        before = self.levers[-1]
        self.levers.append(russia.next_levers(before, self.answers[-1], self.paid[-1]) if adapts else before)
        if not simulation.finished:
            simulation.set_levers({name: self.levers[-1][:, [k]] for k, name in enumerate(russia.MEANS)})
