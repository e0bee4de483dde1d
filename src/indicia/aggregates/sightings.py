"""When each of a few things was last seen: a distinct count over any window, in bounded memory.

The count is exact up to `limit` and stays there beyond it: what is weighed stops growing long before, so a sketch of
larger counts would cost memory and say nothing more.
"""

import math

# Most records are about things that never happen, and a dictionary for each would be most of their memory.
_NOTHING: dict[int, float] = {}


class Sightings:
    """Remembers the times of the `limit` things that were noted last."""

    __slots__ = ("_earliest", "_last_seen", "_latest", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last_seen = _NOTHING
        # No time lies outside of these, so that those in a wide window need not be looked at one by one.
        self._earliest = math.inf
        self._latest = -math.inf

    def note(self, thing: int, at: float) -> None:
        """See `thing` (a hash) at `at` (unix seconds); with no room left, the first noted is forgotten."""
        seen = self._last_seen
        if seen is _NOTHING:
            seen = self._last_seen = {}
        elif len(seen) >= self._limit and thing not in seen:
            del seen[next(iter(seen))]
        seen[thing] = at
        if not self._earliest <= at <= self._latest:
            self._earliest, self._latest = min(self._earliest, at), max(self._latest, at)

    def forget(self, thing: int) -> None:
        """Take back that `thing` was seen."""
        if thing in self._last_seen:
            del self._last_seen[thing]

    def count(self, around: float, within: float, *, other_than: int | None = None) -> int:
        """Count the distinct things seen at most `within` seconds before or after `around`."""
        first, last = around - within, around + within
        if self._latest < first or self._earliest > last:
            return 0
        seen = self._last_seen
        if first > self._earliest:
            # It may be the time of something forgotten since.
            self._earliest = min(seen.values(), default=math.inf)
        if first <= self._earliest and self._latest <= last:
            return len(seen) - (other_than in seen)
        total = len([at for at in seen.values() if first <= at <= last])
        if other_than is not None:
            total -= first <= seen.get(other_than, math.nan) <= last
        return total

    def __len__(self) -> int:
        return len(self._last_seen)
