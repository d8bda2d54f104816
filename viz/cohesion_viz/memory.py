"""Memory that sessions have freed, given back to the system.

The C library of most Linux systems keeps it for itself: after fifty sessions on one server that was more than a GiB.
"""

import ctypes
import threading
from contextlib import suppress

#: Seconds from the end of a session: its threads have ended by then, and so have sessions that end together with it.
LATER = 2.0
_lock = threading.Lock()
_due: threading.Timer | None = None


def give_back_soon() -> None:
    """Give back in `LATER` seconds, once for all who ask until then."""
    global _due
    with _lock:
        if _due is None:
            _due = threading.Timer(LATER, _give_back)
            _due.daemon = True
            _due.start()


def _give_back() -> None:
    global _due
    with _lock:
        _due = None
    with suppress(OSError, AttributeError):  # other systems have no such function, or need none
        ctypes.CDLL("libc.so.6").malloc_trim(0)
