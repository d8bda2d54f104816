"""The state of a session: a link restores it, and bad links do no harm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion import load_scenario, scenario_names
from cohesion.facts import ISO3
from cohesion.levers import LEVERS
from cohesion.scenario import scenario_from_text
from cohesion.studies.history import ORIGINS
from cohesion_viz.view import History, View

levers = st.dictionaries(st.sampled_from(LEVERS), st.floats(0, 1), max_size=4).map(
    lambda drawn: {lever.name: round(lever.low + share * (lever.high - lever.low), 3) for lever, share in drawn.items()}
)
views = st.builds(
    View,
    scenario=st.sampled_from(scenario_names()),
    levers=levers,
    seed=st.integers(0, 10**6),
    member=st.sampled_from(["", *ISO3]),
    month=st.none() | st.integers(0, 120),
    origin=st.sampled_from(ORIGINS),
)


@given(views)
def test_a_link_restores_the_view(view):
    restored, messages = View.from_query(view.to_query())
    assert messages == ()
    assert restored == view


@pytest.mark.parametrize(
    "query",
    [
        "scenario=nonsense",
        "seed=-1",
        "runs=1e12",
        "month=x",
        "us_tariff=99",
        "variable=loss",
        "origin=2015",
        "%%%",
        "a=b&&=c",
    ],
)
def test_a_bad_link_falls_back_to_a_view_that_works(query):
    view, _ = View.from_query(query)
    assert view.resolved().months >= 1


def test_the_downloaded_scenario_has_the_same_levers():
    view = View(scenario="trade-war").with_lever("us_commitment", -0.5)
    again = scenario_from_text(view.toml(), "view.toml")
    for name, path in view.resolved().paths().items():
        np.testing.assert_array_equal(path, again.paths()[name])


def test_a_reset_leads_back_to_the_scenario_as_shipped():
    view = View(scenario="trade-war").with_lever("us_commitment", -0.5).reset()
    for name, path in load_scenario("trade-war").paths().items():
        np.testing.assert_array_equal(path, view.resolved().paths()[name])


def test_undo_and_redo_walk_the_same_steps():
    first = View()
    history = History(first)
    second = history.put(first.with_lever("us_tariff", 0.1))
    assert not history.can_redo
    assert history.undo().levers == first.levers
    assert history.redo().levers == second.levers
