"""Calibration: known answers, and data of known parameters that give them back."""

import json

import numpy as np
import pytest

from cohesion.parameters import BY_NAME
from cohesion.studies import calibrate as module
from cohesion.studies.calibrate import FITTED, calibrate, candidates, draws, fit, observed, summaries
from cohesion.studies.history import FIRST, Figures, Past, figures, follow

LOW, HIGH = (np.array([getattr(BY_NAME[name], end) for name in FITTED]) for end in ("low", "high"))
#: Of the seeds that make data; candidates have another.
TRUTH = 77


def uniform(size, rng):
    return LOW + (HIGH - LOW) * rng.random((size, len(FITTED)))


def test_a_statistic_that_follows_a_parameter_gives_it_back_and_leaves_the_others():
    rng = np.random.default_rng(1)
    values = uniform(4000, rng)
    unit = (values - LOW) / (HIGH - LOW)
    found = np.column_stack([unit[:, 0] + 0.05 * rng.standard_normal(4000), rng.standard_normal((4000, 3))])
    sets = fit(values, found, np.array([0.8, 0, 0, 0]), 200)
    kept = (sets - LOW) / (HIGH - LOW)
    assert np.median(kept[:, 0]) == pytest.approx(0.8, abs=0.03)
    assert kept[:, 0].std() < 0.1
    assert np.all(np.abs(np.median(kept[:, 1:], axis=0) - 0.5) < 0.12)
    assert np.all(kept[:, 1:].std(axis=0) > 0.22)  # a uniform has 0.29


def test_no_set_leaves_the_ranges_and_no_year_out_of_reach_drives_them_to_an_end():
    rng = np.random.default_rng(2)
    values = uniform(2000, rng)
    found = ((values - LOW) / (HIGH - LOW))[:, :2] + 0.1 * rng.standard_normal((2000, 2))
    sets = fit(values, found, np.array([0.5, 40.0]), 100)
    assert np.all((sets >= LOW) & (sets <= HIGH))
    kept = (sets - LOW) / (HIGH - LOW)
    assert np.median(kept[:, 0]) == pytest.approx(0.5, abs=0.1)
    assert 0.7 < np.median(kept[:, 1]) < 0.995


def test_a_statistic_that_nothing_moves_is_left_out():
    rng = np.random.default_rng(3)
    values = uniform(1000, rng)
    found = ((values - LOW) / (HIGH - LOW))[:, :1]
    with_constant = np.column_stack([found, np.zeros(1000)])
    np.testing.assert_array_equal(
        fit(values, found, np.array([0.3]), 50), fit(values, with_constant, np.array([0.3, 9.0]), 50)
    )


def test_the_figures_themselves_have_the_statistics_of_the_figures():
    known = figures().until(2020)
    data, names = observed(known, 2020), summaries(Past(*module._filled(known, 2020)), known)[1]
    assert len(data) == len(names)
    assert np.isfinite(data).all()
    near = module._groups(known)["third nearest to Moscow"]
    by_hand = np.log(known.spending[2015 - FIRST, near] / known.spending[2014 - FIRST, near]).mean()
    assert data[names.index("spending, third nearest to Moscow, 2015")] == pytest.approx(by_hand)
    assert data[names.index("goodwill, 2017")] < 0


def test_a_candidate_is_the_run_of_its_number():
    known = figures().until(2016)
    values, found = candidates(known, 2016, range(3, 6))
    np.testing.assert_array_equal(values, draws(range(3, 6)))
    alone = candidates(known, 2016, range(4, 5))
    np.testing.assert_array_equal(alone[0][0], values[1])
    np.testing.assert_allclose(alone[1][0], found[1], rtol=1e-12)


def world(number: int, through: int) -> tuple[np.ndarray, Figures]:
    """Parameters of a run, and its history as if it were the figures."""
    unknown = Figures(*(np.full_like(t, np.nan) for t in (figures().spending, figures().image, figures().growth)))
    past = follow(unknown, through, TRUTH, range(number, number + 1), "prior", origin=through)
    rows = slice(0, through - FIRST + 1)
    spending, image = np.full_like(unknown.spending, np.nan), np.full_like(unknown.image, np.nan)
    spending[rows] = np.where(np.isnan(figures().spending[rows]), np.nan, past.spending[0])
    image[rows] = np.where(np.isnan(figures().image[rows]), np.nan, past.goodwill[0])
    return draws(range(number, number + 1), TRUTH)[0], Figures(spending, image, np.full_like(spending, np.nan))


def recovered(worlds, count, through):
    """Whether each parameter of each world lies in the 90 % interval of its fit, ``[world, parameter]``."""
    inside, width = [], []
    for number in worlds:
        truth, known = world(number, through)
        values, found = candidates(known, through, range(count))
        low, high = np.quantile(fit(values, found, observed(known, through), 100), [0.05, 0.95], axis=0)
        inside.append((low <= truth) & (truth <= high))
        width.append((high - low) / (0.9 * (HIGH - LOW)))
    return np.array(inside), np.array(width)


def test_data_of_known_parameters_give_them_back():
    inside, width = recovered((0, 1), 400, 2017)
    assert inside.mean() > 0.78  # 0.90 expected; 58 parameters, which share their data
    assert width[:, FITTED.index("budget_noise")].max() < 0.9  # what shows in the data is narrowed; a uniform has 1


@pytest.mark.soak
def test_data_of_known_parameters_give_them_back_over_many_worlds():
    inside, width = recovered(range(20), 2000, 2022)
    assert 0.85 < inside.mean() < 0.97
    assert width[:, FITTED.index("budget_noise")].mean() < 0.8


def test_a_fit_writes_sets_and_recipe_and_goes_on_where_it_stopped(tmp_path, monkeypatch):
    reports = []
    recipe = calibrate(2016, tmp_path, 600, 1, reports.append)
    first = (tmp_path / "2016.csv").read_bytes()
    assert first.count(b"\n") == 301
    assert json.loads((tmp_path / "2016.json").read_text()) == recipe
    assert not (tmp_path / ".candidates-2016").exists()
    assert sum(reports) == 600
    # interrupted after some batches
    monkeypatch.setattr(module, "fit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        calibrate(2016, tmp_path, 600, 1)
    monkeypatch.undo()
    assert len(list((tmp_path / ".candidates-2016").glob("*.npz"))) == 5
    monkeypatch.setattr(module, "Local", None)  # nothing is left to simulate
    assert calibrate(2016, tmp_path, 600, 1) == recipe
    assert (tmp_path / "2016.csv").read_bytes() == first
