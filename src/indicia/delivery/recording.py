"""What came of an attempt, in one transaction: the attempt, the recipient, the event and what it owes, and the job."""

import random
from collections.abc import Callable, Sequence

from indicia.base.clock import Clock
from indicia.delivery import store
from indicia.delivery.model import JOB_KIND, Bounced, Deferred, Delivered, Errand, Report, Status
from indicia.delivery.outcomes import shown_by
from indicia.delivery.reporting import bounced_event, deferred_event, delivered_event
from indicia.delivery.schedule import RetrySchedule
from indicia.events.log import EventLog
from indicia.mail.address import parse_one
from indicia.mail.bounces import HARD, BounceClass
from indicia.messages.destinations import Destinations
from indicia.messages.model import RecipientState, Showing
from indicia.messages.refusals import rejected_event, suppressed_event
from indicia.messages.store import settle_recipient
from indicia.queue.jobs import Jobs
from indicia.queue.model import Job
from indicia.storage.database import Database, Steps
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import SuppressionType

Chance = Callable[[], float]
"""Answers a random number in 0..1."""


class Doubt:
    """The journal of one attempt: from `begin` to the stored outcome the receiver may have the message."""

    def __init__(self, database: Database, errand: Errand, clock: Clock) -> None:
        self._database = database
        self._errand = errand
        self._started_at = clock()
        self.row: int | None = None
        """The attempt's row, once there is doubt."""

    async def begin(self) -> None:
        """Write down, durably, that the end of the message is about to be sent.

        Raises:
            StorageError: It could not be written down, so it must not be sent.
        """
        if self.row is None:
            steps = store.begin_uncertainty(self._errand.recipient.id, self._errand.number, self._started_at)
            self.row = await self._database.run(steps)


