"""Accept interactions for judgement, once each, and answer what became of them."""

from hashlib import sha256

from indicia.base.clock import Clock
from indicia.base.ids import IdSource
from indicia.detection import store
from indicia.detection.handover import Handover
from indicia.detection.posted import InvalidRequestError, Posted
from indicia.detection.results import Batch, batch_result, single_result
from indicia.detection.store import StoredRequest
from indicia.domains.model import Domain
from indicia.net.egress import EgressGuard
from indicia.net.model import EgressRefusedError
from indicia.queue.jobs import Jobs
from indicia.repeats.model import KEY_SECONDS, LONGEST_KEY, Repeat
from indicia.repeats.store import claim_repeat
from indicia.storage.database import Database, Steps

JOB_KIND = "detection"
# How long a result can be polled, and a repeat of its post is known by its body alone.
RESULT_SECONDS = 24 * 3600
REPEAT_SECONDS_BY_BODY = 600


class DetectionRequests:
    """The requests of all domains."""

    def __init__(
        self, database: Database, jobs: Jobs, *, guard: EgressGuard, clock: Clock, ids: IdSource, handover: Handover
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._guard = guard
        self._clock = clock
        self._ids = ids
        self._handover = handover

    async def accept(self, domain: Domain, posted: Posted, *, body: bytes, idempotency_key: str | None = None) -> str:
        """Store what was posted and have it judged; answer the request's id once that is durable.

        A batch posted again, with the same key or within ten minutes with the same `body`, is known by the id of the
        first one and judged once.

        Raises:
            InvalidRequestError: Results must not go to its URL, or the key is too long; nothing is stored.
            RepeatConflictError: The key came before with another body; nothing is stored.
        """
        self._check(posted, idempotency_key)
        now = self._clock()
        repeat = _repeat(posted, body, idempotency_key, now)
        request_id = await self._database.run(self._accept(domain, posted, repeat, now))
        self._handover.put(request_id, posted.interactions)
        self._jobs.announce(JOB_KIND)
        return request_id

    async def result(self, domain: Domain, request_id: str) -> bytes | None:
        """Answer the result of a request as JSON; None while it is pending, unknown, expired or another domain's."""
        found = await store.request_of_id(self._database, request_id.lower())
        if found is None or found.domain_id != domain.id or found.received_at <= self._clock() - RESULT_SECONDS:
            return None
        return compose_result(found, domain.name)

    def _check(self, posted: Posted, idempotency_key: str | None) -> None:
        problems = []
        if posted.webhook_url is not None:
            try:
                self._guard.check_url(posted.webhook_url)
            except EgressRefusedError:
                # One text for every refusal, or it would tell what this network looks like inside.
                problems.append("webhook_url: must be an http or https URL of a public host")
        if idempotency_key is not None and len(idempotency_key) > LONGEST_KEY:
            problems.append(f"Idempotency-Key: is longer than {LONGEST_KEY} characters")
        if problems:
            raise InvalidRequestError(problems)

    def _accept(self, domain: Domain, posted: Posted, repeat: Repeat | None, now: float) -> Steps[str]:
        request_id = self._ids(now)
        if repeat is not None:
            known_id = yield from claim_repeat(domain.id, repeat, request_id, now)
            if known_id != request_id:
                return known_id
        yield from store.add_request(
            request_id, account_id=domain.account_id, domain_id=domain.id, posted=posted, now=now
        )
        # Accounts are the lanes, so that one account's backlog never delays another's verdicts.
        yield from self._jobs.enqueue(JOB_KIND, str(domain.account_id), request_id.encode())
        return request_id


def compose_result(request: StoredRequest, domain_name: str) -> bytes | None:
    """Write the result of a request as its client polls it; None before it is judged."""
    if request.outcomes is None or request.completed_at is None:
        return None
    if request.is_single:
        return single_result(request.events[0], request.outcomes[0], request.revised_at)
    batch = Batch(request.id, domain_name, request.received_at, request.completed_at, request.revised_at)
    return batch_result(batch, request.events, request.outcomes)


def _repeat(posted: Posted, body: bytes, idempotency_key: str | None, now: float) -> Repeat | None:
    digest = sha256(body).digest()
    if idempotency_key is not None:
        return Repeat(f"verdicts by key {idempotency_key}", digest, now + KEY_SECONDS)
    if posted.is_single:
        return None
    return Repeat(f"verdicts by body {digest.hex()}", digest, now + REPEAT_SECONDS_BY_BODY)
