"""The back-test: spending of each member forecast from an origin year, beside forecasts that know no mechanism.

Parameters are sets that history up to the origin supports (`cohesion.posterior`), so nothing later has touched them.
Forecast spending is compared with the newest edition of NATO's figures, while the origin knows the older one.
"""

import hashlib
import io
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohesion import posterior
from cohesion.checks import ConfigError
from cohesion.facts import ISO3, load_facts
from cohesion.facts.derive import PRESSURE_OF_INVASION
from cohesion.results import ResultsError, commit, fresh_folder, read_json, versions, write_json
from cohesion.studies import history
from cohesion.studies.history import FIRST, LAST, ORIGINS, THROUGH, Past, facts, figures, follow, scenario
from cohesion.studies.plan import code_digest
from cohesion.types import Array

#: Runs of a forecast: each set of the posterior twice, with other shocks.
RUNS = 600
#: Years ahead, and the origins whose scores are the headline: the shock of 2022 lies ahead of the first three.
HORIZON, HEADLINE = 3, (2019, 2020, 2021, 2022)
LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
BASELINES = ("persistence", "trend", "pledge", "panel")
#: A folder of `write`: tables that are read back, and figures.
TABLES = ("forecast.csv", "baselines.csv", "goodwill.csv")
FIGURES = ("scores", "views", "members", "posterior")
FORMAT = "cohesion backtest 1"
FILES = (
    "manifest.json", "scores.json", *TABLES, *(f"{name}.{ending}" for name in FIGURES for ending in ("png", "svg")),
)  # fmt: skip
PLEDGE, PLEDGED_BY = 2.0, 2024  # Wales Summit Declaration, 2014
#: Distance from Moscow over which the regression lets exposure fall by a factor e, km: the model's default.
SCALE = 1200


def check(origin: int | None, through: int | None) -> tuple[tuple[int, ...], int | None]:
    """Origins and the last year asked for.

    Raises
    ------
    ConfigError
        Where an origin has no posterior, or the last year is not after it or beyond the known events.
    """
    if origin is None:
        if through is not None:
            raise ConfigError("--through: needs --origin, the year to forecast from")
        return ORIGINS, None
    if origin not in ORIGINS:
        raise ConfigError.at("--origin", "year", origin, ", ".join(map(str, ORIGINS)))
    if through is not None and not origin < through <= THROUGH:
        raise ConfigError.at("--through", "year", through, f"{origin + 1} to {THROUGH}, where the known events end")
    return (origin,), through


