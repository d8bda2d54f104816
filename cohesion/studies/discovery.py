"""Scenario discovery: the box of conditions under which an outcome happens, by PRIM.

Sources: Friedman and Fisher (1999) for the method; Bryant and Lempert (2010) for coverage and density.
"""

import inspect
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cohesion.checks import ConfigError
from cohesion.studies.effects import values
from cohesion.studies.experiment import Experiment
from cohesion.types import BoolArray

#: Fewest runs with and without the outcome.
FEWEST = 30
#: Smallest box, a share of runs.
SMALLEST = 0.05
#: Largest quasi-p-value of a restriction that is kept: how likely chance would do as well.
LARGEST_P = 0.05


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes
    ----------
    base
        Share of all runs with the outcome.
    box
        A row a restricted factor: ``factor``, ``low``, ``high`` (its limits), ``least``, ``most`` (its range),
        ``p`` (quasi-p-value). Empty where there is none.
    peeling
        ``coverage``, ``density``, ``mass``, ``factors`` of each step of the peeling.
    coverage, density, mass
        Of the box on the points that found it: share of the runs with the outcome that lie in it, share of its runs
        that have the outcome, share of all runs in it.
    held_out
        The same on a third of the points that did not.
    why_not
        Why there is no box; empty where there is one.
    """

    base: float
    box: pd.DataFrame
    peeling: pd.DataFrame
    coverage: float = float("nan")
    density: float = float("nan")
    mass: float = float("nan")
    held_out: tuple[float, float, float] = (float("nan"),) * 3
    why_not: str = ""


_BOX = ("factor", "low", "high", "least", "most", "p")
_PEELING = ("coverage", "density", "mass", "factors")


def discover(table: pd.DataFrame, experiment: Experiment, outcome: str) -> Discovery:
    """Find the box of one scenario's table.

    Two thirds of the points, chosen by the experiment's seed, find it: of the boxes that the peeling passes through,
    the one with the largest harmonic mean of coverage and density, less restrictions that chance would do as well. The
    others check it: its density there must be clearly above that of all runs.

    Raises
    ------
    ConfigError
        Where the library is missing.
    """
    ranges = {
        f.name: (table[f.name].min(), table[f.name].max()) if experiment.method == "file" else (f.low, f.high)
        for f in experiment.factors
    }
    return box(table, ranges, values(table, outcome).to_numpy() > 0.5, experiment.seed)


def box(table: pd.DataFrame, ranges: Mapping[str, tuple[float, float]], hit: BoolArray, seed: int) -> Discovery:
    """Find the box in which something happens; see `discover`.

    Parameters
    ----------
    table
        A row a run: ``point`` and the factors.
    ranges
        Least and most of each factor.
    hit
        Whether it happens, ``[run]``.
    seed
        Of the choice of points that are held out.
    """
    base = float(hit.mean())
    if min(hit.sum(), (~hit).sum()) < FEWEST:
        kind = "too rarely" if hit.sum() <= (~hit).sum() else "nearly always"
        return _none(base, f"it happens {kind}: in {hit.sum():,} of {len(hit):,} runs")
    points = np.sort(table["point"].unique())
    shuffled = np.random.default_rng(seed).permutation(points)
    held = table["point"].isin(shuffled[: len(points) // 3]).to_numpy()
    found_box = _peel(table.loc[~held, list(ranges)].reset_index(drop=True), hit[~held])
    if found_box is None:
        return _none(base, "no restriction does better than chance")
    peeling = found_box.peeling_trajectory
    steps = peeling[["coverage", "density", "mass", "res_dim"]].astype(float).set_axis(list(_PEELING), axis="columns")
    product = steps["coverage"] * steps["density"]
    best = int((2 * product / (steps["coverage"] + steps["density"])).to_numpy().argmax())
    limits = found_box.box_lims[best]
    probabilities = (found_box.p_values if hasattr(found_box, "p_values") else found_box.qp)[best]  # qp in version 2
    rows = []
    for name, (least, most) in ranges.items():
        chances = probabilities.get(name, (-1, -1))  # of the lower and the upper limit; -1: not restricted
        if not any(0 <= p <= LARGEST_P for p in chances):
            continue
        ends = limits[name].to_numpy(float)
        low, high = (end if p >= 0 else whole for end, p, whole in zip(ends, chances, (least, most), strict=True))
        rows.append((name, low, high, least, most, min(p for p in chances if p >= 0)))
    found = pd.DataFrame(rows, columns=list(_BOX))
    if found.empty:
        return _none(base, "no restriction does better than chance", steps)
    inside = _inside(table, found)
    scores = _scores(inside[~held], hit[~held])
    held_out = _scores(inside[held], hit[held])
    part = table[held & inside].assign(_=hit[held & inside]).groupby("point")["_"].mean()
    half = 1.96 * part.std(ddof=1) / np.sqrt(len(part)) if len(part) > 1 else np.inf
    if not held_out[1] - half > hit[held].mean():
        return _none(base, "no box holds on points that did not find it", steps)
    return Discovery(base, found, steps, *scores, held_out)


def limit_in_words(row: Any) -> str:
    """A restriction of a box, of a row of `Discovery.box`: the factor, and from where to where."""
    low, high = row["low"] > row["least"], row["high"] < row["most"]
    if low and high:
        return f"{row['factor']} is from {row['low']:.2g} to {row['high']:.2g}"
    return f"{row['factor']} is {'at least' if low else 'at most'} {row['low'] if low else row['high']:.2g}"


def _none(base: float, why_not: str, peeling: pd.DataFrame | None = None) -> Discovery:
    empty = pd.DataFrame(columns=list(_PEELING))
    return Discovery(base, pd.DataFrame(columns=list(_BOX)), empty if peeling is None else peeling, why_not=why_not)


def _peel(x: pd.DataFrame, y: BoolArray) -> Any:
    """The first box of PRIM and the steps to it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of evaluators that are not used here
            from ema_workbench.analysis import prim
    except ImportError:
        raise ConfigError("discovery needs ema-workbench: pip install 'cohesion-alliance[study]'") from None
    # Version 2 (Python 3.11) wants a threshold: for the runs that count and for the density of boxes alike.
    threshold = {"threshold": 1e-9} if "threshold" in inspect.signature(prim.Prim).parameters else {}
    return prim.Prim(x, y, mass_min=SMALLEST, **threshold).find_box()


def _inside(table: pd.DataFrame, box: pd.DataFrame) -> BoolArray:
    within = np.ones(len(table), bool)
    for name, low, high in zip(box["factor"], box["low"], box["high"], strict=True):
        column = table[name].to_numpy(float)
        within &= (column >= low) & (column <= high)
    return within


def _scores(inside: BoolArray, hit: BoolArray) -> tuple[float, float, float]:
    """Coverage, density, mass."""
    both = float((inside & hit).sum())
    return both / max(1, hit.sum()), both / max(1, inside.sum()), float(inside.mean())
