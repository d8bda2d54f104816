"""Answers in stages: each stage is that of `simulate`, and the newest request wins."""

import threading

import numpy as np

from cohesion import load_scenario, outcome_shares, simulate
from cohesion_viz.engine import Answer, Engine, Threads

SHORT = load_scenario("trade-war").with_changes(months=12)
CALM = load_scenario("status-quo").with_changes(months=12)


def answers(*requests):
    """Every answer until the last request is done."""
    heard, finished = [], threading.Event()

    def publish(answer: Answer) -> None:
        heard.append(answer)
        if (answer.done or answer.error) and answer.ticket == len(requests):
            finished.set()

    engine = Engine(Threads(), publish)
    for scenario, seed, runs in requests:
        engine.ask(scenario, CALM, seed, runs)
    assert finished.wait(60)
    engine.close()
    return heard


def test_the_first_band_has_64_runs_and_the_last_all_of_them():
    heard = answers((SHORT, 3, 128))
    first = next(answer for answer in heard if answer.ensemble)
    assert first.runs == 64
    assert heard[-1].runs == 128


def test_the_numbers_are_those_of_simulate():
    last = answers((SHORT, 3, 128))[-1]
    expected = outcome_shares(simulate(SHORT, 128, seed=3))
    for name, share in expected.items():
        np.testing.assert_allclose(last.ensemble.share(name), share)


def test_the_newest_request_is_the_one_that_is_finished():
    heard = answers((SHORT, 1, 512), (SHORT, 2, 64))
    assert [answer.ticket for answer in heard if answer.done] == [2]
