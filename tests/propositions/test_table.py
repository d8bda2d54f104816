"""The propositions as data: complete, and their contrasts differ in what they say they differ in."""

import numpy as np
import pytest
from pydantic import ValidationError

from cohesion.levers import LEVERS
from cohesion.propositions.table import Arm, Contrast, Proposition, propositions
from cohesion.scenario import ConfigError

ALL = propositions()


def levers_that_differ(arms: list[Arm]) -> set[str]:
    paths = [arm.load().paths() for arm in arms]
    return {x.name for x in LEVERS if any(not np.array_equal(paths[0][x.name], path[x.name]) for path in paths)}


def test_all_eleven_are_there_with_every_text():
    assert [p.id for p in ALL] == [f"P{k}" for k in range(1, 12)]
    for p in ALL:
        for text in (p.structural, p.open, p.other_side, p.reading, p.prior.why):
            assert len(text.split()) > 10, p.id


@pytest.mark.parametrize("p", ALL, ids=lambda p: p.id)
def test_the_arms_of_a_contrast_differ_in_the_levers_it_names_and_no_others(p):
    for contrast in p.contrasts:
        assert levers_that_differ([p.arms[name] for name in contrast.of]) == set(contrast.differs), contrast.says


@pytest.mark.parametrize("p", ALL, ids=lambda p: p.id)
def test_arms_share_start_horizon_and_parameters(p):
    loaded = [arm.load() for arm in p.arms.values()]
    assert len({(s.start, s.months) for s in loaded}) == 1
    assert all(s.parameters == loaded[0].parameters for s in loaded)
    assert all(s.warnings() == () for s in loaded)


@pytest.mark.parametrize("p", ALL, ids=lambda p: p.id)
def test_a_contrast_is_a_difference_or_a_level_with_a_reference(p):
    for contrast in p.contrasts:
        if len(contrast.of) > 1:
            assert sum(contrast.of.values()) == 0, contrast.says
            assert contrast.reference == 0
        else:
            assert list(contrast.of.values()) == [1]
            assert contrast.differs == ()


def changed(**changes) -> dict:
    return ALL[8].model_dump() | changes


def test_an_interaction_needs_all_its_arms():
    assert levers_that_differ([Arm(says="one", scenario="status-quo"), Arm(says="two", scenario="trade-war")]) == {
        "us_tariff",
        "joint_retaliation",
    }
    with pytest.raises(ValidationError, match="arms and contrasts do not name the same: \\['unused'"):
        Proposition(**changed(arms=ALL[8].arms | {"unused": Arm(says="one more", scenario="status-quo")}))


def test_what_is_not_known_is_refused():
    contrast = ALL[8].contrasts[0].model_dump()
    with pytest.raises(ValidationError, match="measure 'problems' is not one of"):
        Contrast(**contrast | {"measure": "problems"})
    with pytest.raises(ValidationError, match="claim"):
        Contrast(**contrast | {"claim": "most"})
    with pytest.raises(ValidationError, match="must sum to 1"):
        Proposition(**changed(prior={"supported": 0.5, "mixed": 0.5, "refuted": 0.5, "why": "x" * 60}))
    with pytest.raises(ValidationError, match="unknown or nothing"):
        Proposition(**changed(ablation={"says": "nothing", "parameters": {"appetite": 0}}))
    with pytest.raises(ConfigError, match="us_tarif"):
        Arm(says="misspelt", scenario="status-quo", levers={"us_tarif": 1}).load()
