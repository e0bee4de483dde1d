"""When each of a few things was last seen: a distinct count over any window, in bounded memory.

The count is exact up to `limit` and stays there beyond it: what is weighed stops growing long before, so a sketch of
larger counts would cost memory and say nothing more.
"""

import math


class Sightings:
    """Remembers the times of the `limit` things that were noted last."""

    __slots__ = ("_earliest", "_last_seen", "_latest", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last_seen: dict[int, float] = {}
        # Bounds of the times, so that those in a wide window need not be looked at one by one.
        self._earliest = math.inf
        self._latest = -math.inf

    def note(self, thing: int, at: float) -> None:
        """See `thing` (a hash) at `at` (unix seconds); with no room left, the first noted is forgotten."""
        seen = self._last_seen
        if thing not in seen and len(seen) >= self._limit:
            del seen[next(iter(seen))]
            self._earliest = min(seen.values(), default=math.inf)
        seen[thing] = at
        self._earliest = min(self._earliest, at)
        self._latest = max(self._latest, at)

    def count(self, around: float, within: float, *, other_than: int | None = None) -> int:
        """Count the distinct things seen at most `within` seconds before or after `around`."""
        seen = self._last_seen
        first, last = around - within, around + within
        if self._latest < first or self._earliest > last:
            return 0
        if first <= self._earliest and self._latest <= last:
            return len(seen) - (other_than in seen)
        total = len([at for at in seen.values() if first <= at <= last])
        if other_than is not None:
            total -= first <= seen.get(other_than, math.nan) <= last
        return total

    def __len__(self) -> int:
        return len(self._last_seen)
