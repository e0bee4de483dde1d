"""Enqueue, lease, finish and fail durable jobs.

Delivery is at least once: a job is claimed for a time, and if its worker dies it comes due again. What a worker
writes at the end carries its lease, so a worker that was paused past its lease cannot finish what another took over.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable

from indicia.base.clock import Clock
from indicia.queue import store
from indicia.queue.model import Job
from indicia.storage.database import Database, Steps


class Jobs:
    """The queue, in the same database as the data its jobs are about."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._news: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._last_lane: dict[str, str] = {}

    def enqueue(self, kind: str, lane: str, payload: bytes, *, due_at: float | None = None) -> Steps[int]:
        """Store a job in the caller's transaction, due at `due_at` or at once; answer its id.

        Call `announce` after the commit, or the workers find it at their next look.
        """
        now = self._clock()
        return store.insert_job(kind, lane, payload, due_at=now if due_at is None else due_at, now=now)

    def announce(self, kind: str) -> None:
        """Wake this process's workers of `kind`."""
        self._news[kind].set()

    async def wait(self, kind: str, seconds: float) -> None:
        """Wait until a job of `kind` is announced, `seconds` at most."""
        news = self._news[kind]
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            return
        news.clear()

    async def claim(self, kind: str, *, capacity: Callable[[str], int], limit: int, lease_seconds: float) -> list[Job]:
        """Lease up to `limit` due jobs, at most `capacity(lane)` of each lane, the lanes taking turns.

        Every claim counts as an attempt, so a job that kills its worker is recognised by its `attempts`.

        Raises:
            StorageError: Nothing is leased.
        """
        now = self._clock()
        lanes = await store.lanes_with_due_jobs(self._database, kind, now)
        wanted = _shares(self._in_turn(kind, lanes), capacity, limit)
        if not wanted:
            return []
        self._last_lane[kind] = next(reversed(wanted))
        lease = secrets.token_hex(8)
        return await self._database.run(store.claim_jobs(kind, wanted, lease=lease, now=now, until=now + lease_seconds))

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

    def revive(self, dead_job_id: int) -> Steps[int | None]:
        """Enqueue a dead job anew, due at once; answer its new id, or None when there is none."""
        return store.revive_dead_job(dead_job_id, self._clock())

    async def counts(self) -> dict[str, int]:
        """Answer how many jobs of each kind wait or run."""
        return await store.count_jobs(self._database)

    def _in_turn(self, kind: str, lanes: list[str]) -> list[str]:
        """Start after the lane that was served last, so that a limit never favours the first letters."""
        last = self._last_lane.get(kind, "")
        return [lane for lane in lanes if lane > last] + [lane for lane in lanes if lane <= last]


def _shares(lanes: list[str], capacity: Callable[[str], int], limit: int) -> dict[str, int]:
    """Divide `limit` among `lanes`: an equal share each, the rest to the first that can take more."""
    free = {lane: room for lane in lanes if (room := capacity(lane)) > 0}
    shares: dict[str, int] = {}
    left = limit
    for position, (lane, room) in enumerate(free.items()):
        fair = -(-left // (len(free) - position))
        shares[lane] = min(room, fair, left)
        left -= shares[lane]
        if left == 0:
            break
    return shares
