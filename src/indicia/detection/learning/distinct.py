"""Counts different things in one 63-bit number: linear counting (Whang, Vander-Zanden and Taylor, 1990).

Good to a quarter up to some sixty things, rough beyond; two counts are joined by `|`.
"""

import math

_BITS = 63


def with_thing(seen: int, thing: int) -> int:
    """Add a thing, given as a digest."""
    return seen | 1 << thing % _BITS


def how_many(seen: int) -> float:
    """Estimate how many different things were added; no more than 261."""
    free = _BITS - seen.bit_count()
    return _BITS * math.log(_BITS / max(free, 1))
