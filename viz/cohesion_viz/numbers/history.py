"""The back-test: members' spending forecast from an origin, its errors, views of the US, and what history says.

Figures of a year stand at its middle. Spending is % of GDP.
"""

import datetime
import json
import math
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from cohesion import posterior
from cohesion.facts import ISO3, NAMES
from cohesion.parameters import BY_NAME
from cohesion.studies.backtest import BASELINES, LEVELS, Backtest
from cohesion.studies.history import FIRST, LAST, figures
from cohesion.types import Array

#: Moves of these years are shown: a President came whom publics liked less, and one whom they liked more.
MOVED = (2017, 2021)
#: Kolmogorov-Smirnov statistic times the root of the number of draws: the prior exceeds it once in a hundred.
CHANCE = 1.63


def middle(year: int) -> datetime.date:
    """Where a figure of a year stands on an axis of time."""
    return datetime.date(year, 7, 1)


def through(found: Backtest, origin: int) -> int:
    """The last year forecast from an origin."""
    return int(found.forecasts["year"][found.forecasts["origin"] == origin].max())


def course(found: Backtest, origin: int, member: str) -> pd.DataFrame:
    """A member's spending from 2014 to the last year forecast: index ``year``, nan where there is nothing.

    Columns ``known`` (to the origin, as known then), ``actual`` (as known now), quantiles ``p05`` to ``p95`` of the
    forecast, and the baselines, all of which begin at the origin with what was known there.
    """
    rows = found.forecasts[found.forecasts["origin"] == origin]
    last = int(rows["year"].max())
    own = rows[rows["iso3"] == member]
    k, nothing = ISO3.index(member), np.full(last - FIRST + 1, np.nan)
    table = {"known": nothing.copy(), "actual": nothing.copy()}
    table["known"][: origin - FIRST + 1] = figures().spending[: origin - FIRST + 1, k]
    table["actual"][: LAST - FIRST + 1] = figures("2026").spending[: last - FIRST + 1, k]
    for name in (*LEVELS, *BASELINES):
        table[name] = nothing.copy()
        if len(own):
            table[name][origin - FIRST] = own["last"].iloc[0]
            table[name][own["year"] - FIRST] = own[name]
    return pd.DataFrame(table, pd.RangeIndex(FIRST, last + 1, name="year"))


def ceiling(*courses: pd.DataFrame) -> float:
    """Top of an axis that all of them fit below, % of GDP: a whole number, or a half below two."""
    most = max(float(table[["known", "actual", "p95"]].max().max()) for table in courses)
    most = 1.02 * (1.0 if math.isnan(most) else most)
    return math.ceil(2 * most) / 2 if most <= 2 else float(math.ceil(most))


def misses(found: Backtest, origin: int) -> pd.DataFrame:
    """How far the forecast of each member's last year is off: index ISO3 by name of the member.

    Columns ``name``, ``year``, ``p05``, ``p50``, ``p95``, ``actual``, ``error`` (median less actual) and ``inside``
    (whether the 90 % band holds the figure); nan and False where the year is not known.
    """
    rows = found.forecasts[found.forecasts["origin"] == origin]
    last = rows[rows["year"] == rows["year"].max()].set_index("iso3")
    table = last[["year", "p05", "p50", "p95", "actual"]].copy()
    table.insert(0, "name", [NAMES[code] for code in table.index])
    table["error"] = table["p50"] - table["actual"]
    table["inside"] = (table["actual"] >= table["p05"]) & (table["actual"] <= table["p95"])
    return table.sort_values("name")


def score_table(found: Backtest, origins: tuple[int, ...]) -> pd.DataFrame:
    """Root mean squared error by years ahead: index ``years ahead``, a column a method, ``coverage`` and ``cells``.

    Empty where no year after the origins is known.
    """
    columns = ["model", *BASELINES, "coverage", "cells"]
    if not found.scored["origin"].isin(origins).any():
        return pd.DataFrame(columns=columns)
    by = found.scores(origins)["by_horizon"]
    return pd.DataFrame.from_dict(by, orient="index")[columns].rename_axis("years ahead")


