"""M16 China."""

import numpy as np
import pytest

from cohesion.parameters import parameter_set
from cohesion.rules import china

ONE = np.ones((1, 1))


@pytest.mark.parametrize("effect", [-0.3, 0.0, 0.3])
def test_courting_moves_support_to_its_effect_in_the_long_run(effect):
    p = parameter_set({"courting_china": effect}, 1)
    support = 0 * ONE
    for _ in range(400):
        support = china.support(support, ONE, p)
    assert support[0, 0] == pytest.approx(effect, abs=1e-6)


def test_half_of_the_way_takes_about_a_year_and_a_half():
    p = parameter_set({"courting_china": 0.3}, 1)
    support = 0 * ONE
    for _ in range(17):
        support = china.support(support, ONE, p)
    assert support[0, 0] == pytest.approx(0.15, abs=0.01)


def test_by_default_courting_changes_nothing():
    assert china.support(0 * ONE, ONE, parameter_set({}, 1))[0, 0] == 0


def test_support_fades_when_courting_ends():
    assert 0 < china.support(0.2 * ONE, 0 * ONE, parameter_set({"courting_china": 0.3}, 1))[0, 0] < 0.2
