"""The outcome of a run: a table of cases, boundaries, windows and sensitivity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cohesion import outcome
from cohesion.outcome import CRITERIA, EUROPEAN_PILLAR, HOLDS, HOLLOW, OUTCOMES, SPLINTERS, WINDOW
from cohesion.parameters import BY_NAME, THRESHOLDS

THRESHOLD = {
    "threshold_defection": 0.16, "threshold_loyalty": 0.5, "threshold_trust": 0.75, "threshold_credibility": 0.5,
    "threshold_unity": 0.5, "threshold_european_trust": 0.9, "threshold_edge": 0.4,
}  # fmt: skip
SOUND = {
    "defection": 0.0, "loyalty": 1.0, "trust_retained": 1.0, "credibility": 0.8, "unity": 0.9,
    "credibility_without_us": 0.7, "european_trust_retained": 1.0, "us_present": 1.0,
}  # fmt: skip
WEAK = SOUND | {"credibility_without_us": 0.3}
BELOW = np.nextafter(0.5, 0)


def classify(case, thresholds=THRESHOLD):
    return int(outcome.classify({name: np.array([value]) for name, value in case.items()}, thresholds)[0])


@pytest.mark.parametrize(
    ("base", "changes", "expected"),
    [
        (SOUND, {}, HOLDS),
        (WEAK, {}, HOLDS),  # what stands without the US is not asked of an alliance that holds
        # splinters: enough defect, or too few are loyal, whatever else is well
        (SOUND, {"defection": 0.16}, SPLINTERS),
        (SOUND, {"defection": np.nextafter(0.16, 0)}, HOLDS),
        (SOUND, {"defection": 1.0}, SPLINTERS),
        (SOUND, {"loyalty": BELOW}, SPLINTERS),
        (SOUND, {"loyalty": 0.5}, HOLDS),
        # holds: each of its four conditions, at its boundary and just below
        (WEAK, {"trust_retained": 0.75}, HOLDS),
        (WEAK, {"trust_retained": np.nextafter(0.75, 0)}, HOLLOW),
        (WEAK, {"credibility": 0.5}, HOLDS),
        (WEAK, {"credibility": BELOW}, HOLLOW),
        (WEAK, {"unity": 0.5}, HOLDS),
        (WEAK, {"unity": BELOW}, HOLLOW),
        (WEAK, {"us_present": 0.5}, HOLDS),
        (WEAK, {"us_present": BELOW}, HOLLOW),
        # pillar: what does not hold with the US may stand without it
        (SOUND, {"trust_retained": 0.2}, EUROPEAN_PILLAR),
        (SOUND, {"us_present": 0.0, "credibility": 0.0}, EUROPEAN_PILLAR),
        (SOUND, {"us_present": 0.0, "credibility_without_us": 0.5}, EUROPEAN_PILLAR),
        (SOUND, {"us_present": 0.0, "credibility_without_us": BELOW}, HOLLOW),
        (SOUND, {"us_present": 0.0, "european_trust_retained": 0.9}, EUROPEAN_PILLAR),
        (SOUND, {"us_present": 0.0, "european_trust_retained": np.nextafter(0.9, 0)}, HOLLOW),
        # splintering comes before a pillar
        (SOUND, {"us_present": 0.0, "loyalty": 0.1}, SPLINTERS),
        (SOUND, dict.fromkeys(CRITERIA, 0.0), SPLINTERS),
        (SOUND, dict.fromkeys(CRITERIA, 0.0) | {"loyalty": 1.0}, HOLLOW),
    ],
)
def test_each_case_has_its_outcome(base, changes, expected):
    assert OUTCOMES[classify(base | changes)] == OUTCOMES[expected]


def test_thresholds_are_those_of_the_parameters_and_may_differ_by_run():
    assert outcome.defaults() == {p.name: p.default for p in THRESHOLDS}
    criteria = {name: np.full((2, 3), value) for name, value in (WEAK | {"trust_retained": 0.7}).items()}
    moved = {name: np.array([[value], [value]]) for name, value in THRESHOLD.items()}
    moved["threshold_trust"] = np.array([[0.65], [0.75]])
    np.testing.assert_array_equal(outcome.classify(criteria, moved), [[HOLDS] * 3, [HOLLOW] * 3])


@given(
    arrays(
        np.float64, st.tuples(st.integers(1, 3), st.integers(1, 70)), elements=st.floats(-2, 2, allow_subnormal=False)
    )
)
def test_the_trailing_mean_is_that_of_a_naive_loop_and_leaves_its_input_alone(values):
    before = values.copy()
    found = outcome.trailing_mean(values)
    for month in range(values.shape[1]):
        window = values[:, max(0, month + 1 - WINDOW) : month + 1]
        np.testing.assert_allclose(found[:, month], window.mean(axis=1), atol=1e-12)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("value", [0.16, 0.5, 0.75, 0.9, 5 / 32])
def test_the_trailing_mean_of_a_value_that_never_changes_is_that_value(value):
    found = outcome.trailing_mean(np.full((1, 121), value))
    np.testing.assert_allclose(found, value, rtol=1e-12)


def test_a_trailing_mean_forgets_what_is_older_than_two_years():
    values = np.concatenate([np.full((1, 30), 1.0), np.zeros((1, WINDOW))], axis=1)
    found = outcome.trailing_mean(values)[0]
    assert found[29] == 1
    assert found[29 + WINDOW // 2] == pytest.approx(0.5)
    assert found[-1] == pytest.approx(0, abs=1e-12)


@given(arrays(np.int8, st.integers(1, 60), elements=st.integers(0, 3)))
def test_shares_sum_to_one_and_count_each_outcome(final):
    found = outcome.shares(final)
    assert tuple(found) == OUTCOMES
    assert sum(found.values()) == pytest.approx(1)
    assert [round(share * final.size) for share in found.values()] == [int((final == k).sum()) for k in range(4)]


def random_criteria(runs=5000):
    rng = np.random.default_rng(1)
    high = {name: 0.4 if name == "defection" else 1.2 for name in CRITERIA}
    return {name: rng.uniform(0, high[name], runs) for name in CRITERIA}


def test_sensitivity_moves_every_threshold_of_the_outcome_by_a_tenth_and_its_shares_sum_to_one():
    found = outcome.sensitivity(random_criteria(), outcome.defaults())
    assert set(found) == {p.name for p in THRESHOLDS} - {"threshold_edge"}
    for sides in found.values():
        assert set(sides) == {"-10 %", "+10 %"}
        for shares in sides.values():
            assert tuple(shares) == OUTCOMES
            assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "outcome_name", "sign"),
    [
        ("threshold_defection", "splinters", -1),
        ("threshold_loyalty", "splinters", 1),
        ("threshold_trust", "holds", -1),
        ("threshold_unity", "holds", -1),
        ("threshold_credibility", "holds", -1),
        ("threshold_european_trust", "european_pillar", -1),
    ],
)
def test_a_stricter_threshold_moves_shares_the_way_it_reads(name, outcome_name, sign):
    sides = outcome.sensitivity(random_criteria(), outcome.defaults())[name]
    assert np.sign(sides["+10 %"][outcome_name] - sides["-10 %"][outcome_name]) == sign


def test_sensitivity_leaves_the_thresholds_that_it_was_given():
    given_thresholds = outcome.defaults()
    outcome.sensitivity(random_criteria(20), given_thresholds)
    assert given_thresholds == {name: BY_NAME[name].default for name in given_thresholds}
