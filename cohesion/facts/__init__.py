"""Real figures of the 32 members: tables with a source for each figure, checked, and read as arrays.

What each table holds, in which unit, from where and with which caveats: SOURCES.md beside this file.
Terms of the sources: DATA-LICENSES.md at the root of the project.
"""

import datetime
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cohesion.facts import derive
from cohesion.facts.codes import ELSEWHERE, FOLDER, ISO3, NAMES, FactsError
from cohesion.facts.tables import FIRST_START, Tables, check_tables, read_tables, shipped_tables
from cohesion.types import Array, BoolArray, IntArray

__all__ = [
    "ELSEWHERE",
    "FOLDER",
    "ISO3",
    "NAMES",
    "FactEvent",
    "Facts",
    "FactsError",
    "check_tables",
    "events",
    "facts_from",
    "growth_table",
    "image_table",
    "load_facts",
    "spending_table",
]

LAST_START = datetime.date(2030, 12, 31)
#: Year of figures that every start uses, whatever its date.
YEAR_OF = {"exports": 2024, "stance": 2024, "gas": 2020, "elections": 2026}
MEAN_EXPORTS = 0.03  # of GDP: the unit in which the affront of a tariff is measured (M3)


@dataclass(frozen=True, eq=False)
class Facts:
    """The figures with which a scenario starts; arrays are read-only, in the order of `iso3`.

    Attributes
    ----------
    start
        The day for which the figures were chosen.
    iso3, names, usa
        Codes of the 32 members, their names, and the index of the United States.
    gdp
        Billion USD, current prices and exchange rates, latest year before the start. [member]
    growth
        Trend real growth, fraction a year, 0 to 0.04. [member]
    spending
        Defence spending, % of GDP, latest year before the start, 2026 edition; Iceland 0. Source: NATO. [member]
    population
        Millions, 2024. [member]
    eu, border, nuclear
        In the EU at the start; land border with Russia or Belarus; owns nuclear weapons. [member]
    distance_moscow, distance
        Kilometres from the capital to Moscow [member] and between capitals [member, ally].
    neighbours
        Land border, or facing coasts or adjoining sea zones. [member, ally]
    exports_to_us
        Goods exports to the US over own GDP, 0 to 1 (Slovenia adjusted, USA 0). [member]
    us_imports_share
        US goods imports from the member over US GDP. [member]
    trade_share
        Share of the member's goods exports that goes to the ally, 0 to 1, zero diagonal. [member, ally]
    groups
        Name of a group to its members at the start. [member]
    us_troops
        American soldiers, rotational ones included where known; USA 0. [member]
    favourability, favourability_imputed
        Share with a favourable view of the US, 0 to 1, and whether it is imputed. [member]
    stance, stance_imputed
        The cabinet's line on Russia, -1 accommodating to +1 hard, and whether it is imputed. [member]
    next_election, term
        Months to the next scheduled election that decides the government, and months of a term. [member]
    ukraine_aid
        Aid to Ukraine, % of GDP a year; 0 for starts before February 2022. [member]
    gas_share
        Russian share of gas imports, 0 to 1, 2020. [member]
    tariff_2024
        US duties over customs value, 0 to 1, 2024; USA 0. [member]
    war_intensity, war_months
        Intensity of the war over its maximum, and the months ``YYYY-MM`` it stands for. [month]
    pressure
        Russian pressure at the start, log deviation from the end of 2024, at most about 0.
    """

    start: datetime.date
    iso3: tuple[str, ...]
    names: tuple[str, ...]
    usa: int
    gdp: Array
    growth: Array
    spending: Array
    population: Array
    eu: BoolArray
    border: BoolArray
    distance_moscow: Array
    distance: Array
    neighbours: BoolArray
    exports_to_us: Array
    us_imports_share: Array
    trade_share: Array
    groups: dict[str, BoolArray]
    us_troops: Array
    favourability: Array
    favourability_imputed: BoolArray
    stance: Array
    stance_imputed: BoolArray
    next_election: IntArray
    term: IntArray
    ukraine_aid: Array
    gas_share: Array
    nuclear: BoolArray
    tariff_2024: Array
    war_intensity: Array
    war_months: tuple[str, ...]
    pressure: float


