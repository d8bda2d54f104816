"""Values by member, and the ends of their scales."""

import numpy as np
import pandas as pd
import xarray as xr

from cohesion.facts import ISO3, NAMES
from cohesion.types import POSTURES, Array, IntArray
from cohesion.variables import BY_NAME
from cohesion_viz.numbers.pairs import check_pair

#: Variables that say nothing of the United States, whose trust in itself is not part of the model.
NOT_OF_THE_US = ("trust_in_us", "goodwill")
#: Ends of scales, so that a colour or a height means the same in every scenario and month; values beyond take the end.
LIMITS = {
    "cohesion_index": (0.0, 1.0),
    "cohesion_with_burden": (0.0, 1.0),
    "unity": (0.0, 1.0),
    "trust_in_us": (0.0, 0.8),
    "european_trust": (0.0, 0.8),
    "spending": (0.0, 6.0),
    "capability": (0.0, 1500.0),
    "autonomy": (0.0, 1.0),
    "alignment": (-1.0, 1.0),
    "aid": (-1.0, 1.0),
    "loss": (0.0, 0.05),
    "tariff": (0.0, 0.5),
}


def map_values(data: xr.Dataset, variable: str, month: int = -1) -> pd.DataFrame:
    """A value for each member: the median over runs, or for ``posture`` the most common code and its share of runs.

    Index ISO3; columns ``name``, ``value`` (NaN where it says nothing of the US) and, for codes, ``share``.
    """
    now = data[variable].values[:, month]
    if variable == "posture":
        share = np.stack([(now == k).mean(axis=0) for k in range(len(POSTURES))])
        return by_member(variable, share.argmax(axis=0)).assign(share=share.max(axis=0))
    return by_member(variable, np.median(now, axis=0))


def by_member(variable: str, values: Array | IntArray) -> pd.DataFrame:
    """A table for a map from one value for each member, in the order of `cohesion.facts.ISO3`; see `map_values`."""
    told = np.where(np.array(ISO3) == "USA", np.nan, values) if variable in NOT_OF_THE_US else values
    return pd.DataFrame({"name": [NAMES[code] for code in ISO3], "value": told}, index=pd.Index(ISO3, name="member"))


def map_differences(first: xr.Dataset, second: xr.Dataset, variable: str, month: int = -1) -> pd.DataFrame:
    """Median over runs of the difference run by run, second less first, for each member; columns ``name``, ``value``.

    Raises
    ------
    ValueError
        Where seeds, runs or starts differ.
    """
    check_pair(first, second)
    moved = second[variable].values[:, month] - first[variable].values[:, month]
    return by_member(variable, np.median(moved, axis=0))


def limits(variable: str, *values: pd.Series) -> tuple[float, float]:
    """Ends of a variable's scale: fixed where they are known, else those of the values given."""
    if variable in LIMITS:
        return LIMITS[variable]
    if variable in BY_NAME and BY_NAME[variable].unit == "probability":
        return 0.0, 1.0
    found = np.concatenate([v.to_numpy(float) for v in values]) if values else np.zeros(1)
    low, high = float(np.nanmin(found)), float(np.nanmax(found))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def symmetric_limit(*values: pd.Series) -> float:
    """One limit for a scale of differences about zero that holds for all values, rounded up; at least 0.01."""
    found = np.concatenate([v.to_numpy(float) for v in values])
    most = max(0.01, float(np.nanmax(np.abs(found), initial=0.0)))
    return round_up(most)


def round_up(value: float) -> float:
    """The next 1, 2, 2.5, 4, 5 or 8 times a power of ten."""
    size = 10.0 ** np.floor(np.log10(value))
    return float(next(step * size for step in (1, 2, 2.5, 4, 5, 8, 10) if step * size >= value * (1 - 1e-9)))
