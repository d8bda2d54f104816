"""Answers in stages: each stage is that of `simulate`, and the newest request wins."""

import datetime
import threading

import numpy as np

from cohesion import load_scenario, outcome_shares, simulate
from cohesion.attribution import attribute
from cohesion_viz import numbers
from cohesion_viz.answers import Answer
from cohesion_viz.engine import Engine, Request
from cohesion_viz.jobs import compute, ends
from cohesion_viz.shared import Shared
from cohesion_viz.workers import Threads

SHORT = load_scenario("trade-war").with_changes(months=12)
CALM = load_scenario("status-quo").with_changes(months=12)


def request(scenario, seed, runs, **others):
    return Request(scenario, CALM, seed, runs, **others)


def answers(*requests, shared=None):
    """Every answer until the last one's causes are in, or it failed."""
    heard, finished = [], threading.Event()

    def publish(answer: Answer) -> None:
        heard.append(answer)
        last = answer.causes is not None or answer.error
        if last and answer.ticket == len(requests):
            finished.set()

    engine = Engine(Threads(), publish, shared)
    for one in requests:
        engine.ask(one)
    assert finished.wait(60)
    engine.close()
    return heard


def test_the_first_band_has_64_runs_and_the_last_all_of_them():
    heard = answers(request(SHORT, 3, 128))
    first = next(answer for answer in heard if answer.ensemble)
    assert first.runs == 64
    assert heard[-1].runs == 128


def test_the_numbers_are_those_of_simulate():
    last = answers(request(SHORT, 3, 128))[-1]
    expected = outcome_shares(simulate(SHORT, 128, seed=3))
    for name, share in expected.items():
        np.testing.assert_allclose(last.ensemble.share(name), share)


def test_what_a_worker_keeps_of_an_earlier_request_changes_no_number():
    """Neither another scenario, parameter, seed, start nor horizon before it, nor the same request again."""
    moved = CALM.with_changes(parameters={"trust_sensitivity": 1.4})
    later = CALM.with_changes(start=datetime.date(2015, 1, 1))
    asked = [(CALM, 1), (SHORT, 1), (SHORT, 1), (moved, 1), (CALM, 2), (later, 1), (CALM.with_changes(months=9), 1)]
    after_others = [compute(scenario, seed, range(4)) for scenario, seed in asked]
    for (scenario, seed), kept in zip(asked, after_others, strict=True):
        alone = simulate(scenario, 4, seed=seed)
        for name, values in kept.items():
            expected = alone[name].to_numpy()
            np.testing.assert_array_equal(np.moveaxis(values, -1, 0), expected.astype(values.dtype), err_msg=name)


def test_the_newest_request_is_the_one_that_is_finished():
    heard = answers(request(SHORT, 1, 512), request(SHORT, 2, 64))
    assert {answer.ticket for answer in heard if answer.done} == {2}


def test_paired_differences_are_those_of_simulate_run_by_run():
    last = answers(request(SHORT, 3, 128, pair=True))[-1]
    calm, torn = (simulate(scenario, 128, seed=3) for scenario in (CALM, SHORT))
    expected = numbers.paired_difference(calm, torn)
    np.testing.assert_allclose(last.paired.fan.to_numpy(), expected.to_numpy(), atol=1e-6)
    member = numbers.paired_difference(calm, torn, "trust_in_us", "CAN")
    np.testing.assert_allclose(last.paired.member_fan("trust_in_us", "CAN").to_numpy(), member.to_numpy(), atol=1e-6)
    shares = numbers.outcome_differences(calm, torn)
    np.testing.assert_allclose(last.paired.outcomes.to_numpy(), shares.to_numpy())


def test_a_pair_can_be_asked_for_again_after_its_runs_were_let_go():
    shared = Shared()
    first = answers(request(SHORT, 3, 64), shared=shared)[-1]
    pair = answers(request(SHORT, 3, 64, pair=True), shared=shared)[-1]
    again = answers(request(SHORT, 3, 64, pair=True), shared=shared)[-1]
    assert first.paired is None
    np.testing.assert_array_equal(again.paired.members("threat"), pair.paired.members("threat"))


def test_causes_are_those_of_the_attribution():
    last = answers(request(SHORT, 3, 64))[-1]
    expected = attribute(CALM, SHORT, seed=3)
    np.testing.assert_allclose(last.causes.loc[expected.index].to_numpy(), expected.to_numpy(), atol=1e-6)


def test_causes_that_were_interrupted_go_on_where_they_stopped(monkeypatch):
    """As when somebody leaves, and comes back or another opens the same link."""
    torn = load_scenario("splitting-the-alliance").with_changes(months=3)
    shared, worked, some = Shared(), [], threading.Event()

    def counted(*what):
        worked.append(found := ends(*what))
        if len(worked) > 6:
            some.set()
        return found

    monkeypatch.setattr("cohesion_viz.engine.ends", counted)
    asked = Request(torn, CALM.with_changes(months=3), 3, 64)
    engine = Engine(Threads(), lambda answer: None, shared)
    engine.ask(asked)
    assert some.wait(60)
    engine.close()
    last = answers(asked, shared=shared)[-1]
    assert len([found for found in worked if found is not None]) <= 32 + 3  # those in hand when it was stopped
    expected = attribute(asked.baseline, torn, seed=3)
    np.testing.assert_allclose(last.causes.loc[expected.index].to_numpy(), expected.to_numpy(), atol=1e-6)


def test_an_exception_in_a_computation_becomes_an_answer_that_says_so(monkeypatch):
    def broken(*_):
        raise RuntimeError("no more memory")

    monkeypatch.setattr("cohesion_viz.engine.compute", broken)
    last = answers(request(SHORT, 3, 64))[-1]
    assert "no more memory" in last.error
    assert last.done


def test_another_variable_of_the_map_is_no_other_request():
    assert request(SHORT, 1, 64, variable="threat") == request(SHORT, 1, 64, variable="spending")
    assert request(SHORT, 1, 64) != request(SHORT, 2, 64)