@dataclass(frozen=True)
class FactEvent:
    """One dated event of 2014-2026.

    Attributes
    ----------
    date
        Month, ``YYYY-MM``.
    kind, actor
        Class of event (`cohesion.facts.schema.KINDS`), and who acted: a member, RUS, EU or NATO.
    target
        Codes of members; ``ALL`` means every other member, ``UKR`` Ukraine.
    relief
        The event lifts duties rather than raising them.
    description, source, basis
        What happened, where it was read, and how it is known.
    """

    date: str
    kind: str
    actor: str
    target: tuple[str, ...]
    relief: bool
    description: str
    source: str
    basis: str


def load_facts(start: datetime.date, folder: Path | None = None, *, known: int | None = None) -> Facts:
    """Figures known at a start date.

    Figures of the year of the start or later do not enter, with these exceptions: geography; structure
    of one late year used for every start (trade ties 2015, exports to the US and tariffs 2024 over GDP
    2024, gas 2020, population 2024); party positions of CHES 2024, projected back; aid to Ukraine to June
    2026, spread evenly over the years from January 2022; the election calendar as of January 2026, rolled
    back by whole terms; the war series 2014-2024, which is an input of history; and series that begin in
    2014 (GDP, spending, US troops), whose first year serves a start in 2014. Figures are of the latest
    vintage, not of the one known then (`pct_gdp_ed2024` of spending.csv holds an older one).

    Parameters
    ----------
    start
        A day from 2014-01-01 to 2030-12-31. After the last year of a table its latest figures are used.
    folder
        Where other tables are, all of them; the package's own by default.
    known
        Year of the newest figure that may enter, from 2015; for a forecast from that year. Spending is then that of the
        older edition, and what is known only later gives way to what says nothing of one member: exports to the US of
        3 % of GDP, governments in the middle, no gas, elections every four years.

    Returns
    -------
    Facts
        Of the package's own tables the same object for the same day; those of a folder are read anew.

    Raises
    ------
    FactsError
        For a start outside the range or a damaged table.
    """
    day = datetime.date(start.year, start.month, start.day)
    facts = _shipped(day) if folder is None else facts_from(read_tables(folder), day)
    return facts if known is None else _without_later(facts, known)


def _without_later(facts: Facts, known: int) -> Facts:
    """The facts without figures of years after one, but for geography and trade ties of 2015."""
    members, europe = len(facts.iso3), np.arange(len(facts.iso3)) != facts.usa
    spending = derive.latest(shipped_tables()["spending"], "pct_gdp_ed2024", facts.start.year)
    kept: dict[str, Any] = {"spending": np.nan_to_num(spending)}
    if known < YEAR_OF["exports"]:
        kept["exports_to_us"] = MEAN_EXPORTS * europe
        kept["us_imports_share"] = MEAN_EXPORTS * europe * facts.gdp / facts.gdp[facts.usa]
        kept["tariff_2024"] = np.zeros(members)
    if known < YEAR_OF["stance"]:
        kept["stance"], kept["stance_imputed"] = np.zeros(members), np.ones(members, dtype=np.bool_)
    if known < YEAR_OF["gas"]:
        kept["gas_share"] = np.zeros(members)
    if known < YEAR_OF["elections"]:
        kept["next_election"], kept["term"] = np.full(members, 24), np.full(members, 48)
    facts = replace(facts, **kept)
    _lock(facts)
    return facts


@lru_cache(maxsize=32)
def _shipped(start: datetime.date) -> Facts:
    return facts_from(shipped_tables(), start)