@dataclass(frozen=True)
class Backtest:
    """Forecasts and what they are worth.

    Attributes
    ----------
    forecasts
        A row for each origin, member and year: quantiles of `LEVELS`, ``actual`` (nan where unknown), ``last`` (at the
        origin) and `BASELINES`, all % of GDP.
    goodwill
        A row for each origin and member surveyed in the year after it: ``before`` (year of the survey before),
        ``observed`` and ``simulated`` move in log-odds.
    runs
        Of each forecast.
    """

    forecasts: pd.DataFrame
    goodwill: pd.DataFrame
    runs: int = RUNS

    @property
    def origins(self) -> list[int]:
        """Years that are forecast from."""
        return sorted(map(int, set(self.forecasts["origin"])))

    @cached_property
    def scored(self) -> pd.DataFrame:
        """Members other than the United States, whose spending the model takes as given, in years that are known."""
        table = self.forecasts
        return table[table["actual"].notna() & (table["iso3"] != "USA")]

    def rmse(self, table: pd.DataFrame) -> dict[str, float]:
        """Root mean squared error in points of GDP, of the model and each baseline."""
        errors = {name: table["p50" if name == "model" else name] - table["actual"] for name in ("model", *BASELINES)}
        return {name: float(np.sqrt((error**2).mean())) for name, error in errors.items()}

    def scores(self, origins: Sequence[int]) -> dict[str, Any]:
        """Errors by horizon, skill, coverage of the bands, of some origins pooled."""
        table = self.scored[self.scored["origin"].isin(origins)]
        inside = (table["actual"] >= table["p05"]) & (table["actual"] <= table["p95"])
        by = {}
        for horizon in sorted(set(map(int, table["horizon"]))):
            part = table[table["horizon"] == horizon]
            by[horizon] = self.rmse(part) | {"coverage": float(inside[part.index].mean()), "cells": len(part)}
        later = table[table["horizon"] >= 2]
        pooled = self.rmse(later if len(later) else table)
        best = min(BASELINES, key=pooled.__getitem__)
        return {
            "origins": sorted(map(int, set(table["origin"]))),
            "by_horizon": by,
            "horizons_2_and_3": pooled,
            "best_baseline": best,
            "ratio_to_best": pooled["model"] / pooled[best],
            "skill": {name: 1 - pooled["model"] / pooled[name] for name in BASELINES},
            "coverage": float(inside.mean()),
        }

    def rises(self, origin: int, year: int) -> dict[str, float]:
        """Rank correlation (Spearman) of forecast with actual rises between two years, and the mean rises."""
        table = self.scored[(self.scored["origin"] == origin) & (self.scored["year"] == year)]
        forecast, actual = table["p50"] - table["last"], table["actual"] - table["last"]
        return {
            "members": len(table), "rank_correlation": _rank_correlation(forecast, actual),
            "mean_forecast": float(forecast.mean()), "mean_actual": float(actual.mean()),
        }  # fmt: skip

    def members(self) -> pd.Series:
        """Root mean squared error of each member over all cells scored, best first."""
        squared = (self.scored["p50"] - self.scored["actual"]) ** 2
        return (squared.groupby(self.scored["iso3"]).mean() ** 0.5).sort_values()

    def moves(self, *years: int) -> dict[str, float]:
        """How many moves of goodwill have the right sign, and their rank correlation; of some years, or of all."""
        table = self.goodwill[self.goodwill["year"].isin(years)] if years else self.goodwill
        right = np.sign(table["observed"]) == np.sign(table["simulated"])
        return {
            "pairs": len(table), "sign_right": float(right.mean()),
            "rank_correlation": _rank_correlation(table["simulated"], table["observed"]),
        }  # fmt: skip

    def said(self) -> dict[str, Any]:
        """All of it in plain values, for JSON."""
        origins = self.origins
        found: dict[str, Any] = {"origins": origins, "runs": self.runs, "code": code_digest(), **versions()}
        found["posterior"] = {str(origin): posterior.digest(origin) for origin in origins}
        if len(self.scored):
            errors = self.members()
            found["scores"] = self.scores(origins)
            if set(HEADLINE) <= set(origins):
                found["headline"] = self.scores(HEADLINE)
            last = {int(str(k)): int(v) for k, v in self.scored.groupby("origin")["year"].max().items()}
            found["rises"] = {f"{origin} to {year}": self.rises(origin, year) for origin, year in last.items()}
            found["best_members"] = {str(iso3): float(v) for iso3, v in errors.head(5).items()}
            found["worst_members"] = {str(iso3): float(v) for iso3, v in errors.tail(5)[::-1].items()}
        if len(self.goodwill):
            years = sorted(map(int, set(self.goodwill["year"])))
            found["goodwill"] = {str(year): self.moves(year) for year in years}
            if {2017, 2021} <= set(years):
                found["goodwill"]["2017 and 2021"] = self.moves(2017, 2021)
        if len(origins) == 1:
            found["forecast"] = json.loads(self.forecasts.to_json(orient="records", double_precision=4))
        return found


def _rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """Spearman's, 0 where one of them does not vary."""
    found = one.rank().corr(other.rank())
    return 0.0 if np.isnan(found) else float(found)


def backtest(
    origins: Sequence[int] = ORIGINS,
    through: int | None = None,
    report: Callable[[int], None] = lambda done: None,
    runs: int = RUNS,
) -> Backtest:
    """Forecast from each origin.

    Parameters
    ----------
    origins
        Of `cohesion.studies.history.ORIGINS`.
    through
        Last year; three years after each origin, but not after the last known figure, where None.
    report
        Called with 1 after each origin.
    runs
        Of each forecast.
    """
    found = []
    for origin in origins:
        last = through or (THROUGH if origin == LAST else min(origin + HORIZON, LAST))
        past = forecast(origin, last, runs)
        found.append((_table(origin, last, past), _moves(origin, past)))
        report(1)
    tables, moves = zip(*found, strict=True)
    return Backtest(pd.concat(tables, ignore_index=True), pd.concat(moves, ignore_index=True), runs)


def forecast(origin: int, through: int, runs: int = RUNS, seed: int = 0) -> Past:
    """Runs from an origin, under the sets that history up to it supports: run r has the set of number r, in turn."""
    sets = {name: np.resize(values, runs) for name, values in posterior.sets(origin).items()}
    return follow(figures().until(origin), through, seed, range(runs), "prior", sets, origin)


