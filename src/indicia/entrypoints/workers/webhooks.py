"""Work off the outbox: one attempt for each claimed job, and what follows from it."""

from collections.abc import Iterable

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.net.model import Failure
from indicia.queue.jobs import Jobs
from indicia.queue.model import Job
from indicia.storage.database import Database, Steps
from indicia.webhooks import store
from indicia.webhooks.attempt import Attempt, Attempts
from indicia.webhooks.endpoints import Endpoints
from indicia.webhooks.lanes import Lanes, host_of
from indicia.webhooks.metrics import WebhookMetrics
from indicia.webhooks.model import Delivery
from indicia.webhooks.outbox import Outbox, delivery_id_of
from indicia.webhooks.retry import MOST_ATTEMPTS, Cause, Delivered, DisableUrl, RetryAt, Stop

log = get_logger()

# To all receivers together; each may hold only a part of it, see `Lanes`.
AT_ONCE = 512
# Four times what an attempt may take, so that a lease ends only with its worker.
LEASE_SECONDS = 60.0


class WebhookDeliveries:
    """Handles the outbox's jobs; made for a `Runner` with `AT_ONCE`, `LEASE_SECONDS` and `rooms`.

    It counts attempts itself, so the runner must not.
    """

    def __init__(
        self, database: Database, jobs: Jobs, attempts: Attempts, clock: Clock, *, lanes: Lanes, metrics: WebhookMetrics
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._outbox = Outbox(jobs)
        self._endpoints = Endpoints(database)
        self._attempts = attempts
        self._clock = clock
        self._lanes = lanes
        self._metrics = metrics

    def rooms(self, lanes: Iterable[str]) -> dict[str, int]:
        """Answer how many more deliveries may start now in each of `lanes`."""
        return self._lanes.rooms(lanes, self._clock())

    async def deliver(self, job: Job) -> None:
        """Attempt the delivery that `job` is about, then remove it, give it back for later, or bury it.

        Raises:
            StorageError: The outcome is not stored; the receiver gets the delivery again, with the same id.
        """
        self._lanes.started(job.lane)
        copes = True
        try:
            copes = await self._deliver(job)
        finally:
            self._lanes.finished(job.lane, ok=copes, now=self._clock())

    async def _deliver(self, job: Job) -> bool:
        """Answer whether the receiver copes."""
        delivery = await store.delivery_of_id(self._database, delivery_id_of(job))
        if delivery is None:
            # Whoever removed it owes nobody anything; a job left behind would come back for ever.
            await self._database.run(self._jobs.finish(job))
            return True
        obstacle = await self._obstacle(job, delivery)
        if obstacle is not None:
            # The claim was counted, and no attempt followed it.
            bury = self._outbox.bury(job, obstacle.reason, attempts=job.attempts - 1, now=self._clock())
            await self._database.run(bury)
            self._metrics.count(obstacle)
            return True
        attempt = await self._attempts.make(delivery, job.attempts)
        _log_attempt(job, delivery, attempt)
        is_disabled = await self._database.run(self._settle(job, delivery, attempt))
        self._metrics.count(attempt.decision)
        if is_disabled:
            log.error("webhook.url_disabled", account_id=delivery.endpoint.account_id, host=host_of(job.lane))
        return attempt.is_taken

    async def _obstacle(self, job: Job, delivery: Delivery) -> Stop | None:
        """Answer what keeps the delivery from being attempted at all."""
        if not delivery.is_wanted:
            return Stop(Cause.UNSUBSCRIBED, "the URL is not subscribed to this any more")
        if await self._endpoints.is_disabled(delivery.endpoint):
            return Stop(Cause.DISABLED, "the URL is disabled")
        # Attempts are counted at the claim: those of a worker that died count as well.
        if job.attempts > MOST_ATTEMPTS:
            return Stop(Cause.EXHAUSTED, f"{MOST_ATTEMPTS} attempts were begun and none was finished")
        return None

    def _settle(self, job: Job, delivery: Delivery, attempt: Attempt) -> Steps[bool]:
        """Store what follows; answer whether the URL is disabled by it."""
        now, endpoint = self._clock(), delivery.endpoint
        match attempt.decision:
            case Delivered():
                yield from self._outbox.finish(job)
            case RetryAt(due_at):
                yield from self._jobs.retry(job, due_at)
            case Stop(_, reason):
                yield from self._outbox.bury(job, reason, attempts=job.attempts, now=now)
            case DisableUrl(reason):
                yield from self._outbox.bury(job, reason, attempts=job.attempts, now=now)
                return (yield from self._endpoints.disable(endpoint, reason, now))
        if attempt.is_taken:
            yield from self._endpoints.succeeded(endpoint)
            return False
        return (yield from self._endpoints.failed(endpoint, now))


def _log_attempt(job: Job, delivery: Delivery, attempt: Attempt) -> None:
    failure = attempt.outcome if isinstance(attempt.outcome, Failure) else None
    log.info(
        "webhook.attempted",
        webhook_id=delivery.webhook_id,
        account_id=delivery.endpoint.account_id,
        delivery_id=delivery.id,
        # The rest of the URL may hold the receiver's secrets.
        host=host_of(job.lane),
        attempt=job.attempts,
        status=attempt.status,
        failure=failure,
        detail=None if isinstance(attempt.decision, Delivered) else attempt.detail,
        took_seconds=round(attempt.took_seconds, 3),
        next=type(attempt.decision).__name__,
    )
