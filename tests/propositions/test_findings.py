"""What is found, on planted runs whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from cohesion.outcome import CRITERIA
from cohesion.propositions.findings import WITH_BURDEN, Finding, finding
from cohesion.propositions.folder import plain, tables
from cohesion.propositions.pages import About, overview, page
from cohesion.propositions.table import REPETITIONS, Proposition

SETS = 400
ABOUT = About(SETS, 0, "prior", 3, "cohesion propositions", 1.0)
#: An alliance that holds clearly, in the order of CRITERIA.
HOLDING = {
    "defection": 0.05, "loyalty": 0.9, "trust_retained": 0.95, "credibility": 0.8, "unity": 0.9,
    "credibility_without_us": 0.3, "european_trust_retained": 0.95, "us_present": 1.0,
}  # fmt: skip


def proposition(*contrasts: dict) -> Proposition:
    """A made-up claim about two arms."""
    said = "A text that is long enough to be taken for one: made up for a test, it says nothing of the model at all."
    return Proposition(
        id="P1", title="Made up", claim="One arm differs from the other.", mechanisms=("M1",), reading=said,
        structural=said, open=said, other_side=said,
        prior={"supported": 0.2, "mixed": 0.3, "refuted": 0.5, "why": said},
        arms={name: {"says": f"arm {name}", "scenario": "status-quo"} for name in ("one", "two")},
        contrasts=[{"says": "it is so", "of": {"two": 1, "one": -1}, "decides": True, "differs": (), **c}
                   for c in contrasts],
        ablation={"says": "nothing responds", "without": ["trust"]},
    )  # fmt: skip


def kept(defection: np.ndarray | float = 0.05, **given: np.ndarray | float) -> dict[str, np.ndarray]:
    """What is kept of an arm: values given, broadcast over repetitions and sets, all else zero."""
    shape = (REPETITIONS, SETS)
    criteria = [np.broadcast_to(defection if c == "defection" else HOLDING[c], shape) for c in CRITERIA]
    found = {name: np.zeros(shape) for name in ("capacity", "cohesion_index", "cohesion_with_burden")}
    found |= {name: np.broadcast_to(value, shape) for name, value in given.items()}
    return found | {"criteria": np.stack(criteria, axis=-1)}


def drawn() -> pd.DataFrame:
    draw = np.random.default_rng(1).random((SETS, 3))
    low, high = np.array([0.0, -0.5, 0.2]), np.array([0.08, 0.5, 0.8])
    return pd.DataFrame(low + (high - low) * draw, columns=["learning", "bandwagoning", "tied_down"])


CAPACITY = {"measure": "capacity", "claim": "more"}


def found_of(p: Proposition, one: dict, two: dict, ablated: dict | None = None) -> Finding:
    off = {"one": one, "two": one if ablated is None else ablated}
    return finding(p, {"one": one, "two": two}, off, drawn(), seed=0)


def test_the_region_where_a_claim_fails_is_described():
    parameters = drawn()
    fails = (parameters["bandwagoning"] > 0.2) & (parameters["tied_down"] < 0.5)
    generator = np.random.default_rng(2)
    effects = np.where(fails, -0.1, 0.2) + 0.02 * generator.standard_normal((REPETITIONS, SETS))
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=effects))
    assert found.of_failing
    assert found.holds == pytest.approx(1 - fails.mean(), abs=0.01)
    box = found.region.box.set_index("factor")
    assert set(box.index) == {"bandwagoning", "tied_down"}
    assert box.loc["bandwagoning", "low"] == pytest.approx(0.2, abs=0.05)
    assert box.loc["tied_down", "high"] == pytest.approx(0.5, abs=0.05)
    text = page(found, ABOUT)
    assert "## Where it fails" in text
    assert "bandwagoning is at least 0." in text
    assert "tied_down is at most 0." in text
    assert "`bandwagoning` (-0." in text, "the effect falls with it"


def test_where_a_claim_fails_nearly_everywhere_the_region_says_where_it_holds():
    parameters = drawn()
    holds = parameters["learning"] > 0.06
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=np.where(holds, 0.2, 0.0)))
    assert not found.of_failing
    assert found.region.box["factor"].tolist() == ["learning"]
    assert "## Where it holds" in page(found, ABOUT)


def test_without_structure_no_region_is_found():
    noise = np.random.default_rng(3).standard_normal(SETS)
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=noise))
    assert found.region.box.empty
    assert found.ranks.empty
    assert "No box of parameters describes where" in page(found, ABOUT)


def test_sets_without_differences_in_parameters_have_no_region():
    same = pd.DataFrame({"learning": np.full(SETS, 0.03)})
    arms = {"one": kept(), "two": kept(capacity=0.2)}
    found = finding(proposition(CAPACITY), arms, arms, same, seed=0)
    assert found.verdict == "supported"
    assert "all sets are the same" in page(found, ABOUT)


def test_a_threshold_moved_by_a_tenth_turns_a_verdict_that_hangs_on_it():
    splinters = proposition({"measure": "splinters", "claim": "more"})
    near = found_of(splinters, kept(), kept(defection=0.14))  # the threshold is 0.15
    assert near.verdict == "refuted"
    turned = near.checks[near.checks["verdict"] != "refuted"]
    assert turned["change"].tolist() == ["threshold_defection -10 %"]
    assert turned["verdict"].tolist() == ["supported"]
    assert "changes under 1 of 12 changes: supported with threshold_defection -10 %" in page(near, ABOUT)
    far = found_of(splinters, kept(), kept(defection=0.3))
    assert (far.checks["verdict"] == "supported").all()
    assert "the same under all 12 changes" in page(far, ABOUT)


def test_an_index_that_burden_buys_off_turns_the_verdict_with_burden():
    falls = proposition({"measure": "cohesion_index", "claim": "less"})
    found = found_of(falls, kept(), kept(cohesion_index=-0.2, cohesion_with_burden=0.1))
    assert found.verdict == "supported"
    assert found.checks.to_dict("records") == [{"proposition": "P1", "change": WITH_BURDEN, "verdict": "refuted"}]


def test_what_rests_on_neither_cannot_move():
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=0.2))
    assert found.checks.empty
    assert "cannot move this verdict" in page(found, ABOUT)


def test_the_weakest_part_decides_and_what_stands_beside_does_not():
    both = proposition(CAPACITY, {"measure": "cohesion_index", "claim": "more"})
    assert found_of(both, kept(), kept(capacity=0.2)).verdict == "refuted"
    beside = proposition(CAPACITY, {"measure": "cohesion_index", "claim": "more", "decides": False})
    found = found_of(beside, kept(), kept(capacity=0.2))
    assert found.verdict == "supported"
    assert found.contrasts["verdict"].tolist() == ["supported", "refuted"]
    assert found.holds == 1


def test_shocks_are_averaged_out_in_sets_and_not_in_single_runs():
    shocks = np.array([0.5, 0.5, -0.5, -0.1])[:, None]
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=shocks))
    row = found.contrasts.iloc[0]
    assert (row["probability"], row["in_a_run"]) == (1, 0.5)
    assert row["median"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("left", "said"),
    [(0.0, "the effect goes with it"), (0.2, "the effect stays, so this mechanism is not its cause")],
)
def test_a_page_says_whether_the_effect_goes_with_its_mechanism(left, said):
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=0.2), ablated=kept(capacity=left))
    text = page(found, ABOUT)
    assert said in text
    assert f"+0.200 becomes {left:+.3f}" in text


def test_a_level_is_held_against_its_reference():
    level = proposition(CAPACITY | {"of": {"two": 1}, "reference": 0.5},
                        CAPACITY | {"of": {"one": 1}, "decides": False})  # fmt: skip
    assert found_of(level, kept(), kept(capacity=0.6)).verdict == "supported"
    assert found_of(level, kept(), kept(capacity=0.54)).verdict == "refuted"


def test_pages_tables_and_json_say_the_same():
    found = found_of(proposition(CAPACITY), kept(), kept(capacity=0.2))
    said = plain([found], ABOUT)["propositions"][0]
    assert (said["verdict"], said["contrasts"][0]["median"]) == ("supported", pytest.approx(0.2))
    row = tables([found])["verdicts"].iloc[0]
    assert (row["verdict"], row["expected"], row["prior_of_verdict"]) == ("supported", "refuted", 0.2)
    cells = "One arm differs from the other. | **supported** | 100 % | 20 % | do not enter | 100 % |"
    assert f"| [P1](P1.md) | {cells}" in overview([found], ABOUT)
    text = page(found, ABOUT)
    for part in ("## What is structural", "## What is open", "## The other side", "refuted 50 %", "**Supported.**"):
        assert part in text
