"""Calibration: which parameter sets history up to an origin supports.

Approximate Bayesian computation (Beaumont, Zhang and Balding 2002): candidates are drawn from the sourced ranges and
simulated in batches along the run axis, each budget of a known year being simulated from the year before as it was. A
candidate is judged by summary statistics of what it makes of those years (`summaries`); a tenth, the nearest, are kept,
and a local linear regression moves them to where their statistics would be those of the data.

The libraries for this (pyABC, ELFI) call a simulator of their own processes for one candidate, or for a batch of their
own arrays; here a batch is the run axis of the model itself and a candidate is a run number, so no sampler is needed.
"""

import datetime
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohesion.facts import ISO3, load_facts
from cohesion.parameters import BY_NAME, DRAWN, from_uniform
from cohesion.results import ResultsError, write_whole
from cohesion.rules.measures import log_odds
from cohesion.shocks import parameter_draws
from cohesion.studies.history import FIRST, Figures, Past, figures, follow
from cohesion.studies.plan import code_digest
from cohesion.studies.workers import Local
from cohesion.types import Array

#: Mechanisms whose parameters are fitted, and single parameters of others that history can speak of.
MECHANISMS = ("threat", "burden")
SINGLES = (
    "trust_sensitivity", "asymmetry", "anchor", "goodwill_recovery", "goodwill_sensitivity", "commitment_trust",
    "demand_trust", "courting_trust",
)  # fmt: skip
FITTED = tuple(p.name for p in DRAWN if p.mechanism in MECHANISMS or p.name in SINGLES)
CANDIDATES, SETS, CHUNK = 8_000, 300, 128
#: Share of candidates that the regression sees.
NEAREST = 0.1
#: Ridge of the regression: the variance of the logit of a uniform over that of a slope of a quarter, which is much.
RIDGE = (np.pi**2 / 3) / 0.25**2
#: Of the candidates; apart from the seeds of ensembles.
SEED = 2014
#: Surveyed members from which a mean says something.
SURVEYED = 5


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
    years = range(FIRST + 1, FIRST + past.spending.shape[1])
    with np.errstate(divide="ignore"):  # Iceland spends nothing, and is in no group
        changes = np.log(past.spending[:, 1:]) - np.log(known.spending[: len(years)])
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
        move = log_odds(past.goodwill[:, row, members]) - log_odds(past.goodwill[:, before[members], members])
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


def observed(known: Figures, origin: int) -> Array:
    """The statistics of the figures themselves, ``[statistic]``."""
    return summaries(Past(*_filled(known, origin)), known)[0][0]


def candidates(known: Figures, origin: int, runs: range, seed: int = SEED) -> tuple[Array, Array]:
    """Fitted parameters ``[run, parameter]`` and statistics ``[run, statistic]`` of some candidates."""
    past = follow(known, origin, seed, runs, "prior", origin=origin)
    return draws(runs, seed), summaries(past, known)[0]


def draws(runs: range, seed: int = SEED) -> Array:
    """Values of `FITTED` that runs draw from the prior, ``[run, parameter]``."""
    values = from_uniform(parameter_draws(seed, runs))
    return np.stack([np.asarray(values[name]) for name in FITTED], axis=-1)


def fit(values: Array, found: Array, data: Array, sets: int = SETS, seed: int = SEED) -> Array:
    """Parameter sets that the data support, ``[set, parameter]``.

    The nearest tenth of the candidates is regressed on its statistics (Beaumont et al. 2002), with weights that fall
    with distance and parameters on the logit of their range, so that none leaves it (Blum and François 2010). No
    parameter is moved further than a kept candidate's statistics reach: the model does not say what lies beyond.

    Parameters
    ----------
    values, found
        Of `candidates`, ``[candidate, parameter]`` and ``[candidate, statistic]``.
    data
        Of `observed`, ``[statistic]``.
    sets
        How many are drawn of the moved candidates, by weight.
    seed
        Of that draw.
    """
    scale = spread(found)
    telling = scale > 1e-6  # a statistic that no parameter moves says nothing of any
    away = (found[:, telling] - data[telling]) / scale[telling]
    distance = np.abs(away).mean(axis=-1)  # not squared: a year that no candidate reaches shall not decide alone
    nearest = np.argsort(distance, kind="stable")[: max(sets, round(NEAREST * len(values)))]
    values, away, distance = values[nearest], away[nearest], distance[nearest]
    away = away - np.clip(0, away.min(axis=0), away.max(axis=0))
    low, high = (np.array([getattr(BY_NAME[name], end) for name in FITTED]) for end in ("low", "high"))
    logits = log_odds(np.clip((values - low) / (high - low), 1e-6, 1 - 1e-6))
    weight = np.maximum(1e-3, 1 - (distance / distance.max()) ** 2)
    design = np.column_stack([np.ones(len(away)), away])
    weighted = weight[:, None] * design
    # the ridge keeps statistics that say the same, as a mean and its parts, from pulling apart
    ridge = np.diag([0.0] + [RIDGE] * away.shape[1])
    slope = np.linalg.solve(design.T @ weighted + ridge, weighted.T @ logits)
    moved = low + (high - low) / (1 + np.exp(-(logits - away @ slope[1:])))
    chosen = np.random.default_rng(seed).choice(len(moved), sets, replace=False, p=weight / weight.sum())
    return moved[np.sort(chosen)]


