"""How much may be under way to each site: to servers that take mail for one domain or for thousands.

Jobs wait in lanes of their recipients' domains, and share what the servers behind these can take. One slow or broken
site keeps its own mail waiting, and nobody else's.
"""

import math
from collections.abc import Callable, Iterable

from indicia.queue.shares import Share, ShareLimits, Shares, within

# Postfix begins with 5 connections to a destination and allows 20 (default_destination_concurrency_limit).
SITE_LIMITS = ShareLimits(start=5.0, largest=20.0)
# A site gets at most this part of what may still start, so that many slow ones leave some for the others.
PART_OF_FREE = 1 / 8


class Sites:
    """Counts what is under way, in the memory of one process: a restart forgets all blame."""

    def __init__(
        self, site_of: Callable[[str], str], *, most_in_flight: int, limits: ShareLimits = SITE_LIMITS
    ) -> None:
        """Take `site_of`, which answers what stands for the servers of a recipient's domain."""
        self._site_of = site_of
        self._most_in_flight = most_in_flight
        self._shares = Shares(limits)
        self._held: frozenset[str] = frozenset()
        self._in_flight = 0

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

    def hold(self, lanes: frozenset[str]) -> None:
        """Let nothing more start in exactly these lanes."""
        self._held = lanes

    def rooms(self, lanes: Iterable[str], now: float) -> dict[str, int]:
        """Answer how many copies may start at `now` in each of `lanes`, all of them together."""
        free = self._most_in_flight - self._in_flight
        most = math.ceil(free * PART_OF_FREE)
        wanted = {lane: most for lane in lanes if lane not in self._held}
        return within(wanted, self._site_of, lambda site: min(self._shares.peek(site).room(now), most))

    def started(self, lane: str) -> str:
        """Count a copy that is under way; answer the site it counts for."""
        site = self._site_of(lane)
        self._shares.started(site)
        self._in_flight += 1
        return site

    def finished(self, site: str, *, copes: bool | None, now: float) -> None:
        """Count a copy that is over; `copes` is None where nothing was learnt about the site."""
        share = self._shares.ended(site)
        self._in_flight -= 1
        if copes is not None:
            (share.succeeded if copes else share.failed)(now)
