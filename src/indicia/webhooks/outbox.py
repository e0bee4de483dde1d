"""The transactional outbox: a delivery is stored in the transaction that makes it due, or not at all."""

from indicia.queue.jobs import Jobs
from indicia.queue.model import Job
from indicia.storage.database import Steps
from indicia.webhooks import store
from indicia.webhooks.model import DeadLetterFilter, Endpoint, Topic

JOB_KIND = "webhook"


class Outbox:
    """Where everything that owes a customer a webhook puts it; its job holds no more than the delivery's id."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def enqueue(
        self, account_id: int, url: str, webhook_id: str, body: bytes, *, topic: Topic | None = None
    ) -> Steps[int]:
        """Owe `body` to `url`, in the caller's transaction; answer the delivery's id.

        Args:
            account_id: Whose keys will sign.
            url: One that the egress guard takes.
            webhook_id: Sent as such, so it must not hold a full stop (Standard Webhooks 1.0.0).
            body: A JSON object with at least one member and no `signature`.
            topic: What `url` is subscribed to; once it is no more, nothing is attempted. None where it was named
                for this alone.
        """
        endpoint = Endpoint(account_id, url)
        delivery_id = yield from store.insert_delivery(endpoint, webhook_id, body, topic)
        yield from self._schedule(delivery_id, endpoint)
        return delivery_id

    def announce(self) -> None:
        """Wake the workers, after the commit."""
        self._jobs.announce(JOB_KIND)

    def finish(self, job: Job) -> Steps[None]:
        """Owe a delivery no more, unless the job's lease was lost."""
        if (yield from self._jobs.finish(job)):
            yield from store.delete_delivery(delivery_id_of(job))

    def bury(self, job: Job, reason: str, *, attempts: int, now: float) -> Steps[None]:
        """Keep a delivery as a dead letter, unless the job's lease was lost."""
        if (yield from self._jobs.finish(job)):
            yield from store.bury_delivery(delivery_id_of(job), reason, attempts=attempts, now=now)

    def replay(self, wanted: DeadLetterFilter, limit: int) -> Steps[list[int]]:
        """Owe up to `limit` dead letters anew, from their first attempt; answer their ids.

        Those to disabled endpoints stay dead letters: nothing would be attempted.
        """
        exhumed = yield from store.exhume_deliveries(wanted, limit)
        for delivery_id, endpoint in exhumed:
            yield from self._schedule(delivery_id, endpoint)
        return [delivery_id for delivery_id, _ in exhumed]

    def _schedule(self, delivery_id: int, endpoint: Endpoint) -> Steps[None]:
        yield from self._jobs.enqueue(JOB_KIND, endpoint.lane, str(delivery_id).encode())


def delivery_id_of(job: Job) -> int:
    """Read which delivery a job of the outbox is about."""
    return int(job.payload)
