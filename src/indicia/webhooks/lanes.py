"""How many deliveries may be under way per endpoint, account and host, so that nobody's receivers delay anybody else's.

How a share grows and shrinks is the queue's business; here is who has one, and what accounts and hosts may have in all.
"""

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from indicia.aggregates.rate_limits import Limit, RateLimits
from indicia.net.egress import destination_of
from indicia.net.model import EgressRefusedError
from indicia.queue.shares import ShareLimits, Shares, within
from indicia.webhooks.model import Endpoint

START_SHARE = 8.0
LARGEST_SHARE = 32.0
# An endpoint gets at most this part of what its account may still start, so that many dead receivers leave some.
PART_OF_FREE = 1 / 8

# Nobody asked the host to be called. Ten times what one key may submit, because platforms such as automation
# services receive for many accounts under one name.
HOST_LIMIT = Limit("webhooks-to-host", 6000, 60.0)


class Lanes:
    """Counts what is under way, in the memory of one process: a restart forgets all blame."""

    def __init__(self, *, most_in_flight: int, hosts: RateLimits | None, most_remembered: int = 10_000) -> None:
        """Take `hosts`, which counts what each host got, or None to limit no host."""
        self._most_in_flight = most_in_flight
        self._hosts = hosts
        self._in_flight = 0
        self._of_accounts: Counter[int] = Counter()
        self._shares = Shares(ShareLimits(START_SHARE, LARGEST_SHARE), most_remembered=most_remembered)

    @property
    def in_flight(self) -> int:
        """How many deliveries are under way."""
        return self._in_flight

    @property
    def broken(self) -> set[str]:
        """The lanes whose breaker is open: each gets a probe now and then, and the rest waits for its outcome."""
        return {lane for lane, share in self._shares if share.is_broken}

    def rooms(self, lanes: Iterable[str], now: float) -> dict[str, int]:
        """Answer how many deliveries may start at `now` in each of `lanes`, all of them together."""
        rooms = {lane: room for lane in lanes if (room := self._shares.peek(lane).room(now)) > 0}
        rooms = within(rooms, _account, self._room_of_account, each=PART_OF_FREE)
        if self._hosts is None:
            return rooms
        hosts = self._hosts
        return within(rooms, host_of, lambda host: hosts.left(HOST_LIMIT, host))

    def started(self, lane: str) -> None:
        """Count a delivery that is under way."""
        self._shares.started(lane)
        self._in_flight += 1
        self._of_accounts[_account(lane)] += 1
        if self._hosts is not None:
            self._hosts.take(HOST_LIMIT, host_of(lane))

    def finished(self, lane: str, *, ok: bool, now: float) -> None:
        """Count a delivery that is over; `ok` tells whether the receiver coped with it."""
        share = self._shares.ended(lane)
        self._in_flight -= 1
        account_id = _account(lane)
        self._of_accounts[account_id] -= 1
        if self._of_accounts[account_id] == 0:
            del self._of_accounts[account_id]
        if ok:
            share.succeeded(now)
        else:
            share.failed(now)

    def _room_of_account(self, account_id: int) -> int:
        """Let an account have as much under way as stays free: half if it is alone, a third each of two, and so on.

        Source: Choudhury and Hahne, "Dynamic queue length thresholds", 1998.
        """
        free = self._most_in_flight - self._in_flight
        return math.ceil((free - self._of_accounts[account_id]) / 2)


@lru_cache(maxsize=10_000)
def host_of(lane: str) -> str:
    """Answer the host that a lane's deliveries go to, in its one spelling."""
    url = Endpoint.of_lane(lane).url
    try:
        return destination_of(url).host
    except EgressRefusedError:
        # Accepted by an older version's guard; the attempt will be refused.
        return url


def _account(lane: str) -> int:
    return Endpoint.of_lane(lane).account_id
