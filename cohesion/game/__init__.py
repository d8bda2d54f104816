"""Hold the alliance: for ten years a player sets Europe's levers against a US path and a Russia that adapts.

The rules are here: what may be moved (`moves`), how Russia answers (`russia`), what is scored (`score`), and how a game
is written as a code (`code`). Everything else is the simulation's own: a game is a scenario whose Russian levers are
set in the course of the run.
"""

from cohesion.game.code import decode, encode
from cohesion.game.moves import LEVERS, PATHS, YEARS, Game
from cohesion.game.play import PLAYED_RUN, RUNS, Played, play
from cohesion.game.score import COMPONENTS, Score, score

__all__ = [
    "COMPONENTS",
    "LEVERS",
    "PATHS",
    "PLAYED_RUN",
    "RUNS",
    "YEARS",
    "Game",
    "Played",
    "Score",
    "decode",
    "encode",
    "play",
    "score",
]
