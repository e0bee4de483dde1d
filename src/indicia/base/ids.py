"""Identifiers: time-ordered where rows are stored by them, and never guessable."""

import secrets
import uuid
from collections.abc import Callable

IdSource = Callable[[float], str]
"""Answers a new identifier for something that happened at the given unix time."""


def time_ordered_uuid(timestamp: float) -> str:
    """Make a version 7 UUID for `timestamp` (unix seconds): RFC 9562 5.7, with 74 random bits.

    Ids that grow with time keep inserts at one end of an index, which SQLite rewards threefold over random ones.
    """
    milliseconds = int(timestamp * 1000) & ((1 << 48) - 1)
    random_a, random_b = secrets.randbits(12), secrets.randbits(62)
    value = (milliseconds << 80) | (7 << 76) | (random_a << 64) | (0b10 << 62) | random_b
    return str(uuid.UUID(int=value))
