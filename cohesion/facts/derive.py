"""From checked tables to arrays: each function gives one figure for all members at a start date.

Arrays are [member] or [member, ally] in the order of `ISO3`. "Known before the start" means a year
earlier than the year of the start.
"""

import datetime
import re
from collections.abc import Iterable, Mapping

import numpy as np

from cohesion.facts.codes import ISO3
from cohesion.facts.tables import SURVEYS_FOR_A_MEAN, Row, Tables
from cohesion.types import Array, BoolArray, IntArray

INDEX = {code: position for position, code in enumerate(ISO3)}
USA = INDEX["USA"]

MOSCOW = (55.752, 37.618)
EARTH_RADIUS = 6371.0088  # km, mean radius (IUGG)

TREND_GROWTH = 0.015  # assumption: fills a window of fewer than five known years
GROWTH_CEILING = 0.04
US_VIEW_OF_ITSELF = 0.8  # assumption: no foreign survey asks Americans
SURVEYS_FOR_A_SHIFT = 3
AID_YEARS = (datetime.date(2026, 6, 30) - datetime.date(2022, 1, 24)).days / 365.25
AID_BEGINS = datetime.date(2022, 2, 1)
PRESSURE_OF_INVASION = 1.2  # assumption: of the heaviest month over a time without war, in logs; fixed before any fit

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def panel(rows: Iterable[Row], column: str) -> tuple[tuple[int, ...], Array]:
    """Years and values [member, year] of a column; nan where there is none; other countries are left out."""
    cells = [(INDEX[r["iso3"]], int(r["year"]), float(r[column])) for r in rows if r[column] and r["iso3"] in INDEX]
    first, last = min(year for _, year, _ in cells), max(year for _, year, _ in cells)
    values = np.full((len(ISO3), last - first + 1), np.nan)
    for member, year, value in cells:
        values[member, year - first] = value
    return tuple(range(first, last + 1)), values


def latest(rows: Iterable[Row], column: str, year: int) -> Array:
    """Each member's last figure before `year`; a series that starts later gives its first year; nan if never."""
    years, values = panel(rows, column)
    known = values[:, : max(1, int(np.searchsorted(years, year)))]
    result = np.full(len(ISO3), np.nan)
    for column_of_year in known.T:
        result = np.where(np.isnan(column_of_year), result, column_of_year)
    return result


def by_member(rows: Iterable[Row], column: str, missing: float = np.nan) -> Array:
    """One figure a member; `missing` where the cell is empty or the member has no row."""
    values = {row["iso3"]: float(row[column]) for row in rows if row[column]}
    return np.array([values.get(code, missing) for code in ISO3])


def growth(tables: Tables, year: int) -> Array:
    """Trend real growth: mean of the ten years before the start, clipped to [0, 0.04].

    Fewer than five known years (starts before 2019) are filled up to five with 1.5 %, an assumption.
    The clip keeps one crisis or rebound decade from being projected for ten years.
    """
    years, values = panel(tables["gdp"], "growth_pct")
    known = int(np.searchsorted(years, year))
    window = values[:, max(0, known - 10) : known] / 100
    filled = max(0, 5 - window.shape[1])
    mean: Array = (window.sum(axis=1) + filled * TREND_GROWTH) / (window.shape[1] + filled)
    return np.clip(mean, 0.0, GROWTH_CEILING)


def great_circle(lat: Array, lon: Array, other_lat: Array, other_lon: Array) -> Array:
    """Great-circle distance in km (haversine on a sphere); arguments in degrees, broadcast together."""
    phi, psi = np.radians(lat), np.radians(other_lat)
    half_lon = np.radians(other_lon - lon) / 2
    h = np.sin((psi - phi) / 2) ** 2 + np.cos(phi) * np.cos(psi) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(h)))


def distances(tables: Tables) -> tuple[Array, Array]:
    """Distance from each capital to Moscow [member] and between capitals [member, ally], km."""
    lat = by_member(tables["members"], "capital_lat")
    lon = by_member(tables["members"], "capital_lon")
    between = great_circle(lat[:, None], lon[:, None], lat, lon)
    return great_circle(lat, lon, np.array(MOSCOW[0]), np.array(MOSCOW[1])), (between + between.T) / 2


