"""Why a game ended as it did: what each move was worth, and what moved trust.

Two accounts that answer different questions. Counterfactual games take one move away and are played again under the
same random numbers, with Russia free to answer otherwise: what the move did to the score. The ledger divides the change
of trust in the US among its causes exactly, in the run that was played.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cohesion.game.moves import LEVERS, NEUTRAL, PATHS, Game
from cohesion.game.play import Played
from cohesion.game.score import COMPONENTS, Score
from cohesion.ledger import Ledger

YOU, RUSSIA, US = "You", "Russia", "United States"


@dataclass(frozen=True, slots=True)
class Other:
    """A game that differs in one move from the one that was played.

    Attributes
    ----------
    who, what
        Whose move is taken away, and which.
    game, adapts
        What is played instead, and whether Russia adapts.
    """

    who: str
    what: str
    game: Game
    adapts: bool = True


def others(game: Game) -> Iterator[Other]:
    """The counterfactual games of a game, without those that would be the same.

    The player's moves of one year, of one lever over all years, and all together; Russia's adaptation; the US path.
    """
    before = (NEUTRAL, *game.moves)
    for year in range(len(game.moves)):
        if before[year] != game.moves[year]:
            yield Other(YOU, str(year), _without_year(game, year))
    for at, name in enumerate(LEVERS):
        if any(move[at] != NEUTRAL[at] for move in game.moves):
            moves = tuple((*move[:at], NEUTRAL[at], *move[at + 1 :]) for move in game.moves)
            yield Other(YOU, name, replace(game, moves=moves))
    still = replace(game, moves=(NEUTRAL,) * len(game.moves))
    if still != game:
        yield Other(YOU, "all", still)
    yield Other(RUSSIA, "adaptation", game, adapts=False)
    if game.path != PATHS[0]:
        yield Other(US, "path", replace(game, path=PATHS[0]))


def _without_year(game: Game, year: int) -> Game:
    """The game without the changes of a year: each lever that was changed stays as it was until it is changed again."""
    before = game.moves[year - 1] if year else NEUTRAL
    changed = [at for at in range(len(LEVERS)) if game.moves[year][at] != before[at]]
    moves = [list(move) for move in game.moves]
    for at in changed:
        for later in range(year, len(moves)):
            if game.moves[later][at] != game.moves[year][at]:
                break
            moves[later][at] = before[at]
    return replace(game, moves=tuple(tuple(move) for move in moves))


def worth(played: Score, instead: Score) -> dict[str, float]:
    """What a move was worth: the game less the game without it, run by run.

    Returns
    -------
    dict
        ``score``, ``low`` and ``high``: mean difference over runs and its 95 % interval (normal); ``here``: in the
        first run; and the mean difference of each component, and of ``trust`` in the US at the end (mean over other
        members, in percentage points).
    """
    change = played.total - instead.total
    half = 1.96 * change.std(ddof=1) / np.sqrt(len(change)) if len(change) > 1 else float("nan")
    found = {"score": float(change.mean()), "low": float(change.mean() - half), "high": float(change.mean() + half),
             "here": float(change[0])}  # fmt: skip
    found |= {c.name: float((played.components[c.name] - instead.components[c.name]).mean()) for c in COMPONENTS}
    return found | {"trust": 100 * float((played.trust - instead.trust).mean())}


def debrief(played: Score, instead: Mapping[Other, Score]) -> pd.DataFrame:
    """What each move was worth, one row each: ``who``, ``what`` and the columns of `worth`.

    Parameters
    ----------
    played, instead
        The game, and those of `others`, in the same runs.
    """
    return pd.DataFrame([{"who": o.who, "what": o.what} | worth(played, found) for o, found in instead.items()])


def trust_by_cause(played: Played) -> pd.DataFrame:
    """Change of trust in the US by cause and year in the run that was played, in log-odds, mean over other members.

    Returns
    -------
    pandas.DataFrame
        Index ``driver``, a column for each year and the last the ``total``, whose sum is the exact change.
    """
    by_year = np.diff(played.ledger, axis=0, prepend=0)
    table = pd.DataFrame(by_year.T, index=pd.Index(Ledger.DRIVERS, name="driver"), columns=range(len(by_year)))
    return table.assign(total=table.sum(axis=1))
