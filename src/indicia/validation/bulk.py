"""Verifies many addresses: many hosts at once, each no more often than it may be, and the patient ones again later."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.domains.model import Domain
from indicia.validation.model import RESULTS, Result, Verification
from indicia.validation.verify import LONGEST_DEADLINE_SECONDS, Verifier

AT_ONCE = 64
PATIENCE_SECONDS = 3600.0
"""For how long an address is asked about again whose host wanted patience."""


class Item(NamedTuple):
    """One address and its place in what was given."""

    position: int
    text: str


Done = Callable[[Item, Verification], Awaitable[None]]
"""Takes one answer that is final."""


class Bulk:
    """Works through addresses until all are answered, or `until` has passed."""

    def __init__(self, verifier: Verifier, domain: Domain | None, done: Done, clock: Clock) -> None:
        self._verifier = verifier
        self._domain = domain
        self._done = done
        self._clock = clock
        self._waiting: list[tuple[float, Item]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopped = False

    async def run(self, items: Iterable[Item], *, give_up_at: float, until: float | None = None) -> float | None:
        """Answer when to go on (unix seconds) with what is left at `until`; None when all are answered.

        Args:
            items: What to verify.
            give_up_at: Unix seconds from which nobody is waited for any more.
            until: Unix seconds at which to stop beginning; None works on to the end.

        Raises:
            StorageError: The store cannot be read or written; what was answered before stays.
        """
        self._waiting = [(0.0, item) for item in items]
        heapq.heapify(self._waiting)
        workers = range(min(AT_ONCE, len(self._waiting)))
        try:
            async with asyncio.TaskGroup() as group:
                self._tasks = [group.create_task(self._work(give_up_at, until)) for _ in workers]
        except ExceptionGroup as failures:
            # The store failed for one, so it did for all.
            raise failures.exceptions[0] from failures
        if self._is_stopped:
            return self._clock()
        return max(self._waiting[0][0], self._clock()) if self._waiting else None

    def stop(self) -> None:
        """Let `run` end now; what is being asked is asked again by whoever goes on."""
        self._is_stopped = True
        for task in self._tasks:
            task.cancel()

    async def _work(self, give_up_at: float, until: float | None) -> None:
        while self._waiting and (until is None or self._clock() < until):
            due, item = self._waiting[0]
            wait = due - self._clock()
            if wait > 0 and until is not None and due >= until:
                return
            if wait > 0:
                # Whoever comes next waits for the same item or for an earlier one.
                await asyncio.sleep(min(wait, 1.0))
                continue
            heapq.heappop(self._waiting)
            found = await self._verifier.verify(self._domain, item.text, seconds=LONGEST_DEADLINE_SECONDS)
            again_at = found.ask_again_at
            if RESULTS[found.reason] is Result.UNKNOWN and again_at is not None and again_at < give_up_at:
                heapq.heappush(self._waiting, (again_at, item))
            else:
                await self._done(item, found)
