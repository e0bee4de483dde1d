"""How much may be under way to each site: to servers that take mail for one domain or for thousands.

Jobs wait in lanes of their recipients' domains, and share what the servers behind these can take. One slow or broken
site keeps its own mail waiting, and nobody else's.
"""

import asyncio
import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable

from indicia.base.clock import Clock
from indicia.queue.shares import Share, ShareLimits, Shares, within

# Postfix begins with 5 connections to a destination and allows 20 (default_destination_concurrency_limit).
SITE_LIMITS = ShareLimits(start=5.0, largest=20.0)
# For each copy that is with a server, so many may be under way: what is done before and after the dialogue would
# otherwise keep connections waiting.
_IN_FLIGHT_PER_TURN = 4
# A domain's own relay is no matter of the lane: its copies are claimed whether it is up or not.
_SHORTEST_ABSENCE_SECONDS = 5.0
# A site gets at most this part of what may still start, so that many slow ones leave some for the others.
PART_OF_FREE = 1 / 8


class Sites:
    """Counts what is under way, in the memory of one process: a restart forgets all blame."""

    def __init__(self, site_of: Callable[[str], str], clock: Clock, *, most_in_flight: int) -> None:
        """Take `site_of`, which answers what stands for the servers of a recipient's domain."""
        self._site_of = site_of
        self._clock = clock
        self._most_in_flight = most_in_flight
        self._shares = Shares(SITE_LIMITS)
        self._held: frozenset[str] = frozenset()
        self._in_flight = 0
        self._with_server: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[asyncio.Future[bool]]] = defaultdict(deque)

    @property
    def in_flight(self) -> int:
        """How many copies are under way."""
        return self._in_flight

    @property
    def broken(self) -> set[str]:
        """The sites whose breaker is open."""
        return {site for site, share in self._shares if share.is_broken}

    def is_waiting(self, lane: str) -> bool:
        """Tell whether mail in `lane` waits on purpose: it is held, or its site is only probed."""
        return lane in self._held or self._shares.peek(self._site_of(lane)).is_broken

    def share_of(self, site: str) -> Share:
        """Answer the share of `site`, to be looked at only."""
        return self._shares.peek(site)

    def back_at(self, site: str) -> float:
        """Answer when a copy that got no turn at `site` may come back: with the next probe, and never at once."""
        return max(self._shares.peek(site).probe_at or 0.0, self._clock() + _SHORTEST_ABSENCE_SECONDS)

    def hold(self, lanes: frozenset[str]) -> None:
        """Let nothing more start in exactly these lanes."""
        self._held = lanes

    def rooms(self, lanes: Iterable[str]) -> dict[str, int]:
        """Answer how many copies may start now in each of `lanes`, all of them together."""
        free = self._most_in_flight - self._in_flight
        most = math.ceil(free * PART_OF_FREE)
        now = self._clock()
        wanted = {lane: most for lane in lanes if lane not in self._held}
        return within(wanted, self._site_of, lambda site: min(_room(self._shares.peek(site), now), most))

    def started(self, lane: str) -> str:
        """Count a copy that is under way; answer the site it counts for."""
        site = self._site_of(lane)
        self._shares.started(site)
        self._in_flight += 1
        return site

    def finished(self, site: str) -> None:
        """Count a copy that is over."""
        self._shares.ended(site)
        self._in_flight -= 1

    async def turn(self, site: str) -> bool:
        """Wait until a copy may go to the servers of `site`; answer False where they turned out to be down meanwhile.

        After True, `leave` must be called.
        """
        share = self._shares.peek(site)
        if share.is_broken and not self._may_probe(site, share):
            return False
        if self._with_server[site] < int(share.size):
            self._with_server[site] += 1
            return True
        waiting: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[site].append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.result():
                self.leave(site, copes=None)
            raise

    def leave(self, site: str, *, copes: bool | None) -> None:
        """Let the next copy go; `copes` tells whether the servers are well, None where nothing was learnt."""
        self._with_server[site] -= 1
        if self._with_server[site] == 0:
            del self._with_server[site]
        share = self._shares.of(site)
        if copes is not None:
            (share.succeeded if copes else share.failed)(self._clock())
        self._wake(site, share)

    def _wake(self, site: str, share: Share) -> None:
        waiting = self._waiting.get(site, deque())
        while waiting and (share.is_broken or self._with_server[site] < int(share.size)):
            following = waiting.popleft()
            if following.done():
                continue
            if not share.is_broken:
                self._with_server[site] += 1
            following.set_result(not share.is_broken)
        if not waiting:
            self._waiting.pop(site, None)

    def _may_probe(self, site: str, share: Share) -> bool:
        return share.probe_at is not None and self._clock() >= share.probe_at and self._with_server[site] == 0


def _room(share: Share, now: float) -> int:
    if share.is_broken:
        return share.room(now)
    return _IN_FLIGHT_PER_TURN * int(share.size) - share.in_flight
