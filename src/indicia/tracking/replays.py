"""Recognises one link that is asked for again and again.

Addresses are shared by thousands behind proxies, so it is the single link that has a limit. A flood takes memory for so
many links and no more.
"""

# More than any person, client or scanner asks for one link of one copy in a minute.
MOST_A_MINUTE = 60
MOST_REMEMBERED = 100_000
_MINUTE = 60.0


class Replays:
    """Counts by link and minute."""

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._minute = 0

    def note(self, link: bytes, now: float) -> bool:
        """Count a request for `link`; answer whether there were more than `MOST_A_MINUTE` within this minute."""
        minute = int(now // _MINUTE)
        if minute != self._minute or len(self._counts) >= MOST_REMEMBERED:
            self._minute, self._counts = minute, {}
        count = self._counts.get(link, 0) + 1
        self._counts[link] = count
        return count > MOST_A_MINUTE
