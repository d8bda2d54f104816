"""Differences of outcome shares, and outcomes over two quantities."""

import numpy as np
import pandas as pd
import xarray as xr

from cohesion.ensemble import compare
from cohesion.outcome import OUTCOMES
from cohesion.types import Array
from cohesion_viz.numbers.maps import round_up


def outcome_differences(first: xr.Dataset, second: xr.Dataset) -> pd.DataFrame:
    """How shares of outcomes differ, second less first: the numbers of `cohesion.ensemble.compare`.

    Index outcome; columns ``first``, ``second`` (shares), ``difference``, ``low``, ``high`` (95 % interval).

    Raises
    ------
    ValueError
        Where seeds or runs differ.
    """
    moved = compare(first, second)["outcome_shares"]
    kinds = np.arange(len(OUTCOMES))
    one, two = ((data["outcome"].values[:, -1:] == kinds).mean(axis=0) for data in (first, second))
    table = pd.DataFrame(moved, index=["difference", "low", "high"]).T.loc[list(OUTCOMES)]
    table.index.name = "outcome"
    table.insert(0, "first", one)
    table.insert(1, "second", two)
    return table


def phase_diagram(table: pd.DataFrame, x: str, y: str, cells: int = 8) -> pd.DataFrame:
    """The most common outcome over two quantities that differ between runs.

    Parameters
    ----------
    table
        A row a run: ``outcome`` and the columns named.
    x, y
        Columns of numbers. Few values (a sweep) are cells of their own; many are cut into ranges of equal, round
        width.
    cells
        Most ranges on each axis, or one more.

    Returns
    -------
    pandas.DataFrame
        A row a cell that holds runs: ``x``, ``y`` (middles), ``x_label``, ``y_label``, ``outcome``, ``share``,
        ``runs``. Labels are categories in the order of the axis, which has ranges without runs too.

    Raises
    ------
    ValueError
        Where a column is missing, holds no numbers, or no run is complete.
    """
    numeric = [str(c) for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    for name in (x, y):
        if name not in numeric:
            raise ValueError(f"no column of numbers {name!r}; there are {', '.join(numeric) or 'none'}")
    found = table[np.isfinite(table[x].to_numpy(float)) & np.isfinite(table[y].to_numpy(float))]
    if found.empty:
        raise ValueError(f"no run has both {x} and {y}")
    (across, x_label), (up, y_label) = (_cells(found[name], cells) for name in (x, y))
    kinds = pd.Categorical(found["outcome"], categories=list(OUTCOMES))
    counts = pd.crosstab([across, up], kinds, dropna=False).reindex(columns=OUTCOMES, fill_value=0)
    counts = counts[counts.sum(axis=1) > 0]
    runs = counts.sum(axis=1).to_numpy()
    left, right = (counts.index.get_level_values(k) for k in (0, 1))
    return pd.DataFrame(
        {
            "x": left,
            "y": right,
            "x_label": _on_axis(left, x_label),
            "y_label": _on_axis(right, y_label),
            "outcome": [OUTCOMES[k] for k in counts.to_numpy().argmax(axis=1)],
            "share": counts.to_numpy().max(axis=1) / runs,
            "runs": runs,
        }
    )


def _cells(values: pd.Series, cells: int) -> tuple[Array, dict[float, str]]:
    """Middle of the cell of each value, and the labels of all cells along the axis by their middles."""
    column = values.to_numpy(float)
    unique = np.unique(column)
    if len(unique) <= max(cells, 12):
        return column, {float(v): f"{v:.3g}" for v in unique}
    step = round_up((unique[-1] - unique[0]) / cells)
    at = np.floor(column / step + 1e-9)
    every = np.arange(at.min(), at.max() + 1)
    return (at + 0.5) * step, {float((k + 0.5) * step): f"{k * step:.4g} to {(k + 1) * step:.4g}" for k in every}


def _on_axis(middles: pd.Index, labels: dict[float, str]) -> "pd.Categorical[str]":
    return pd.Categorical([labels[v] for v in middles], categories=list(dict.fromkeys(labels.values())))
