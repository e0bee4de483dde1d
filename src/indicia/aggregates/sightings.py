"""When each of a few things was last seen: a distinct count over any window, in bounded memory.

The count is exact up to `limit` and stays there beyond it: what is weighed stops growing long before, so a sketch of
larger counts would cost memory and say nothing more.
"""

import math


class Sightings:
    """Remembers the times of the `limit` things that were noted last."""

    __slots__ = ("_last_seen", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last_seen: dict[int, float] = {}

    def note(self, thing: int, at: float) -> None:
        """See `thing` (a hash) at `at` (unix seconds); with no room left, the first noted is forgotten."""
        seen = self._last_seen
        if thing not in seen and len(seen) >= self._limit:
            del seen[next(iter(seen))]
        seen[thing] = at

    def count(self, around: float, within: float, *, other_than: int | None = None) -> int:
        """Count the distinct things seen at most `within` seconds before or after `around`."""
        if not self._last_seen:
            return 0
        first, last = around - within, around + within
        total = len([at for at in self._last_seen.values() if first <= at <= last])
        if other_than is not None:
            total -= first <= self._last_seen.get(other_than, math.nan) <= last
        return total

    def __len__(self) -> int:
        return len(self._last_seen)
