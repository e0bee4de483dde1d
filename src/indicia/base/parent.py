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
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
