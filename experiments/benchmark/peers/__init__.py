"""The yardstick in other frameworks, each in a locked environment of its own, asked by the project's process."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[3]
#: One core for everyone: libraries of the peers start a thread a core otherwise.
ONE_THREAD = {name: "1" for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


@dataclass(frozen=True, eq=False)
class Peer:
    """A framework that the ensemble is compared with.

    Attributes
    ----------
    name
        Its distribution, its folder beside this file, and the end of its environment's name.
    module
        As it is imported.
    tasks
        Names of what its process can be asked for, to what they are.
    """

    name: str
    module: str
    tasks: dict[str, str]

    @property
    def folder(self) -> Path:
        """Where its version of the yardstick and its lock are."""
        return Path(__file__).parent / self.name

    @property
    def lock(self) -> Path:
        """Versions of its environment."""
        return self.folder / "requirements.lock"

    @property
    def venv(self) -> Path:
        """Its environment, in the project's folder."""
        return ROOT / f".venv-bench-{self.name}"

    @property
    def python(self) -> Path:
        """Interpreter of its environment."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def environment(self) -> dict[str, str]:
        """Variables of its process: one thread, and of this checkout only what needs no cohesion."""
        return {**os.environ, "PYTHONPATH": str(ROOT), **ONE_THREAD}

    @property
    def _stamp(self) -> Path:
        return self.venv / "installed.sha256"

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self.lock.read_bytes()).hexdigest()

    def ready(self) -> bool:
        """Whether its environment is there at the locked versions."""
        return self.python.exists() and self._stamp.exists() and self._stamp.read_text() == self._digest

    def make(self) -> bool:
        """Make its environment where it is not there; False where that fails, the reason being printed."""
        if self.ready():
            return True
        setup = [sys.executable, ROOT / "scripts/setup.py", "--venv", self.venv.name, "--only", self.lock]
        made = subprocess.run([str(part) for part in setup], cwd=ROOT, check=False, stdout=sys.stderr)
        if made.returncode:
            print(f"{self.name} is left out: {self.venv.name} could not be made, see above", file=sys.stderr)
            return False
        self._stamp.write_text(self._digest)
        return True

    def version(self) -> str:
        """Its name and locked version."""
        pin = next(line for line in self.lock.read_text().splitlines() if line.startswith(f"{self.name}=="))
        return pin.replace("==", " ")

    def command(self, inputs: Path) -> list[str]:
        """How its process is started."""
        return [str(self.python), str(self.folder / "peer.py"), str(inputs)]

    def record(self, inputs: Path, into: Path) -> None:
        """Run all runs of the inputs and write what was collected."""
        subprocess.run([*self.command(inputs), "--record", str(into)], env=self.environment, check=True)


class Process:
    """A peer's process, which keeps the inputs and waits to be asked.

    Parameters
    ----------
    peer
        Whose environment is ready.
    inputs
        File of `experiments.benchmark.inputs.Inputs`.
    """

    def __init__(self, peer: Peer, inputs: Path) -> None:
        self._peer = peer
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            peer.command(inputs), env=peer.environment, stdin=pipe, stdout=pipe, text=True, bufsize=1
        )

    def seconds(self, task: str, runs: int) -> float:
        """Seconds that the peer takes for so many runs, measured by itself."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{task} {runs}\n")
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process of {self._peer.name} ended, its error is above")
        return float(answer)

    def __enter__(self) -> "Process":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # end of its input


PEERS = (
    Peer("agentpy", "agentpy", {"experiment": "agentpy, `Experiment`"}),
    Peer(
        "mesa-frames",
        "mesa_frames",
        {"one-by-one": "mesa-frames, a model a run", "together": "mesa-frames, all runs in one frame"},
    ),
)
