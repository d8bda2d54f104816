"""What a session may ask for, and all sessions together: each bound holds, and says so where a person meets it."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cohesion import load_scenario
from cohesion.checks import ConfigError
from cohesion_viz import limits
from cohesion_viz.answers import Ensemble, Paired
from cohesion_viz.dashboard.events import saved
from cohesion_viz.dashboard.files import brought
from cohesion_viz.dashboard.session import Session
from cohesion_viz.engine import Engine, Request
from cohesion_viz.jobs import FIRST, compute
from cohesion_viz.shared import Cache, Room, Shared
from cohesion_viz.view import RUNS, History, View, most_runs
from cohesion_viz.workers import Threads, Urgency

SHORT = load_scenario("trade-war").with_changes(months=6)
OWN = 'title = "Mine"\nstory = "A test."\nstart = 2025-01-01\nmonths = {months}\n'


def own(months=600, events=0):
    many = "".join(
        f'[[events]]\ndate = {2025 + k // 12}-{1 + k % 12:02d}-01\ntext = "Event"\n[events.levers]\nus_aid = -0.5\n'
        for k in range(events)
    )
    return OWN.format(months=months) + many


# --- what a session may ask for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", ["2049", "1000000000", "1e9", "-1", "0", "٣", ""])
def test_a_link_cannot_ask_for_more_runs_than_are_offered(runs):
    view, messages = View.from_query(f"runs={runs}")
    assert view.runs == View().runs
    assert "runs" in messages[0]


def test_runs_times_months_are_bounded_in_a_link_a_file_and_a_field():
    """All that is shipped may have as many runs as are offered; a longer scenario fewer."""
    assert most_runs(132) == RUNS[-1]
    assert most_runs(600) * 600 <= limits.RUN_MONTHS < RUNS[-1] * 600
    long = View(scenario="mine", text=own(), runs=most_runs(600))
    view, messages = View.from_query(replace(long, runs=2048).to_query())
    assert view == long
    assert f"here are {most_runs(600)}" in messages[0]
    with pytest.raises(ConfigError, match="2,048 runs of 600 months"):
        brought(View(runs=2048), "mine.toml", own())
    session = Session(long.to_query())
    session.change(replace(long, runs=2048))
    assert session.view.value.runs == most_runs(600)
    assert "2,048 runs of 600 months" in session.message.value


def test_a_scenario_has_at_most_so_many_events_wherever_they_come_from():
    full = brought(View(runs=64), "mine.toml", own(events=limits.EVENTS))
    assert len(full.resolved().events) == limits.EVENTS
    with pytest.raises(ConfigError, match="201 events"):
        brought(View(runs=64), "mine.toml", own(events=limits.EVENTS + 1))
    more = saved(full, "", {"date": "2030-01", "levers": [{"name": "us_aid", "value": -1}]})
    with pytest.raises(ConfigError, match="201 events"):
        more.resolved()


def test_a_link_longer_than_any_view_is_not_read():
    view, messages = View.from_query("us_aid=0&" * limits.LINK)
    assert view == View()
    assert "longer" in messages[0]


@pytest.mark.parametrize("name", ["secret", "../secret", "secret.toml", "/etc/passwd", ""])
def test_a_name_from_a_browser_leads_to_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ("secret", "secret.toml"):
        (tmp_path / place).write_text(own(12))
    with pytest.raises(ConfigError):
        View(scenario=name).resolved()
    for text in ("", " \n"):
        with pytest.raises(ConfigError, match="empty"):
            brought(View(), name, text)
    with pytest.raises(ConfigError, match="extends"):
        brought(View(), "mine.toml", f'extends = "{name or "x"}"\ntitle = "x"\nstory = "x"\n')


# --- what a session keeps ---------------------------------------------------------------------------------------------


def test_undo_keeps_so_many_steps_and_so_much_text():
    history = History(View(), limit=5, text=10_000)
    for k in range(20):
        history.put(View(seed=k))
    assert len([history.undo() for _ in range(20) if history.can_undo]) == 5
    for k in range(20):
        history.put(View(text=f"{k}" + "x" * 3000))
    assert len([history.undo() for _ in range(20) if history.can_undo]) == 3


def test_a_month_of_a_run_takes_what_the_room_for_runs_counts_it_as():
    pieces = compute(SHORT, 0, range(3))
    assert sum(piece.nbytes for piece in pieces.values()) == 3 * 7 * limits.BYTES_OF_A_MONTH


# --- what a session may have under way --------------------------------------------------------------------------------


class Watched(Threads):
    """Workers that count what they are given."""

    def __init__(self):
        super().__init__()
        self.given, self.done = 0, 0

    def submit(self, *work):
        self.given += 1
        return super().submit(*work)


def test_a_burst_of_requests_computes_the_newest_and_leaves_the_others():
    """Three hundred at once are answered by at most three threads, and most of them are never begun."""
    workers, heard, finished, threads = Watched(), [], threading.Event(), []

    def publish(answer):
        heard.append(answer)
        if answer.ticket == 300 and answer.done:
            finished.set()

    engine = Engine(workers, publish)
    for seed in range(300):
        engine.ask(Request(SHORT, None, seed, 64))
        threads.append(sum(thread.name.startswith("cohesion-") and thread.name[9:].isdigit()
                           for thread in threading.enumerate()))  # fmt: skip
    assert finished.wait(60)
    engine.close()
    assert max(threads) <= limits.AT_WORK + 1  # those of another test may be just ending
    assert {answer.ticket for answer in heard if answer.done} == {300}
    assert heard[-1].ensemble.seed == 299
    assert workers.given < 60


def test_a_request_that_is_stopped_computes_no_more_until_the_next():
    workers, heard = Watched(), []
    engine = Engine(workers, heard.append)
    engine.ask(Request(SHORT.with_changes(months=240), None, 1, 2048))
    while not heard:
        time.sleep(0.01)
    engine.stop()
    time.sleep(1)
    given = workers.given
    time.sleep(1)
    assert workers.given == given
    assert not heard[-1].done
    assert heard[-1].ensemble._pieces == []  # what stays on screen holds no runs
    engine.ask(Request(SHORT, None, 1, 64))
    while not heard[-1].done:
        time.sleep(0.01)
    engine.close()


def test_a_session_that_nobody_looks_at_stops_and_goes_on_when_somebody_does():
    session = Session("runs=64&baseline=&scenario=trade-war", lambda publish: Engine(Threads(), publish))
    session.pause()
    time.sleep(0.5)
    assert not session.answer.value.done
    session.go_on()
    end = time.monotonic() + 60
    while not session.answer.value.done and time.monotonic() < end:
        time.sleep(0.05)
    assert session.answer.value.runs == 64
    session.close()


def test_the_most_urgent_work_goes_first():
    workers, order, gate = Threads(), [], threading.Event()
    slot = workers.open()
    workers.newest(slot, 1)

    def job(scenario, seed, runs, stopped):
        gate.wait(20)
        order.append(seed)

    asked = [Urgency.CAUSES, Urgency.CAUSES, Urgency.REFINEMENT, Urgency.DETAIL, Urgency.FIRST_BAND]
    futures = [workers.submit(job, SHORT, k, range(1), slot, 1, urgency) for k, urgency in enumerate(asked)]
    gate.set()
    for future in futures:
        future.result(20)
    assert order == [0, 4, 3, 2, 1]  # the first had begun already


def test_work_of_an_older_request_is_not_begun():
    workers = Threads()
    slot = workers.open()
    workers.newest(slot, 2)
    assert workers.submit(lambda *_: 1 / 0, SHORT, 0, range(1), slot, 1).result(20) is None


def test_an_error_in_a_worker_reaches_who_asked():
    workers = Threads()
    slot = workers.open()
    workers.newest(slot, 1)
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda *_: 1 / 0, SHORT, 0, range(1), slot, 1).result(20)


# --- what all sessions hold -------------------------------------------------------------------------------------------


def test_who_comes_when_there_is_no_room_waits_in_turn():
    room, order = Room(10), []

    def take(name, amount):
        with room.taken(amount, lambda: None):
            order.append(name)

    with room.taken(8, lambda: None):
        people = [threading.Thread(target=take, args=each) for each in (("large", 9), ("small", 1))]
        for person in people:
            person.start()
            time.sleep(0.2)
        assert order == []
        assert room.wanted
    for person in people:
        person.join(10)
    assert order == ["large", "small"]
    assert (room.used, room.wanted) == (0, False)


def test_one_who_needs_more_than_there_is_goes_alone_and_one_who_gives_up_holds_nothing():
    room = Room(10)

    def give_up():
        raise TimeoutError

    with room.taken(50, lambda: None), pytest.raises(TimeoutError), room.taken(1, give_up):
        pass
    assert (room.used, room.wanted) == (0, False)


@pytest.mark.parametrize("pair", [False, True])
def test_an_ensemble_is_counted_while_it_grows_and_not_after(pair):
    shared, most, finished = Shared(), [0, 0], threading.Event()

    def publish(answer):
        most[:] = max(most[0], shared.first_bands.used), max(most[1], shared.refinements.used)
        if answer.causes is not None:
            finished.set()

    engine = Engine(Threads(), publish, shared)
    calm = load_scenario("status-quo").with_changes(months=6)
    engine.ask(Request(SHORT, calm, 3, 128, pair))
    assert finished.wait(60)
    engine.close()
    assert most == [2 * n * 7 * limits.BYTES_OF_A_MONTH for n in (FIRST, 128 - FIRST)]
    assert (shared.first_bands.used, shared.refinements.used) == (0, 0)


def test_finished_ensembles_are_kept_by_their_months():
    pieces = compute(SHORT, 0, range(2))
    one = Ensemble(SHORT, 0, [pieces])
    cache = Cache(months=5 * 7)
    cache.put("pair", Paired(one, one))
    for k in range(2):
        cache.put(k, one)
    assert cache.get("pair") is not None
    cache.put(2, one)  # the pair counts three times, and 0 and 1 were asked for longer ago
    assert [cache.get(key) is not None for key in ("pair", 0, 1, 2)] == [True, False, True, True]
    cache.put(2, one)
    assert cache.get(1) is not None


def test_the_page_about_the_server_has_the_bounds_as_they_are():
    page = Path(__file__).resolve().parents[2] / "docs" / "server.md"
    assert limits.table() in page.read_text(encoding="utf-8"), "make docs-tables"