def neighbours(tables: Tables) -> tuple[BoolArray, BoolArray]:
    """Land border with Russia or Belarus [member], and neighbours by land or sea [member, ally]."""
    border = np.zeros(len(ISO3), dtype=np.bool_)
    near = np.zeros((len(ISO3), len(ISO3)), dtype=np.bool_)
    for row in tables["neighbours"]:
        a, b = INDEX.get(row["iso3_a"]), INDEX.get(row["iso3_b"])
        if a is not None and b is not None:
            near[a, b] = near[b, a] = True
        elif row["kind"] == "land":
            border[[member for member in (a, b) if member is not None]] = True
    return border, near


def trade_shares(tables: Tables) -> Array:
    """Share of each member's exports that goes to each ally, 2015 [member, ally]; 0 where nothing was reported."""
    shares = np.zeros((len(ISO3), len(ISO3)))
    for row in tables["trade_ties"]:
        shares[INDEX[row["iso3_from"]], INDEX[row["iso3_to"]]] = float(row["share_of_exports_pct"] or 0) / 100
    return shares


def us_trade(tables: Tables) -> tuple[Array, Array]:
    """Exports to the US over own GDP, and US imports from the member over US GDP, 2024, both [member].

    A member flagged `pharmaceuticals` (Slovenia) takes the median of the other EU members as its
    exposure; the American side keeps the imports as reported.
    """
    imports = by_member(tables["tariffs"], "us_imports_2024_usd_bn", missing=0.0)
    gdp = latest(tables["gdp"], "gdp_usd_bn", 2025)
    exposure = imports / gdp
    flagged = np.isin(ISO3, [row["iso3"] for row in tables["tariffs"] if row["flag"] == "pharmaceuticals"])
    others = eu_members(tables, datetime.date(2024, 12, 31)) & ~flagged
    if flagged.any():
        exposure[flagged] = np.median(exposure[others])
    return exposure, imports / gdp[USA]


def eu_members(tables: Tables, start: datetime.date) -> BoolArray:
    """Whether each member is in the EU on the day [member]."""
    inside = {
        row["iso3"]
        for row in tables["members"]
        if row["eu_since"] and int(row["eu_since"]) <= start.year and not ("" < row["eu_until"] < start.isoformat())
    }
    return np.isin(ISO3, list(inside))


def groups(tables: Tables, start: datetime.date) -> dict[str, BoolArray]:
    """Members of each group on the day; a group founded after the year of the start has none."""
    masks = {"EU": eu_members(tables, start)}
    for row in tables["groups"]:
        mask = masks.setdefault(row["group"], np.zeros(len(ISO3), dtype=np.bool_))
        mask[INDEX[row["iso3"]]] = int(row["since"]) <= start.year
    return masks


def us_troops(tables: Tables, year: int) -> Array:
    """American soldiers in each member: permanent, plus rotational where the table knows them."""
    rows = tables["troops"]
    permanent = np.nan_to_num(latest(rows, "us_troops", year))
    counted = [int(row["year"]) for row in rows]
    count_year = min(max(year - 1, min(counted)), max(counted))
    return permanent + by_member([r for r in rows if int(r["year"]) == count_year], "us_troops_rotational", 0.0)


def favourability(tables: Tables, year: int) -> tuple[Array, BoolArray]:
    """Favourable view of the US, 0 to 1, and whether it is imputed, both [member].

    The reference year is the last one before the start in which five members or more were surveyed. A
    member's own last figure counts as it stands if it was taken under the same US president as the
    reference year; an older one is shifted by the mean change of the members surveyed in both years
    (imputed). A member without a figure takes the mean of the reference year (imputed).
    """
    rows = [row for row in tables["us_image"] if row["favorable_us_pct"] and int(row["year"]) < year]
    years, values = panel(rows, "favorable_us_pct")
    president = {int(row["year"]): row["us_president"] for row in rows}
    surveyed = ~np.isnan(values)
    reference = int(np.flatnonzero(surveyed.sum(axis=0) >= SURVEYS_FOR_A_MEAN)[-1])
    result = np.full(len(ISO3), np.nanmean(values[:, reference]))
    imputed = np.ones(len(ISO3), dtype=np.bool_)
    for member in np.flatnonzero(surveyed.any(axis=1)):
        own = int(np.flatnonzero(surveyed[member])[-1])
        if president[years[own]] == president[years[reference]]:
            result[member], imputed[member] = values[member, own], False
            continue
        both = surveyed[:, own] & surveyed[:, reference]
        if both.sum() >= SURVEYS_FOR_A_SHIFT:
            result[member] = values[member, own] + np.mean(values[both, reference] - values[both, own])
    result[USA] = 100 * US_VIEW_OF_ITSELF
    return np.clip(result / 100, 0.0, 1.0), imputed


