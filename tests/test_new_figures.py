"""A new table of facts: what is said of its faults, of what it changes, and of its effect on runs."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cohesion import load_scenario, simulate
from cohesion.facts import FOLDER, ISO3, FactsError, facts_from, load_facts
from cohesion.facts.changes import BY_FILE, figure_changes, replacing, starts, table_change
from cohesion.facts.tables import shipped_tables

START = load_scenario("status-quo").start
Rows = list[dict[str, str]]
Draft = Callable[..., Path]
#: Exit code, stdout and stderr.
Answer = tuple[int, str, str]
Call = Callable[..., Answer]


def said(answer: Answer) -> Any:
    code, out, err = answer
    assert code == 0, err
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """Write a table that differs from the shipped one of its name."""

    def write(file: str, change: Callable[[Rows], object] = lambda rows: None) -> Path:
        with open(FOLDER / file, encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            names, rows = list(reader.fieldnames or ()), list(reader)
        change(rows)
        with open(tmp_path / file, "w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            writer.writerows(rows)
        return tmp_path / file

    return write


def poland(rows: Rows, year: str = "2024") -> dict[str, str]:
    return next(row for row in rows if (row["iso3"], row["year"]) == ("POL", year))


def double(rows: Rows, column: str) -> None:
    for row in rows:
        if row[column]:
            row[column] = f"{2 * float(row[column]):g}"


def later(rows: Rows, year: str = "2025") -> None:
    """A year more for every member, in spending.csv: 4 % of GDP, estimated."""
    blank = {"year": year, "pct_gdp_ed2024": "", "estimate_ed2024": "", "ed2024_basis": "", "flag": ""}
    new = {"pct_gdp": "4", "estimate": "1", "pct_gdp_basis": "read"}
    rows += [row | blank | (new if row["iso3"] != "ISL" else {}) for row in rows if row["year"] == "2024"]


# --- the list -------------------------------------------------------------------------------------


def test_the_tables_are_listed_with_their_newest_year(call: Call) -> None:
    found = {table["file"]: table for table in said(call("facts", "--json"))["tables"]}
    assert list(found) == list(BY_FILE)
    assert (found["spending.csv"]["rows"], found["spending.csv"]["newest"]) == (352, 2024)
    assert found["events.csv"]["newest"] == 2026
    assert found["groups.csv"]["newest"] is None
    code, out, _ = call("facts")
    assert code == 0
    assert all(file in out for file in BY_FILE)


# --- faults ---------------------------------------------------------------------------------------


def refused(answer: Answer) -> list[str]:
    code, out, err = answer
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return err.splitlines()


def test_every_fault_is_named_with_its_place_and_the_nearest_valid_value(call: Call, draft: Draft) -> None:
    def spoil(rows: Rows) -> None:
        rows[0]["pct_gdp"] = "high"
        rows[1]["pct_gdp_basis"] = "raed"
        rows[2]["iso3"] = "Albania"

    lines = refused(call("facts", "check", str(draft("spending.csv", spoil))))
    assert "error: spending.csv, no row for ALB 2016, column iso3+year: found ''; allowed: 352 rows" in lines[0]
    assert lines[1].startswith(
        "error: spending.csv, row 4 (Albania 2016), column iso3: found 'Albania'; allowed: one of"
    )
    assert lines[1].endswith("did you mean 'ALB'?")
    assert lines[2] == (
        "error: spending.csv, row 2 (ALB 2014), column pct_gdp: found 'high'; allowed: a number from 0.1 to 10"
    )
    assert lines[3].endswith("did you mean 'read'?")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("file", "change", "said_of_it"),
    [
        ("spending.csv", lambda rows: rows.append(rows[4]), "each key once (also in row 6)"),
        ("gas.csv", lambda rows: rows.pop(3), "no row for CAN"),
        ("spending.csv", lambda rows: poland(rows).update(pct_gdp="3_75"), "found '3_75'; allowed: a number"),
        ("us_image.csv", lambda rows: rows[0].update(year="2020.0"), "found '2020.0'; allowed: a whole number"),
        ("us_image.csv", lambda rows: rows[0].update(us_president="Biden"), "one a year"),
        ("us_image.csv", lambda rows: rows.clear(), "a year with 5 or more"),
        ("elections.csv", lambda rows: rows[0].update(due="2029"), "YYYY-MM, as it decides the government"),
        ("neighbours.csv", lambda rows: rows[0].update(iso3_a="RUS"), "iso3_a before iso3_b"),
        ("events.csv", lambda rows: rows[0].update(target="UKR;Germany"), "did you mean 'DEU'?"),
    ],
)
def test_a_fault_of_a_cell_a_row_or_between_rows_is_named(
    call: Call, draft: Draft, file: str, change: Callable[[Rows], object], said_of_it: str
) -> None:  # fmt: skip
    lines = refused(call("facts", "check", str(draft(file, change))))
    assert any(said_of_it in line for line in lines)


def test_of_many_faults_the_first_are_listed_and_the_rest_counted(call: Call, draft: Draft) -> None:
    lines = refused(call("facts", "check", str(draft("gas.csv", lambda rows: rows.clear()))))
    assert len(lines) == 21
    assert lines[-1] == "error: and 12 more"


def test_a_wrong_column_is_named_with_the_nearest(call: Call, draft: Draft) -> None:
    path = draft("spending.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("pct_gdp,", "pct_gpd,", 1), encoding="utf-8")
    (line,) = refused(call("facts", "check", str(path)))
    assert "row 1 (header), column pct_gpd: found 'pct_gpd'" in line
    assert line.endswith("did you mean 'pct_gdp'?")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", bytes(range(256)) * 4, "iso3,Türkiye".encode("latin-1"), b"iso3;year;pct_gdp\n"]
)
def test_what_is_no_table_in_utf8_is_refused_in_one_line(call: Call, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "spending.csv").write_bytes(content)
    (line,) = refused(call("facts", "check", "spending.csv"))
    assert line.startswith("error: spending.csv, ")


@pytest.mark.parametrize(
    ("name", "said_of_it"),
    [
        ("spendings.csv", 'did you mean "spending.csv"?'),
        ("Spending.csv", 'did you mean "spending.csv"?'),
        ("events-2027.toml", "cohesion validate events-2027.toml"),
        ("nowhere/spending.csv", "No such file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_name(call: Call, name: str, said_of_it: str) -> None:
    (line,) = refused(call("facts", "check", name))
    assert said_of_it in line


def test_a_mark_at_the_start_and_windows_line_ends_are_no_change(draft: Draft) -> None:
    path = draft("gas.csv")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert b"\r\n" in path.read_bytes()
    tables, faults = replacing(path)
    assert not faults
    assert tables["gas"] == shipped_tables()["gas"]


# --- years after the shipped ones -----------------------------------------------------------------


def test_a_later_year_is_for_all_members_or_none(call: Call, draft: Draft) -> None:
    def incomplete(rows: Rows) -> None:
        later(rows)
        rows.remove(poland(rows, "2025"))

    (line,) = refused(call("facts", "check", str(draft("spending.csv", incomplete))))
    assert "no row for POL 2025" in line


def test_no_year_is_left_out_before_a_later_one(draft: Draft) -> None:
    _, faults = replacing(draft("spending.csv", lambda rows: later(rows, "2026")))
    assert {fault.row for fault in faults} == {f"no row for {code} 2025" for code in ISO3}


def test_a_later_year_enters_the_starts_after_it_and_no_earlier_one(draft: Draft) -> None:
    tables, faults = replacing(draft("spending.csv", later))
    assert not faults
    change = table_change(BY_FILE["spending.csv"], shipped_tables()["spending"], tables["spending"])
    assert (len(change.rows_added), change.rows_removed, change.years) == (32, (), (2025,))
    asked, sees_all = starts(change, START)
    assert (str(asked), str(sees_all)) == ("2025-01-01", "2026-01-01")
    assert figure_changes(load_facts(asked), facts_from(tables, asked)) == ()
    (spending,) = figure_changes(load_facts(sees_all), facts_from(tables, sees_all))
    assert {value.of for value in spending.values} == set(ISO3) - {"ISL"}
    assert {value.after for value in spending.values} == {4.0}


def test_a_wave_of_five_moves_every_ally_and_one_of_four_only_those_surveyed(draft: Draft) -> None:
    def wave(*codes: str) -> Callable[[Rows], object]:
        figures = {"year": "2025", "us_president": "Biden", "favorable_us_pct": "11", "favorable_basis": "read"}
        return lambda rows: rows.extend([rows[0] | {"iso3": code} | figures for code in codes])

    start, moved = START.replace(year=2026), []
    for codes in (("DEU", "FRA", "GBR", "POL"), ("DEU", "FRA", "GBR", "POL", "ESP")):
        tables, faults = replacing(draft("us_image.csv", wave(*codes)))
        assert not faults
        changes = {change.figure: change for change in figure_changes(load_facts(start), facts_from(tables, start))}
        moved.append({value.of for value in changes["favourability"].values})
    assert moved[0] == {"DEU", "FRA", "GBR", "POL"}
    assert {"ISL", "NOR", "DEU", "ESP"} <= moved[1]
    assert "USA" not in moved[1]


# --- what changes ---------------------------------------------------------------------------------


def test_a_changed_cell_is_reported_exactly_and_moves_that_member_alone(call: Call, draft: Draft) -> None:
    path = draft("spending.csv", lambda rows: poland(rows).update(pct_gdp="4.5"))
    found = said(call("facts", "check", str(path), "--runs", "0", "--json"))
    assert found["columns"] == [
        {
            "column": "pct_gdp", "added": 0, "removed": 0, "changed": 1,
            "largest": {"row": "POL 2024", "before": "3.75", "after": "4.5", "relative": pytest.approx(0.2)},
        }
    ]  # fmt: skip
    assert (found["members"], found["years"]) == (["POL"], [2024])
    assert (found["rows_added"], found["rows_removed"]) == ([], [])
    moved = [{"figure": "spending", "values": [{"of": "POL", "before": 3.75, "after": 4.5}]}]
    assert found["starts"] == [{"start": "2025-01-01", "figures": moved}]
    assert found["effect"] is None
    code, out, _ = call("facts", "check", str(path), "--runs", "0")
    assert code == 0
    assert "POL 2024: 3.75 to 4.5 (+20.0 %)" in out
    assert "POL 3.75 to 4.5\n" in out


def test_cells_added_removed_and_changed_are_counted_apart_and_the_largest_in_relation_is_named() -> None:
    table, before = BY_FILE["gas.csv"], [dict(row) for row in shipped_tables()["gas"]]
    old = {row["iso3"]: row["russian_gas_share_pct"] for row in before}
    after = [dict(row) for row in before if row["iso3"] != "ALB"]
    changes = {
        "BEL": {"russian_gas_share_pct": "7"},
        "LVA": {"russian_gas_share_pct": "50"},
        "USA": {"source": "Other"},
    }
    for row in after:
        row.update(changes.get(row["iso3"], {}))
    change = table_change(table, before, [*after, {name: "" for name in before[0]} | {"iso3": "ALB", "source": "None"}])
    columns = {column.column: column for column in change.columns}
    share = columns["russian_gas_share_pct"]
    assert (share.added, share.removed, share.changed) == (0, 1, 2)
    assert share.largest is not None
    assert (share.largest.row, share.largest.before, share.largest.relative) == ("LVA", old["LVA"], -0.5)
    assert columns["source"].changed == 2
    assert change.members == ("ALB", "BEL", "LVA")  # another source is no other figure


def test_a_number_written_otherwise_is_no_change(draft: Draft) -> None:
    tables, _ = replacing(draft("spending.csv", lambda rows: poland(rows).update(pct_gdp="3.750")))
    assert table_change(BY_FILE["spending.csv"], shipped_tables()["spending"], tables["spending"]).columns == ()


def test_a_new_event_is_counted_and_moves_no_run(call: Call, draft: Draft) -> None:
    event = {"date": "2026-06", "day": "2026-06-01", "description": "An invented event", "target": "DNK;CAN"}
    path = draft("events.csv", lambda rows: rows.append(rows[-1] | event))
    found = said(call("facts", "check", str(path), "--runs", "2", "--json"))
    assert len(found["rows_added"]) == 1
    assert {"CAN", "DNK"} <= set(found["members"])
    assert found["years"] == [2026]
    assert found["starts"] == [{"start": "2025-01-01", "figures": []}]
    assert found["effect"]["runs_changed"] == {"cohesion_index": 0, "outcome": 0}


def test_nothing_is_written(call: Call, draft: Draft, tmp_path: Path) -> None:
    draft("spending.csv", lambda rows: poland(rows).update(pct_gdp="4.5"))
    before = {path: path.read_bytes() for path in FOLDER.glob("*.csv")}
    assert call("facts", "check", "spending.csv", "--runs", "2")[0] == 0
    assert {path: path.read_bytes() for path in FOLDER.glob("*.csv")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["spending.csv"]


# --- the effect on runs ---------------------------------------------------------------------------


def test_an_identical_table_changes_no_run(call: Call, draft: Draft) -> None:
    path = str(draft("spending.csv"))
    effect = said(call("facts", "check", path, "--runs", "6", "--json"))["effect"]
    assert effect["runs_changed"] == {"cohesion_index": 0, "outcome": 0}
    assert effect["shipped"] == effect["new"]
    assert effect["difference"]["median"] == {"difference": 0.0, "interval": [0.0, 0.0]}
    assert all(values == [0.0, 0.0, 0.0] for values in effect["difference"]["outcome_shares"].values())
    assert "Every run ends the same, to the last bit." in call("facts", "check", path, "--runs", "6")[1]


def test_twice_the_spending_changes_every_run(call: Call, draft: Draft) -> None:
    path = str(draft("spending.csv", lambda rows: double(rows, "pct_gdp")))
    effect = said(call("facts", "check", path, "--runs", "6", "--json"))["effect"]
    assert effect["runs_changed"]["cohesion_index"] == 6
    assert effect["difference"]["median"]["difference"] != 0
    assert "6 runs end with another cohesion index" in call("facts", "check", path, "--runs", "6")[1]


def test_twice_the_troops_matters_only_where_they_leave(call: Call, draft: Draft) -> None:
    path = str(draft("troops.csv", lambda rows: double(rows, "us_troops")))
    changed = [
        said(call("facts", "check", path, "--runs", "4", "--scenario", name, "--json"))["effect"]["runs_changed"]
        for name in ("status-quo", "us-withdrawal")
    ]
    assert [each["cohesion_index"] for each in changed] == [0, 4]


def test_the_effect_is_that_of_a_simulation_with_the_facts_of_a_folder(
    call: Call, draft: Draft, tmp_path: Path
) -> None:
    path = draft("spending.csv", lambda rows: double(rows, "pct_gdp"))
    effect = said(call("facts", "check", str(path), "--runs", "4", "--seed", "3", "--json"))["effect"]
    for file in BY_FILE.keys() - {path.name}:
        draft(file)
    data = simulate("status-quo", 4, 3, facts=load_facts(START, tmp_path))
    assert effect["new"]["cohesion_index"]["last"]["p50"] == np.median(data["cohesion_index"].values[:, -1])


def test_a_folder_is_read_anew_each_time(draft: Draft, tmp_path: Path) -> None:
    for file in BY_FILE:
        draft(file)
    assert load_facts(START, tmp_path).spending[ISO3.index("POL")] == 3.75
    draft("spending.csv", lambda rows: poland(rows).update(pct_gdp="4.5"))
    assert load_facts(START, tmp_path).spending[ISO3.index("POL")] == 4.5
    (tmp_path / "gas.csv").unlink()
    with pytest.raises(FactsError, match="the whole file"):
        load_facts(START, tmp_path)


def test_json_has_no_infinity_where_a_value_was_zero(call: Call, draft: Draft) -> None:
    path = draft("gas.csv", lambda rows: rows[0].update(russian_gas_share_pct="5"))
    (column,) = said(call("facts", "check", str(path), "--runs", "0", "--json"))["columns"]
    assert column["largest"] == {"row": "ALB", "before": "0.0", "after": "5", "relative": None}
