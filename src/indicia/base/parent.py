"""The process that started this one, and what its end means here."""

import ctypes
import signal
import sys

# The number that Linux knows it by.
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Be stopped as by SIGTERM once the parent is gone, however it ended; on Linux only.

    A server whose watcher was killed would otherwise go on unwatched and hold the address that the next one needs.
    """
    _get_at_its_end(signal.SIGTERM)


def be_killed_with_parent() -> None:
    """Be ended at once, in the midst of whatever is done, once the parent is gone; on Linux only."""
    _get_at_its_end(signal.SIGKILL)


def _get_at_its_end(number: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
