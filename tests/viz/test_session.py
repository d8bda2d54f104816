"""A session without a browser: pages render, errors are told and harm nothing, the server says why it cannot start."""

import signal
import socket
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import solara

from cohesion import load_scenario
from cohesion.attribution import Driver, divide
from cohesion_viz.answers import Answer, Ensemble, Paired
from cohesion_viz.dashboard import about, compare, explorer, game, history, lessons, results, run
from cohesion_viz.dashboard.session import Session, _request, guarded
from cohesion_viz.jobs import Detail, compute, detail
from cohesion_viz.workers import Processes

MONTHS, RUNS = 12, 8


@pytest.fixture(scope="module")
def answer():
    calm, torn = (load_scenario(name).with_changes(months=MONTHS) for name in ("status-quo", "trade-war"))
    first, second = (Ensemble(scenario, 0, [compute(scenario, 0, range(RUNS))]) for scenario in (calm, torn))
    found = detail(torn, 0, range(4))
    assert isinstance(found, Detail)
    names = [driver.name for driver in (Driver("us_tariff", ("us_tariff",)),)]
    values = {frozenset(): first.final_index, frozenset(names): second.final_index}
    causes = divide({c: v > 0.7 for c, v in values.items()}, values, names)
    return Answer(1, second, first, found, Paired(first, second), causes, following=second, target=RUNS, done=True)


def texts(widget):
    """All words that a rendered tree says, those packed for Vue parts included."""
    found = []
    for name in ("children", "packed", "option", "label", "text"):
        value = getattr(widget, name, None)
        for part in value if isinstance(value, list | tuple) else [value]:
            found += [part] if isinstance(part, str) else texts(part) if part is not None else []
    return found


@pytest.mark.parametrize("page", [explorer, compare, lessons, game, run, history, results, about])
@pytest.mark.parametrize("known", [False, True], ids=["nothing known yet", "an answer"])
def test_every_page_renders(page, known, answer):
    session = Session("scenario=trade-war&member=CAN")
    if known:
        session.answer.value = answer
    box, rendered = solara.render(page.Page(session), handle_error=False)
    assert texts(box)
    rendered.close()


def test_the_explorer_says_the_share_of_runs_that_end_so(answer):
    session = Session("scenario=trade-war")
    session.answer.value = answer
    box, rendered = solara.render(explorer.Page(session), handle_error=False)
    assert any(f"of {RUNS} runs" in text for text in texts(box))
    rendered.close()


def test_an_error_is_told_and_the_numbers_before_stay(answer):
    session = Session()
    session.answer.value = answer
    session._take(Answer(2, error="The computation failed: no more memory", done=True))
    assert "no more memory" in session.message.value
    assert session.answer.value.ensemble is answer.ensemble


def test_what_is_looked_at_has_the_name_of_the_scenario_that_is_compared():
    assert Session("page=compare&second=trade-war&us_tariff=0.2").subject == "Trade war"
    assert Session("page=compare&second=trade-war&p.learning=0.02").subject == "Trade war, changed"
    assert Session("scenario=status-quo&second=trade-war&us_tariff=0.2").subject == "Status quo, changed"


def test_an_exception_in_a_handler_becomes_a_message(capsys):
    session = Session()
    guarded(session, lambda: 1 / 0)
    assert "division by zero" in session.message.value
    assert "ZeroDivisionError" in capsys.readouterr().err


class Drawn:
    """What draws a page: how many hold it back, and how often it has drawn."""

    held = times = 0

    def __enter__(self):
        self.held += 1

    def __exit__(self, *_):
        self.held -= 1
        self.times += self.held == 0


class Asked:
    """An engine that notes what it is asked."""

    next_ticket = 1

    def __init__(self, publish=None):
        self.requests = []

    def ask(self, request):
        self.requests.append(request)


