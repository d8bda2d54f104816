"""What a player may move, and a game: a seed, a US path and the levers of each year.

Levers, ranges and meanings are those of `cohesion.levers`; US paths are scenarios, of which only the levers that the
United States hold are taken. Here stand only the steps in which a lever moves, so that a game is a short text.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from cohesion.checks import ConfigError, LeverValue, Step, nearest, number
from cohesion.levers import BY_NAME
from cohesion.scenario import Scenario, load_scenario

FIRST_YEAR = 2025
YEARS = 10
MAX_SEED = 2**31 - 1
US, EUROPE = "United States", "Europe and Canada"
#: Scenarios whose US levers can be played against.
PATHS = (
    "status-quo", "burden-demand", "splitting-the-alliance", "us-withdrawal", "concessions-up-front",
    "events-2025-2026",
)  # fmt: skip
#: Levers of the player and the step in which each moves, in the unit of the lever.
LEVERS = {
    "pledge": 0.25, "budget_speed": 0.25, "europe_aid": 0.3, "sanctions": 0.1, "oil_squeeze": 0.1, "pillar": 0.1,
    "joint_retaliation": 0.1, "assurance_force": 10.0,
}  # fmt: skip
#: Levers of a year as positions on their steps, in the order of `LEVERS`.
Move = tuple[int, ...]


def value(lever: str, position: int) -> float:
    """Value of a lever at a position, 0 the lowest, in the unit of the lever."""
    return round(BY_NAME[lever].low + position * LEVERS[lever], 6) + 0.0  # no negative zero


def position(lever: str, amount: object) -> int:
    """Position of a value; inverse of `value`.

    Raises
    ------
    ConfigError
        Where the value is no number, out of range, or between two steps.
    """
    known = BY_NAME[lever]
    found = number(amount, known.low, known.high, known.unit, "game", lever)
    steps = (found - known.low) / LEVERS[lever]
    if abs(steps - round(steps)) > 1e-6:
        allowed = f"{known.low:g} to {known.high:g} in steps of {LEVERS[lever]:g}"
        raise ConfigError.at("game", lever, amount, allowed, f"{value(lever, round(steps)):g}")
    return round(steps)


def highest(lever: str) -> int:
    """The last position of a lever."""
    return position(lever, BY_NAME[lever].high)


#: Before the first year: every lever as it was at the start.
NEUTRAL: Move = tuple(position(lever, BY_NAME[lever].neutral) for lever in LEVERS)


@dataclass(frozen=True)
class Game:
    """A game as far as it is played.

    Attributes
    ----------
    seed, path
        Of the random numbers, 0 to `MAX_SEED`; one of `PATHS`. The same for a whole class, so that results compare.
    moves
        Levers of the years so far, see `Move`.
    """

    seed: int = 0
    path: str = PATHS[0]
    moves: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        if self.path not in PATHS:
            raise ConfigError.at("game", "path", self.path, ", ".join(PATHS), nearest(str(self.path), PATHS))
        if type(self.seed) is not int or not 0 <= self.seed <= MAX_SEED:
            raise ConfigError.at("game", "seed", self.seed, f"a whole number from 0 to {MAX_SEED}")
        if len(self.moves) > YEARS:
            raise ConfigError.at("game", "moves", len(self.moves), f"at most {YEARS} years")

    @property
    def finished(self) -> bool:
        """Whether all years are played."""
        return len(self.moves) == YEARS

    def levers(self, year: int) -> dict[str, float]:
        """Levers in force in a year, counted from 0; those of the start where it is -1."""
        move = self.moves[year] if year >= 0 else NEUTRAL
        return {lever: value(lever, at) for lever, at in zip(LEVERS, move, strict=True)}

    def then(self, levers: Mapping[str, float]) -> "Game":
        """The game with a further year; levers that are not named stay as they were.

        Raises
        ------
        ConfigError
            Where a lever is not the player's, or a value may not stand.
        """
        for name in levers:
            if name not in LEVERS:
                raise ConfigError.at("game", "levers", name, f"the player's levers, {', '.join(LEVERS)}",
                                     nearest(name, LEVERS))  # fmt: skip
        before = self.levers(len(self.moves) - 1)
        move = tuple(position(name, levers.get(name, before[name])) for name in LEVERS)
        return replace(self, moves=(*self.moves, move))

    def scenario(self, russia: Mapping[str, LeverValue] | None = None) -> Scenario:
        """The US path with the player's levers, over all ten years, as a scenario.

        Parameters
        ----------
        russia
            Russian levers; neutral where None, since they are set in the course of a run.
        """
        base = load_scenario(self.path)
        levers = {name: v for name, v in base.levers.items() if BY_NAME[name].holder == US}
        kept = [{name: v for name, v in event.levers.items() if BY_NAME[name].holder == US} for event in base.events]
        events = [replace(event, levers=own) for event, own in zip(base.events, kept, strict=True) if own]
        years = {
            name: dated([self.levers(year)[name] for year in range(len(self.moves))], BY_NAME[name].neutral)
            for name in LEVERS
        }
        own = {name: steps for name, steps in years.items() if steps}
        start = datetime.date(FIRST_YEAR, 1, 1)
        return replace(base, start=start, months=12 * YEARS, levers=levers | own | dict(russia or {}),
                       events=tuple(events))  # fmt: skip


def dated(values: list[float], before: float) -> tuple[Step, ...]:
    """Values of a lever by year as steps, one for each change."""
    changes = pairwise([before, *values])
    return tuple(
        Step(datetime.date(FIRST_YEAR + year, 1, 1), now) for year, (old, now) in enumerate(changes) if now != old
    )
