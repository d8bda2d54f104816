"""Memory of every process of a large batch, and what a second worker gains: ``python -m experiments.batch``.

Linux only: memory is read from /proc. Writes ``memory.csv``, ``memory.png`` and prints ratios.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import matplotlib.pyplot as plt

from experiments.processes import workers_of

HERE = Path(__file__).resolve().parent
HEAD = 'title = "Memory"\nquestion = "Does it stay flat?"\nscenarios = ["splitting-the-alliance"]\nruns = 64\n[sweep]\n'
LARGE = HEAD + ("us_tariff = { from = 0, to = 0.6, steps = 40 }\nus_commitment = { from = -1, to = 1, steps = 80 }\n")
SMALL = HEAD + ("us_tariff = { from = 0, to = 0.6, steps = 16 }\nus_commitment = { from = -1, to = 1, steps = 16 }\n")


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        rows = memory(place)
        with (HERE / "memory.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("seconds", "runs", "process", "MiB"))
            writer.writerows(rows)
        draw(rows)
        print(f"largest process: {max(row[3] for row in rows):.0f} MiB")
        times = defaultdict(list)
        for _ in range(2):
            for workers in (1, 2):  # interleaved, so that a slow spell of the machine hits both
                times[workers].append(seconds(place, workers))
        print({workers: [round(t, 1) for t in found] for workers, found in times.items()})
        print(f"two workers against one: {min(times[1]) / min(times[2]):.2f} times (best of two)")


def memory(place: Path) -> list[tuple[float, int, str, float]]:
    """Seconds, runs done, process and MiB, once a second."""
    (place / "large.toml").write_text(LARGE)
    words = [sys.executable, "-m", "cohesion", "batch", str(place / "large.toml"), "--out", str(place / "large")]
    began = time.monotonic()
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    rows = []
    while process.poll() is None:
        time.sleep(1)
        done = sum(_runs(path) for path in (place / "large" / "outcomes.parquet").glob("runs-*"))
        count = 0
        for pid in [process.pid, *workers_of(process.pid)]:
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError):
                continue
            label = "driver" if pid == process.pid else f"worker {(count := count + 1)}"
            size = pages * os.sysconf("SC_PAGESIZE") / 2**20
            rows.append((round(time.monotonic() - began, 1), done, label, round(size, 1)))
    assert process.returncode == 0
    return rows


def draw(rows: list[tuple[float, int, str, float]]) -> None:
    """Memory against runs done."""
    figure, axes = plt.subplots(figsize=(9, 4.6), layout="constrained")
    lines = defaultdict(list)
    for _, runs, process, size in rows:
        lines[process].append((runs, size))
    for process, points in lines.items():
        axes.plot(*zip(*points, strict=True), label=process, linewidth=2)
    axes.set(ylim=(0, 1024), xlabel="Runs done", ylabel="Memory of the process, MiB (limit of the goal: 1,024)")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(HERE / "memory.png", dpi=110)


def seconds(place: Path, workers: int) -> float:
    """Time of a whole command."""
    (place / "small.toml").write_text(SMALL)
    out = place / f"small-{workers}-{time.monotonic_ns()}"
    words = [sys.executable, "-m", "cohesion", "batch", str(place / "small.toml"), "--out", str(out)]
    began = time.monotonic()
    subprocess.run([*words, "--workers", str(workers)], check=True, capture_output=True)
    return time.monotonic() - began


def _runs(path: Path) -> int:
    first, last = path.name.split("-")[1:3]
    return int(last) - int(first)


if __name__ == "__main__":
    main()
