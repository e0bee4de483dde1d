"""What waits to be delivered, for whoever looks after it."""

from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.delivery import store
from indicia.delivery.model import JOB_KIND
from indicia.delivery.store import AttemptRow, WaitingCopy
from indicia.mail.address import parse_one
from indicia.queue.jobs import Jobs
from indicia.storage.database import Database


class Destination(NamedTuple):
    """What waits for one recipients' domain; times are unix seconds.

    Attributes:
        copies: How many wait or are under way.
        under_way: How many of them are under way.
        oldest_at: When the oldest was accepted.
        next_due_at: When the next is due; None where all are under way.
        held: Why the operator holds them; empty where nobody does.
        last_answer: What stood in the way of the next one last time; empty where nothing did.
    """

    domain: str
    copies: int
    under_way: int
    oldest_at: float
    next_due_at: float | None
    held: str
    last_answer: str


class Backlog:
    """The queue of mail as the operator sees it."""

    def __init__(self, database: Database, jobs: Jobs, clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock

    async def destinations(self) -> list[Destination]:
        """Answer what waits, the destination with the oldest mail first.

        Raises:
            StorageError: The store cannot be read.
        """
        held = await store.held_lanes(self._database)
        found = []
        for lane in await self._jobs.backlog(JOB_KIND):
            copies = await store.waiting_copies(self._database, lane.lane, 1)
            found.append(
                Destination(
                    lane.lane,
                    lane.jobs,
                    lane.leased,
                    lane.oldest_at,
                    lane.next_due_at,
                    held.get(lane.lane, ""),
                    copies[0].last_answer if copies else "",
                )
            )
        return found

    async def copies(self, domain: str, limit: int) -> list[WaitingCopy]:
        """Answer up to `limit` copies that wait for a recipients' domain, the next due first.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.waiting_copies(self._database, domain, limit)

    async def attempts(self, message_id: str, recipient: str) -> list[AttemptRow]:
        """Answer what was attempted for one recipient of a message, the first attempt first.

        Raises:
            StorageError: The store cannot be read.
        """
        address = parse_one(recipient)
        if address is None:
            return []
        rows = await store.recipient_rows(self._database, message_id.strip("<>"), address.canonical)
        return [attempt for row in rows for attempt in await store.attempts_of(self._database, row)]

    async def hold(self, domain: str, reason: str) -> None:
        """Attempt nothing more to a recipients' domain; a running service follows within a second.

        Raises:
            StorageError: It is not held.
        """
        await self._database.run(store.hold_lane(domain, reason, self._clock()))

    async def release(self, domain: str) -> bool:
        """Attempt mail to a recipients' domain again; answer whether it was held.

        Raises:
            StorageError: It is as it was.
        """
        return await self._database.run(store.release_lane(domain))

    async def retry(self, domain: str | None) -> int:
        """Make what waits for its next attempt due now, of one domain or of all; answer how many copies that are.

        Raises:
            StorageError: It waits on.
        """
        return await self._database.run(self._jobs.hasten(JOB_KIND, domain))
