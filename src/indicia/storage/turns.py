"""Turns at writing for the processes that share the embedded store.

SQLite lets whoever finds its lock taken sleep for up to 100 ms between looks, and whoever commits without a pause may
take the lock again and again meanwhile. Two processes that both write a thousand times a second need a queue.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indicia.storage.file_locks import claim

# A look costs a microsecond, a commit some hundred.
_LOOK_SECONDS = 0.0002


class TurnError(Exception):
    """No turn came in time; whoever holds it hangs."""


class Turns:
    """Hands out turns, first come, first served between two processes; `close` it in the end.

    It keeps nobody from writing who does not ask: SQLite's own lock does that. The kernel ends a turn with its process.
    """

    def __init__(self, beside: Path) -> None:
        """Make or open two files beside that one.

        Raises:
            OSError: They cannot be made.
        """
        self._turn = _open(beside.with_name(f"{beside.name}-turn"))
        # Held while waiting: whoever has just had a turn finds it taken, and stands behind.
        self._line = _open(beside.with_name(f"{beside.name}-line"))

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Have a turn.

        Raises:
            TurnError: None came within `seconds`.
        """
        deadline = time.monotonic() + seconds
        _lock(self._line, deadline)
        try:
            _lock(self._turn, deadline)
        finally:
            fcntl.flock(self._line, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the files, which stay where they are."""
        os.close(self._turn)
        os.close(self._line)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(descriptor: int, deadline: float) -> None:
    if not claim(descriptor, give_up_at=deadline, look_seconds=_LOOK_SECONDS):
        raise TurnError("another process has been writing for too long")