def rises(found: Backtest) -> pd.DataFrame:
    """Rises of each origin to its last known year.

    Index ``origin``; columns ``year``, ``members``, ``rank_correlation`` (Spearman), ``mean_forecast`` and
    ``mean_actual``.
    """
    last = {int(str(k)): int(v) for k, v in found.scored.groupby("origin")["year"].max().items()}
    rows = {origin: {"year": year} | found.rises(origin, year) for origin, year in last.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("origin")


def moves(found: Backtest, years: tuple[int, ...] = MOVED) -> pd.DataFrame:
    """Moves of views of the US.

    Columns ``iso3``, ``name``, ``year``, ``before`` (year of the survey before), ``observed`` and ``simulated`` (in
    log-odds), ``right`` (same sign).
    """
    table = found.goodwill[found.goodwill["year"].isin(years)].copy()
    table["name"] = [NAMES[code] for code in table["iso3"]]
    table["right"] = np.sign(table["observed"]) == np.sign(table["simulated"])
    return table[["iso3", "name", "year", "before", "observed", "simulated", "right"]].reset_index(drop=True)


def move_table(found: Backtest) -> pd.DataFrame:
    """Moves by year, of the years shown together, and of all.

    Index ``year``; columns ``pairs``, ``right`` (same sign), ``rank_correlation``, and ``observed`` and ``simulated``:
    standard deviations over members, log-odds.
    """
    years = sorted(map(int, set(found.goodwill["year"])))
    groups: dict[str, tuple[int, ...]] = {str(year): (year,) for year in years}
    if set(MOVED) <= set(years):
        groups[" and ".join(map(str, MOVED))] = MOVED
    groups["all years"] = tuple(years)
    rows = {}
    for name, of in groups.items():
        said = found.moves(*of)
        right = round(said["sign_right"] * said["pairs"])
        part = found.goodwill[found.goodwill["year"].isin(of)]
        spread = {column: float(part[column].std(ddof=0)) for column in ("observed", "simulated")}
        rows[name] = {"pairs": said["pairs"], "right": right, "rank_correlation": said["rank_correlation"], **spread}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")


def alike(found: Backtest) -> bool:
    """Whether the model moves the members of a shown year almost alike, so that its ranks say nothing of members."""
    table = move_table(found).loc[[str(year) for year in MOVED if str(year) in move_table(found).index]]
    return bool((table["simulated"] < 0.1 * table["observed"]).any())


# --- what history says of the parameters ------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def recipe(origin: int) -> dict[str, Any]:
    """How the parameter sets of an origin were found, as they come with the package."""
    found: dict[str, Any] = json.loads((posterior.FOLDER / f"{origin}.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=16)
def fitted(origin: int) -> pd.DataFrame:
    """Each fitted parameter's sets against its range, from which the prior draws evenly; most is said of the first.

    Index: name. Columns ``p05`` to ``p95``: quantiles of the sets, as a share of the range; ``low``, ``high``, ``unit``
    and ``meaning`` of the parameter; ``distance``: largest difference of the two distribution functions
    (Kolmogorov-Smirnov), 0 to 1; ``silent``: whether as many draws of the prior would show it by chance (1 % level).
    """
    rows = {name: _against_prior(name, values) for name, values in posterior.sets(origin).items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter")
    return table.sort_values("distance", ascending=False, kind="stable")


def _against_prior(name: str, values: Array) -> dict[str, Any]:
    p = BY_NAME[name]
    share = np.sort((values - p.low) / (p.high - p.low))
    steps = np.arange(share.size + 1) / share.size
    distance = float(max((steps[1:] - share).max(), (share - steps[:-1]).max()))
    return {
        **dict(zip(LEVELS, np.quantile(share, list(LEVELS.values())).tolist(), strict=True)),
        "low": p.low, "high": p.high, "unit": p.unit, "meaning": p.meaning,
        "distance": distance, "silent": distance < CHANCE / share.size**0.5,
    }  # fmt: skip


def statistics(origin: int) -> pd.DataFrame:
    """Statistics that the fit compared: history's figure beside what candidates and kept sets make of it.

    Index ``statistic``; columns ``kind`` ("spending": log change, or "goodwill": log-odds), ``data``, quantiles
    ``prior_p05``, ``prior_p50``, ``prior_p95`` and the same of ``posterior``, ``inside`` (whether the posterior's 90 %
    hold the figure).
    """
    rows = {}
    for one in recipe(origin)["statistics"]:
        bands = {f"{kind}_{q}": v for kind in ("prior", "posterior")
                 for q, v in zip(("p05", "p50", "p95"), one[kind], strict=True)}  # fmt: skip
        inside = bands["posterior_p05"] <= one["data"] <= bands["posterior_p95"]
        rows[one["name"]] = {"kind": one["name"].split(",")[0], "data": one["data"], **bands, "inside": inside}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("statistic")


def brief(name: str) -> str:
    """Name of a statistic where room is short."""
    words = (("third nearest to Moscow", "nearest third"), ("third between", "middle third"),
             ("third farthest", "farthest third"), ("goodwill, ", "views, "), ("spending, ", ""))  # fmt: skip
    for long, short in words:
        name = name.replace(long, short)
    return name
