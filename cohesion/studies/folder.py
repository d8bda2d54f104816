"""The folder of a batch on disk.

``plan.json`` says what the runs depend on. Chunks stand in ``outcomes.parquet/`` (and ``histograms/``,
``trajectories/``), each a file that names its range of runs and the checksum of its bytes: one rename commits both.
So a chunk is whole or absent, whatever was killed when, and damage shows. ``manifest.json`` comes when all is there.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cohesion.results import ResultsError, read_json, write_whole
from cohesion.studies.plan import Chunk, Plan

FORMAT = "cohesion batch 1"
#: What a batch keeps: folder and ending of its files.
KINDS = {
    "histograms": ("histograms", "npz"),
    "trajectories": ("trajectories", "nc"),
    "outcomes": ("outcomes.parquet", "parquet"),  # last: with it a chunk is complete
}
_NAME = re.compile(r"runs-(\d{9})-(\d{9})-([0-9a-f]{16})\.\w+")


@dataclass(frozen=True)
class Piece:
    """A file of a chunk."""

    path: Path
    first: int
    last: int
    checksum: str


class BatchFolder:
    """A folder that a batch is written to or read from.

    Parameters
    ----------
    path
        Its path.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(os.path.abspath(path))

    # --- starting and resuming ----------------------------------------------------------------------------------------

    @contextmanager
    def opened(self, plan: Plan, resume: bool) -> Iterator[None]:
        """Hold the folder for a plan: made where absent, locked against a second driver.

        Raises
        ------
        ResultsError
            Where it may not or cannot be written to, is in use, or holds something else.
        """
        with self._errors():
            if self.path.is_symlink():
                raise ResultsError(f"{self.path}: a symbolic link; name the folder itself")
            if self.path.exists() and not self.path.is_dir():
                raise ResultsError(f"{self.path}: a file; a batch is a folder")
            self._refuse_foreign(resume)
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / ".lock")
            try:
                lock.acquire(blocking=False)  # held by the process: the system frees it, however the process ends
            except Timeout:
                raise ResultsError(f"{self.path}: another process is writing this batch") from None
        try:
            with self._errors():
                for leftover in self.path.rglob(".new-*"):
                    leftover.unlink(missing_ok=True)
                before = self.identity()
                if before is None:
                    self.write("plan.json", json_bytes(plan.identity))
                else:
                    self._refuse_changed(before, plan.identity)
            yield
        finally:
            lock.release()

    def identity(self) -> dict[str, Any] | None:
        """What its runs depend on; None where it has none yet.

        Raises
        ------
        ResultsError
            Where it cannot be read.
        """
        found = self._json("plan.json")
        return found if found is None or isinstance(found, dict) else {}

    def manifest(self) -> dict[str, Any] | None:
        """Its manifest; None where the batch is not finished."""
        return self._json("manifest.json")

    def _json(self, name: str) -> Any:
        return read_json(self.path, name) if (self.path / name).exists() else None

    def _refuse_foreign(self, resume: bool) -> None:
        found = {path.name for path in self.path.iterdir()} if self.path.exists() else set()
        found -= {".lock", "batch.log"}
        if not found:
            return
        if "plan.json" not in found:
            if all(name.startswith(".new-") for name in found):
                return
            raise ResultsError(f"{self.path}: not empty and not a batch, so it is left alone; name another")
        if not resume:
            raise ResultsError(f"{self.path}: holds a batch; go on with --resume, or name another folder")

    def _refuse_changed(self, before: dict[str, Any], now: dict[str, Any]) -> None:
        plain = json.loads(json.dumps(now))
        if before == plain:
            return
        key, was, is_now = _difference(before, plain)
        raise ResultsError(
            f"{self.path}: was begun with another {key} ({_short(was)}, now {_short(is_now)}); its runs would not fit. "
            "Name another folder"
        )

    # --- chunks -------------------------------------------------------------------------------------------------------

    def pieces(self, kind: str = "outcomes") -> list[Piece]:
        """Files of a kind in the order of their runs."""
        folder = self.path / KINDS[kind][0]
        matched = [(path, _NAME.fullmatch(path.name)) for path in folder.iterdir()] if folder.is_dir() else []
        found = [Piece(path, int(m[1]), int(m[2]), m[3]) for path, m in matched if m]
        return sorted(found, key=lambda piece: (piece.first, piece.last))

    def read(self, piece: Piece) -> bytes:
        """The bytes of a file.

        Raises
        ------
        ResultsError
            Where they do not have its checksum.
        """
        data = piece.path.read_bytes()
        if _checksum(data) != piece.checksum:
            raise ResultsError(f"{piece.path}: damaged; cohesion batch --resume computes it again")
        return data

    def complete(self, plan: Plan) -> list[range]:
        """Ranges of runs that are there and whole; what is damaged or in part is removed."""
        kinds = [kind for kind in KINDS if kind == "outcomes" or kind in _kinds(plan)]
        with self._errors():
            whole = {kind: self._whole(kind) for kind in kinds}
            common = set.intersection(*(set(pieces) for pieces in whole.values()))
            found: list[range] = []
            for first, last in sorted(common):
                if last <= plan.total and (not found or found[-1].stop <= first):
                    found.append(range(first, last))
            kept = {(r.start, r.stop) for r in found}
            for pieces in whole.values():
                for at, piece in pieces.items():
                    if at not in kept:
                        piece.path.unlink()
        return found

    def _whole(self, kind: str) -> dict[tuple[int, int], Piece]:
        """Files of a kind whose bytes have their checksum; others are removed."""
        found = {}
        for piece in self.pieces(kind):
            if _checksum(piece.path.read_bytes()) == piece.checksum:
                found[piece.first, piece.last] = piece
            else:
                piece.path.unlink()
        return found

    def put(self, chunk: Chunk) -> int:
        """Write a chunk; its size in bytes.

        Raises
        ------
        ResultsError
            Where it cannot be written: nothing of it stays.
        """
        for kind, (folder, ending) in KINDS.items():
            if kind in chunk.files:
                data = chunk.files[kind]
                name = f"runs-{chunk.first:09d}-{chunk.last:09d}-{_checksum(data)}.{ending}"
                self.write(f"{folder}/{name}", data)
        return sum(map(len, chunk.files.values()))

    def write(self, name: str, data: bytes) -> None:
        """Write a file below the folder, whole or not at all."""
        path = self.path / name
        with self._errors():
            path.parent.mkdir(exist_ok=True)
            write_whole(path, data)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            begun = os.path.exists(self.path / "plan.json")
            more = "; what is there is whole, and --resume goes on from it" if begun else ""
            raise ResultsError(f"{self.path}: cannot be written ({error.strerror or error}){more}") from None


def _kinds(plan: Plan) -> set[str]:
    """What a plan keeps beside outcomes, by kind of file."""
    named = {"bands": "histograms", "trajectories": "trajectories"}
    return {named[keep] for keep in plan.experiment.keep}


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def json_bytes(content: dict[str, Any]) -> bytes:
    """Content as a JSON file."""
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _difference(before: Any, now: Any, key: str = "") -> tuple[str, Any, Any]:
    """The first key whose values differ, and both values."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in [*now, *before]:
            if before.get(name) != now.get(name):
                return _difference(before.get(name), now.get(name), f"{key}.{name}" if key else name)
    return key, before, now


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:40]}…"
