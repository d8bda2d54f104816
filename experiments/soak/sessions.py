"""Many sessions at once: how slowly the slowest is answered, and what they leave behind.

Each session is a tab that turns to a page or moves a lever, waits for the answer, and thinks for a while. Memory is
that of the server and its workers, in MiB: before the first session, while they work, and after the last has left.
"""

import itertools
import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from experiments.soak.tab import Tab

#: Seconds for which a person looks at an answer.
THINKING = (5.0, 25.0)
#: Answers that each session waits for, however late it is.
AT_LEAST = 2
PAGES = ("explorer", "explorer", "compare", "run", "lessons", "history", "about")
LEVERS = {"us_commitment": (-1.0, 0.5), "us_tariff": (0.0, 0.5), "russia_pressure": (-1.0, 1.0)}


@dataclass
class Found:
    """What was measured, in seconds and MiB."""

    before: float
    during: list[float] = field(default_factory=list)
    after: float = 0.0
    seconds: float = 0.0
    opened: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def rows(self) -> dict[str, str]:
        """For the report."""
        return {
            "sessions that opened": f"{len(self.opened)}",
            "seconds until the last had left": f"{self.seconds:.0f}",
            "slowest to open": f"{max(self.opened):.1f} s",
            "answers": f"{len(self.answers)}",
            "median answer": f"{statistics.median(self.answers):.1f} s",
            "95th percentile": f"{statistics.quantiles(self.answers, n=20)[-1]:.1f} s",
            "slowest answer": f"{max(self.answers):.1f} s",
            "errors": f"{len(self.errors)}",
            "memory before": f"{self.before:.0f} MiB",
            "memory at most, while they work": f"{max(self.during):.0f} MiB",
            "memory after the last has left": f"{self.after:.0f} MiB",
        }


def soak(address: str, server: int, sessions: int, seconds: float, thinking: tuple[float, float] = THINKING) -> Found:
    """So many sessions for so long on a server, by its process number."""
    found, begun = Found(before=memory(server)), time.monotonic()
    ending = threading.Event()
    people = [
        threading.Thread(target=_person, args=(address, k, ending, found, thinking), daemon=True)
        for k in range(sessions)
    ]
    for person in people:
        person.start()
    while time.monotonic() < begun + seconds:
        time.sleep(min(5.0, seconds / 4))
        found.during.append(memory(server))
    ending.set()
    for person in people:
        person.join(600)
    found.seconds = time.monotonic() - begun
    found.after = lowest(lambda: memory(server), seconds / 10)
    return found


def memory(server: int) -> float:
    """Of a process and its children, in MiB; what they share counts once where the system says so."""
    total = 0.0
    parent = psutil.Process(server)
    for process in (parent, *parent.children(recursive=True)):
        try:
            total += getattr(process.memory_full_info(), "pss", None) or process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def lowest(measure: Callable[[], float], seconds: float) -> float:
    """The lowest of some measurements over a while."""
    end, found = time.monotonic() + seconds, measure()
    while time.monotonic() < end:
        time.sleep(2)
        found = min(found, measure())
    return found


def _person(address: str, number: int, ending: threading.Event, found: Found, thinking: tuple[float, float]) -> None:
    """Somebody at a tab until the end."""
    chance = random.Random(number)
    if ending.wait(chance.uniform(0, thinking[1])):
        return
    try:
        begun = time.monotonic()
        tab = Tab(address, f"runs=128&seed={number}")
        tab.wait(lambda: tab.verdict.get("runs"))
        found.opened.append(time.monotonic() - begun)
        for count in itertools.count():
            if ending.wait(chance.uniform(*thinking)) and count >= AT_LEAST:
                break
            found.answers.append(_act(tab, chance))
        tab.close()
        found.errors += tab.errors
    except Exception as error:
        found.errors.append(f"session {number}: {error!r}")


def _act(tab: Tab, chance: random.Random) -> float:
    """Do something, and wait for what it brings: seconds."""
    if chance.random() < 0.25:
        return tab.turn(chance.choice(PAGES))
    tab.turn("explorer")
    name = chance.choice(list(LEVERS))
    return tab.move(name, round(chance.uniform(*LEVERS[name]), 2))
