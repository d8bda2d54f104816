"""The drawer of assumptions: its rows are the parameter table, and what is fixed there is in the view and its link."""

import json

import ipyvue
import pytest
import solara

from cohesion import posterior
from cohesion.parameters import DRAWN, PARAMETERS, THRESHOLDS
from cohesion.scenario import load_scenario
from cohesion_viz.dashboard.assumptions import Assumptions, fixings, groups, step
from cohesion_viz.dashboard.session import Session
from cohesion_viz.view import View

ROWS = {row["name"]: row for group in groups() for row in group["rows"]}


def opened(query=""):
    """A session, and the drawer's part in the page."""
    session = Session(query)
    _, context = solara.render(Assumptions(session), handle_error=False)
    return session, context.find(ipyvue.VueTemplate).widget


def told(drawer, event, **content):
    """Send what the page would send."""
    drawer._event_callbacks[event](content)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_a_row_says_what_the_parameter_table_says(parameter):
    row = ROWS[parameter.name]
    for name in ("meaning", "unit", "default", "low", "high", "neutral", "threshold", "source"):
        assert row[name] == getattr(parameter, name)
    assert row["assumed"] == parameter.source.startswith("assumption")


def test_a_row_says_what_is_drawn_of_a_fitted_parameter_and_nothing_of_others():
    for name, row in ROWS.items():
        assert row["fitted"] == pytest.approx(posterior.fitted().get(name, ()), rel=5e-3), name
    assert ROWS["spill_in"]["fitted"] == sorted(ROWS["spill_in"]["fitted"])
    assert ROWS["learning"]["fitted"] == []


def test_every_parameter_has_one_row_under_its_mechanism():
    assert [row["name"] for group in groups() for row in group["rows"]] == [
        parameter.name for group in groups() for parameter in PARAMETERS if parameter.mechanism == group["key"]
    ]
    assert len(ROWS) == len(DRAWN) + len(THRESHOLDS) == len(PARAMETERS)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_the_slider_reaches_the_default_and_both_ends(parameter):
    counts = [(end - parameter.low) / step(parameter) for end in (parameter.default, parameter.high)]
    assert counts == pytest.approx([round(count) for count in counts])
    assert counts[1] >= 40


def test_nothing_is_marked_where_nothing_is_changed():
    _, drawer = opened("scenario=status-quo")
    assert json.loads(drawer.fixed) == {}


def test_a_parameter_of_the_link_is_marked():
    _, drawer = opened("scenario=status-quo&p.learning=0.03")
    assert json.loads(drawer.fixed) == {"learning": {"value": 0.03, "here": True, "before": None}}


def test_what_the_scenario_fixes_is_marked_as_its_own_and_stays_known_under_a_change():
    view = View(scenario="history-2014-2024")
    given = load_scenario("history-2014-2024").parameters
    assert given
    assert fixings(view, view.resolved()) == {
        name: {"value": value, "here": False, "before": value} for name, value in given.items()
    }
    name = next(iter(given))
    changed = view.with_parameter(name, ROWS[name]["high"])
    assert fixings(changed, changed.resolved())[name] == {
        "value": ROWS[name]["high"],
        "here": True,
        "before": given[name],
    }


def test_fixing_goes_through_the_view_and_its_link_and_freeing_takes_it_back():
    session, drawer = opened("scenario=status-quo")
    told(drawer, "move", name="learning", value=0.03, move=7)
    assert session.scenario.parameters == {"learning": 0.03}
    assert "p.learning=0.03" in session.view.value.to_query()
    assert json.loads(drawer.fixed)["learning"]["here"]
    told(drawer, "back", name="learning")
    assert session.scenario.parameters == {}
    assert "p.learning" not in session.view.value.to_query()


def test_moves_of_one_slider_are_undone_together():
    session, drawer = opened("scenario=status-quo")
    for move, value in enumerate((0.02, 0.03, 0.04), 1):
        told(drawer, "move", name="learning", value=value, move=move)
    session.undo()
    assert session.view.value.parameters == {}


def test_a_move_is_acknowledged():
    _, drawer = opened("scenario=status-quo")
    told(drawer, "move", name="learning", value=0.03, move=7)
    assert drawer.acknowledged == 7


@pytest.mark.parametrize("value", [99, -99, float("nan"), float("inf"), None, "much"])
def test_a_value_outside_gives_a_message_and_keeps_the_view(value):
    session, drawer = opened("scenario=status-quo&p.learning=0.03")
    before = session.view.value
    told(drawer, "move", name="learning", value=value, move=7)
    assert session.message.value
    assert drawer.message == session.message.value
    assert session.view.value == before


def test_a_refused_number_is_acknowledged_so_that_the_slider_goes_back():
    _, drawer = opened("scenario=status-quo")
    told(drawer, "move", name="learning", value=99, move=7)
    assert drawer.acknowledged == 7


def test_an_unknown_name_gives_a_message_and_keeps_the_view():
    session, drawer = opened("scenario=status-quo")
    told(drawer, "move", name="nonsense", value=1, move=7)
    assert session.message.value
    assert session.view.value.parameters == {}


def test_free_all_frees_what_was_fixed_here_and_leaves_levers_and_the_scenario():
    session, drawer = opened("scenario=history-2014-2024&p.learning=0.03&p.anchor=0.03&us_commitment=-0.5")
    told(drawer, "clear")
    assert session.view.value.parameters == {}
    assert session.view.value.levers == {"us_commitment": -0.5}
    assert session.scenario.parameters == load_scenario("history-2014-2024").parameters
