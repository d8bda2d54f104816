"""What is said of an ensemble: bands, the summary and its words."""

import numpy as np
import pytest
import xarray as xr

from cohesion import load_scenario, simulate
from cohesion.outcome import OUTCOMES
from cohesion.summary import bands, percent, summary

SCENARIO = load_scenario("splitting-the-alliance").with_changes(months=24)


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return simulate(SCENARIO, 12)


def test_bands_are_ordered_and_shares_sum_to_one(data: xr.Dataset) -> None:
    found = bands(data)
    for name in ("cohesion_index", "trust_in_us", "spending", "capability"):
        assert (np.diff(found[name].values, axis=0) >= 0).all()
    np.testing.assert_allclose(found["outcome_share"].sum("outcome_name"), 1)
    np.testing.assert_allclose(found["posture_share"].sum("posture_name"), 1)
    assert list(found["outcome_name"].values) == list(OUTCOMES)


def test_the_ends_of_an_ensemble_suffice_for_its_summary(data: xr.Dataset) -> None:
    assert summary(data.isel(month=[0, -1]), SCENARIO) == summary(data, SCENARIO)


def test_percent_keeps_a_rare_outcome_apart_from_none() -> None:
    assert [percent(share) for share in (0, 0.004, 0.02, 0.5, 0.996, 1)] == ["0", "0.4", "2", "50", "99.6", "100"]
