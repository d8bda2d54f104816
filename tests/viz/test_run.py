"""A single run: its months are those of the Mesa model and of the ensemble, and its page shows them."""

import datetime
import json
import time
from dataclasses import replace

import ipyvue
import numpy as np
import pytest
import solara

from cohesion import AllianceModel, load_scenario, simulate
from cohesion.facts import ISO3, NAMES
from cohesion.rules.measures import probability
from cohesion_viz import jobs, numbers
from cohesion_viz.dashboard.run import Page
from cohesion_viz.dashboard.session import Session
from cohesion_viz.single import TABLE_VARIABLES, step_through

SCENARIO = load_scenario("concessions-up-front").with_changes(months=18)
SEED, NUMBER = 3, 7


@pytest.fixture(scope="module")
def run():
    return step_through(SCENARIO, SEED, NUMBER)


def model_at(month):
    """The same run as a model, stepped up to a month only."""
    model = AllianceModel(SCENARIO, rng=SEED, run=NUMBER)
    for _ in range(month):
        model.step()
    return model


# --- the run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", [0, 1, 12, 18])
def test_the_story_up_to_a_month_is_the_models(run, month):
    told = [(line.label, line.text) for line in run.story if line.kind != "step" and line.month <= month]
    assert sorted(told) == sorted((line["month"], line["text"]) for line in model_at(month).story)


def test_the_story_is_in_order_and_months_without_a_line_are_not_in_it(run):
    assert [line.month for line in run.story] == sorted(line.month for line in run.story)
    assert {line.month for line in run.story} < set(range(19))


def test_events_are_told_as_such_and_steps_of_levers_beside_them():
    scenario = load_scenario("events-2025-2026").with_changes(months=6)
    found = step_through(scenario, 0, 0).story
    dated = numbers.events(scenario)
    within = dated[(dated["month"] >= 0) & (dated["month"] < 6)]
    for kind in ("event", "step"):
        assert sum(line.kind == kind for line in found) == sum(within["kind"] == kind)
    assert sum(line.kind == "event" for line in found) > 0
    assert "step" in {line.kind for line in step_through(load_scenario("us-withdrawal"), 0, 0).story}


@pytest.mark.parametrize("month", [0, 5, 18])
def test_the_table_is_the_state_of_the_model(run, month):
    model, table = model_at(month), run.table(month)
    assert list(table.columns) == list(TABLE_VARIABLES)
    assert list(table.index) == list(ISO3)
    others = [code != "USA" for code in ISO3]
    for name in set(TABLE_VARIABLES) - {"goodwill"}:
        held = getattr(model.state, name)[0]
        np.testing.assert_array_equal(table[name][others], held[others])
    goodwill = probability(model.simulation.inputs.goodwill + model.state.goodwill)[0]
    np.testing.assert_array_equal(table["goodwill"][others], goodwill[others])
    assert table.loc["USA", ["trust_in_us", "goodwill"]].isna().all()


def test_the_alliance_russia_and_ukraine_are_those_of_the_model(run):
    model = model_at(11)
    assert run.value("pressure", 11) == model.russia.pressure
    assert run.value("capacity", 11) == model.russia.capacity
    assert run.value("strength", 11) == model.ukraine.strength
    assert run.value("unity", 11) == float(model.state.unity[0, 0])
    assert run.phase(11) == model.ukraine.phase
    assert run.outcomes[11] == model.outcome
    assert run.ending == model_at(18).outcome


def test_a_run_is_that_of_the_ensemble_to_the_last_bit(run):
    data = simulate(SCENARIO, runs=9, seed=SEED)
    np.testing.assert_array_equal(run.path, data["cohesion_index"].values[NUMBER])
    np.testing.assert_array_equal(run.members("spending", 18)["value"], data["spending"].values[NUMBER, 18])
    pieces = jobs.compute(SCENARIO, SEED, range(9))
    np.testing.assert_array_equal(run.path.to_numpy(np.float32), pieces["cohesion_index"][:, NUMBER])


