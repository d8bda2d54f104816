"""Processes that a batch starts, as Linux tells them."""

from pathlib import Path


def workers_of(driver: int) -> list[int]:
    """Numbers of the processes that a driver started to compute, oldest first; its tracker of resources is none."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == driver and b"spawn_main" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
        except OSError:  # it has just ended
            continue
    return sorted(found)