class Recording:
    """Stores outcomes."""

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        events: EventLog,
        suppressions: Suppressions,
        clock: Clock,
        *,
        destinations: Destinations,
        schedule: RetrySchedule | None = None,
        chance: Chance = random.random,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._events = events
        self._suppressions = suppressions
        self._clock = clock
        self._destinations = destinations
        self._schedule = schedule or RetrySchedule()
        self._chance = chance

    async def settle(self, job: Job, errand: Errand, report: Report, *, sender: str, row: int | None) -> Report:
        """Store what came of an attempt, and what follows; answer the report as it was stored.

        A copy that has expired is not tried again, so its deferral is stored as a bounce.

        Args:
            job: The job that the attempt was made for.
            errand: What was attempted.
            report: What came of it.
            sender: The return path.
            row: The attempt's row, where its journal has one.

        Raises:
            StorageError: Nothing is stored; the attempt is made again.
        """
        now = self._clock()
        due_at: float | None = None
        if isinstance(report.outcome, Deferred):
            expires_at = errand.recipient.expires_at
            due_at = self._schedule.due_at(errand.number, now=now, expires_at=expires_at, chance=self._chance())
        showing = shown_by(report, is_last=due_at is None)
        if isinstance(report.outcome, Deferred) and due_at is None:
            report = report._replace(outcome=_expired(report.outcome))

        def steps() -> Steps[None]:
            if showing is not None:
                yield from self._note(job.lane, errand, showing, now)
            yield from self._steps(job, errand, report, sender=sender, row=row, due_at=due_at, now=now)

        await self._database.run(steps())
        self._events.announce()
        return report

    async def settle_suppressed(self, job: Job, errand: Errand, reason: str) -> None:
        """Store that a copy is not sent because its recipient is suppressed for `reason`.

        Raises:
            StorageError: Nothing is stored.
        """
        now = self._clock()

        def steps() -> Steps[None]:
            if (yield from self._jobs.finish(job)):
                yield from settle_recipient(errand.recipient.id, RecipientState.SUPPRESSED, now)
                yield from self._events.append([suppressed_event(errand.message, errand.recipient, reason, now)])

        await self._database.run(steps())
        self._events.announce()

    async def settle_rejected(self, job: Job, errand: Errand, description: str) -> None:
        """Store that a copy is given up because it cannot be written, which `description` explains.

        Raises:
            StorageError: Nothing is stored.
        """
        now = self._clock()

        def steps() -> Steps[None]:
            if (yield from self._jobs.finish(job)):
                yield from settle_recipient(errand.recipient.id, RecipientState.FAILED, now)
                yield from self._events.append([rejected_event(errand.message, errand.recipient, description, now)])

        await self._database.run(steps())
        self._events.announce()

    async def settle_rehearsed(self, job: Job, errand: Errand) -> None:
        """Store that a copy in test mode was composed and is done with; nothing happened that an event could tell.

        Raises:
            StorageError: Nothing is stored.
        """
        now = self._clock()

        def steps() -> Steps[None]:
            if (yield from self._jobs.finish(job)):
                yield from settle_recipient(errand.recipient.id, RecipientState.TEST, now)

        await self._database.run(steps())

    async def settle_expired(self, lane: str, errands: Sequence[Errand]) -> int:
        """Give up copies in `lane` that have expired while they waited for a turn; answer how many.

        Those that are being attempted right now are left to their attempt.

        Raises:
            StorageError: Nothing is stored.
        """
        now = self._clock()

        def steps() -> Steps[int]:
            payloads = [str(errand.recipient.id).encode() for errand in errands]
            dropped = yield from self._jobs.drop(JOB_KIND, lane, payloads)
            given_up = [errand for errand in errands if str(errand.recipient.id).encode() in dropped]
            for errand in given_up:
                yield from self._bounce(errand, _never_tried(), sender="", now=now)
            return len(given_up)

        count = await self._database.run(steps())
        self._events.announce()
        return count

    async def settle_interrupted(self, row: int, errand: Errand) -> None:
        """Store that an attempt was interrupted after the end of the message was sent, by the end of its process.

        Raises:
            StorageError: Nothing is stored.
        """
        now = self._clock()
        description = "the sending process ended before the server's answer: the server may have taken the message"
        outcome = Deferred(Status(451, description, "4.3.0"), BounceClass.UNCERTAIN, is_uncertain=True)
        report = Report(outcome, copes=None)

        def steps() -> Steps[None]:
            yield from store.settle_attempt(row, errand.recipient.id, errand.number - 1, report, now)
            earlier = errand._replace(number=errand.number - 1)
            yield from self._events.append([deferred_event(earlier, report, "", now, now)])

        await self._database.run(steps())
        self._events.announce()

    def _steps(
        self,
        job: Job,
        errand: Errand,
        report: Report,
        *,
        sender: str,
        row: int | None,
        due_at: float | None,
        now: float,
    ) -> Steps[None]:
        yield from store.settle_attempt(row, errand.recipient.id, errand.number, report, now)
        match report.outcome:
            case Delivered():
                if (yield from self._jobs.finish(job)):
                    yield from settle_recipient(errand.recipient.id, RecipientState.DELIVERED, now)
                    yield from self._events.append([delivered_event(errand, report, sender, now)])
            case Deferred():
                assert due_at is not None
                if (yield from self._jobs.retry(job, due_at)):
                    yield from self._events.append([deferred_event(errand, report, sender, now, due_at)])
            case Bounced():
                if (yield from self._jobs.finish(job)):
                    yield from self._bounce(errand, report, sender=sender, now=now)

    def _note(self, lane: str, errand: Errand, showing: Showing, now: float) -> Steps[None]:
        recipient = errand.recipient
        if showing is Showing.CAME_BACK and (
            yield from self._suppressions.among(recipient.domain_id, [recipient.canonical])
        ):
            # Another copy to the same mailbox: what counts is how many mailboxes there are that nobody has.
            return
        since = errand.message.deliver_at
        yield from self._destinations.note(recipient.domain_id, lane, showing, now, since=since)

    def _bounce(self, errand: Errand, report: Report, *, sender: str, now: float) -> Steps[None]:
        recipient = errand.recipient
        yield from settle_recipient(recipient.id, RecipientState.FAILED, now)
        yield from self._events.append([bounced_event(errand, report, sender, now)])
        outcome = report.outcome
        address = parse_one(recipient.address)
        if isinstance(outcome, Bounced) and outcome.bounce_class in HARD and address is not None:
            error = outcome.status.description
            yield from self._suppressions.add(recipient.domain_id, address, SuppressionType.BOUNCE, error)


def _expired(last: Deferred) -> Bounced:
    status = last.status
    description = f"tried until it expired, the last time with: {status.description}"
    return Bounced(status._replace(description=description, message=(description,)), BounceClass.EXPIRED)


def _never_tried() -> Report:
    description = "expired while the recipient's servers took no mail"
    return Report(Bounced(Status(451, description, "4.4.7"), BounceClass.EXPIRED), copes=None)
