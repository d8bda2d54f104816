"""Parameter sets that history supports: one table for each origin, made by ``cohesion calibrate``.

Each row of ``<origin>.csv`` is a set of the fitted parameters; ``<origin>.json`` is the recipe. What is not fitted is
drawn from its range.
"""

import csv
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


def pick(draws: Array, origin: int = ORIGIN) -> dict[str, Array]:
    """Each run's set by parameter, ``[run]`` each, from draws on [0, 1), ``[run]``."""
    return {name: values[(draws * values.size).astype(int)] for name, values in sets(origin).items()}