def spread(found: Array) -> Array:
    """Median absolute deviation of each statistic over candidates, in the scale of a standard deviation."""
    return 1.4826 * np.median(np.abs(found - np.median(found, axis=0)), axis=0)


# --- the whole of it, on disk -----------------------------------------------------------------------------------------


def calibrate(
    origin: int,
    out: Path,
    count: int = CANDIDATES,
    workers: int | None = None,
    report: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Fit to history up to an origin and write ``<origin>.csv`` (one row a set) and ``<origin>.json`` (the recipe).

    Finished batches of candidates are kept in ``.candidates-<origin>`` until the end, so an interrupted fit goes on.

    Parameters
    ----------
    origin
        Year of the newest figure that is used.
    out
        Folder to write to.
    count
        Candidates.
    workers
        Processes; as many as processors where None.
    report
        Called with the number of candidates done after each batch.

    Returns
    -------
    dict
        The recipe.
    """
    known = figures().until(origin)
    values, found = _all_candidates(origin, out, count, workers, report)
    data = observed(known, origin)
    names = summaries(Past(*_filled(known, origin)), known)[1]
    sets = fit(values, found, data)
    text = pd.DataFrame(sets, columns=list(FITTED)).to_csv(index=False, float_format="%.6g", lineterminator="\n")
    low, middle, high = np.quantile(found, [0.05, 0.5, 0.95], axis=0)
    chosen = dict(zip(FITTED, sets.T, strict=True))
    fitted = summaries(follow(known, origin, SEED + 1, range(len(sets)), "prior", chosen, origin), known)[0]
    after = np.quantile(fitted, [0.05, 0.5, 0.95], axis=0)
    recipe = {
        "origin": origin,
        "method": "approximate Bayesian computation: nearest tenth of the candidates by mean absolute distance of "
        "summary statistics in units of their spread, local linear regression on them, sets drawn by weight",
        "candidates": count,
        "seed": SEED,
        "sets": len(sets),
        "parameters": list(FITTED),
        "data": "spending: NATO, edition of June 2024; views of the US: Pew; both to the origin",
        "statistics": [
            {"name": name, "data": _short(data[k]),
             "prior": [_short(v[k]) for v in (low, middle, high)], "posterior": [_short(v[k]) for v in after]}
            for k, name in enumerate(names)
        ],
        "code": code_digest(),
        "digest": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    write_whole(out / f"{origin}.csv", text.encode())
    write_whole(out / f"{origin}.json", (json.dumps(recipe, indent=1) + "\n").encode())
    for piece in (folder := out / f".candidates-{origin}").glob("*.npz"):
        piece.unlink()
    folder.rmdir()
    return recipe


def _all_candidates(
    origin: int, out: Path, count: int, workers: int | None, report: Callable[[int], None]
) -> tuple[Array, Array]:
    """Every candidate, from the folder as far as it is there."""
    folder = out / f".candidates-{origin}"
    folder.mkdir(parents=True, exist_ok=True)
    mark = code_digest()[:12]  # candidates of other code are not taken
    pieces = {range(k, min(k + CHUNK, count)): None for k in range(0, count, CHUNK)}
    names = {piece: folder / f"{mark}-{piece.start:07d}-{piece.stop:07d}.npz" for piece in pieces}
    missing = [piece for piece in pieces if not names[piece].exists()]
    report(count - sum(map(len, missing)))
    if missing:
        _compute(origin, {piece: names[piece] for piece in missing}, workers or os.cpu_count() or 1, report)
    loaded = [np.load(name) for name in names.values()]
    return np.concatenate([one["values"] for one in loaded]), np.concatenate([one["found"] for one in loaded])


def _compute(origin: int, missing: dict[range, Path], workers: int, report: Callable[[int], None]) -> None:
    """Have candidates computed, and write each piece as it comes."""
    pool = Local(_Candidates(origin), min(workers, len(missing)))
    try:
        under_way = {pool.submit(piece.start, piece.stop): piece for piece in missing}
        for future in as_completed(under_way):
            piece = under_way[future]
            values, found = future.result()
            held = io.BytesIO()
            np.savez(held, values=values, found=found)
            write_whole(missing[piece], held.getvalue())
            report(len(piece))
    except BrokenProcessPool:
        raise ResultsError("a worker process was lost (out of memory?); the same command goes on") from None
    finally:
        pool.stop()


@dataclass(frozen=True)
class _Candidates:
    """What worker processes compute."""

    origin: int

    def chunk(self, first: int, last: int) -> tuple[Array, Array]:
        """Candidates of a range of numbers."""
        return candidates(figures().until(self.origin), self.origin, range(first, last))


def _filled(known: Figures, origin: int) -> tuple[Array, Array]:
    """The figures in the form of one run; surveys that were not made are in no statistic."""
    rows = slice(0, origin - FIRST + 1)
    return known.spending[None, rows], np.where(np.isnan(known.image), 0.5, known.image)[None, rows]


def _short(value: float) -> float:
    return float(f"{value:.4g}")
