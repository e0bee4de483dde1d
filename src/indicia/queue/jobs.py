"""Enqueue, lease, finish and fail durable jobs.

Delivery is at least once: a job is claimed for a time, and if its worker dies it comes due again. What a worker
writes at the end carries its lease, so a worker that was paused past its lease cannot finish what another took over.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from indicia.base.clock import Clock
from indicia.queue import store
from indicia.queue.model import Job, LaneBacklog
from indicia.storage.database import Database, Steps

Rooms = Callable[[Sequence[str]], Mapping[str, int]]
"""Answers how many more jobs of each of these lanes may start now, all of them together."""


class Jobs:
    """The queue, in the same database as the data its jobs are about."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._news: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._relays: list[Callable[[str], None]] = []
        self._last_lane: dict[str, str] = {}

    def enqueue(self, kind: str, lane: str, payload: bytes, *, due_at: float | None = None) -> Steps[int]:
        """Store a job in the caller's transaction, due at `due_at` or at once; answer its id.

        Call `announce` after the commit, or the workers find it at their next look.
        """
        now = self._clock()
        return store.insert_job(kind, lane, payload, due_at=now if due_at is None else due_at, now=now)

    def announce(self, kind: str) -> None:
        """Wake the workers of `kind`: this process's, and those that are told by a relay."""
        self.wake(kind)
        for tell in self._relays:
            tell(kind)

    def wake(self, kind: str) -> None:
        """Wake this process's workers of `kind`."""
        self._news[kind].set()

    def relay(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called with every kind that is announced here, for workers in another process."""
        self._relays.append(tell)

    async def wait(self, kind: str, seconds: float) -> None:
        """Wait until a job of `kind` is announced, `seconds` at most."""
        news = self._news[kind]
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            return
        news.clear()

    async def due(self, kind: str, *, rooms: Rooms, limit: int) -> dict[str, int]:
        """Answer of which lanes how many due jobs should be claimed: up to `limit`, the lanes taking turns.

        Raises:
            StorageError: The store cannot be read.
        """
        lanes = await store.lanes_with_due_jobs(self._database, kind, self._clock())
        return divided(rooms(self._in_turn(kind, list(lanes))), limit)

    async def claim(self, kind: str, wanted: Mapping[str, int], *, lease_seconds: float) -> list[Job]:
        """Lease up to so many due jobs of each lane.

        Every claim counts as an attempt, so a job that kills its worker is recognised by its `attempts`.

        Raises:
            StorageError: Nothing is leased.
        """
        if not wanted:
            return []
        self._last_lane[kind] = [*wanted][-1]
        now, lease = self._clock(), secrets.token_hex(8)
        return await self._database.run(store.claim_jobs(kind, wanted, lease=lease, now=now, until=now + lease_seconds))

    def take_back(self, kinds: Sequence[str]) -> Steps[None]:
        """Make what an ended process had leased due at once, for a start of the only process that works on `kinds`.

        Were there another one after all, it could not finish what it had leased, and its deliveries would be repeated.
        """
        return store.end_leases(kinds, self._clock())

    def finish(self, job: Job) -> Steps[bool]:
        """Remove a job that is done; answer False, changing nothing, when its lease was lost."""
        return store.delete_job(job)

    def retry(self, job: Job, due_at: float) -> Steps[bool]:
        """Give a job back to be claimed again from `due_at` on; its attempt stays counted."""
        return store.postpone_job(job, due_at, uncount=False)

    def release(self, job: Job, due_at: float) -> Steps[bool]:
        """Give a job back that was not attempted after all; its claim is not counted."""
        return store.postpone_job(job, due_at, uncount=True)

    def bury(self, job: Job, reason: str) -> Steps[bool]:
        """Move a job to the dead jobs, kept there with `reason`."""
        return store.move_to_dead_jobs(job, reason, self._clock())

    def drop(self, kind: str, lane: str, payloads: Sequence[bytes]) -> Steps[set[bytes]]:
        """Remove jobs of a lane, by payloads that are texts, that nobody has leased; answer what is gone."""
        return store.delete_unleased(kind, lane, payloads)

    def hasten(self, kind: str, lane: str | None = None) -> Steps[int]:
        """Make jobs that wait to be tried again due at once, in one lane or in all; answer how many.

        Call `announce` after the commit, or the workers find them at their next look.
        """
        return store.make_due(kind, lane, self._clock())

    async def backlog(self, kind: str) -> list[LaneBacklog]:
        """Answer what waits or runs in each lane of `kind`, the lane with the oldest job first.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.lane_backlogs(self._database, kind)

    async def waiting_since(self, kind: str) -> dict[str, float]:
        """Answer since when (unix seconds) each lane of `kind` has had a job due that nobody has claimed.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.lanes_with_due_jobs(self._database, kind, self._clock())

    async def counts(self) -> dict[str, int]:
        """Answer how many jobs of each kind wait or run."""
        return await store.count_jobs(self._database)

    def _in_turn(self, kind: str, lanes: list[str]) -> list[str]:
        """Start after the lane that was served last, so that a limit never favours the first letters."""
        last = self._last_lane.get(kind, "")
        return [lane for lane in lanes if lane > last] + [lane for lane in lanes if lane <= last]


def divided(rooms: Mapping[str, int], limit: int) -> dict[str, int]:
    """Divide `limit` among lanes: an equal share each, what one has no room for to those after it."""
    shares: dict[str, int] = {}
    free = {lane: room for lane, room in rooms.items() if room > 0}
    left = limit
    for position, (lane, room) in enumerate(free.items()):
        if left <= 0:
            break
        shares[lane] = min(room, -(-left // (len(free) - position)))
        left -= shares[lane]
    return shares
