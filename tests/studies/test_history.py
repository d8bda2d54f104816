"""The model over history: what is known, and that nothing later is."""

import datetime
from dataclasses import fields, replace

import numpy as np
import pytest

from cohesion import facts as package
from cohesion.facts import ISO3, load_facts
from cohesion.simulation import Simulation
from cohesion.studies import history
from cohesion.studies.history import FIRST, LAST, Figures, figures, follow, observe, slump

ORIGIN = 2018
POLAND, GERMANY, ICELAND = (ISO3.index(code) for code in ("POL", "DEU", "ISL"))
#: Figures dated after 2018, table by table: a forecast from 2018 must not see what they are.
LATE = {
    "tariffs": ("us_imports_2024_usd_bn", "us_tariff_2024_pct"),
    "cabinets": ("ches2024_eu_russia",),
    "gas": ("russian_gas_share_pct",),
    "ukraine_aid": ("aid_incl_eu_pct_gdp",),
}
DATED = {"spending": ("pct_gdp", "pct_gdp_ed2024"), "gdp": ("gdp_usd_bn", "growth_pct"), "troops": ("us_troops",),
         "us_image": ("favorable_us_pct",)}  # fmt: skip


def doubled(rows, columns, after=None):
    """Rows with the cells of some columns doubled, of years after one where there are years."""
    late = [after is None or int(row["year"]) > after for row in rows]
    return [
        row | {name: str(2 * float(row[name])) for name in columns if row[name]} if is_late else row
        for row, is_late in zip(rows, late, strict=True)
    ]


def test_the_facts_of_a_forecast_hold_nothing_dated_after_its_origin(monkeypatch):
    start = datetime.date(FIRST, 1, 1)
    tables = dict(package.shipped_tables())
    changed = tables | {name: doubled(tables[name], columns) for name, columns in LATE.items()}
    changed |= {name: doubled(tables[name], columns, ORIGIN) for name, columns in DATED.items()}
    changed["elections"] = [row | {"due": "2027-03"} for row in tables["elections"]]
    before, plain = load_facts(start, known=ORIGIN), load_facts(start)
    monkeypatch.setattr(package, "shipped_tables", lambda: changed)
    package._shipped.cache_clear()
    try:
        after, plain_after = load_facts(start, known=ORIGIN), load_facts(start)
    finally:
        package._shipped.cache_clear()
    for field in fields(before):
        one, two = getattr(before, field.name), getattr(after, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, two, err_msg=field.name)
        else:
            assert str(one) == str(two), field.name
    assert not np.array_equal(plain.gas_share, plain_after.gas_share)  # else the tables were not changed


def test_a_forecast_is_the_same_whatever_came_after_its_origin():
    known = figures()
    later = np.arange(FIRST, LAST + 1) > ORIGIN
    other = Figures(
        *(np.where(later[:, None], 1.5 * table, table) for table in (known.spending, known.image, known.growth))
    )
    one, two = (
        follow(table.until(ORIGIN), ORIGIN + 2, 0, range(3), "prior", origin=ORIGIN) for table in (known, other)
    )
    np.testing.assert_array_equal(one.spending, two.spending)
    full = follow(other.until(ORIGIN + 1), ORIGIN + 2, 0, range(3), "prior", origin=ORIGIN)
    assert not np.array_equal(one.spending, full.spending)


def test_until_hides_later_years_only():
    known = figures().until(ORIGIN)
    assert np.isnan(known.spending[ORIGIN - FIRST + 1 :]).all()
    np.testing.assert_array_equal(known.spending[: ORIGIN - FIRST + 1], figures().spending[: ORIGIN - FIRST + 1])


def test_the_older_edition_is_what_is_known():
    assert figures("2024").spending[2023 - FIRST, ISO3.index("ALB")] == pytest.approx(1.75)
    assert figures("2026").spending[2023 - FIRST, ISO3.index("ALB")] == pytest.approx(1.29)


def begun(**parameters):
    simulation = Simulation(history.scenario(2016), 0, range(1), "none", parameters)
    for _ in range(12):
        simulation.step()
    return simulation


def test_after_a_year_spending_is_what_it_was_and_a_part_of_the_surprise_is_preferred():
    simulation = begun(preference_shift=0.25, budget_noise=0)
    spending = simulation.state.spending.copy()
    spent = np.where(np.arange(32) == POLAND, 3.0, np.nan)
    observe(simulation, spending, spending, spent)
    np.testing.assert_allclose(simulation.state.spending[:, POLAND], 3)
    np.testing.assert_allclose(simulation.state.preference[:, POLAND], 0.25 * np.log(3 / spending[:, POLAND]))
    np.testing.assert_array_equal(simulation.state.spending[:, GERMANY], spending[:, GERMANY])
    assert simulation.state.preference[:, GERMANY] == pytest.approx(0)


def test_a_recession_raises_the_share_of_gdp_without_a_wish():
    start = load_facts(datetime.date(FIRST, 1, 1))
    shrunk = slump(np.where(np.arange(32) == POLAND, -8.0, np.nan), start)
    assert shrunk[POLAND] == pytest.approx(np.log1p(start.growth[POLAND]) - np.log(0.92))
    assert shrunk[GERMANY] == 0
    simulation = begun(budget_noise=0)
    spending = simulation.state.spending.copy()
    expected = spending * np.exp(shrunk)
    observe(simulation, spending, expected, expected[0])
    np.testing.assert_allclose(simulation.state.preference, 0, atol=1e-12)
    np.testing.assert_allclose(simulation.state.spending, expected)


def test_a_member_without_forces_stays_without():
    past = follow(figures().until(2016), 2016, 0, range(2), "prior", origin=2016)
    assert (past.spending[..., ICELAND] == 0).all()


def test_history_goes_on_with_the_events_of_2025():
    paths = history.scenario(2026).paths()
    assert history.scenario(2026).months == 12 * 13
    assert paths["pledge"][12 * 12, 0] == 3.5
    level = paths["russia_pressure"][:, 0]
    assert level[12 * 11] == level[12 * 11 - 1]  # the war goes on as before
    assert level[12 * 11 + 8] == pytest.approx(level[12 * 11] + 0.2)  # drones over Poland come on top


def test_runs_over_history_do_not_depend_on_their_neighbours():
    known = figures().until(2016)
    many = follow(known, 2017, 5, range(4), "prior", origin=2016)
    one = follow(known, 2017, 5, range(2, 3), "prior", origin=2016)
    np.testing.assert_array_equal(many.spending[2], one.spending[0])
    assert replace(known).spending is known.spending
