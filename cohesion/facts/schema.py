"""What each table of facts may hold: columns, units, ranges, keys and the permitted gaps.

A gap (an empty cell) is permitted only where a fallback is stated, here by the start of the row's key
(``"ISL"`` for every Icelandic row, ``"EST 2015"`` for one). The fallbacks are described in SOURCES.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations, product

from cohesion.facts.codes import ELSEWHERE, ISO3

BASES = ("read", "computed", "remembered", "remembered, certain", "assumption", "imputed")
YEARS = tuple(range(2014, 2025))
LAST_YEAR = 2030  # no start sees a later one
ALLIES = tuple(code for code in ISO3 if code != "USA")
OUTSIDERS = ("BLR", "RUS")
KINDS = (
    "accession",
    "aid_suspension",
    "allied_summit_pledge",
    "ceasefire_proposal",
    "concession_to_russia",
    "culture_war",
    "european_autonomy",
    "russian_pressure",
    "tariff",
    "territorial_claim",
    "us_commitment_doubt",
    "us_reassurance",
)
ACTORS = (*ISO3, "EU", "NATO", "RUS", "UKR")
TARGETS = (*ISO3, "ALL", "UKR")


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, its range, where it may be empty and which column gives its basis."""

    name: str
    kind: str = "text"  # text, number, whole, date, month, choice, targets
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    optional: bool = False
    basis: str = ""


@dataclass(frozen=True)
class Table:
    """One file: what it holds, its key and columns, the keys that must all be there, the column that dates a row.

    Without `complete` any number of rows will do. Where the key holds a year, the years after `YEARS` may follow up to
    `LAST_YEAR`, each for all countries and none left out between.
    """

    file: str
    what: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    complete: tuple[str, ...] = field(default=(), repr=False)
    dated: str = ""


def _number(
    name: str, low: float, high: float, basis: str = "", gaps: tuple[str, ...] = (), optional: bool = False
) -> Column:
    return Column(name, "number", low, high, gaps=gaps, optional=optional, basis=basis)


def _whole(
    name: str, low: float, high: float, basis: str = "", gaps: tuple[str, ...] = (), optional: bool = False
) -> Column:
    return Column(name, "whole", low, high, gaps=gaps, optional=optional, basis=basis)


def _choice(name: str, choices: tuple[str, ...], optional: bool = False) -> Column:
    return Column(name, "choice", choices=choices, optional=optional)


def _basis(name: str, optional: bool = False) -> Column:
    return _choice(name, BASES, optional)


def _text(name: str, optional: bool = False) -> Column:
    return Column(name, optional=optional)


def _keys(parts: Iterable[tuple[object, ...]]) -> tuple[str, ...]:
    return tuple(" ".join(str(part) for part in key) for key in parts)


_ISO3 = _choice("iso3", ISO3)
_SOURCE = _text("source")
_LATER = _keys(product(ISO3, range(YEARS[-1] + 1, LAST_YEAR + 1)))  # the edition of 2024 ends with 2024
_MONTHS = tuple(f"{year}-{month:02d}" for year in YEARS for month in range(1, 13))