def facts_from(tables: Tables, start: datetime.date) -> Facts:
    """Figures known at a start date, of checked tables; see `load_facts`."""
    if not FIRST_START <= start <= LAST_START:
        raise FactsError("start of the scenario", "start", "start", str(start), f"{FIRST_START} to {LAST_START}")
    distance_moscow, distance = derive.distances(tables)
    border, neighbours = derive.neighbours(tables)
    exports_to_us, us_imports_share = derive.us_trade(tables)
    favourability, favourability_imputed = derive.favourability(tables, start.year)
    stance, stance_imputed = derive.stance(tables, start)
    next_election, term = derive.elections(tables, start)
    war_months, war_intensity = derive.war_intensity(tables)
    facts = Facts(
        start=start,
        iso3=ISO3,
        names=tuple(NAMES.values()),
        usa=derive.USA,
        gdp=derive.latest(tables["gdp"], "gdp_usd_bn", start.year),
        growth=derive.growth(tables, start.year),
        spending=np.nan_to_num(derive.latest(tables["spending"], "pct_gdp", start.year)),
        population=derive.by_member(tables["members"], "population_m"),
        eu=derive.eu_members(tables, start),
        border=border,
        distance_moscow=distance_moscow,
        distance=distance,
        neighbours=neighbours,
        exports_to_us=exports_to_us,
        us_imports_share=us_imports_share,
        trade_share=derive.trade_shares(tables),
        groups=derive.groups(tables, start),
        us_troops=derive.us_troops(tables, start.year),
        favourability=favourability,
        favourability_imputed=favourability_imputed,
        stance=stance,
        stance_imputed=stance_imputed,
        next_election=next_election,
        term=term,
        ukraine_aid=derive.ukraine_aid(tables, start),
        gas_share=derive.by_member(tables["gas"], "russian_gas_share_pct") / 100,
        nuclear=derive.by_member(tables["members"], "nuclear") == 1,
        tariff_2024=derive.by_member(tables["tariffs"], "us_tariff_2024_pct", missing=0.0) / 100,
        war_intensity=war_intensity,
        war_months=war_months,
        pressure=derive.pressure(tables, start),
    )
    _lock(facts)
    return facts


def _lock(facts: Facts) -> None:
    """Make the arrays read-only, since the object is shared by every caller, and refuse one with a gap."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        for array in value.values() if isinstance(value, dict) else (value,):
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
                if np.isnan(array).any():
                    place, allowed = f"a start on {facts.start}", "enough figures in its table to derive it"
                    raise FactsError("the tables together", place, field.name, "a gap", allowed)


def spending_table(edition: Literal["2024", "2026"] = "2026") -> tuple[tuple[str, ...], tuple[int, ...], Array]:
    """Defence spending. Source: NATO.

    Parameters
    ----------
    edition
        Of June 2024, which is nearer to what was known at the time, or of July 2026.

    Returns
    -------
    iso3, years, values
        Codes, years 2014-2024, and % of GDP [member, year]; nan for Iceland, which NATO does not list.
    """
    column = {"2024": "pct_gdp_ed2024", "2026": "pct_gdp"}[edition]
    years, values = derive.panel(shipped_tables()["spending"], column)
    return ISO3, years, values


def growth_table() -> tuple[tuple[str, ...], tuple[int, ...], Array]:
    """Real growth of GDP.

    Returns
    -------
    iso3, years, values
        Codes, years 2014-2024, and percent a year [member, year].
    """
    years, values = derive.panel(shipped_tables()["gdp"], "growth_pct")
    return ISO3, years, values


def image_table() -> tuple[tuple[str, ...], tuple[int, ...], Array]:
    """Favourable views of the United States as surveyed by Pew, nothing imputed.

    Returns
    -------
    iso3, years, values
        Codes, years 2002-2024, and shares 0 to 1 [member, year]; nan where there was no survey.
    """
    years, values = derive.panel(shipped_tables()["us_image"], "favorable_us_pct")
    return ISO3, years, values / 100


@lru_cache(maxsize=1)
def events() -> tuple[FactEvent, ...]:
    """Return the dated events of events.csv, in order of time."""
    rows = sorted(shipped_tables()["events"], key=lambda row: row["day"])
    return tuple(
        FactEvent(
            date=row["date"],
            kind=row["kind"],
            actor=row["actor"],
            target=tuple(row["target"].split(";")),
            relief=row["relief"] == "1",
            description=row["description"],
            source=row["source"],
            basis=row["basis"],
        )
        for row in rows
    )