@pytest.mark.parametrize("page", ["game", "history", "results", "about", "lessons"])
@pytest.mark.parametrize(
    "then", ["page=explorer", "page=compare", "page=run", "page=lessons&lesson=02-trust", "present"]
)
def test_a_page_that_shows_no_ensemble_asks_for_none(page, then):
    engine = Asked()
    session = Session(f"page={page}", lambda publish: engine)
    assert engine.requests == []
    session.arrive(f"page={page}&present=1" if then == "present" else then)
    assert len(engine.requests) == 1


def test_a_lever_is_drawn_once_with_its_answer(answer):
    session = Session("scenario=trade-war", Asked)
    session.drawing = Drawn()
    session.change(replace(session.view.value, levers={"us_aid": -0.5}), key="us_aid", move=3)
    assert session.view.value.levers == {"us_aid": -0.5}
    assert (session.drawing.held, session.drawing.times) == (1, 0)
    session._take(replace(answer, ticket=1))
    assert (session.drawing.held, session.drawing.times) == (0, 1)
    assert session.answer.value.move == 3


def test_a_lever_is_drawn_though_no_answer_comes():
    session = Session("scenario=trade-war", Asked)
    session.drawing = Drawn()
    session.change(replace(session.view.value, levers={"us_aid": -0.5}), key="us_aid", move=1)
    session.change(replace(session.view.value, levers={"us_aid": -1.0}), key="us_aid", move=2)
    until(lambda: session.drawing.times == 1)
    assert session.drawing.held == 0


def test_what_is_no_lever_is_drawn_at_once():
    session = Session("scenario=trade-war", Asked)
    session.drawing = Drawn()
    session.change(replace(session.view.value, seed=7))
    assert (session.drawing.held, session.drawing.times) == (0, 1)


def until(holds, seconds=20):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_view_that_cannot_be_simulated_is_refused_and_the_one_before_stays():
    session = Session("scenario=trade-war")
    session.change(replace(session.view.value, levers={"us_tariff": 99.0}))
    assert "us_tariff" in session.message.value
    assert not session.view.value.levers


def test_the_baseline_runs_under_the_same_assumptions_and_months():
    view = Session("scenario=history-2014-2024&p.commitment_trust=0.5").view.value
    request = _request(view, view.resolved())
    assert request.baseline.parameters["commitment_trust"] == 0.5
    assert (request.baseline.start, request.baseline.months) == (request.scenario.start, request.scenario.months)


def test_a_port_in_use_is_said_in_a_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "cohesion", "dashboard", "--no-browser", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_server_however_it_ends(end):
    command = [sys.executable, "-m", "cohesion", "dashboard", "--no-browser", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "http://" in server.stdout.readline()
    started = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    wait_until(lambda: len(started.read_text().split()) >= 2)
    children = [Path("/proc") / number for number in started.read_text().split()]
    server.send_signal(end)
    _, errors = server.communicate(timeout=20)
    wait_until(lambda: not any(alive(child) for child in children))
    if end == signal.SIGTERM:
        assert (server.returncode, errors) == (0, "")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
def test_workers_that_are_still_starting_are_not_waited_for():
    workers = Processes(2)
    children = workers._children
    workers.shutdown()
    wait_until(lambda: not any(alive(Path("/proc") / str(child.pid)) for child in children))
    # None: the pool itself has seen it end. 0 would be one that had finished its start first.
    assert len(children) == 2
    assert {child.exitcode for child in children} <= {-signal.SIGTERM, None}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_a_worker_that_is_killed_is_replaced():
    workers = Processes(1)
    try:
        slot = workers.open()
        workers.newest(slot, 1)
        scenario = load_scenario("status-quo").with_changes(months=6)

        def computed():
            return workers.submit(compute, scenario, 0, range(2), slot, 1).result(60)

        assert computed() is not None
        for process in workers._pool._processes.values():
            process.kill()
            process.join()
        with suppress(BrokenProcessPool):  # what it had in hand fails
            computed()
        assert computed() is not None
    finally:
        workers.shutdown()


def alive(process):
    try:
        return "(zombie)" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
