"""The tables of facts: known answers, properties, origin discipline, and damaged tables."""

import csv
import datetime
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from cohesion import facts
from cohesion.facts import ISO3, Facts, FactsError, check_tables, derive, load_facts
from cohesion.facts.schema import TABLES, Table
from cohesion.facts.tables import FOLDER

STARTS = [datetime.date(2014, 1, 1), datetime.date(2019, 1, 1), datetime.date(2025, 1, 1), datetime.date(2030, 12, 1)]


def member(code: str) -> int:
    return ISO3.index(code)


@pytest.fixture(params=STARTS, ids=str)
def loaded(request: pytest.FixtureRequest) -> Facts:
    return load_facts(request.param)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "facts"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def edit(folder: Path, file: str, change: Callable[[list[dict[str, str]]], object]) -> None:
    path = folder / file
    with open(path, encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        names, rows = list(reader.fieldnames or ()), list(reader)
    change(rows)
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def row_of(rows: list[dict[str, str]], **key: str) -> dict[str, str]:
    return next(row for row in rows if all(row[name] == value for name, value in key.items()))


# --- properties -----------------------------------------------------------------------------------


def test_there_are_32_members_in_alphabetical_order(loaded: Facts) -> None:
    assert len(loaded.iso3) == 32
    assert list(loaded.iso3) == sorted(loaded.iso3)
    assert loaded.names[loaded.usa] == "United States"


def test_no_array_holds_a_gap_and_each_has_the_member_axis(loaded: Facts) -> None:
    for field in fields(loaded):
        value = getattr(loaded, field.name)
        for array in value.values() if isinstance(value, dict) else (value,):
            if isinstance(array, np.ndarray):
                assert not np.isnan(array.astype(float)).any(), field.name
                assert not array.flags.writeable, field.name
                if field.name != "war_intensity":
                    assert set(array.shape) == {32}, field.name


def test_figures_lie_in_their_ranges(loaded: Facts) -> None:
    for name in ("favourability", "gas_share", "exports_to_us", "us_imports_share", "trade_share", "tariff_2024"):
        values = getattr(loaded, name)
        assert values.min() >= 0, name
        assert values.max() <= 1, name
    assert np.abs(loaded.stance).max() <= 1
    assert loaded.growth.min() >= 0
    assert loaded.growth.max() <= 0.04
    assert set(loaded.term) <= {48, 60}
    assert (loaded.next_election >= 0).all()
    assert (loaded.next_election <= 60).all()
    assert (loaded.gdp > 0).all()
    assert (loaded.population > 0).all()
    assert loaded.spending[member("ISL")] == 0
    assert (np.delete(loaded.spending, member("ISL")) > 0.3).all()


def test_distances_are_symmetric_with_a_zero_diagonal_and_obey_the_triangle(loaded: Facts) -> None:
    d = loaded.distance
    assert np.array_equal(d, d.T)
    assert not d.diagonal().any()
    assert (d[:, None, :] <= d[:, :, None] + d[None, :, :] + 1e-6).all()


def test_neighbours_are_symmetric_and_no_one_is_its_own(loaded: Facts) -> None:
    assert np.array_equal(loaded.neighbours, loaded.neighbours.T)
    assert not loaded.neighbours.diagonal().any()
    assert loaded.neighbours.any(axis=1).all()


def test_trade_shares_of_a_member_sum_to_one_at_most(loaded: Facts) -> None:
    assert (loaded.trade_share.sum(axis=1) <= 1).all()
    assert not loaded.trade_share.diagonal().any()
    assert loaded.trade_share[member("ISL"), member("MNE")] == 0


def test_the_united_states_has_no_tie_to_itself(loaded: Facts) -> None:
    assert loaded.exports_to_us[loaded.usa] == loaded.us_troops[loaded.usa] == loaded.tariff_2024[loaded.usa] == 0
    assert loaded.favourability_imputed[loaded.usa]


def test_every_month_from_2014_to_2030_can_be_a_start() -> None:
    for year in range(2014, 2031):
        for month in range(1, 13):
            assert (load_facts(datetime.date(year, month, 1)).next_election >= 0).all()


@pytest.mark.parametrize("start", [datetime.date(2013, 12, 31), datetime.date(2031, 1, 1)])
def test_a_start_outside_the_range_is_refused(start: datetime.date) -> None:
    with pytest.raises(FactsError, match=f"{start}.*2014-01-01 to 2030-12-31"):
        load_facts(start)


def test_the_same_start_gives_the_same_object() -> None:
    assert load_facts(STARTS[0]) is load_facts(STARTS[0])


def test_importing_the_facts_does_not_import_pandas() -> None:
    code = "import sys, cohesion.facts; sys.exit('pandas' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parents[1])


# --- known answers, copied by eye from the sources ------------------------------------------------


def test_known_answers_for_2025() -> None:
    f = load_facts(datetime.date(2025, 1, 1))
    assert f.spending[member("POL")] == 3.75
    assert f.spending[member("USA")] == 3.30
    assert round(f.distance_moscow[member("EST")]) == 867
    assert round(f.distance_moscow[member("PRT")]) == 3906
    assert round(f.distance[member("EST"), member("FIN")]) == 82
    assert f.favourability[member("POL")] == 0.77
    assert f.favourability[member("DEU")] == 0.49
    assert f.us_troops[member("DEU")] == 34949
    assert f.us_troops[member("POL")] == 10312
    assert f.gas_share[member("LVA")] == 1
    assert f.gas_share[member("NOR")] == 0
    assert f.tariff_2024[member("TUR")] == pytest.approx(0.03318)
    assert f.exports_to_us[member("CAN")] == pytest.approx(411.6938 / 2241)
    assert f.stance[member("HUN")] == -1
    assert f.stance[member("EST")] == 1
    assert {c for c, has in zip(ISO3, f.nuclear, strict=True) if has} == {"FRA", "GBR", "USA"}
    assert {c for c, has in zip(ISO3, f.border, strict=True) if has} == {"EST", "FIN", "LTU", "LVA", "NOR", "POL"}


def test_the_calendar_knows_the_elections_of_2025() -> None:
    f = load_facts(datetime.date(2025, 1, 1))
    months = {c: int(f.next_election[member(c)]) for c in ("DEU", "NOR", "CZE", "FRA", "USA", "GBR")}
    assert months == {"DEU": 1, "NOR": 8, "CZE": 9, "FRA": 27, "USA": 46, "GBR": 54}
    assert f.term[member("GBR")] == 60
    assert f.term[member("USA")] == 48


def test_a_term_cut_short_is_not_rolled_into() -> None:
    f = load_facts(datetime.date(2025, 6, 1))
    assert f.next_election[member("CAN")] == 52  # voted in April 2025, due in October 2029


def test_the_united_kingdom_leaves_the_union_after_january_2020() -> None:
    assert load_facts(datetime.date(2020, 1, 1)).eu[member("GBR")]
    assert not load_facts(datetime.date(2020, 2, 1)).eu[member("GBR")]
    assert load_facts(datetime.date(2025, 1, 1)).groups["EU"].sum() == 23


def test_a_group_has_no_members_before_it_is_founded() -> None:
    assert load_facts(datetime.date(2014, 1, 1)).groups["Bucharest Nine"].sum() == 0
    assert load_facts(datetime.date(2015, 1, 1)).groups["Bucharest Nine"].sum() == 9


def test_slovenia_takes_the_median_exposure_of_the_other_eu_members() -> None:
    f = load_facts(datetime.date(2025, 1, 1))
    others = [i for i in np.flatnonzero(f.eu) if i != member("SVN")]
    assert f.exports_to_us[member("SVN")] == np.median(f.exports_to_us[others])
    assert f.us_imports_share[member("SVN")] == pytest.approx(6.2745 / 29185)


def test_aid_begins_in_february_2022() -> None:
    assert not load_facts(datetime.date(2022, 1, 1)).ukraine_aid.any()
    aid = load_facts(datetime.date(2022, 2, 1)).ukraine_aid
    assert aid[member("DNK")] == pytest.approx(4.109 / 4.43, rel=1e-3)
    assert aid[member("ALB")] == aid.min() > 0


def test_growth_before_any_known_year_is_the_stated_trend() -> None:
    assert (load_facts(datetime.date(2014, 1, 1)).growth == 0.015).all()


def test_favourability_counts_as_it_stands_under_the_same_president_and_is_shifted_under_another() -> None:
    f = load_facts(datetime.date(2025, 1, 1))
    assert f.favourability[member("HUN")] == 0.44
    assert not f.favourability_imputed[member("HUN")]
    # Denmark: 34 in 2020; Canada, Germany, Britain and Sweden rose by 19, 23, 13 and 14 from 2020 to 2024
    assert f.favourability[member("DNK")] == pytest.approx(0.34 + 0.1725)
    assert f.favourability_imputed[member("DNK")]
    assert f.favourability[member("ISL")] == pytest.approx((54 + 49 + 54 + 77 + 47) / 500)
    assert f.favourability_imputed[member("ISL")]


def test_an_unscored_cabinet_takes_the_mean_of_the_scored_ones() -> None:
    f = load_facts(datetime.date(2025, 1, 1))
    assert f.stance_imputed[f.usa]
    assert f.stance_imputed[member("NLD")]
    assert f.stance[member("NLD")] == pytest.approx(f.stance[~f.stance_imputed].mean())
    italy_2014 = load_facts(datetime.date(2014, 1, 1))
    assert italy_2014.stance_imputed[member("ITA")]  # the score is flagged implausible


def test_war_intensity_is_scaled_by_its_maximum() -> None:
    f = load_facts(datetime.date(2025, 1, 1))
    assert f.war_months[0] == "2014-01"
    assert f.war_months[-1] == "2024-12"
    assert f.war_intensity.shape == (132,)
    assert f.war_intensity.max() == 1
    assert f.war_intensity[0] == 0


def test_a_war_of_a_thousand_dead_a_year_is_the_unit_of_intensity() -> None:
    deaths = {"2020-02": 7000, "2020-01": 1000 / 12}
    rows = [{"year_month": month, "battle_deaths": str(value)} for month, value in deaths.items()]
    months, intensity = derive.war_intensity({"war_intensity": rows})
    assert months == ("2020-01", "2020-02")
    np.testing.assert_allclose(intensity, [np.log(2) / np.log(1 + 84), 1])
    f = load_facts(datetime.date(2025, 1, 1))
    calm = [value for month, value in zip(f.war_months, f.war_intensity, strict=True) if "2016" <= month < "2022"]
    assert max(calm) < 0.12


def test_pressure_is_that_of_the_month_before_the_start_against_the_end_of_2024() -> None:
    def pressure(year: int, month: int) -> float:
        return load_facts(datetime.date(year, month, 1)).pressure

    assert pressure(2025, 1) == pressure(2030, 6) == 0
    assert -1.2 < pressure(2014, 1) < -1
    assert pressure(2014, 1) == pressure(2014, 4)  # no deaths before April
    assert pressure(2014, 4) < pressure(2014, 5)
    assert pressure(2022, 2) < -1  # knows January, not the invasion
    assert abs(pressure(2022, 4)) < 0.1
    f = load_facts(datetime.date(2018, 1, 1))
    december = dict(zip(f.war_months, f.war_intensity, strict=True))
    assert f.pressure == pytest.approx(1.2 * (december["2017-12"] - december["2024-12"]))


def test_tables_of_history() -> None:
    codes, years, spending = facts.spending_table()
    assert codes == ISO3
    assert years == tuple(range(2014, 2025))
    assert spending[member("POL"), years.index(2024)] == 3.75
    assert spending[member("LUX"), years.index(2022)] == 0.57
    assert np.isnan(spending[member("ISL")]).all()
    assert not np.isnan(np.delete(spending, member("ISL"), 0)).any()
    codes, years, image = facts.image_table()
    assert image[member("DEU"), years.index(2017)] == 0.35
    assert np.isnan(image[member("USA")]).all()
    assert np.nanmax(image) <= 1


def test_events_are_in_order_and_name_known_targets() -> None:
    listed = facts.events()
    assert len(listed) == 89
    assert [e.date for e in listed] == sorted(e.date for e in listed)
    assert listed[0].description == "Russia annexes Crimea"
    assert listed[0].target == ("UKR",)
    assert {t for e in listed for t in e.target} <= {*ISO3, "ALL", "UKR"}
    assert [e.date for e in listed if e.relief] == ["2025-04", "2026-02"]


def test_every_remembered_or_assumed_figure_is_marked() -> None:
    with open(FOLDER / "troops.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert row_of(rows, iso3="POL", year="2024")["us_troops_rotational_basis"] == "remembered"
    with open(FOLDER / "gas.csv", encoding="utf-8", newline="") as stream:
        assumed = {row["iso3"] for row in csv.DictReader(stream) if row["russian_gas_share_basis"] == "assumption"}
    assert assumed == {"CAN", "GBR", "NOR", "USA"}


# --- origin discipline ----------------------------------------------------------------------------

LATER = {
    "spending.csv": ("year", {"pct_gdp": "9.9"}, {"iso3": "ISL"}),
    "gdp.csv": ("year", {"gdp_usd_bn": "12345", "growth_pct": "30"}, {}),
    "us_image.csv": ("year", {"favorable_us_pct": "1", "favorable_basis": "read"}, {}),
    "troops.csv": ("year", {"us_troops": "777", "us_troops_basis": "read", "us_troops_rotational": ""}, {}),
    "cabinets.csv": ("cabinet_start", {"ches2024_eu_russia": "9.9", "ches2024_basis": "read", "flag": ""}, {}),
}


@pytest.mark.parametrize("file", LATER)
def test_a_figure_of_the_year_of_the_start_or_later_changes_nothing(copied: Path, file: str) -> None:
    start = datetime.date(2019, 1, 1)
    column, damage, spared = LATER[file]

    def change(rows: list[dict[str, str]]) -> None:
        later = [r for r in rows if r[column] > "2019-01-01" or (column == "year" and r[column] >= "2019")]
        assert later
        for row in later:
            if not spared or any(row[name] != value for name, value in spared.items()):
                row.update(damage)

    edit(copied, file, change)
    altered, real = load_facts(start, copied), load_facts(start)
    excepted = {"exports_to_us", "us_imports_share"} if file == "gdp.csv" else set()  # over GDP 2024, as documented
    for field in fields(real):
        value = getattr(real, field.name)
        if isinstance(value, np.ndarray) and field.name not in excepted:
            assert np.array_equal(value, getattr(altered, field.name)), field.name


def test_an_earlier_figure_does_change_the_start(copied: Path) -> None:
    edit(copied, "spending.csv", lambda rows: row_of(rows, iso3="POL", year="2018").update(pct_gdp="5"))
    assert load_facts(datetime.date(2019, 1, 1), copied).spending[member("POL")] == 5


# --- damaged tables -------------------------------------------------------------------------------


def damaged(folder: Path) -> FactsError:
    with pytest.raises(FactsError) as caught:
        check_tables(folder)
    return caught.value


def test_the_tables_of_the_project_are_sound() -> None:
    check_tables()


@pytest.mark.parametrize(
    ("file", "key", "column", "value"),
    [
        ("spending.csv", {"iso3": "POL", "year": "2024"}, "pct_gdp", "high"),
        ("spending.csv", {"iso3": "POL", "year": "2024"}, "pct_gdp", "375"),
        ("spending.csv", {"iso3": "POL", "year": "2024"}, "pct_gdp", ""),
        ("spending.csv", {"iso3": "POL", "year": "2024"}, "pct_gdp", "nan"),
        ("spending.csv", {"iso3": "POL", "year": "2024"}, "pct_gdp_basis", "guess"),
        ("spending.csv", {"iso3": "POL", "year": "2024"}, "pct_gdp_basis", ""),
        ("members.csv", {"iso3": "EST"}, "capital_lat", "95"),
        ("members.csv", {"iso3": "EST"}, "nuclear", "0.5"),
        ("gdp.csv", {"iso3": "EST", "year": "2020"}, "gdp_usd_bn", "-1"),
        ("us_image.csv", {"iso3": "DEU", "year": "2017"}, "favorable_us_pct", "135"),
        ("troops.csv", {"iso3": "DEU", "year": "2024"}, "us_troops", ""),
        ("cabinets.csv", {"iso3": "HUN", "cabinet_start": "2018-05-10"}, "ches2024_eu_russia", "11"),
        ("elections.csv", {"iso3": "USA", "body": "executive"}, "due", "2028-13"),
        ("trade_ties.csv", {"iso3_from": "DEU", "iso3_to": "FRA"}, "share_of_exports_pct", ""),
        ("tariffs.csv", {"iso3": "CAN"}, "us_tariff_2024_pct", "x"),
        ("gas.csv", {"iso3": "GBR"}, "russian_gas_share_pct", ""),
        ("ukraine_aid.csv", {"iso3": "DNK"}, "aid_incl_eu_pct_gdp", ""),
        ("war_intensity.csv", {"year_month": "2022-03"}, "battle_deaths", ""),
        ("events.csv", {"day": "2014-03-18"}, "target", "UKR;XXX"),
        ("groups.csv", {"group": "Weimar", "iso3": "POL"}, "since", "later"),
        ("neighbours.csv", {"iso3_a": "EST", "iso3_b": "LVA"}, "kind", "air"),
    ],
)
def test_a_wrong_cell_is_named(copied: Path, file: str, key: dict[str, str], column: str, value: str) -> None:
    edit(copied, file, lambda rows: row_of(rows, **key).update({column: value}))
    error = damaged(copied)
    assert (error.file, error.column, error.value) == (file, column, value)
    assert all(part in error.row for part in key.values() if file != "events.csv")
    for part in (file, column, repr(value), error.row, "allowed: "):
        assert part in str(error)


@pytest.mark.parametrize("table", [t for t in TABLES if t.complete], ids=lambda t: t.file)
def test_a_removed_row_is_named(copied: Path, table: Table) -> None:
    removed: list[dict[str, str]] = []
    edit(copied, table.file, lambda rows: removed.append(rows.pop(17)))
    error = damaged(copied)
    assert error.file == table.file
    assert error.row == "no row for " + " ".join(removed[0][name] for name in table.key)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.file)
def test_a_repeated_row_is_named(copied: Path, table: Table) -> None:
    edit(copied, table.file, lambda rows: rows.append(dict(rows[3])))
    error = damaged(copied)
    assert error.file == table.file
    assert "each key once (also in row 5)" in str(error)


def test_a_member_without_a_cabinet_at_the_first_start_is_named(copied: Path) -> None:
    edit(copied, "cabinets.csv", lambda rows: row_of(rows, iso3="HUN").update(cabinet_start="2014-02-01"))
    assert "cabinets.csv, no row for HUN" in str(damaged(copied))


def test_a_member_without_a_decisive_election_is_named(copied: Path) -> None:
    edit(copied, "elections.csv", lambda rows: row_of(rows, iso3="HUN").update(decides_government="0"))
    assert "elections.csv, no row for HUN" in str(damaged(copied))


def test_export_shares_above_a_hundred_together_are_named(copied: Path) -> None:
    edit(copied, "trade_ties.csv", lambda rows: row_of(rows, iso3_from="CAN").update(share_of_exports_pct="99"))
    assert "rows from CAN" in str(damaged(copied))


def test_a_missing_file_a_wrong_header_and_a_short_row_are_named(copied: Path) -> None:
    text = (copied / "gas.csv").read_text(encoding="utf-8")
    (copied / "gas.csv").write_text(text.replace("iso3,", "country,", 1), encoding="utf-8")
    assert "gas.csv, row 1 (header)" in str(damaged(copied))
    (copied / "gas.csv").write_text(text + "USA,0\n", encoding="utf-8")
    assert "gas.csv, row 34" in str(damaged(copied))
    (copied / "gas.csv").unlink()
    assert "gas.csv, the whole file" in str(damaged(copied))