TABLES: tuple[Table, ...] = (
    Table(
        "members.csv",
        "Population, EU, capitals, nuclear weapons",
        ("iso3",),
        (
            _ISO3,
            _text("name"),
            _whole("accession_year", 1949, 2024, "accession_basis"),
            _basis("accession_basis"),
            _number("population_m", 0.1, 400, "population_basis"),
            _basis("population_basis"),
            _whole("eu_since", 1958, 2013, "eu_basis", optional=True),
            Column("eu_until", "date", optional=True, basis="eu_basis"),
            _basis("eu_basis"),
            _text("capital"),
            _number("capital_lat", 35, 66, "capital_basis"),
            _number("capital_lon", -80, 35, "capital_basis"),
            _basis("capital_basis"),
            _whole("nuclear", 0, 1, "nuclear_basis"),
            _basis("nuclear_basis"),
            _SOURCE,
        ),
        ISO3,
    ),
    Table(
        "spending.csv",
        "Defence spending, % of GDP: newest NATO edition, and that of 2024",
        ("iso3", "year"),
        (
            _ISO3,
            _whole("year", 2014, LAST_YEAR),
            _number("pct_gdp", 0.1, 10, "pct_gdp_basis", gaps=("ISL",)),
            _whole("estimate", 0, 1, gaps=("ISL",)),
            _number("pct_gdp_ed2024", 0.1, 10, "ed2024_basis", gaps=("ISL", *_LATER)),
            _whole("estimate_ed2024", 0, 1, gaps=("ISL", *_LATER)),
            _choice("flag", ("denominator_break", "no_armed_forces"), optional=True),
            _basis("pct_gdp_basis", optional=True),
            _basis("ed2024_basis", optional=True),
            _SOURCE,
        ),
        _keys(product(ISO3, YEARS)),
        dated="year",
    ),
    Table(
        "gdp.csv",
        "GDP and its growth, also of Russia and Ukraine",
        ("iso3", "year"),
        (
            _choice("iso3", (*ISO3, "RUS", "UKR")),
            _whole("year", 2014, LAST_YEAR),
            _number("gdp_usd_bn", 1, 50000, "gdp_basis"),
            _number("growth_pct", -35, 35, "growth_basis"),
            _basis("gdp_basis"),
            _basis("growth_basis"),
            _SOURCE,
        ),
        _keys(product((*ISO3, "RUS", "UKR"), YEARS)),
        dated="year",
    ),
    Table(
        "us_image.csv",
        "Views of the United States, surveyed by Pew",
        ("iso3", "year"),
        (
            _choice("iso3", ALLIES),
            _whole("year", 2001, LAST_YEAR),
            _text("us_president") if ELSEWHERE else _choice("us_president", ("Bush", "Obama", "Trump", "Biden")),
            _number("favorable_us_pct", 0, 100, "favorable_basis", optional=True),
            _basis("favorable_basis", optional=True),
            _text("favorable_source", optional=True),
            _number("confidence_us_president_pct", 0, 100, "confidence_basis", optional=True),
            _basis("confidence_basis", optional=True),
            _text("confidence_source", optional=True),
        ),
        dated="year",
    ),
    Table(
        "troops.csv",
        "American soldiers",
        ("iso3", "year"),
        (
            _choice("iso3", ALLIES),
            _whole("year", 2014, LAST_YEAR),
            _choice("month", ("December", "September")),
            _whole(
                "us_troops",
                0,
                100000,
                "us_troops_basis",
                gaps=("EST 2015", "LTU 2016", "LTU 2017", "MNE 2017", "MNE 2018"),
            ),
            _basis("us_troops_basis", optional=True),
            _whole("us_troops_rotational", 0, 50000, "us_troops_rotational_basis", optional=True),
            _basis("us_troops_rotational_basis", optional=True),
            _SOURCE,
        ),
        _keys(product(ALLIES, YEARS)),
        dated="year",
    ),
    Table(
        "cabinets.csv",
        "Cabinets and their line on Russia",
        ("iso3", "cabinet_start"),
        (
            _ISO3,
            Column("cabinet_start", "date"),
            _text("cabinet_name"),
            _text("prime_minister_party", optional=True),
            _whole("caretaker", 0, 1),
            _basis("cabinet_basis"),
            _number("ches2024_eu_russia", 0, 10, "ches2024_basis", optional=True),
            _basis("ches2024_basis", optional=True),
            _choice("flag", ("implausible", "few_experts", "party_mismatch"), optional=True),
            _number("eu_alignment", -1, 1, "eu_alignment_basis", optional=True),
            _basis("eu_alignment_basis", optional=True),
            _SOURCE,
        ),
        dated="cabinet_start",
    ),
    Table(
        "elections.csv",
        "Next elections, as of January 2026",
        ("iso3", "body"),
        (
            _ISO3,
            _choice("body", ("legislature", "legislature_lower", "legislature_upper", "executive")),
            Column("due", "month"),
            _text("due_text"),
            _text("last_held"),
            _whole("decides_government", 0, 1, "basis"),
            _basis("basis"),
            _SOURCE,
        ),
    ),
    Table(
        "trade_ties.csv",
        "Exports to each ally, % of all, 2015",
        ("iso3_from", "iso3_to"),
        (
            _choice("iso3_from", ISO3),
            _choice("iso3_to", ISO3),
            _number("share_of_exports_pct", 0, 100, "basis", gaps=("ISL MNE", "MNE ISL")),
            _basis("basis", optional=True),
            _SOURCE,
        ),
        _keys(permutations(ISO3, 2)),
    ),
    Table(
        "trade_top5_2023.csv",
        "The same of 2023, five largest only; for checks, no input",
        ("iso3_from", "iso3_to"),
        (
            _choice("iso3_from", ISO3),
            _choice("iso3_to", ISO3),
            _number("share_of_exports_pct", 0, 100, "basis"),
            _basis("basis"),
            _SOURCE,
        ),
    ),
    Table(
        "tariffs.csv",
        "Exports to the US and American tariffs, 2024",
        ("iso3",),
        (
            _choice("iso3", ALLIES),
            _number("us_imports_2024_usd_bn", 0, 1000, "us_imports_basis"),
            _basis("us_imports_basis"),
            _choice("flag", ("pharmaceuticals",), optional=True),
            _number("us_tariff_2024_pct", 0, 100, "us_tariff_2024_basis"),
            _basis("us_tariff_2024_basis"),
            _number("us_tariff_2025_pct", 0, 100, "us_tariff_2025_basis"),
            _basis("us_tariff_2025_basis"),
            Column("us_tariff_2025_as_of", "date"),
            _choice("us_tariff_2025_scope", ("country", "EU_aggregate")),
            _number("announced_2025_04_02_pct", 0, 100, "headline_basis", gaps=("CAN",)),
            _number("in_force_2025_08_07_pct", 0, 100, "headline_basis"),
            _basis("headline_basis"),
            _SOURCE,
        ),
        ALLIES,
    ),
    Table(
        "gas.csv",
        "Russian share of gas imports, 2020",
        ("iso3",),
        (
            _ISO3,
            _number("russian_gas_share_pct", 0, 100, "russian_gas_share_basis"),
            _basis("russian_gas_share_basis"),
            _number("as_published_pct", 0, 100, optional=True),
            _SOURCE,
        ),
        ISO3,
    ),
    Table(
        "ukraine_aid.csv",
        "Aid to Ukraine from 2022 to June 2026, % of GDP",
        ("iso3",),
        (
            _ISO3,
            _number("aid_pct_gdp", 0, 20, "basis", gaps=("ALB", "MKD", "MNE")),
            _number("aid_incl_eu_pct_gdp", 0, 20, "basis", gaps=("ALB", "MKD", "MNE")),
            _basis("basis", optional=True),
            _SOURCE,
        ),
        ISO3,
    ),
    Table(
        "war_intensity.csv",
        "Battle deaths by month; to judge histories, no input",
        ("year_month",),
        (Column("year_month", "month"), _number("battle_deaths", 0, 100000, "basis"), _basis("basis"), _SOURCE),
        _MONTHS,
        dated="year_month",
    ),
    Table(
        "events.csv",
        "Dated events; a record, no input: scenarios hold their own",
        ("day", "kind", "actor", "target", "description"),
        (
            Column("date", "month"),
            Column("day", "date"),
            _choice("kind", KINDS),
            _choice("actor", ACTORS),
            Column("target", "targets", choices=TARGETS),
            _whole("relief", 0, 1),
            _text("description"),
            _SOURCE,
            _basis("basis"),
        ),
        dated="date",
    ),
    Table(
        "groups.csv",
        "Groups of members",
        ("group", "iso3"),
        (_text("group"), _ISO3, _whole("since", 1940, LAST_YEAR, "basis"), _basis("basis"), _SOURCE),
    ),
    Table(
        "neighbours.csv",
        "Neighbours by land and sea",
        ("iso3_a", "iso3_b"),
        (
            _choice("iso3_a", (*ISO3, *OUTSIDERS)),
            _choice("iso3_b", (*ISO3, *OUTSIDERS)),
            _choice("kind", ("land", "sea")),
            _basis("basis"),
            _SOURCE,
        ),
    ),
)
