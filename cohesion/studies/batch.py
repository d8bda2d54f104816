"""Running a batch: chunks are handed to workers, written as they come, and finished with a manifest.

Whatever ends a batch, what it has written stays whole; begun again, it computes what is missing. The result depends on
neither the workers nor the chunks nor the interruptions.
"""

import hashlib
import platform
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from cohesion.results import ResultsError, check_files, checksum, citation, commit, versions
from cohesion.studies.bands import write_bands
from cohesion.studies.folder import FORMAT, BatchFolder, json_bytes
from cohesion.studies.plan import Chunk, Plan, code_digest
from cohesion.studies.workers import Workers

#: Most runs of a chunk: a few seconds of work, so that little is lost.
MOST_RUNS = 1024
#: Chunks under way for each worker: the next one waits beside it.
AHEAD = 2
#: How often in a row worker processes may be lost with nothing finished in between.
MOST_LOSSES = 5


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    done, total
        Runs.
    rate
        Runs a second since the start; 0 before the first chunk.
    left
        Seconds left at that rate.
    bytes
        Written since the start.
    """

    done: int
    total: int
    rate: float
    left: float
    bytes: int


def run_batch(
    plan: Plan,
    folder: BatchFolder,
    start_workers: Callable[[], Workers[Chunk]],
    *,
    resume: bool = False,
    chunk: int | None = None,
    command: str = "",
    report: Callable[[Progress], None] = lambda progress: None,
) -> dict[str, Any]:
    """Run what is missing of a batch.

    Parameters
    ----------
    plan
        What is run.
    folder
        Where it is kept.
    start_workers
        Starts the workers; called only if something is missing.
    resume
        Whether the folder may hold part of the same batch.
    chunk
        Runs of a chunk; of a size that suits the batch where None.
    command
        For the manifest.
    report
        Called at the start and after each chunk.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ResultsError
        Where the folder may not or cannot be written to, holds another batch, or workers keep failing.
    KeyboardInterrupt
        Where it was interrupted; the folder stays as it is, and resumes.
    """
    began = time.monotonic()
    with folder.opened(plan, resume):
        there = folder.complete(plan)
        done = sum(map(len, there))
        if done < plan.total:
            with suppress(FileNotFoundError):
                (folder.path / "manifest.json").unlink()
            workers = start_workers()
            try:
                _compute(plan, folder, workers, deque(_missing(plan, there, chunk, workers.count)), done, report)
            finally:
                workers.stop()
        else:
            report(Progress(done, plan.total, 0, 0, 0))
            found = folder.manifest()
            if found is not None and _as_written(folder, found):
                return found
        manifest = _manifest(plan, folder, command, time.monotonic() - began)
        folder.write("manifest.json", json_bytes(manifest))
        return manifest


def _missing(plan: Plan, there: list[range], chunk: int | None, workers: int) -> Iterator[range]:
    """Ranges of runs that are to be computed, cut into chunks."""
    runs = plan.experiment.runs
    if chunk is None:
        chunk = min(MOST_RUNS, max(32, -(-plan.total // (4 * workers))))
    at = 0
    for gap_end, next_start in [*((r.start, r.stop) for r in there), (plan.total, plan.total)]:
        while at < gap_end:
            # No chunk has histograms of more points than it may.
            last = min(gap_end, at + chunk, (at // runs + plan.points_of_chunk) * runs)
            yield range(at, last)
            at = last
        at = next_start


def _compute(
    plan: Plan,
    folder: BatchFolder,
    workers: Workers[Chunk],
    waiting: deque[range],
    done: int,
    report: Callable[[Progress], None],
) -> None:
    """Have ranges computed, and write what comes."""
    began, first, written, losses = time.monotonic(), done, 0, 0
    under_way: dict[Future[Chunk], range] = {}
    report(Progress(done, plan.total, 0, 0, 0))
    while waiting or under_way:
        while waiting and len(under_way) < AHEAD * workers.count:
            piece = waiting.popleft()
            try:
                under_way[workers.submit(piece.start, piece.stop)] = piece
            except BrokenProcessPool:
                waiting.appendleft(piece)
                break
        finished, _ = wait(under_way, timeout=1, return_when=FIRST_COMPLETED)
        lost = not under_way
        for future in finished:
            piece = under_way.pop(future)
            try:
                chunk = future.result()
            except BrokenProcessPool:
                waiting.appendleft(piece)
                lost = True
                continue
            if (chunk.code, chunk.posterior) != (code_digest(), plan.posterior):
                raise ResultsError(f"{folder.path}: a worker runs another version of cohesion; install the same on all")
            written += folder.put(chunk)
            done += len(piece)
            losses = 0
            rate = (done - first) / (time.monotonic() - began)
            report(Progress(done, plan.total, rate, (plan.total - done) / rate, written))
        if lost:
            losses += 1
            if losses > MOST_LOSSES:
                raise ResultsError(
                    f"{folder.path}: worker processes were lost {losses} times in a row (out of memory?); "
                    "fewer --workers may help, and --resume goes on"
                )
            waiting.extendleft(under_way.values())
            under_way.clear()
            workers.restart()


def _manifest(plan: Plan, folder: BatchFolder, command: str, seconds: float) -> dict[str, Any]:
    """What a finished batch says of itself, once its bands are written."""
    digests = {"outcomes.parquet": outcomes_digest(folder)}
    if "bands" in plan.experiment.keep:
        digests["bands.nc"] = write_bands(plan, folder)
    return {
        "format": FORMAT,
        "title": plan.experiment.title,
        "question": plan.experiment.question,
        **plan.identity,
        "points": plan.points,
        "runs": plan.total,
        "command": command,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "versions": versions(),
        "commit": commit(),
        "platform": platform.platform(),
        "digests": digests,
        "files": {name: checksum(folder.path / name) for name in digests if name == "bands.nc"},
        "cite": citation(
            plan.experiment.name, plan.experiment.title, plan.experiment.seed, plan.total, digests["outcomes.parquet"]
        ),
    }


def _as_written(folder: BatchFolder, manifest: dict[str, Any]) -> bool:
    """Whether the files beside those of chunks are those that a manifest knows."""
    try:
        check_files(folder.path, manifest)
    except ResultsError:
        return False
    return True


def outcomes_digest(folder: BatchFolder) -> str:
    """SHA-256 of the outcomes: each column's values in the order of runs, whatever the chunks."""
    columns: dict[str, Any] = {}
    for piece in folder.pieces():
        table = pd.read_parquet(piece.path)
        for name in table:
            sha = columns.setdefault(str(name), hashlib.sha256())
            values = table[name]
            if pd.api.types.is_integer_dtype(values):
                sha.update(values.to_numpy().astype("<i8").tobytes())
            elif pd.api.types.is_float_dtype(values):
                sha.update(np.ascontiguousarray(values, "<f8").tobytes())
            else:
                sha.update("".join(f"{v}\0" for v in values).encode())
    joined = hashlib.sha256()
    for name, sha in columns.items():
        joined.update(f"{name}\0{sha.hexdigest()}\0".encode())
    return joined.hexdigest()
