"""Where the time of an ensemble goes: the share of each file of rules, of the order of a month, and of the record."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from cohesion import rules
from cohesion.record import Recorder
from cohesion.scenario import Scenario
from cohesion.simulation import Simulation

#: Files of rules; `month` orders them and is what is left of a step.
FILES = tuple(found.name for found in pkgutil.iter_modules(rules.__path__) if found.name != "month")
MONTH, RECORD = "month", "record"


class _Clock:
    """Seconds and calls by file; what a rule calls in another file counts there."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys((*FILES, MONTH, RECORD), 0.0)
        self.calls = dict.fromkeys(self.seconds, 0)
        self._inner: list[float] = [0.0]

    def timed(self, file: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def call(*arguments: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            start = perf_counter()
            found = work(*arguments, **named)
            took = perf_counter() - start
            self.seconds[file] += took - self._inner.pop()
            self.calls[file] += 1
            self._inner[-1] += took
            return found

        return call


@contextmanager
def _watched(clock: _Clock) -> Iterator[None]:
    """Rules are timed inside."""
    plain = []
    for file in FILES:
        module = import_module(f"cohesion.rules.{file}")
        for name, rule in inspect.getmembers(module, inspect.isfunction):
            if rule.__module__ == module.__name__:
                plain.append((module, name, rule))
                setattr(module, name, clock.timed(file, rule))
    try:
        yield
    finally:
        for module, name, rule in plain:
            setattr(module, name, rule)


def where(scenario: Scenario, runs: int, repeats: int) -> tuple[dict[str, float], dict[str, float]]:
    """Microseconds and calls of a month by file, without the start of the runs.

    The median over repeats, so that a slow spell of the machine does not count. A timer in each call adds about half a
    microsecond to it.
    """
    seconds, calls = [], {}
    with threadpool_limits(limits=1, user_api="blas"):
        for repeat in range(repeats):
            simulation = Simulation(scenario, repeat, range(runs))
            recorder, clock = Recorder(simulation), _Clock()
            with _watched(clock):
                step, keep = clock.timed(MONTH, simulation.step), clock.timed(RECORD, recorder.keep)
                while not simulation.finished:
                    step()
                    keep()
            seconds.append(list(clock.seconds.values()))
            calls = {file: count / scenario.months for file, count in clock.calls.items()}
    middle = np.median(seconds, axis=0) / scenario.months * 1e6
    return dict(zip(calls, middle.tolist(), strict=True)), calls


def table(scenario: Scenario, sizes: tuple[int, ...], repeats: int) -> str:
    """Shares by file for ensembles of several sizes, largest first, as a table of a page."""
    found = {runs: where(scenario, runs, repeats) for runs in sizes}
    calls = found[sizes[0]][1]
    totals = {runs: sum(spent.values()) for runs, (spent, _) in found.items()}
    lines = [
        f"| file | calls a month | {' | '.join(f'share, {runs} runs' for runs in sizes)} |",
        f"| --- | ---: |{' ---: |' * len(sizes)}",
    ]
    for file in sorted(calls, key=lambda file: -found[sizes[0]][0][file]):
        shares = " | ".join(f"{100 * found[runs][0][file] / totals[runs]:.1f} %" for runs in sizes)
        lines.append(f"| {file} | {calls[file]:.1f} | {shares} |")
    lines.append(f"| all, milliseconds a month | | {' | '.join(f'{total / 1e3:.2f}' for total in totals.values())} |")
    return "\n".join(lines) + "\n"