def _table(origin: int, through: int, past: Past) -> pd.DataFrame:
    """Quantiles, actual figures and baselines of each member and year."""
    known, actual = figures().until(origin).spending, figures("2026").spending
    listed = [k for k in range(len(ISO3)) if not np.isnan(known[origin - FIRST, k])]
    guesses = baselines(origin, through)
    parts = []
    for year in range(origin + 1, through + 1):
        levels = np.quantile(past.spending[:, year - FIRST][:, listed], list(LEVELS.values()), axis=0)
        truth = actual[year - FIRST, listed] if year <= LAST else np.full(len(listed), np.nan)
        part = {
            "origin": origin, "horizon": year - origin, "iso3": np.array(ISO3)[listed], "year": year,
            **dict(zip(LEVELS, levels, strict=True)), "actual": truth, "last": known[origin - FIRST, listed],
            **{name: guess[year - origin - 1, listed] for name, guess in guesses.items()},
        }  # fmt: skip
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _moves(origin: int, past: Past) -> pd.DataFrame:
    """Moves of goodwill from each member's last survey up to the origin to the year after."""
    image, after = figures().image, origin + 1 - FIRST
    rows = []
    for k, iso3 in enumerate(ISO3):
        before = [row for row in range(after) if not np.isnan(image[row, k])]
        if after < len(image) and before and not np.isnan(image[after, k]):
            simulated = np.median(past.goodwill[:, [before[-1], after], k], axis=0)
            odds = [np.log(v[1] / (1 - v[1])) - np.log(v[0] / (1 - v[0]))
                    for v in (image[[before[-1], after], k], simulated)]  # fmt: skip
            rows.append((origin, iso3, FIRST + before[-1], origin + 1, *odds))
    return pd.DataFrame(rows, columns=["origin", "iso3", "before", "year", "observed", "simulated"])


# --- forecasts that know no mechanism ---------------------------------------------------------------------------------


def baselines(origin: int, through: int) -> dict[str, Array]:
    """Forecasts of `BASELINES` by name, ``[year after the origin, member]``, % of GDP.

    ``persistence``: as at the origin. ``trend``: each member's least-squares line through its known years.
    ``pledge``: members under 2 % reach it in equal steps by 2024. ``panel``: a pooled regression, `_panel`.
    """
    known = figures().until(origin).spending[: origin - FIRST + 1]
    last, ahead = known[-1], np.arange(1, through - origin + 1)[:, None]
    years = np.arange(len(known)) - (len(known) - 1)
    centred = (years - years.mean())[:, None]
    slope = (centred * known).sum(axis=0) / (centred**2).sum()
    share = np.minimum(1, ahead / max(1, PLEDGED_BY - origin))
    return {
        "persistence": last + 0 * ahead,
        "trend": known.mean(axis=0) + slope * (ahead - years.mean()),
        "pledge": last + share * np.maximum(0, PLEDGE - last),
        "panel": _panel(known, origin, through),
    }


def _panel(known: Array, origin: int, through: int) -> Array:
    """A pooled panel regression of the yearly change, applied year by year, ``[year after the origin, member]``.

    On a constant, the level, the gap to 2 %, the last change, and the change of the intensity of the war alone and
    times exposure to Moscow. Like the model, it knows the war of the years to come; after 2024 that stands still.
    """
    start = facts(origin)
    exposure = np.exp(-start.distance_moscow / SCALE)
    pressure = intensity(through)
    members: npt.NDArray[np.int64] = np.flatnonzero(
        ~np.isnan(known).any(axis=0) & (np.arange(known.shape[1]) != start.usa)
    )

    def regressors(level: Array, change: Array, war: float, far: Array) -> Array:
        return np.column_stack(
            [np.ones_like(level), level, np.maximum(0, PLEDGE - level), change, war + 0 * level, war * far]
        )

    rows, targets = [], []
    for year in range(1, len(known) - 1):
        rows.append(regressors(known[year, members], (known[year] - known[year - 1])[members],
                               pressure[year + 1] - pressure[year], exposure[members]))  # fmt: skip
        targets.append((known[year + 1] - known[year])[members])
    weights = np.linalg.lstsq(np.concatenate(rows), np.concatenate(targets), rcond=None)[0]
    level, change, found = known[-1], known[-1] - known[-2], []
    for year in range(len(known) - 1, len(known) - 1 + through - origin):
        change = regressors(level, change, pressure[year + 1] - pressure[year], exposure) @ weights
        level = np.maximum(0, level + change)
        found.append(level)
    return np.array(found)


