"""Measures on planted months, where their values are known."""

import numpy as np
import pytest
import xarray as xr

from cohesion import simulate
from cohesion.facts import ISO3
from cohesion.outcome import CRITERIA, defaults
from cohesion.propositions.measures import BY_NAME, DISCOUNT, VARIABLES, keep, value
from cohesion.types import CEASEFIRE, GUARDED, MORATORIUM, RENEWED, WAR
from cohesion.variables import BY_NAME as MODEL_VARIABLES

MONTHS = 120


def planted(**given: np.ndarray) -> xr.Dataset:
    """One run of 120 months in which everything is zero but what is given, each broadcast over months and members."""
    data = xr.Dataset(attrs={"start": "2025-01-01"})
    for name in VARIABLES:
        by_member = MODEL_VARIABLES[name].by_member
        shape = (1, MONTHS + 1, len(ISO3)) if by_member else (1, MONTHS + 1)
        dims = ("run", "month", "member")[: len(shape)]
        filled = np.broadcast_to(np.asarray(given.get(name, 0.0), float), shape)
        data[name] = (dims, filled.copy())
    data["criteria"] = (("run", "criterion"), np.zeros((1, len(CRITERIA))))
    return data


def measured(measure: str, **given: np.ndarray) -> float:
    return float(value(keep(planted(**given)), measure, defaults())[0])


def phases(*parts: tuple[int, int]) -> np.ndarray:
    """The start, at war, and then so many months of each phase."""
    found = np.concatenate([[WAR], *(np.full(months, phase) for phase, months in parts)])
    assert len(found) == MONTHS + 1
    return found


def test_months_of_peace_and_of_renewed_war_are_counted():
    phase = phases((WAR, 20), (MORATORIUM, 10), (CEASEFIRE, 30), (RENEWED, 12), (WAR, 12), (GUARDED, 24), (RENEWED, 12))
    assert measured("peace", phase=phase) == pytest.approx(54 / 120)
    assert measured("peace_at_end", phase=phase) == pytest.approx(12 / 24)
    assert measured("renewed_war", phase=phase) == pytest.approx(24 / 120)
    assert measured("renewed_war_later", phase=phase) == pytest.approx(24 / 60)
    assert measured("broken", phase=phase) == 1
    assert measured("broken", phase=phases((WAR, 60), (CEASEFIRE, 60))) == 0


def test_russias_position_is_confidence_and_capacity_less_ukraines_strength_at_the_end():
    late = np.r_[np.zeros(97), np.ones(24)]
    assert measured("position", confidence=0.1 * late, capacity=0.2 * late, strength=0.4 * late) == pytest.approx(-0.1)
    assert measured("capacity", capacity=late[::-1]) == 0


def test_the_window_is_the_third_and_fourth_year():
    credibility = np.r_[0.8, np.full(24, 0.9), np.full(24, 0.5), np.full(48, 0.0), np.full(24, 0.7)][:, None]
    assert measured("dip", credibility=credibility) == pytest.approx(-0.3)
    assert measured("recovery", credibility=credibility) == pytest.approx(0.2)
    inland = np.array(ISO3) == "PRT"
    assert measured("dip", credibility=credibility * inland) == 0, "Portugal does not border Russia"


def test_the_bill_is_spending_aid_and_loss_a_year_without_the_us_discounted():
    others = np.array(ISO3) != "USA"
    nothing = measured("bill")  # aid as at the start
    assert measured("bill", spending=3 * others) - nothing == pytest.approx(3)
    assert measured("bill", spending=3 * ~others) - nothing == 0
    assert measured("bill", loss=0.01 * others) - nothing == pytest.approx(1)
    doubled = measured("bill", aid=np.log(2) * others)
    assert doubled == pytest.approx(2 * nothing)
    first, last = (np.r_[0, early, late][:, None] * others for early, late in
                   ((np.ones(60), np.zeros(60)), (np.zeros(60), np.ones(60))))  # fmt: skip
    ratio = (measured("bill", spending=last) - nothing) / (measured("bill", spending=first) - nothing)
    assert ratio == pytest.approx((1 + DISCOUNT) ** -5)


def test_outcomes_move_with_their_thresholds_and_the_index_with_burden():
    kept = keep(planted(cohesion_index=0.6, cohesion_with_burden=0.7))
    kept["criteria"] = np.array([[0.14, 0.9, 0.8, 0.6, 0.6, 0.1, 0.5, 1.0]])  # in the order of CRITERIA
    assert value(kept, "holds", defaults()) == 1
    assert value(kept, "splinters", defaults()) == 0
    assert value(kept, "splinters", defaults() | {"threshold_defection": 0.135}) == 1
    assert value(kept, "holds", defaults() | {"threshold_trust": 0.825}) == 0
    assert value(kept, "credibility", defaults()) == 0.6
    assert value(kept, "cohesion_index", defaults()) == pytest.approx(0.6)
    assert value(kept, "cohesion_index", defaults(), with_burden=True) == pytest.approx(0.7)


def test_every_measure_can_be_taken_of_an_ensemble():
    kept = keep(simulate("status-quo", runs=3, variables=VARIABLES))
    for name in BY_NAME:
        found = value(kept, name, defaults())
        assert found.shape == (3,)
        assert np.isfinite(found).all()
