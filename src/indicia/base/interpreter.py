"""Tells Python how this program uses it."""

import gc
import sys

# Whoever waits for the interpreter gets it after this long, where Python would let five times as much go by. The
# database's writer asks for it after every statement, while the event loop computes verdicts.
_SWITCH_SECONDS = 0.001


def expect_many_objects() -> None:
    """Look for garbage in cycles more rarely than Python would.

    The engine's memory is a million small objects without cycles: walking it as often as usual takes a tenth of the
    time, and finds nothing.
    """
    gc.set_threshold(50_000, 20, 100)


def expect_busy_threads() -> None:
    """Let threads take turns more often, so that a commit is not held up by computation between its statements."""
    sys.setswitchinterval(_SWITCH_SECONDS)
