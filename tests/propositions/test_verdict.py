"""The rule on planted differences, where the verdict is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion.propositions.verdict import VERDICTS, agreement, decide, effect, judge, remains, weakest


def planted(*parts: tuple[float, int]) -> np.ndarray:
    """So many sets of each difference."""
    return np.repeat([value for value, _ in parts], [count for _, count in parts])


@pytest.mark.parametrize(
    ("difference", "claim", "verdict"),
    [
        (planted((0.2, 100)), "more", "supported"),
        (planted((0.2, 100)), "less", "refuted"),
        (planted((-0.2, 100)), "less", "supported"),
        # nine of ten sets with the sign suffice, one fewer does not
        (planted((0.2, 90), (-0.2, 10)), "more", "supported"),
        (planted((0.2, 89), (-0.2, 11)), "more", "mixed"),
        # the sign alone does not suffice: the median must mean something
        (planted((0.05, 51), (0.01, 49)), "more", "supported"),
        (planted((0.05, 49), (0.04, 51)), "more", "mixed"),
        # no likelier than not
        (planted((0.2, 50), (-0.2, 50)), "more", "refuted"),
        (planted((0.2, 51), (-0.2, 49)), "more", "mixed"),
        # the sign everywhere, and next to nothing: one set in twenty with a meaningful effect makes the difference
        (planted((0.01, 96), (0.06, 4)), "more", "refuted"),
        (planted((0.01, 95), (0.06, 5)), "more", "mixed"),
        # sets without a difference count half
        (planted((0.2, 10), (0.0, 90)), "more", "mixed"),
        (planted((0.0, 100)), "more", "refuted"),
        (planted((0.2, 80), (0.0, 20)), "more", "supported"),
        (planted((0.2, 79), (0.0, 21)), "more", "mixed"),
        # that there is no such difference
        (planted((0.04, 100)), "no more", "supported"),
        (planted((0.06, 100)), "no more", "refuted"),
        (planted((0.06, 50), (0.0, 50)), "no more", "refuted"),
        (planted((0.06, 20), (0.0, 80)), "no more", "mixed"),
        (planted((-9.0, 100)), "no more", "supported"),
        (planted((-0.04, 100)), "no less", "supported"),
        (planted((-0.06, 100)), "no less", "refuted"),
    ],
)
def test_the_rule_on_planted_differences(difference, claim, verdict):
    assert judge(difference, claim, 0.05).verdict == verdict


def test_a_difference_that_rounding_leaves_is_none():
    assert judge(planted((1e-16, 100)), "more", 0.05).probability == 0.5


def test_what_is_said_beside_the_verdict():
    said = judge(planted((0.2, 60), (0.01, 30), (-0.1, 10)), "more", 0.05)
    assert (said.median, said.probability, said.holds, said.against) == (0.2, 0.9, 0.6, 0.1)
    assert (said.low, said.high) == (-0.1, 0.2)
    assert said.median_low <= said.median <= said.median_high
    turned = judge(planted((0.2, 60), (0.01, 30), (-0.1, 10)), "less", 0.05)
    assert (turned.holds, turned.against) == (0.1, 0.6)
    assert turned.median == said.median, "what is reported is the difference, not the claim"


def test_the_weakest_part_decides():
    assert weakest(["supported", "supported"]) == "supported"
    assert weakest(["supported", "mixed"]) == "mixed"
    assert weakest(["mixed", "refuted", "supported"]) == "refuted"


def test_a_verdict_far_from_its_bounds_agrees_in_every_resample_and_one_at_a_bound_does_not():
    sure = effect(planted((0.2, 100)), "more", 0.05)
    close = effect(planted((0.2, 90), (-0.2, 10)), "more", 0.05)
    assert agreement([sure]) == 1
    assert 0.3 < agreement([sure, close]) < 0.8


@pytest.mark.parametrize(
    ("full", "ablated", "said"),
    [
        (0.2, 0.0, "gone"), (0.2, -0.05, "gone"), (0.2, 0.1, "smaller"), (0.2, 0.2, "stays"), (0.2, -0.1, "turned"),
        (-0.2, -0.19, "stays"), (0.04, 0.0, "too small"),
    ],
)  # fmt: skip
def test_what_an_ablation_leaves(full, ablated, said):
    assert remains(full, ablated, 0.05) == said


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40), st.sampled_from(["more", "less", "no more", "no less"]))
def test_moving_every_set_toward_the_claim_never_weakens_the_verdict(values, claim):
    before = np.array(values)
    after = before + (0.1 if claim in ("more", "no less") else -0.1)
    verdicts = [int(decide(*effect(difference, claim, 0.05))) for difference in (before, after)]
    assert verdicts[1] <= verdicts[0]
    assert VERDICTS[verdicts[0]] == judge(before, claim, 0.05).verdict


def test_a_claim_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'most' is not one of more, less"):
        effect(np.zeros(3), "most", 0.05)
