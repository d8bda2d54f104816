"""Many mutated inputs through a door: what became of them, the slowest, the memory, and what was unsound."""

import hashlib
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from experiments.fuzzing.doors import from_json, to_json

SECONDS, MEBIBYTES = 5.0, 512
CORPUS = Path(__file__).parents[2] / "tests" / "corpus"
LARGEST_KEPT = 24_000  # characters of an input that is kept
MOST_KEPT = 100  # inputs kept of a door, but for failures
ROUND = 1_000  # inputs a round: what Hypothesis remembers of them is forgotten after it


@dataclass
class Found:
    """What became of the inputs of a door.

    Attributes
    ----------
    counts
        Inputs by what became of them: ``accepted``, ``refused`` (read as TOML, JSON or a link, then refused) and
        ``not read``.
    slowest
        Seconds of the slowest input.
    memory
        MiB by which the process's largest size grew.
    failures
        By kind of failure: how often, and the smallest input.
    examples
        By kind of refusal: the smallest input.
    """

    counts: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    memory: float = 0.0
    failures: dict = field(default_factory=dict)
    examples: dict = field(default_factory=dict)

    def fail(self, kind, data):
        """Keep a failure under its kind, with the smallest input."""
        count, smallest = self.failures.get(kind, (0, data))
        self.failures[kind] = (count + 1, min(smallest, data, key=lambda d: len(to_json(d))))

    def end(self, ended, data):
        """Count what became of an input."""
        what, said = ended
        self.counts[what] += 1
        kind = re.sub(r"found .*?; allowed|'[^']*'|\"[^\"]*\"|[\d.,]+|(?<=fuzzed).*?(?=: )", "", said)[:160]
        smallest = self.examples.get(kind, data)
        self.examples[kind] = min(smallest, data, key=lambda d: len(to_json(d)))


def _kind(error):
    """Where and what: failures of one kind have one cause."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "cohesion" in f.filename]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {where}: {str(error)[:120]}"


def largest():
    """Largest size of this process so far, MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)


def fuzz(door, inputs, first_seed=0, now=None):
    """Send mutated inputs through a door.

    Parameters
    ----------
    door
        Of `experiments.fuzzing.doors.doors`.
    inputs
        How many, at least.
    first_seed
        Of the first round; the same seed gives the same inputs.
    now
        File that holds the input under way, to be found if the process dies.
    """
    found = Found()
    before = largest()
    with tempfile.TemporaryDirectory() as folder:

        def attempt(data):
            if now is not None:
                now.write_text(to_json(data))
            start = time.perf_counter()
            try:
                found.end(door(data, folder), data)
            except Exception as error:  # whatever it is, it is what is looked for
                found.counts["failed"] += 1
                found.fail(_kind(error), data)
            took = time.perf_counter() - start
            found.slowest = max(found.slowest, took)
            if took > SECONDS:
                found.fail(f"took more than {SECONDS:g} s", data)

        for number in range(-(-inputs // ROUND)):
            count = min(ROUND, inputs - number * ROUND)
            options = settings(
                max_examples=count, database=None, deadline=None, phases=[Phase.generate], derandomize=False,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            seed(first_seed + number)(options(given(door.strategy)(attempt)))()
    found.memory = largest() - before
    if found.memory > MEBIBYTES:
        found.fail(f"memory grew by {found.memory:.0f} MiB", data=b"")
    return found


def _alone(door, inputs, first_seed, now, answer):
    answer.send(fuzz(door, inputs, first_seed, now))


def all_doors(every, inputs, first_seed=0):
    """Fuzz every door, each in a process of its own, so that a crash of a library is seen and memory is its own.

    Returns
    -------
    dict
        `Found` by the name of the door.
    """
    found = {}
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(os.cpu_count()) as pool:
        for door in every:
            count = round(inputs * door.share)
            found[door.name] = pool.submit(_in_child, door, count, first_seed, Path(place) / door.name)
        return {name: future.result() for name, future in found.items()}


def _in_child(door, inputs, first_seed, now):
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_alone, args=(door, inputs, first_seed, now, theirs))
    child.start()
    theirs.close()
    try:
        found = ours.recv()
    except EOFError:
        found = Found(Counter(died=1))
        found.failures["the process died"] = (1, from_json(now.read_text()) if now.exists() else "")
    child.join()
    return found


def keep(name, found):
    """Add to a door's corpus the smallest input of each failure, and of kinds of end that it does not hold yet."""
    folder = CORPUS / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    room = MOST_KEPT - len(list(folder.glob("*.json")))
    failed = {kind: to_json(data) for kind, (_, data) in found.failures.items()}
    ended = {kind: to_json(data) for kind, data in found.examples.items()}
    new = {
        kind: text for kind, text in ended.items() if not _place(folder, kind).exists() and len(text) <= LARGEST_KEPT
    }
    for kind in sorted(new, key=lambda kind: len(new[kind]))[max(0, room) :]:
        del new[kind]
    for kind, text in (failed | new).items():
        _place(folder, kind).write_text(text + "\n", encoding="utf-8", newline="\n")


def _place(folder, kind):
    """Where the input of a kind of end is kept."""
    return folder / f"{hashlib.sha256(kind.encode()).hexdigest()[:12]}.json"


def corpus(name):
    """Inputs kept for a door, by file name."""
    folder = CORPUS / name.replace(" ", "-")
    return {path.name: from_json(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def report(found, first_seed):
    """What was found, as a page."""
    total = sum(sum(one.counts.values()) for one in found.values())
    lines = [
        f"`python -m experiments.fuzzing --inputs {total} --seed {first_seed}`:", "",
        "Each input is a valid file, link or folder that was mutated. It is *not read* where it is not even TOML, JSON "
        "or a file of its kind; *refused* where its content was refused in one line that names it; *accepted* "
        "where it is sound: a scenario resolves, is written and read to the same, and runs.", "",
        "| door | inputs | not read | refused | accepted | failed | slowest, s | memory, MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for name, one in found.items():
        c = one.counts
        failed = c["failed"] + c["died"]
        cells = [sum(c.values()), c["not read"], c["refused"], c["accepted"], failed]
        lines.append(f"| {name} | {' | '.join(f'{n:,}' for n in cells)} | {one.slowest:.2f} | {one.memory:.0f} |")
    past = sum(one.counts["refused"] + one.counts["accepted"] for one in found.values())
    lines += ["", f"{total:,} inputs; {past:,} ({past / max(total, 1):.0%}) get past parsing.", ""]
    for name, one in found.items():
        for kind, (count, data) in one.failures.items():
            lines += [f"- **{name}**, {count} times: {kind}; smallest input: `{to_json(data)[:300]}`"]
    return "\n".join(lines).rstrip() + "\n"
