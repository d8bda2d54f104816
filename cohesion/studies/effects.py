"""What a table of outcomes says of its factors: values by point, main effects, interactions, phase diagrams.

Runs with the same number share their random numbers at every point of a sweep, so they are no independent draws:
intervals over a sweep are taken over run numbers, those over a sample over its points.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from cohesion.ensemble import interval
from cohesion.studies.experiment import Experiment
from cohesion.types import Array

INDEX = "cohesion_index"
Z = 1.959963984540054
#: Bins of a sampled factor.
BINS = 10
#: Runs a point below which variances of single points are not compared.
FEW = 32
#: Most factors whose pairs are looked at.
MOST_PAIRED = 6


def values(table: pd.DataFrame, outcome: str) -> pd.Series:
    """What is analysed, a number a run: 1 where it ends with the outcome, else 0; or its last cohesion index."""
    if outcome == INDEX:
        return table["cohesion_index_last"].astype(float)
    return (table["outcome"] == outcome).astype(float)


def by_point(table: pd.DataFrame, experiment: Experiment, outcome: str) -> pd.DataFrame:
    """A row a point: scenario, factors, ``runs``, and the ``value`` (a share or mean) with its 95 % interval.

    Of a share that of Wilson (1927), of the index the normal one.
    """
    named = ["scenario", "point", *(f.name for f in experiment.factors)]
    grouped = table.assign(_=values(table, outcome)).groupby("point", sort=True)
    found = grouped[named].first()
    found["runs"], found["value"] = grouped.size(), grouped["_"].mean()
    if outcome == INDEX:
        half = Z * grouped["_"].std(ddof=1).fillna(0) / np.sqrt(found["runs"])
        found["low"], found["high"] = found["value"] - half, found["value"] + half
    else:
        counts = zip((found["value"] * found["runs"]).round().astype(int), found["runs"], strict=True)
        found["low"], found["high"] = zip(*(interval(count, runs) for count, runs in counts), strict=True)
    return found.reset_index(drop=True)


def main_effects(table: pd.DataFrame, experiment: Experiment, outcome: str) -> pd.DataFrame:
    """Mean value by level of each factor, over all else.

    Returns
    -------
    pandas.DataFrame
        ``scenario``, ``factor``, ``level`` (of a sample: the middle of one of `BINS` bins of equal width), ``value``,
        ``low``, ``high``, ``points``.
    """
    sampled = experiment.method not in ("sweep", "none")
    cluster = "point" if sampled else "run"
    data = table.assign(_=values(table, outcome))
    rows = []
    for scenario, part in data.groupby("scenario", sort=False):
        for factor in experiment.factors:
            level = part[factor.name]
            if sampled and level.nunique() > BINS:
                low, high = level.min(), level.max()
                at = np.minimum(((level - low) / (high - low) * BINS).astype(int), BINS - 1)
                level = low + (at + 0.5) * (high - low) / BINS
            for value, of_level in part.groupby(level, sort=True):
                mean, half = _mean(of_level.groupby(cluster)["_"].mean().to_numpy())
                rows.append((scenario, factor.name, float(value), mean, mean - half, mean + half,
                             of_level["point"].nunique()))  # fmt: skip
    return pd.DataFrame(rows, columns=["scenario", "factor", "level", "value", "low", "high", "points"])


def effect_sizes(effects: pd.DataFrame) -> pd.DataFrame:
    """Difference between the highest and the lowest level of each factor, the largest first, and where they lie."""
    rows = []
    for (scenario, factor), part in effects.groupby(["scenario", "factor"], sort=False):
        value, level = part["value"].to_numpy(float), part["level"].to_numpy(float)
        rows.append((scenario, factor, np.ptp(value), level[value.argmin()], level[value.argmax()]))
    found = pd.DataFrame(rows, columns=["scenario", "factor", "range", "lowest_at", "highest_at"])
    return found.sort_values(["scenario", "range"], ascending=[True, False], kind="stable").reset_index(drop=True)


def interactions(table: pd.DataFrame, experiment: Experiment, outcome: str) -> pd.DataFrame:
    """Whether the effect of one swept factor depends on another: the difference of differences at the corners.

    Value with both high, less with each alone high, plus with both low, averaged over all else; the interval is over
    run numbers. Zero where effects add up.
    """
    data = table.assign(_=values(table, outcome))
    rows = []
    for scenario, part in data.groupby("scenario", sort=False):
        for one, two in combinations(experiment.factors[:MOST_PAIRED], 2):
            ends = [(part[f.name].min(), part[f.name].max()) for f in (one, two)]
            if any(low == high for low, high in ends):
                continue
            corner = {
                (a, b): part[(part[one.name] == ends[0][a]) & (part[two.name] == ends[1][b])]
                .groupby("run")["_"].mean()
                for a in (0, 1) for b in (0, 1)
            }  # fmt: skip
            # runs that all four corners have: of a batch that is not finished some lack them
            each = (corner[1, 1] - corner[1, 0] - corner[0, 1] + corner[0, 0]).dropna()
            if each.empty:
                continue
            mean, half = _mean(each.to_numpy())
            rows.append((scenario, one.name, two.name, mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=["scenario", "factor", "with", "interaction", "low", "high"])


def phase(table: pd.DataFrame, experiment: Experiment, outcome: str) -> pd.DataFrame:
    """Value over two swept factors, averaged over further ones: ``scenario``, ``x``, ``y``, ``value``, ``half``.

    ``half`` is half the width of the 95 % interval over run numbers; x is the first factor of the experiment.
    """
    cell = ["scenario", *(factor.name for factor in experiment.factors[:2])]
    of_run = table.assign(_=values(table, outcome)).groupby([*cell, "run"], sort=True)["_"].mean()
    found = of_run.groupby(cell, sort=True).agg(["mean", "std", "size"]).reset_index()
    found["half"] = Z * found["std"] / np.sqrt(found["size"])
    return found.rename(columns=dict(zip((*cell, "mean"), ("scenario", "x", "y", "value"), strict=True)))[
        ["scenario", "x", "y", "value", "half"]
    ]


def enough_runs(table: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Width of intervals against the number of runs.

    Returns
    -------
    pandas.DataFrame
        ``runs``; ``half``: half the 95 % interval of a point, measured at the runs there are and scaled by the square
        root of their number; ``half_difference``: the same for the difference between neighbouring points whose runs
        share random numbers, ``half_unpaired``: if they did not. Of the points that vary most; of a typical point
        (mean variance) below `FEW` runs, where the largest variance of many points would be chance.
    """
    wide = table.assign(_=values(table, outcome)).pivot_table(index="run", columns="point", values="_")
    wide = wide.dropna(axis="columns")
    runs = len(wide)
    if runs < 4:
        return pd.DataFrame(columns=["runs", "half", "half_difference", "half_unpaired"])
    spread = wide.var(ddof=1).to_numpy()
    steps = wide.diff(axis="columns").iloc[:, 1:].var(ddof=1).to_numpy()
    apart = spread[1:] + spread[:-1]
    of_all = np.max if runs >= FEW else np.mean
    widest, of_steps, of_apart = (of_all(v) if v.size else np.nan for v in (spread, steps, apart))
    count = np.unique(np.geomspace(16, max(4096, runs), 17).round().astype(int))
    root = np.sqrt(count)
    return pd.DataFrame(
        {
            "runs": count,
            "half": Z * np.sqrt(widest) / root,
            "half_difference": Z * np.sqrt(of_steps) / root,
            "half_unpaired": Z * np.sqrt(of_apart) / root,
        }
    )


def _mean(clusters: Array) -> tuple[float, float]:
    """Mean over clusters and half the width of its 95 % interval (normal); NaN of one cluster."""
    count = len(clusters)
    half = Z * clusters.std(ddof=1) / np.sqrt(count) if count > 1 else np.nan
    return float(clusters.mean()), float(half)
