"""When each of a few things was last seen: a distinct count over any window, in bounded memory.

The count is exact up to `limit` and stays there beyond it: what is weighed stops growing long before, so a sketch of
larger counts would cost memory and say nothing more.
"""

import math

import msgspec

_NEVER = -math.inf


class Sightings(msgspec.Struct, gc=False):
    """Remembers the times of the `limit` things that were noted last.

    There are a million of these, and most see one thing or none. So the first thing needs no dictionary, which would
    be most of their memory, and the garbage collector, which would find no cycle here, does not look at them.
    """

    limit: int
    _first: int = 0
    # From the second thing on.
    _times: dict[int, float] | None = None
    # No time lies outside of these, so that those in a wide window need not be looked at one by one.
    _earliest: float = math.inf
    _latest: float = _NEVER

    def note(self, thing: int, at: float) -> None:
        """See `thing` (a hash) at `at` (unix seconds); with no room left, the first noted is forgotten."""
        times = self._times
        if times is None:
            if self._latest == _NEVER or thing == self._first:
                self._first, self._earliest, self._latest = thing, at, at
                return
            times = self._times = {self._first: self._latest}
        elif len(times) >= self.limit and thing not in times:
            del times[next(iter(times))]
        times[thing] = at
        if not self._earliest <= at <= self._latest:
            self._earliest, self._latest = min(self._earliest, at), max(self._latest, at)

    def forget(self, thing: int) -> None:
        """Take back that `thing` was seen."""
        if self._times is not None:
            self._times.pop(thing, None)
        elif thing == self._first:
            self._earliest, self._latest = math.inf, _NEVER

    def count(self, around: float, within: float, *, other_than: int | None = None) -> int:
        """Count the distinct things seen at most `within` seconds before or after `around`."""
        first, last = around - within, around + within
        if self._latest < first or self._earliest > last:
            return 0
        times = self._times
        if times is None:
            return int(self._first != other_than)
        if first > self._earliest:
            # It may be the time of something forgotten since.
            self._earliest = min(times.values(), default=math.inf)
        if first <= self._earliest and self._latest <= last:
            return len(times) - (other_than in times)
        total = len([at for at in times.values() if first <= at <= last])
        if other_than is not None:
            total -= first <= times.get(other_than, math.nan) <= last
        return total

    def __len__(self) -> int:
        if self._times is None:
            return int(self._latest != _NEVER)
        return len(self._times)
