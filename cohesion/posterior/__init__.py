"""Parameter sets that history supports: one table for each origin, made by ``cohesion calibrate``.

Each row of ``<origin>.csv`` is a set of the fitted parameters; ``<origin>.json`` is the recipe. A run draws a row
whole: its values belong together. What is not fitted is drawn from its range.
"""

import csv
import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from cohesion.types import Array

FOLDER = Path(__file__).parent
#: The origin whose sets ensembles draw from: the newest.
ORIGIN = 2024


@lru_cache(maxsize=16)
def sets(origin: int = ORIGIN) -> dict[str, Array]:
    """The sets of an origin by parameter, ``[set]`` each; the arrays are read-only."""
    with open(FOLDER / f"{origin}.csv", encoding="utf-8", newline="") as file:
        names, *rows = list(csv.reader(file))
    table = np.array(rows, dtype=float).T
    table.setflags(write=False)
    return dict(zip(names, table, strict=True))


@lru_cache(maxsize=16)
def fitted(origin: int = ORIGIN) -> dict[str, tuple[float, float, float]]:
    """Quantiles 5, 50 and 95 % of each fitted parameter over the sets of an origin."""
    low, middle, high = np.quantile(np.stack(list(sets(origin).values())), [0.05, 0.5, 0.95], axis=-1).tolist()
    return dict(zip(sets(origin), zip(low, middle, high, strict=True), strict=True))


def in_words(name: str, origin: int = ORIGIN) -> str:
    """Median and 90 % interval of a parameter, to three digits, as in ``0.42 [0.2, 0.6]``; empty where not fitted."""
    if name not in sets(origin):
        return ""
    low, middle, high = (f"{float(f'{value:.3g}'):g}" for value in fitted(origin)[name])
    return f"{middle} [{low}, {high}]"


@lru_cache(maxsize=16)
def digest(origin: int = ORIGIN) -> str:
    """SHA-256 of the sets of an origin: runs that draw from others are other runs."""
    return hashlib.sha256((FOLDER / f"{origin}.csv").read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def digest_under(uncertainty: str) -> str | None:
    """What a result says of the sets that its runs drew from; None where they drew from none."""
    return digest() if uncertainty == "posterior" else None


def pick(draws: Array, origin: int = ORIGIN) -> dict[str, Array]:
    """Each run's set by parameter, ``[run]`` each, from draws on [0, 1), ``[run]``."""
    return {name: values[(draws * values.size).astype(int)] for name, values in sets(origin).items()}
