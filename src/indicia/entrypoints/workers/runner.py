"""The loop around every kind of background work: claim jobs, handle some at once, stop without dropping any."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from time import thread_time
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.queue.jobs import Jobs, Rooms
from indicia.queue.model import Job
from indicia.storage.database import Database, StorageError

log = get_logger()

# A job enqueued by another process is found after this long at most; this process's own jobs wake the loop.
POLL_SECONDS = 0.25
# A job that was claimed this often without ever being finished or given back has killed or hung its workers. Kills
# from outside count as well, and the jobs that are due first meet every one of a series.
MOST_CLAIMS = 10
# Every job that ends is a reason to look for more. With thousands of waiting lanes a look takes milliseconds of
# computing; it may take this part of the time, or lanes that nobody can serve would slow those that are served.
LOOKING_PART = 0.2
# Jobs that end within so long are followed by new ones together: every claim is a transaction.
_BREATH_SECONDS = 0.005
_PAUSE_AFTER_FAILURE_SECONDS = 1.0

Handle = Callable[[Job], Awaitable[None]]


def take_your_time() -> None:
    """Let jobs in flight end as they would."""


def unlimited(lanes: Sequence[str]) -> dict[str, int]:
    """Let any number of jobs start in each of `lanes`."""
    return dict.fromkeys(lanes, sys.maxsize)


class Pace(NamedTuple):
    """How much of one kind of work runs at once.

    Attributes:
        at_once: Jobs in flight.
        lease_seconds: How long a job is ours; longer than its handling ever takes.
        rooms: How many more jobs of each lane may start now.
        most_claims: Claims after which a job is taken for poison; None where attempts are counted otherwise.
        hurry: Called at a stop, so that jobs in flight end sooner.
    """

    at_once: int
    lease_seconds: float
    rooms: Rooms = unlimited
    most_claims: int | None = MOST_CLAIMS
    hurry: Callable[[], None] = take_your_time


class Runner:
    """Runs one kind of job until it is stopped."""

    def __init__(self, jobs: Jobs, database: Database, *, kind: str, handle: Handle, pace: Pace, clock: Clock) -> None:
        self._jobs = jobs
        self._database = database
        self.kind = kind
        self._handle = handle
        self._pace = pace
        self._clock = clock
        self._in_flight: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Claim and handle jobs until `stop` is called, then return once those in flight are done."""
        while not self._stopping:
            if not await self._claim():
                await self._jobs.wait(self.kind, POLL_SECONDS)
        if self._in_flight:
            await asyncio.wait(self._in_flight)

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self._pace.hurry()
        self._jobs.wake(self.kind)

    async def _claim(self) -> bool:
        """Start what may start now; answer whether anything did."""
        room = self._pace.at_once - len(self._in_flight)
        if room <= 0:
            return False
        began = thread_time()
        try:
            wanted = await self._jobs.due(self.kind, rooms=self._pace.rooms, limit=room)
            looked_seconds = thread_time() - began
            claimed = await self._jobs.claim(self.kind, wanted, lease_seconds=self._pace.lease_seconds)
        except StorageError as error:
            log.warning("jobs.unreadable", kind=self.kind, error=str(error))
            await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
            return False
        for job in claimed:
            task = asyncio.create_task(self._work(job))
            self._in_flight.add(task)
            task.add_done_callback(self._done)
        # The tasks begin meanwhile, so that the next look at `rooms` counts them.
        breath_seconds = _BREATH_SECONDS if claimed else 0.0
        await asyncio.sleep(max(looked_seconds * (1 / LOOKING_PART - 1), breath_seconds))
        return bool(claimed)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._jobs.wake(self.kind)

    async def _work(self, job: Job) -> None:
        """Handle one job; whatever goes wrong, the job comes due again or is buried, and the loop goes on."""
        try:
            if self._pace.most_claims is not None and job.attempts > self._pace.most_claims:
                log.error("job.buried", kind=job.kind, job_id=job.id, attempts=job.attempts)
                await self._database.run(self._jobs.bury(job, f"claimed {job.attempts} times and never finished"))
                return
            await self._handle(job)
        except Exception:
            log.exception("job.failed", kind=job.kind, job_id=job.id, attempts=job.attempts)
            await self._give_back(job)

    async def _give_back(self, job: Job) -> None:
        """Give a job back as soon as the store takes that; the end of its lease may be an hour away."""
        lease_ends_at = self._clock() + self._pace.lease_seconds
        while True:
            try:
                await self._database.run(self._jobs.retry(job, self._clock() + 2.0**job.attempts))
            except StorageError as error:
                log.warning("job.not_given_back", kind=job.kind, job_id=job.id, error=str(error))
            else:
                return
            if self._stopping or self._clock() >= lease_ends_at:
                return
            await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
