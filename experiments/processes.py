"""Processes that a batch starts, as Linux tells them."""

from pathlib import Path


def workers_of(driver: int) -> list[int]:
    """Numbers of the processes that compute for a driver, oldest first, forked from one that it started for that."""
    parents: dict[int, int] = {}
    servers = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number = int(stat.parent.name)
            parents[number] = int(stat.read_text().rpartition(")")[2].split()[1])
            if parents[number] == driver and b"forkserver" in (stat.parent / "cmdline").read_bytes():
                servers.add(number)
        except OSError:  # it has just ended
            continue
    return sorted(number for number, parent in parents.items() if parent in servers)
