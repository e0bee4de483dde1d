"""Bring due copies to their mail exchangers: one attempt for each claimed job, and what follows from it."""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.base.errors import AppError
from indicia.base.log import get_logger
from indicia.composition.model import CompositionError
from indicia.delivery import store
from indicia.delivery.errands import Errands, Found
from indicia.delivery.letters import Letters
from indicia.delivery.metrics import DeliveryMetrics
from indicia.delivery.model import Bounced, Deferred, Errand, Report, Status, Wanted
from indicia.delivery.outcomes import judge
from indicia.delivery.pacing import Pacing
from indicia.delivery.recording import Doubt, Recording
from indicia.delivery.relays import Relay
from indicia.delivery.routes import Routes
from indicia.delivery.sites import Sites
from indicia.delivery.transport import Transport
from indicia.mail.bounces import BounceClass
from indicia.net.smtp.connection import BeforeDot
from indicia.net.smtp.model import Letter, MalformedLetterError
from indicia.queue.jobs import Jobs
from indicia.queue.model import Job
from indicia.storage.database import Database, StorageError
from indicia.templates.model import TemplatesError

log = get_logger()

# To all receivers together; each may hold only a part of it, see `Sites`.
AT_ONCE = 1000
# Longer than trying all servers and the slowest of them together may take, so that a lease ends only with its worker.
LEASE_SECONDS = 3600.0
# A copy that was claimed so much more often than attempts were stored has killed or hung its workers.
MOST_LOST_CLAIMS = 10
# An outcome that cannot be stored is kept in memory for so long, and tried again after each of the shorter time. An
# hour's lease leaves time for both.
KEEP_OUTCOME_SECONDS = 1800.0
STORE_AGAIN_SECONDS = 1.0
# How long after a domain may send again at the latest what waited for that goes on its way.
LOOK_AGAIN_SECONDS = 300.0
# How long after the operator held or released a destination at the latest that is followed.
FOLLOW_SECONDS = 0.5

UnsealRelay = Callable[[bytes], Relay]
"""Answers the relay that a domain's sealed URL names."""


class Desk(NamedTuple):
    """What delivering takes."""

    errands: Errands
    letters: Letters
    routes: Routes
    transport: Transport
    recording: Recording
    sites: Sites
    pacing: Pacing
    metrics: DeliveryMetrics
    unseal_relay: UnsealRelay