def stance(tables: Tables, start: datetime.date) -> tuple[Array, BoolArray]:
    """Stance on Russia of the cabinet in office, -1 accommodating to +1 hard line, and whether it is imputed.

    (5 - CHES eu_russia) / 5 of the prime minister's party; a cabinet without a score, or with one
    flagged implausible, takes the mean of the other members' scored cabinets.
    """
    in_office: dict[str, Row] = {}
    for row in sorted(tables["cabinets"], key=lambda row: row["cabinet_start"]):
        if row["cabinet_start"] <= start.isoformat():
            in_office[row["iso3"]] = row
    scored = [row for row in in_office.values() if row["flag"] != "implausible"]
    result = (5 - by_member(scored, "ches2024_eu_russia")) / 5
    imputed = np.isnan(result)
    return np.where(imputed, np.nanmean(result), result), imputed


def elections(tables: Tables, start: datetime.date) -> tuple[IntArray, IntArray]:
    """Months to the next scheduled election that decides the government, and months of a term, both [member]."""
    now = start.year * 12 + start.month - 1
    soonest: dict[str, tuple[int, int]] = {}
    for row in tables["elections"]:
        if row["decides_government"] == "1":
            due = int(row["due"][:4]) * 12 + int(row["due"][5:7]) - 1
            held = _month_of(row["last_held"])
            term = 60 if held is not None and due - held >= 57 else 48
            inside = held is not None and held < now <= due
            wait = due - now if inside else (due - now) % term
            soonest[row["iso3"]] = min(soonest.get(row["iso3"], (wait, term)), (wait, term))
    waits, terms = zip(*(soonest[code] for code in ISO3), strict=True)
    return np.array(waits, dtype=np.int64), np.array(terms, dtype=np.int64)


def _month_of(text: str) -> int | None:
    """Return the month that a phrase of the Factbook names first, counted from year 0; None if it names none."""
    if match := re.match(r"(\d{1,2})/\d{1,2}/(\d{4})", text):
        return int(match[2]) * 12 + int(match[1]) - 1
    if (match := re.search(r"([A-Z][a-z]{2})[a-z]* (\d{4})", text)) and match[1] in _MONTHS:
        return int(match[2]) * 12 + _MONTHS.index(match[1])
    return None


def ukraine_aid(tables: Tables, start: datetime.date) -> Array:
    """Aid to Ukraine, % of GDP a year, share in EU aid included; untracked members take the smallest tracked figure."""
    if start < AID_BEGINS:
        return np.zeros(len(ISO3))
    total = by_member(tables["ukraine_aid"], "aid_incl_eu_pct_gdp")
    return np.where(np.isnan(total), np.nanmin(total), total) / AID_YEARS


def war_intensity(tables: Tables) -> tuple[tuple[str, ...], Array]:
    """Months, and the intensity of the war in Ukraine in each, as a share of its maximum.

    Intensity is log(1 + d / 1000) with d battle deaths at a yearly rate: a thousand a year is where a conflict counts
    as a war (UCDP; Correlates of War). Without such a unit the logarithm would make the skirmishes of 2016 to 2021 a
    third of the invasion.
    """
    rows: list[Mapping[str, str]] = sorted(tables["war_intensity"], key=lambda row: row["year_month"])
    scale = np.log1p([12 * float(row["battle_deaths"]) / 1000 for row in rows])
    return tuple(row["year_month"] for row in rows), scale / scale.max()


def pressure(tables: Tables, start: datetime.date) -> float:
    """Russian pressure before a start, log deviation from the end of 2024, by the intensity of the war."""
    months, intensity = war_intensity(tables)
    known = [k for k, month in enumerate(months) if month < f"{start:%Y-%m}"]
    return float(PRESSURE_OF_INVASION * (intensity[known[-1] if known else 0] - intensity[-1]))
