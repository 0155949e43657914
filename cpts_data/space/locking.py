"""One writer at a time in a space: two additions never mix their records."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none: sessions of one application still wait for each other
    fcntl = None  # type: ignore[assignment]

LOCK = ".verrou"
_SESSIONS = threading.RLock()


@contextmanager
def one_writer(space: Path) -> Iterator[None]:
    """Wait for the writer before us, in this process or another; a killed one holds nothing."""
    with _SESSIONS:
        if fcntl is None:
            yield
            return
        with (space / LOCK).open("ab") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield
