"""Calibration: which parameter sets history up to an origin supports.

Approximate Bayesian computation (Beaumont, Zhang and Balding 2002): candidates are drawn from the sourced ranges and
simulated in batches along the run axis, each budget of a known year being simulated from the year before as it was. A
candidate is judged by summary statistics of what it makes of those years (`summaries`), the nearest are kept, and a
local linear regression moves them to where their statistics would be those of the data.

The libraries for this (pyABC, ELFI) call a simulator of their own processes for one candidate, or for a batch of their
own arrays; here a batch is the run axis of the model itself and a candidate is a run number, so no sampler is needed.
"""

import datetime
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohesion.facts import ISO3, load_facts
from cohesion.parameters import BY_NAME, DRAWN, from_uniform
from cohesion.shocks import parameter_draws
from cohesion.studies.history import FIRST, Figures, Past, facts, figures, follow
from cohesion.types import Array

#: Mechanisms whose parameters are fitted, and single parameters of others that history can speak of.
MECHANISMS = ("threat", "burden")
SINGLES = (
    "trust_sensitivity", "asymmetry", "anchor", "goodwill_recovery", "goodwill_sensitivity", "commitment_trust",
    "demand_trust", "courting_trust",
)  # fmt: skip
FITTED = tuple(p.name for p in DRAWN if p.mechanism in MECHANISMS or p.name in SINGLES)
CANDIDATES, KEPT, CHUNK = 20_000, 300, 128
#: Of the candidates; apart from the seeds of ensembles.
SEED = 2014
#: Surveyed members from which a mean says something.
SURVEYED = 5


@dataclass(frozen=True)
class Posterior:
    """Parameter sets that history up to an origin supports.

    Attributes
    ----------
    sets
        One row a set, a column for each of `FITTED`.
    recipe
        How they were found, and what the statistics were.
    """

    sets: pd.DataFrame
    recipe: dict[str, Any]


def summaries(past: Past, known: Figures) -> tuple[Array, list[str]]:
    """Summary statistics of simulated years against the years before as they were, ``[run, statistic]``, with names.

    For each known year and third of the members by distance from Moscow: the mean log change of spending from the
    known year before. For each third, and for members under and over 1.5 % of GDP in 2014, the mean of all years. The
    standard deviation of the changes within thirds. For each survey of five members or more, the mean change of the
    log-odds of a favourable view since their last survey.

    Parameters
    ----------
    past
        Simulated years, or the figures themselves in its form.
    known
        Figures up to the origin.
    """
    found: dict[str, Array] = {}
    groups = _groups(known)
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = np.log(past.spending[:, 1:]) - np.log(np.concatenate([known.spending[:-1]]))[None, : past.spending.shape[1] - 1]
    kept = ~np.isnan(known.spending[1:]).all(axis=1)
    changes = changes[:, : kept.size][:, kept[: changes.shape[1]]]
    years = np.arange(FIRST + 1, FIRST + 1 + changes.shape[1])
    spread = []
    for name, members in groups.items():
        part = changes[:, :, members]
        found[f"spending, {name}, all years"] = part.mean(axis=(1, 2))
        if name.startswith("third"):
            for k, year in enumerate(years):
                found[f"spending, {name}, {year}"] = part[:, k].mean(axis=-1)
            spread.append((part - part.mean(axis=-1, keepdims=True)) ** 2)
    found["spending, spread"] = np.sqrt(np.concatenate(spread, axis=-1).mean(axis=(1, 2)))
    for row, before in _surveys(known):
        members = np.flatnonzero(before >= 0)
        move = _log_odds(past.goodwill[:, row, members]) - _log_odds(past.goodwill[:, before[members], members])
        found[f"goodwill, {FIRST + row}"] = move.mean(axis=-1)
    return np.stack(list(found.values()), axis=-1), list(found)


