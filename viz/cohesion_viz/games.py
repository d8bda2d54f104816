"""Games in the worker processes that all sessions share: a turn, a debrief, a class's codes.

A game is played from its beginning each time: ten years of 32 runs take about as long as the first band of an ensemble,
and nothing has to be kept between two turns of a student.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cohesion.game import PLAYED_RUN, Game, Score, play, score
from cohesion.game.debrief import Other, trust_by_cause
from cohesion.game.score import cost
from cohesion.rules.measures import log_odds
from cohesion.summary import QUANTILES
from cohesion_viz import numbers
from cohesion_viz.answers import months
from cohesion_viz.jobs import Array
from cohesion_viz.shared import Cache
from cohesion_viz.single import SingleRun, step_through
from cohesion_viz.workers import Urgency, Workers

_TICKET = 0  # every game counts: no newer request drops an older one


@dataclass(frozen=True)
class Turn:
    """What there is to see after a turn.

    Attributes
    ----------
    game, score
        As far as it is played, and what it came to in every run.
    run
        The run that is played.
    fan
        Quantiles of the cohesion index of all runs by month, as of `cohesion_viz.numbers.fan`.
    cost
        Of the run that is played, by month, as of `cohesion.game.score.cost`.
    levers, answers, paid
        Of the run that is played, as of `cohesion.game.Played`, without the run axis.
    """

    game: Game
    score: Score
    run: SingleRun
    fan: pd.DataFrame
    cost: Array
    levers: Array
    answers: Array
    paid: Array


def turn(game: Game, seed: int, runs: range, stopped: Callable[[], bool]) -> Turn | None:
    """Play a game so far and step through its first run, in a worker; None where stopped."""
    played = play(game, runs)
    run = step_through(played.scenario(), seed, PLAYED_RUN, stopped)
    if run is None:
        return None
    levels = np.quantile(played.records["cohesion_index"], list(QUANTILES.values()), axis=0)
    fan = pd.DataFrame(levels.T, pd.Index(months(run.scenario), name="date"), list(QUANTILES))
    return Turn(game, score(played), run, fan, cost(played)[0], played.levers[0], played.answers[0], played.paid[0])


def result(other: Other, seed: int, runs: range, stopped: Callable[[], bool]) -> Score:
    """What a game came to, in a worker."""
    return score(play(other.game, runs, other.adapts))


def accounts(game: Game, seed: int, runs: range, stopped: Callable[[], bool]) -> numbers.Accounts:
    """What changed trust in the US in the run that is played, mean over other members, in a worker."""
    played = play(game, runs, ledger=True)
    trust = played.records["trust_in_us"][0][[0, -1]][:, played.inputs.europe > 0]
    first, last = (float(odds) for odds in log_odds(trust).mean(axis=-1))
    total = trust_by_cause(played)["total"]
    return numbers.accounts(dict(zip(total.index.astype(str), total.tolist(), strict=True)), first, last)


class Games:
    """Plays games for all sessions of a server.

    Parameters
    ----------
    workers
        Where games are played.
    runs
        Runs behind a score.
    """

    def __init__(self, workers: Workers, runs: int) -> None:
        self._workers, self._runs = workers, runs
        self._turns, self._results = Cache(48), Cache(4096)
        self._slot = workers.open()
        workers.newest(self._slot, _TICKET)

    def turn(self, game: Game) -> Turn:
        """What there is to see after the last year that is played."""
        found: Turn | None = self._turns.get(game)
        if found is None:
            found = self._submit(turn, game, game.seed, self._runs, Urgency.FIRST_BAND).result()
            self._turns.put(game, found)
        assert found is not None
        return found

    def accounts(self, game: Game) -> numbers.Accounts:
        """What changed trust in the US in the run that is played."""
        found: numbers.Accounts = self._submit(accounts, game, game.seed, 1, Urgency.DETAIL).result()
        return found

    def results(self, wanted: Iterable[Other]) -> Iterator[Score]:
        """What games came to, in order; not more at once than there are workers, since others wait too."""
        waiting: deque[tuple[Other, Future[Score] | Score]] = deque()
        for other in wanted:
            key = (other.game, other.adapts)
            held = self._results.get(key)
            waiting.append((other, held or self._submit(result, other, other.game.seed, self._runs, Urgency.CAUSES)))
            if len(waiting) >= self._workers.count:
                yield self._take(*waiting.popleft())
        while waiting:
            yield self._take(*waiting.popleft())

    def _take(self, other: Other, found: "Future[Score] | Score") -> Score:
        score = found.result() if isinstance(found, Future) else found
        self._results.put((other.game, other.adapts), score)
        return score

    def _submit(
        self, job: Callable[..., Any], what: Game | Other, seed: int, runs: int, urgency: Urgency
    ) -> "Future[Any]":
        numbers_of_runs = range(PLAYED_RUN, PLAYED_RUN + runs)
        return self._workers.submit(job, what, seed, numbers_of_runs, self._slot, _TICKET, urgency)
