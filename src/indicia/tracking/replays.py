"""Recognises one link that is asked for again and again.

Addresses are shared by thousands behind proxies, so it is the single link that has a limit. A flood takes memory for so
many links and no more.
"""

from indicia.aggregates.recent import Recent
from indicia.base.clock import Clock

# More than any person, client or scanner asks for one link of one copy in a minute.
MOST_A_MINUTE = 60
_REMEMBERED = 100_000
_MINUTE = 60.0


class _Counted:
    __slots__ = ("count", "minute")

    def __init__(self) -> None:
        self.minute = 0
        self.count = 0


class Replays:
    """Counts by link and minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counted: Recent[str, _Counted] = Recent(_REMEMBERED)

    def note(self, link: str) -> bool:
        """Count a request for `link`; answer whether there were more than `MOST_A_MINUTE` within this minute."""
        counted = self._counted.obtain(link, _Counted)
        minute = int(self._clock() // _MINUTE)
        if counted.minute != minute:
            counted.minute, counted.count = minute, 0
        counted.count += 1
        return counted.count > MOST_A_MINUTE