class MailDeliveries:
    """Handles delivery jobs; made for a `Runner` with `AT_ONCE`, `LEASE_SECONDS`, `rooms` and `hurry`.

    It counts attempts itself, so the runner must not.
    """

    def __init__(self, database: Database, jobs: Jobs, desk: Desk, clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._desk = desk
        self._clock = clock
        # Attempts whose message no server can have taken yet, and that may therefore be broken off.
        self._free_to_leave: set[asyncio.Task[object]] = set()
        self._must_hurry = asyncio.Event()

    def rooms(self, lanes: Iterable[str]) -> dict[str, int]:
        """Answer how many more copies may start now in each of `lanes`."""
        return self._desk.sites.rooms(lanes)

    def hurry(self) -> None:
        """Break off every attempt whose message cannot have been taken yet; the others end by themselves."""
        self._must_hurry.set()
        for task in self._free_to_leave:
            task.cancel()

    async def follow_holds(self) -> None:
        """Follow which destinations the operator holds, until cancelled."""
        while True:
            try:
                self._desk.sites.hold(frozenset(await store.held_lanes(self._database)))
            except StorageError as error:
                log.warning("holds.unreadable", error=str(error))
            await asyncio.sleep(FOLLOW_SECONDS)

    async def deliver(self, job: Job) -> None:
        """Attempt the copy that `job` is about, then remove it or give it back for later.

        Raises:
            StorageError: The outcome is not stored; the copy is attempted again, as a possible duplicate.
        """
        site = self._desk.sites.started(job.lane)
        try:
            await self._deliver(job)
        finally:
            self._desk.sites.finished(site)

    async def _deliver(self, job: Job) -> None:
        found = await self._desk.errands.find(job)
        if found is None:
            # Whoever settled it owes nobody anything; a job left behind would come back for ever.
            await self._database.run(self._jobs.finish(job))
            return
        errand = found.errand
        if found.interrupted is not None:
            await self._desk.recording.settle_interrupted(found.interrupted, errand)
        if found.suppressed is not None:
            await self._desk.recording.settle_suppressed(job, errand, found.suppressed.value)
            self._desk.metrics.count_suppressed()
        elif await self._is_put_off(job, found):
            return
        elif job.attempts > errand.number + MOST_LOST_CLAIMS:
            await self._settle(job, errand, _poisonous(job.attempts), sender="", row=None)
        elif errand.message.options.is_test:
            await self._rehearse(job, found)
        else:
            await self._attempt(job, found)

    async def _rehearse(self, job: Job, found: Found) -> None:
        """Compose a copy of a message in test mode, which goes nowhere."""
        try:
            letter = await self._desk.letters.write(found)
        except (CompositionError, MalformedLetterError, TemplatesError) as error:
            await self._reject(job, found.errand, error)
            return
        await self._desk.recording.settle_rehearsed(job, found.errand)
        log.info(
            "mail.rehearsed",
            domain=found.errand.domain,
            message_id=found.errand.message.message_id,
            recipient_id=found.errand.recipient.id,
            size_bytes=letter.size_bytes,
        )

    async def _is_put_off(self, job: Job, found: Found) -> bool:
        """Hold a copy whose domain is disabled, or over its limit, which counts messages and not attempts."""
        now = self._clock()
        if found.terms.is_disabled:
            await self._database.run(self._jobs.release(job, now + LOOK_AGAIN_SECONDS))
            return True
        if found.errand.number > 1:
            return False
        go_at = self._desk.pacing.may_go_at(job.id, found.errand.message.domain_id, found.terms, now)
        if go_at <= now:
            return False
        await self._database.run(self._jobs.release(job, go_at))
        return True

    async def _attempt(self, job: Job, found: Found) -> None:
        doubt = Doubt(self._database, found.errand, self._clock)
        task = asyncio.current_task()
        assert task is not None

        async def before_dot() -> None:
            # From here on the receiver may take the message, and an outcome must be waited for.
            self._free_to_leave.discard(task)
            await doubt.begin()

        self._free_to_leave.add(task)
        try:
            carried = self._clock() if self._must_hurry.is_set() else await self._carry(found, before_dot)
        except asyncio.CancelledError:
            if not self._must_hurry.is_set() or doubt.row is not None:
                raise
            task.uncancel()
            carried = self._clock()
        except (CompositionError, TemplatesError) as error:
            await self._reject(job, found.errand, error)
            return
        finally:
            self._free_to_leave.discard(task)
        if isinstance(carried, float):
            # Nothing was attempted, and that costs no attempt.
            await self._database.run(self._jobs.release(job, carried))
            return
        sender, report = carried
        await self._settle(job, found.errand, report, sender=sender, row=doubt.row)

    async def _carry(self, found: Found, before_dot: BeforeDot) -> tuple[str, Report] | float:
        """Answer from whom the copy was sent and what came of it, or when to come back to servers that are down.

        Raises:
            CompositionError: There is no copy to send, and there never will be.
            TemplatesError: Likewise.
        """
        letter: Letter
        try:
            letter = await self._desk.letters.write(found)
        except MalformedLetterError as error:
            return "", Report(judge(error), copes=None)
        sealed = found.terms.relay_sealed
        relay = None if sealed is None else self._desk.unseal_relay(sealed)
        route = await self._desk.routes.find(letter.recipient.rpartition("@")[2], relay)
        if isinstance(route, Deferred | Bounced):
            return letter.sender, Report(route, copes=None)
        options = found.errand.message.options
        wanted = Wanted(options.require_tls, options.skip_verification)
        if not await self._desk.sites.turn(route.site):
            return self._desk.sites.back_at(route.site)
        copes: bool | None = None
        try:
            report = await self._desk.transport.carry(letter, route, wanted, before_dot)
            copes = report.copes
        finally:
            self._desk.sites.leave(route.site, copes=copes)
        return letter.sender, report

    async def _reject(self, job: Job, errand: Errand, error: AppError) -> None:
        """Give up a copy that cannot be written."""
        await self._desk.recording.settle_rejected(job, errand, str(error))
        log.warning(
            "mail.rejected",
            domain=errand.domain,
            message_id=errand.message.message_id,
            recipient_id=errand.recipient.id,
            detail=str(error)[:300],
        )

    async def _settle(self, job: Job, errand: Errand, report: Report, *, sender: str, row: int | None) -> None:
        stored = await self._stored(job, errand, report, sender=sender, row=row)
        self._desk.metrics.count(stored)
        _log_attempt(job, errand, stored)

    async def _stored(self, job: Job, errand: Errand, report: Report, *, sender: str, row: int | None) -> Report:
        """Store what came of an attempt as soon as there is room: a server says only once that it took a copy."""
        give_up_at = self._clock() + KEEP_OUTCOME_SECONDS
        while True:
            try:
                return await self._desk.recording.settle(job, errand, report, sender=sender, row=row)
            except StorageError as error:
                if self._must_hurry.is_set() or self._clock() >= give_up_at:
                    raise
                log.warning("outcome.not_stored", recipient_id=errand.recipient.id, error=str(error))
            await asyncio.sleep(STORE_AGAIN_SECONDS)


def _poisonous(claims: int) -> Report:
    description = f"claimed {claims} times, and its attempts were never finished"
    return Report(Bounced(Status(451, description, "5.3.0"), BounceClass.MALFORMED), copes=None)


def _log_attempt(job: Job, errand: Errand, report: Report) -> None:
    outcome = report.outcome
    log.info(
        "mail.attempted",
        domain=errand.domain,
        message_id=errand.message.message_id,
        recipient_id=errand.recipient.id,
        to_domain=job.lane,
        attempt=errand.number,
        outcome=type(outcome).__name__.lower(),
        bounce_class=outcome.bounce_class.value if isinstance(outcome, Deferred | Bounced) else None,
        code=outcome.status.code,
        enhanced=outcome.status.enhanced or None,
        detail=outcome.status.description[:300] if isinstance(outcome, Deferred | Bounced) else None,
        mx_host=report.mx_host,
        mx_ip=report.mx_ip,
        tls=report.tls.version if report.tls else None,
        took_seconds=round(report.took_seconds, 3),
    )
