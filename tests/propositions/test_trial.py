"""The trial: the same parameter sets and shocks in every arm, and each distinct variant once."""

import numpy as np
import pytest

from cohesion import simulate
from cohesion.propositions.measures import VARIABLES, Kept, keep
from cohesion.propositions.table import REPETITIONS, propositions
from cohesion.propositions.trial import Trial, run

P9 = propositions(("P9",))
TRIAL = Trial.of(P9, 3, 7, "prior")


def piece(arm: str, switched: bool = False, repetition: int = 0, trial: Trial = TRIAL) -> Kept:
    """What is kept of one repetition of an arm of P9."""
    number = trial.places["P9", arm, switched] * REPETITIONS + repetition
    (kept,) = trial.chunk(number, number + 1)
    return kept


@pytest.fixture(scope="module")
def paying():
    return [piece("paying", repetition=k) for k in range(REPETITIONS)]


def test_the_first_repetition_is_the_plain_ensemble(paying):
    plain = keep(simulate("energy-moratorium", runs=3, seed=7, uncertainty="prior", variables=VARIABLES))
    for name, values in plain.items():
        np.testing.assert_array_equal(paying[0][name], values, err_msg=name)


def test_repetitions_keep_the_parameters_and_change_the_shocks(paying):
    index = np.array([kept["cohesion_index"] for kept in paying])
    assert (np.ptp(index, axis=0) > 0).all()
    between, within = index.mean(axis=0).std(), index.std(axis=0).mean()
    assert between > within, "parameters of three sets differ by more than shocks of one"


def test_a_set_does_not_depend_on_how_many_there_are(paying):
    fewer = Trial.of(P9, 2, 7, "prior")
    np.testing.assert_array_equal(paying[1]["problem"][:2], piece("paying", repetition=1, trial=fewer)["problem"])
    np.testing.assert_array_equal(TRIAL.parameters().iloc[:2], fewer.parameters())


def test_a_mechanism_switched_off_is_off(paying):
    assert (paying[0]["problem"] != piece("refusing")["problem"]).all()
    off = [piece(arm, switched=True)["problem"] for arm in ("paying", "refusing")]
    np.testing.assert_allclose(*off, atol=1e-12)


def test_without_uncertainty_all_sets_are_the_same():
    trial = Trial.of(P9, 4, 0, "none")
    assert (trial.parameters().nunique() == 1).all()


def test_each_distinct_variant_is_simulated_once():
    every = propositions()
    trial = Trial.of(every, 300, 0, "prior")
    assert len({variant.key() for variant in trial.variants}) == len(trial.variants)
    assert trial.places["P1", "quiet", False] == trial.places["P7", "united", False]
    assert trial.places["P2", "talks", False] == trial.places["P11", "bare", False]
    assert trial.places["P11", "sustained", False] != trial.places["P11", "sustained", True]
    assert ("P1", "quiet", True) not in trial.places, "no contrast that decides needs it"
    wanted = {(p.id, name, False) for p in every for name in p.arms}
    assert wanted <= set(trial.places)
    assert trial.total == len(trial.variants) * REPETITIONS * 300


def test_pieces_are_joined_by_variant_repetition_and_set(monkeypatch):
    trial = Trial.of(P9, 300, 0, "prior")

    def numbered(self: Trial, first: int, last: int) -> list[Kept]:
        variant, repetition = divmod(first // self.blocks, REPETITIONS)
        return [{"set": 1000.0 * variant + 10000.0 * repetition + np.array(self.runs_of(first))}]

    monkeypatch.setattr(Trial, "chunk", numbered)
    done = []
    joined = run(trial, workers=0, progress=done.append)
    assert sum(done) == trial.total
    for variant, kept in enumerate(joined):
        expected = 1000 * variant + 10000 * np.arange(REPETITIONS)[:, None] + np.arange(300)
        np.testing.assert_array_equal(kept["set"], expected)
