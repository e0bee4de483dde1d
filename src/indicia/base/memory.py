"""Tells Python how this program uses memory."""

import gc


def expect_many_objects() -> None:
    """Look for garbage in cycles more rarely than Python would.

    The engine's memory is a million small objects without cycles: walking it as often as usual takes a tenth of the
    time, and finds nothing.
    """
    gc.set_threshold(50_000, 20, 100)
