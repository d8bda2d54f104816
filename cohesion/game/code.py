"""A game as a short text that can be copied: ``hold1.<seed>.<US path>.<a group of eight a year>.<check>``.

Each character of a year is the position of one lever on its steps. The check finds slips of the hand; it keeps no
secret, since a score is never read from a code but played again from its moves. A code comes from a stranger: its
length is bounded before anything is read.
"""

import re
import zlib

from cohesion.checks import ConfigError, clean, nearest
from cohesion.game.moves import LEVERS, MAX_SEED, PATHS, YEARS, Game, highest, value

HEAD = "hold1"
MAX_LENGTH = 200
#: Crockford's digits: no letter that looks like another or like a number.
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
CHECK_DIGITS = 5


def encode(game: Game) -> str:
    """The code of a game, finished or not."""
    years = ["".join(DIGITS[at] for at in move) for move in game.moves]
    body = ".".join([HEAD, str(game.seed), game.path, *years])
    return f"{body}.{_check(body)}"


def decode(text: str) -> Game:
    """The game of a code.

    Raises
    ------
    ConfigError
        With what is wrong: a length, the head, the seed, the path, a year, a lever, or the check.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise ConfigError(f"code: {len(text)} characters; a code has at most {MAX_LENGTH}")
    head, *parts = text.lower().split(".")
    if head != HEAD:
        raise ConfigError.at("code", "beginning", head, f"{HEAD}, as of this version of the game")
    if len(parts) < 3:
        raise ConfigError(f"code: cut off after {clean(text)!r}; it goes on with seed, US path, years and check")
    seed, path, *years, check = parts
    if not re.fullmatch(r"0|[1-9][0-9]{0,9}", seed) or int(seed) > MAX_SEED:
        raise ConfigError.at("code", "seed", seed, f"a whole number from 0 to {MAX_SEED}")
    if path not in PATHS:
        raise ConfigError.at("code", "US path", path, ", ".join(PATHS), nearest(path, PATHS))
    if len(years) > YEARS:
        raise ConfigError(f"code: {len(years)} years; a game has {YEARS}")
    moves = tuple(_move(letters, count) for count, letters in enumerate(years, 1))
    if check != _check(".".join([head, *parts[:-1]])):
        raise ConfigError("code: the check at its end does not fit; a character was changed, lost or added")
    return Game(int(seed), path, moves)


def _move(letters: str, year: int) -> tuple[int, ...]:
    if len(letters) != len(LEVERS):
        raise ConfigError(
            f"code, year {year}: {len(letters)} characters; there is one for each of {len(LEVERS)} levers"
        )
    found = []
    for lever, letter in zip(LEVERS, letters, strict=True):
        at, most = DIGITS.find(letter), highest(lever)
        if not 0 <= at <= most:
            allowed = f"{DIGITS[0]} ({value(lever, 0):g}) to {DIGITS[most]} ({value(lever, most):g})"
            raise ConfigError.at("code", f"year {year}, {lever}", letter, allowed)
        found.append(at)
    return tuple(found)


def _check(body: str) -> str:
    total = zlib.crc32(body.encode("utf-8", "surrogatepass"))
    return "".join(DIGITS[total >> 5 * k & 31] for k in range(CHECK_DIGITS))
