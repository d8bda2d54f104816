import datetime
import re

import numpy as np
import pytest

from cohesion.facts import ISO3, derive, events, load_facts
from cohesion.scenario import config_folder, load_scenario, scenario_names

HISTORY = ("history-2014-2024", "events-2025-2026")
NAMES = (
    "status-quo", "burden-demand", "trade-war", "greenland-claim", "canada-claim", "splitting-the-alliance",
    "concessions-up-front", "bare-ceasefire", "guarded-ceasefire", "disarmed-ukraine", "energy-moratorium",
    "concerted-pressure", "european-pillar", "us-withdrawal", "courting-russia", *HISTORY,
)  # fmt: skip


def changed(name: str, other: str) -> set[str]:
    """Levers whose paths differ between two scenarios."""
    one, two = load_scenario(name).paths(), load_scenario(other).paths()
    return {lever for lever in one if not np.array_equal(one[lever], two[lever])}


def path(name: str, lever: str, month: str, member: str | None = None) -> float:
    scenario = load_scenario(name)
    column = 0 if member is None else ISO3.index(member)
    return float(scenario.paths()[lever][scenario.month_of(datetime.date.fromisoformat(f"{month}-01")), column])


def test_all_scenarios_are_there():
    assert set(scenario_names()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_loads_without_warnings(name):
    scenario = load_scenario(name)
    assert scenario.warnings() == ()
    assert 3 <= len(scenario.story.splitlines()) <= 6
    if name != "history-2014-2024":
        assert (scenario.start, scenario.months) == (datetime.date(2025, 1, 1), 120)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_can_be_read_beside_its_neighbours(name):
    text = (config_folder() / "scenarios" / f"{name}.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("text", "source", "levers"))]
    assert max(len(line) for line in lines) <= 120
    assert re.fullmatch("[a-z0-9-]+", name)


@pytest.mark.parametrize(
    ("name", "other", "levers"),
    [
        ("burden-demand", "status-quo", {"us_burden_demand", "pledge"}),
        ("trade-war", "status-quo", {"us_tariff", "joint_retaliation"}),
        ("greenland-claim", "status-quo", {"us_claim"}),
        ("canada-claim", "status-quo", {"us_claim"}),
        ("bare-ceasefire", "status-quo", {"us_deal_seeking"}),
        ("guarded-ceasefire", "bare-ceasefire", {"assurance_force"}),
        ("disarmed-ukraine", "bare-ceasefire", {"ukraine_rearmament"}),
        ("courting-russia", "status-quo", {"us_courting"}),
        (
            "splitting-the-alliance",
            "burden-demand",
            {"us_tariff", "joint_retaliation", "us_culture_war", "us_claim", "us_commitment"},
        ),
    ],
)
def test_scenarios_differ_in_what_their_contrast_is_about(name, other, levers):
    assert changed(name, other) == levers


@pytest.mark.parametrize("name", HISTORY)
def test_history_has_sources_and_every_event_one_of_the_list(name):
    scenario = load_scenario(name)
    assert scenario.sources
    listed = {(part, event.source) for event in events() for part in [event.description]}
    for event in scenario.events:
        parts = [pair for pair in listed if pair[0] in event.text]
        assert parts, event.text
        assert all(source in event.source for _, source in parts)


@pytest.mark.parametrize("name", HISTORY)
def test_events_lie_in_the_month_of_the_list_or_the_next(name):
    months = {event.description: event.date for event in events()}
    for event in load_scenario(name).events:
        year, month = max(months[text] for text in months if text in event.text).split("-")
        assert 0 <= 12 * (event.date.year - int(year)) + event.date.month - int(month) <= 1


def test_pressure_follows_the_intensity_of_the_war():
    facts = load_facts(datetime.date(2014, 1, 1))
    scaled = derive.PRESSURE_OF_INVASION * facts.war_intensity
    pressure = load_scenario("history-2014-2024").paths()["russia_pressure"][:, 0]
    assert np.corrcoef(pressure, scaled)[0, 1] > 0.98
    for year in (*range(2015, 2022), 2023, 2024):  # events of single months stand above the mean of the year
        mean = np.mean([value for month, value in zip(facts.war_months, scaled, strict=True) if month[:4] == str(year)])
        months = pressure[(year - 2014) * 12 : (year - 2013) * 12]
        assert months.min() == pytest.approx(mean, abs=0.006), year
    for month in ("2014-01", "2014-04", "2022-02", "2022-03"):
        k = facts.war_months.index(month)
        assert pressure[k] == pytest.approx(scaled[k], abs=0.006), month
    assert pressure[-1] == pytest.approx(-facts.pressure, abs=0.11)  # the level of 2024, whose December lay above it


def test_history_gives_the_phases_of_the_war():
    scenario = load_scenario("history-2014-2024")
    assert (scenario.start, scenario.months) == (datetime.date(2014, 1, 1), 132)
    assert scenario.parameters == {"ceasefire_rate": 0, "breach_rate": 0}
    offensive = scenario.paths()["russia_offensive"][:, 0]
    assert np.flatnonzero(offensive).tolist() == [scenario.month_of(datetime.date(2022, 2, 1))]


@pytest.mark.parametrize(
    ("month", "level"),
    [("2016-01", 0), ("2016-08", -0.1), ("2017-02", -0.5), ("2017-05", -0.8), ("2017-06", -0.3), ("2018-03", -0.5),
     ("2018-07", -0.8), ("2020-12", -0.5), ("2021-01", 0), ("2021-06", 0.2), ("2021-09", -0.3), ("2022-07", 0.2),
     ("2023-06", 0), ("2024-03", -0.1), ("2024-12", 0.2)],
)  # fmt: skip
def test_commitment_follows_the_record(month, level):
    assert path("history-2014-2024", "us_commitment", month) == level


@pytest.mark.parametrize(
    ("name", "lever", "month", "member", "value"),
    [
        ("history-2014-2024", "us_tariff", "2018-06", "GBR", 0.005),
        ("history-2014-2024", "us_tariff", "2020-06", "DEU", 0.008),
        ("history-2014-2024", "us_tariff", "2021-12", "DEU", 0),
        ("history-2014-2024", "us_claim", "2019-09", "DNK", 0.5),
        ("history-2014-2024", "us_claim", "2019-10", "DNK", 0),
        ("history-2014-2024", "us_aid", "2024-01", None, -0.8),
        ("history-2014-2024", "us_aid", "2024-04", None, 0),
        ("events-2025-2026", "us_tariff", "2025-12", "DEU", 0.11),
        ("events-2025-2026", "us_tariff", "2025-12", "ALB", 0.07),
        ("events-2025-2026", "us_tariff", "2034-12", "DEU", 0.07),
        ("events-2025-2026", "us_claim", "2026-01", "DNK", 1),
        ("events-2025-2026", "us_claim", "2034-12", "DNK", 0.5),
        ("events-2025-2026", "us_claim", "2026-01", "CAN", 0),
        ("events-2025-2026", "pledge", "2025-06", "DEU", 3.5),
        ("events-2025-2026", "pledge", "2025-05", "DEU", 2),
        ("events-2025-2026", "us_courting", "2025-06", None, 0.7),
        ("events-2025-2026", "us_courting", "2025-11", None, 0),
        ("events-2025-2026", "us_culture_war", "2030-01", "CAN", 0),
    ],
)
def test_levers_stand_where_events_put_them(name, lever, month, member, value):
    assert path(name, lever, month, member) == value


def test_tariffs_at_the_end_of_2025_are_those_of_the_table():
    import csv

    from cohesion.facts import FOLDER

    with (FOLDER / "tariffs.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    rises = {row["iso3"]: (float(row["us_tariff_2025_pct"]) - float(row["us_tariff_2024_pct"])) / 100 for row in rows}
    for code, rise in rises.items():
        assert path("events-2025-2026", "us_tariff", "2025-12", code) == pytest.approx(rise, abs=0.016), code


def test_nothing_changes_after_the_last_event():
    for values in load_scenario("events-2025-2026").paths().values():
        assert np.all(values[14:] == values[14])
