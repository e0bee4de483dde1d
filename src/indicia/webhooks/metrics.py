"""What operators watch about webhooks: how attempts end, what waits, and who is cut off."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from indicia.base.clock import Clock
from indicia.queue.jobs import Jobs
from indicia.storage.database import Database
from indicia.webhooks import store
from indicia.webhooks.lanes import Lanes
from indicia.webhooks.outbox import JOB_KIND
from indicia.webhooks.retry import Cause, Decision, Delivered, DisableUrl, RetryAt, Stop


class WebhookMetrics:
    """Counts what the worker tells, and measures `lanes` and the store when asked.

    Attempts, those in flight and breakers are this process's own; the rest is the installation's.
    """

    def __init__(
        self, registry: CollectorRegistry, database: Database, jobs: Jobs, *, lanes: Lanes, clock: Clock
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._lanes = lanes
        self._clock = clock
        self._attempts = Counter(
            "indicia_webhook_attempts",
            "Attempts by result, those spared a disabled URL too",
            ["result"],
            registry=registry,
        )
        # A series that begins with its first event hides that event from rate().
        for result in ("delivered", "retried", *Cause):
            self._attempts.labels(result)
        self._oldest_due = Gauge(
            "indicia_webhook_oldest_due_seconds",
            "How long the oldest due delivery has waited, those behind open breakers aside",
            registry=registry,
        )
        self._in_flight = Gauge("indicia_webhook_in_flight", "Attempts under way", registry=registry)
        self._open_breakers = Gauge("indicia_webhook_open_breakers", "URLs that are only probed", registry=registry)
        self._disabled = Gauge("indicia_webhook_disabled_urls", "URLs that get nothing", registry=registry)
        self._dead_letters = Gauge("indicia_webhook_dead_letters", "Deliveries given up and kept", registry=registry)

    def count(self, decision: Decision) -> None:
        """Count what became of a delivery."""
        self._attempts.labels(_result(decision)).inc()

    async def refresh(self) -> None:
        """Measure everything that is not counted.

        Raises:
            StorageError: The store cannot be read.
        """
        broken = self._lanes.broken
        waiting = await self._jobs.waiting_since(JOB_KIND)
        now = self._clock()
        self._oldest_due.set(max((now - since for lane, since in waiting.items() if lane not in broken), default=0))
        self._in_flight.set(self._lanes.in_flight)
        self._open_breakers.set(len(broken))
        self._disabled.set(await store.count_disabled(self._database))
        self._dead_letters.set(await store.count_dead_letters(self._database))


def _result(decision: Decision) -> str:
    match decision:
        case Delivered():
            return "delivered"
        case RetryAt():
            return "retried"
        case Stop(cause):
            return cause
        case DisableUrl():
            return Cause.DISABLED
