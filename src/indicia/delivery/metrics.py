"""What operators watch about mail: how attempts end, what waits, and who is cut off."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from indicia.base.clock import Clock
from indicia.delivery.model import JOB_KIND, Bounced, Deferred, Delivered, Outcome, Report
from indicia.delivery.pool import Pool
from indicia.delivery.sites import Sites
from indicia.mail.bounces import BounceClass
from indicia.queue.jobs import Jobs


class DeliveryMetrics:
    """Counts what the worker tells, and measures `sites`, the pool and the queue when asked."""

    def __init__(self, registry: CollectorRegistry, jobs: Jobs, *, sites: Sites, clock: Clock) -> None:
        self._jobs = jobs
        self._sites = sites
        self._clock = clock
        self._pool: Pool | None = None
        self._attempts = Counter(
            "indicia_delivery_attempts", "Attempts to deliver mail by result", ["result"], registry=registry
        )
        # A series that begins with its first event hides that event from rate().
        for result in ("delivered", "deferred", "uncertain", "bounced", "suppressed", "expired"):
            self._attempts.labels(result)
        self._failures = Counter(
            "indicia_delivery_failures", "Attempts that failed by bounce class", ["bounce_class"], registry=registry
        )
        for bounce_class in BounceClass:
            self._failures.labels(bounce_class.value)
        self._seconds = Histogram(
            "indicia_delivery_attempt_seconds",
            "From the first look-up to the last reply",
            registry=registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600),
        )
        self._oldest_due = Gauge(
            "indicia_delivery_oldest_due_seconds",
            "How long the oldest due copy has waited, those held or behind open breakers aside",
            registry=registry,
        )
        self._in_flight = Gauge("indicia_delivery_in_flight", "Copies under way", registry=registry)
        self._connections = Gauge("indicia_delivery_connections", "Open connections", ["state"], registry=registry)
        self._open_breakers = Gauge("indicia_delivery_open_breakers", "Sites that are only probed", registry=registry)

    def watch(self, pool: Pool) -> None:
        """Measure the connections of `pool` too."""
        self._pool = pool

    def count(self, report: Report) -> None:
        """Count an attempt."""
        self._attempts.labels(_result(report.outcome)).inc()
        self._seconds.observe(report.took_seconds)
        if not isinstance(report.outcome, Delivered):
            self._failures.labels(report.outcome.bounce_class.value).inc()

    def count_suppressed(self) -> None:
        """Count a copy that was not sent because its recipient is suppressed."""
        self._attempts.labels("suppressed").inc()

    def count_expired(self, count: int) -> None:
        """Count copies that expired without a last attempt."""
        self._attempts.labels("expired").inc(count)

    async def refresh(self) -> None:
        """Measure everything that is not counted.

        Raises:
            StorageError: The store cannot be read.
        """
        waiting = await self._jobs.waiting_since(JOB_KIND)
        now = self._clock()
        ages = [now - since for lane, since in waiting.items() if not self._sites.is_waiting(lane)]
        self._oldest_due.set(max(ages, default=0))
        self._in_flight.set(self._sites.in_flight)
        self._open_breakers.set(len(self._sites.broken))
        if self._pool is not None:
            self._connections.labels("busy").set(self._pool.lent)
            self._connections.labels("idle").set(self._pool.idle)


def _result(outcome: Outcome) -> str:
    match outcome:
        case Delivered():
            return "delivered"
        case Deferred(is_uncertain=True):
            return "uncertain"
        case Deferred():
            return "deferred"
        case Bounced():
            return "bounced"