def _groups(known: Figures) -> dict[str, npt.NDArray[np.int64]]:
    """Members whose spending is known: thirds by distance from Moscow, and those under and over 1.5 % in 2014."""
    start = load_facts(datetime.date(FIRST, 1, 1))
    listed = np.flatnonzero(~np.isnan(known.spending[0]) & (np.arange(len(ISO3)) != start.usa))
    ordered = listed[np.argsort(start.distance_moscow[listed], kind="stable")]
    thirds = np.array_split(ordered, 3)
    low = known.spending[0, listed] < 1.5
    return {
        "third nearest to Moscow": thirds[0], "third between": thirds[1], "third farthest": thirds[2],
        "under 1.5 %": listed[low], "over 1.5 %": listed[~low],
    }  # fmt: skip


def _surveys(known: Figures) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Years with enough surveys, and the row of each member's survey before, -1 where there is none."""
    asked = ~np.isnan(known.image)
    for row in range(1, len(asked)):
        before = np.array([
            max(np.flatnonzero(asked[:row, k]), default=-1) if asked[row, k] else -1 for k in range(asked.shape[1])
        ])  # fmt: skip
        if (before >= 0).sum() >= SURVEYED:
            yield row, before


def _log_odds(share: Array) -> Array:
    return np.log(share / (1 - share))


def observed(known: Figures, origin: int) -> Array:
    """The statistics of the figures themselves, ``[statistic]``."""
    rows = origin - FIRST + 1
    image = np.where(np.isnan(known.image), 0.5, known.image)
    return summaries(Past(known.spending[None, :rows], image[None, :rows]), known)[0][0]


def candidates(known: Figures, origin: int, runs: range, seed: int = SEED) -> tuple[Array, Array]:
    """Fitted parameters ``[run, parameter]`` and statistics ``[run, statistic]`` of some candidates."""
    past = follow(known, origin, seed, runs, "prior", origin=origin)
    return draws(runs, seed), summaries(past, known)[0]


def draws(runs: range, seed: int = SEED) -> Array:
    """Values of `FITTED` that runs draw from the prior, ``[run, parameter]``."""
    values = from_uniform(parameter_draws(seed, runs))
    return np.stack([np.asarray(values[name]) for name in FITTED], axis=-1)


def fit(values: Array, found: Array, data: Array, kept: int = KEPT, adjust: bool = True) -> tuple[Array, Array]:
    """Parameter sets that the data support, ``[kept, parameter]``, and their distances, ``[kept]``.

    Parameters
    ----------
    values, found
        Of `candidates`, ``[candidate, parameter]`` and ``[candidate, statistic]``.
    data
        Of `observed`, ``[statistic]``.
    kept
        How many of the nearest.
    adjust
        Whether to regress the kept on their statistics (Beaumont et al. 2002), with parameters on the logit of their
        range, so that none leaves it (Blum and François 2010), and weights that fall with distance.
    """
    scale = 1.4826 * np.median(np.abs(found - np.median(found, axis=0)), axis=0)
    telling = scale > 1e-6  # a statistic that no parameter moves says nothing of any
    away = (found[:, telling] - data[telling]) / scale[telling]
    distance = np.abs(away).mean(axis=-1)  # not squared: a year that no candidate reaches shall not decide alone
    nearest = np.argsort(distance, kind="stable")[:kept]
    values, away, distance = values[nearest], away[nearest], distance[nearest]
    if not adjust:
        return values, distance
    away = away - np.clip(0, away.min(axis=0), away.max(axis=0))  # no further than a kept candidate reached
    low, high = (np.array([getattr(BY_NAME[name], end) for name in FITTED]) for end in ("low", "high"))
    logits = _log_odds(np.clip((values - low) / (high - low), 1e-6, 1 - 1e-6))
    weight = np.maximum(1e-3, 1 - (distance / distance.max()) ** 2)
    design = np.column_stack([np.ones(kept), away])
    root = np.sqrt(weight)[:, None]
    # a ridge of one observation's weight keeps statistics that say the same from pulling apart
    gram = (root * design).T @ (root * design) + np.diag([0.0] + [RIDGE * weight.sum()] * away.shape[1])
    slope = np.linalg.solve(gram, (root * design).T @ (root * logits))
    moved = logits - away @ slope[1:]
    return low + (high - low) / (1 + np.exp(-moved)), distance


#: Weight of the ridge in units of all kept sets.
RIDGE = 0.05
