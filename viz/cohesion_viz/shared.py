"""What all sessions share beside the workers: finished results, and room for runs that are not finished."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cohesion_viz.answers import Ensemble, Paired
from cohesion_viz.limits import CACHE_MONTHS, FIRST_BANDS, REFINEMENTS


class Cache:
    """The newest finished results by key, shared by all sessions.

    Parameters
    ----------
    months
        How many months of ensembles are kept; a comparison counts as three ensembles, anything else as one month.
    """

    def __init__(self, months: int = CACHE_MONTHS) -> None:
        self._months = months
        self._held: OrderedDict[Any, Any] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        """What is held under a key, or None."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Hold a result."""
        with self._lock:
            if key in self._held:
                self._used -= _months_of(self._held.pop(key))
            self._held[key] = value
            self._used += _months_of(value)
            while self._used > self._months and len(self._held) > 1:
                self._used -= _months_of(self._held.popitem(last=False)[1])


def _months_of(value: Any) -> int:
    """Months of ensembles that something finished takes."""
    if isinstance(value, Paired):
        return 3 * len(value.second.dates)
    return len(value.dates) if isinstance(value, Ensemble) else 1


class Room:
    """So much of something, in any unit.

    Parameters
    ----------
    size
        How much there is. One who needs more waits until all of it is free, and goes alone.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0
        self._waiting: deque[object] = deque()
        self._change = threading.Condition()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    @contextmanager
    def taken(self, amount: int, check: Callable[[], None]) -> Iterator[None]:
        """Wait for some, and hold it.

        Parameters
        ----------
        amount
            How much.
        check
            Called now and then while waiting; what it raises ends that.
        """
        mine = object()
        with self._change:
            self._waiting.append(mine)
            try:
                while self._waiting[0] is not mine or (self.used and self.used + amount > self.size):
                    self._change.wait(0.1)
                    check()
                self.used += amount
            finally:
                self._waiting.remove(mine)
                self._change.notify_all()
        try:
            yield
        finally:
            with self._change:
                self.used -= amount
                self._change.notify_all()


@dataclass(frozen=True)
class Shared:
    """What all sessions share beside the workers.

    Attributes
    ----------
    cache
        Finished results.
    first_bands, refinements
        Room, in bytes, for runs that are not finished. Who holds some of the second holds some of the first, and
        never the other way round, so that nobody waits for ever.
    """

    cache: Cache = field(default_factory=Cache)
    first_bands: Room = field(default_factory=lambda: Room(FIRST_BANDS))
    refinements: Room = field(default_factory=lambda: Room(REFINEMENTS))
