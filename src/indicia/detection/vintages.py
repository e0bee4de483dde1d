"""Learns how current the browsers are that people bring, so that age is told from theirs and not from the calendar.

A sender's people may be behind the calendar: they sit on managed desktops, the list of releases is newer than the
stored history that is judged, or a clock is wrong. What people commonly use is not a scanner's mark, however old it is.
"""

from collections import deque

# With fewer clients a quarter of them is chance.
_FEWEST_CLIENTS = 10
_REMEMBERED_CLIENTS = 128
# Common is what a quarter of people is at least as current as: phones and old systems never are.
_COMMON_SHARE = 0.25


class Vintages:
    """The latest clients on people's networks, by account, each as until when its browser was the usual one."""

    def __init__(self) -> None:
        self._clients: dict[int, deque[float]] = {}
        # What was answered last is true until another client is noted.
        self._common: dict[int, float] = {}

    def note(self, account_id: int, usual_until: float) -> None:
        """See one person's browser; `usual_until` is in unix seconds."""
        self._clients.setdefault(account_id, deque(maxlen=_REMEMBERED_CLIENTS)).append(usual_until)
        self._common.pop(account_id, None)

    def common_until(self, account_id: int) -> float | None:
        """Tell until when the browsers were the usual ones that people commonly have; None where too few are known."""
        common = self._common.get(account_id)
        if common is None:
            clients = self._clients.get(account_id)
            if clients is None or len(clients) < _FEWEST_CLIENTS:
                return None
            newest_first = sorted(clients, reverse=True)
            common = self._common[account_id] = newest_first[int(len(newest_first) * _COMMON_SHARE)]
        return common