@pytest.mark.parametrize("month", [0, 6, 18])
def test_what_changed_a_members_trust_is_what_the_member_says(run, month):
    why = model_at(month).members["DNK"].why()
    drivers, first, last = run.accounts("DNK", month)
    assert drivers["change"].sum() == pytest.approx(last - first, abs=1e-9)
    for name, value in drivers["change"].items():
        if name != numbers.EVERYTHING_ELSE:
            assert value == why.get(name, 0.0)


def test_stepping_ends_where_it_is_told_to():
    asked = []
    assert step_through(SCENARIO, SEED, NUMBER, lambda: len(asked) == 4 or asked.append(1)) is None
    assert len(asked) == 4


# --- the page ---------------------------------------------------------------------------------------------------------


class Shown:
    """The page of a session without an engine."""

    def __init__(self, query):
        self.session = Session(query)

    def open(self):
        _, self.context = solara.render(Page(self.session), handle_error=False)
        return self

    def table(self):
        """What the table was sent, once the run is there."""
        for _ in range(400):
            found = [json.loads(w.packed) for w in self._parts() if "columns" in getattr(w, "packed", "")]
            if found:
                return found[0]
            time.sleep(0.05)
        raise AssertionError("no table")

    def until(self, holds):
        """Whether something comes to hold: the thread that had the run computed may draw a change a moment later."""
        for _ in range(400):
            if holds():
                return True
            time.sleep(0.05)
        return False

    def texts(self):
        """All that stands on the page as plain text."""
        return " ".join(_texts(self.context.find(ipyvue.Html).widgets))

    def pick(self, key):
        part = next(w for w in self._parts() if "columns" in getattr(w, "packed", ""))
        part._event_callbacks["pick"]({"key": key})

    def _parts(self):
        return self.context.find(ipyvue.VueTemplate).widgets


def _texts(children):
    for child in children:
        yield from [child] if isinstance(child, str) else _texts(getattr(child, "children", ()))


@pytest.fixture
def shown():
    found = Shown("scenario=concessions-up-front&seed=3&run=7&month=30&runs=64").open()
    found.table()
    return found


def test_the_page_shows_the_state_of_the_month(shown):
    run = step_through(load_scenario("concessions-up-front"), 3, 7)
    rows = {row["key"]: row["cells"] for row in shown.table()["rows"]}
    assert set(rows) == set(ISO3)
    column = next(k for k, head in enumerate(shown.table()["columns"]) if "pending" in head)
    for code in ISO3:
        assert rows[code][0][1] == NAMES[code]
        assert rows[code][column][0] == pytest.approx(run.table(30).loc[code, "spending"], abs=1e-6)
    assert "July 2027" in shown.texts()


def test_going_on_and_back_shows_the_same(shown):
    before = shown.table()
    for month in (31, 90):
        shown.session.show_month(month)
        assert shown.until(lambda: shown.table() != before)
    shown.session.show_month(30)
    assert shown.until(lambda: shown.table() == before)


def test_a_row_marks_its_member_and_a_second_click_takes_the_mark_away(shown):
    shown.pick("DNK")
    assert shown.session.view.value.member == "DNK"
    assert shown.until(lambda: shown.table()["marked"] == "DNK")
    assert shown.until(lambda: "Denmark's trust in the United States" in shown.texts())
    shown.pick("DNK")
    assert shown.session.view.value.member == ""


def test_another_run_number_shows_another_run_and_is_in_the_link(shown):
    before = shown.table()
    shown.session.change(replace(shown.session.view.value, run=8))
    assert shown.until(lambda: "Run 8 " in shown.texts())
    assert shown.until(lambda: shown.table()["rows"] != before["rows"])
    assert "run=8" in shown.session.view.value.to_query()


def test_a_scenario_that_cannot_be_run_gives_a_message():
    found = Shown("scenario=status-quo")
    found.session.scenario = replace(found.session.scenario, start=datetime.date(1800, 1, 1))
    found.open()
    for _ in range(400):
        said = f"{found.session.message.value} {found.texts()}"
        if "failed" in said or "cannot" in said:
            break
        time.sleep(0.05)
    assert "1800" in said