def intensity(through: int) -> Array:
    """Mean intensity of the war of each year from `FIRST`, in units of pressure; after 2024 as in 2024."""
    start = load_facts(facts(LAST).start)
    years = np.array([int(month[:4]) for month in start.war_months])
    known = [float(start.war_intensity[years == year].mean()) for year in range(FIRST, LAST + 1)]
    return PRESSURE_OF_INVASION * np.array([known[min(year, LAST) - FIRST] for year in range(FIRST, through + 1)])


# --- on disk ----------------------------------------------------------------------------------------------------------


def write(found: Backtest, out: str | Path, command: str = "", seconds: float | None = None) -> Path:
    """Write a folder of tables, scores, figures and a manifest, in the place of an earlier one.

    Parameters
    ----------
    found
        What is written.
    out
        Target; see `cohesion.results.check_target`.
    command, seconds
        For the manifest: the command line, and the time it took to compute.

    Raises
    ------
    ResultsError
        Where the folder may not be replaced or cannot be written.
    """
    from cohesion_viz.charts import save
    from cohesion_viz.history_charts import figures as drawn

    columns = ["origin", "iso3", "year", *LEVELS, "actual"]
    parts = (found.forecasts[columns], found.forecasts[["origin", "iso3", "year", "last", *BASELINES]], found.goodwill)
    texts = {
        name: table.to_csv(index=False, float_format="%.4f", lineterminator="\n").encode()
        for name, table in zip(TABLES, parts, strict=True)
    }
    manifest = {
        "format": FORMAT,
        "origins": found.origins,
        "through": {str(origin): int(last) for origin, last in found.forecasts.groupby("origin")["year"].max().items()},
        "runs": found.runs,
        "seed": 0,
        "command": command,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        "made_of": made_of(),
        "versions": versions(),
        "commit": commit(),
        "platform": platform.platform(),
        "digests": {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
    }
    with fresh_folder(out, FORMAT, FILES) as fresh:
        for name, text in texts.items():
            (fresh / name).write_bytes(text)
        for name, figure in drawn(found).items():
            save(figure, fresh / name)
        write_json(fresh / "scores.json", found.said())
        write_json(fresh / "manifest.json", manifest)
    return Path(out)


def read(folder: str | Path) -> tuple[Backtest, dict[str, Any]]:
    """A back-test and its manifest, of a folder of `write`; numbers have the four decimals of its tables.

    Raises
    ------
    ResultsError
        Where it is not one, is damaged or was changed.
    """
    place = Path(folder)
    manifest = read_json(place, "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultsError(f"{folder}: manifest.json is not of a {FORMAT!r}")
    tables = []
    for name in TABLES:
        try:
            text = (place / name).read_bytes().replace(b"\r\n", b"\n")  # as a checkout may have turned it
        except OSError as error:
            raise ResultsError(f"{folder}: {name} cannot be read ({error.strerror})") from None
        if hashlib.sha256(text).hexdigest() != manifest["digests"].get(name):
            raise ResultsError(f"{folder}: {name} was changed after it was written")
        tables.append(pd.read_csv(io.BytesIO(text)))
    forecasts, guesses, goodwill = tables
    forecasts = forecasts.merge(guesses, on=["origin", "iso3", "year"], validate="one_to_one")
    forecasts.insert(1, "horizon", forecasts["year"] - forecasts["origin"])
    return Backtest(forecasts, goodwill, manifest["runs"]), manifest


def shipped() -> Path:
    """Folder of the back-test that comes with the project: in the package where it is installed, or in a checkout."""
    package = Path(posterior.__file__).resolve().parents[1]
    inside = package / "experiments"
    return (inside if inside.is_dir() else package.parent / "experiments") / "backtest"


@cache
def made_of() -> dict[str, str]:
    """SHA-256 of all that the numbers follow from, by kind: the model's code, the parameter sets, and this study."""
    study = [Path(name).read_bytes().replace(b"\r\n", b"\n") for name in (__file__, history.__file__)]
    sets = "".join(posterior.digest(origin) for origin in ORIGINS)
    return {
        "code of the model": code_digest(),
        "parameter sets": hashlib.sha256(sets.encode()).hexdigest(),
        "events and code of the back-test": hashlib.sha256(
            b"\0".join([*study, scenario(THROUGH).to_toml().encode()])
        ).hexdigest(),
    }
