"""Judge stored requests: show the engine all that was posted, wait until it is settled, store the verdicts."""

import asyncio
from collections.abc import Mapping, Sequence

from indicia.base.clock import Clock
from indicia.base.errors import AppError
from indicia.datasets.model import MailProvider
from indicia.detection import store
from indicia.detection.engine import Engine
from indicia.detection.handover import Handover
from indicia.detection.honeypot import HoneypotVisits
from indicia.detection.listening import Listener, nothing_follows
from indicia.detection.model import Interaction
from indicia.detection.recipients import RecipientProviders
from indicia.detection.results import Batch, Judged, batch_result, judged
from indicia.detection.store import StoredRequest
from indicia.domains.registry import DomainRegistry
from indicia.queue.jobs import Jobs
from indicia.queue.model import Job
from indicia.storage.database import Database, Steps
from indicia.webhooks.outbox import Outbox

# Judging is pure computation, so the event loop gets its turn between chunks: every 2 ms at 20 us a verdict.
_CHUNK = 100
# What a restarted process reads again: no further back than its history reaches, and no more than it holds.
RECALL_SECONDS = 3600
MOST_RECALLED = 2_000
_RECALL_PAGE = 50


class LeaseLostError(AppError):
    """Another worker took the job over; nothing of this judgement is stored."""


class Judging:
    """Turns pending requests into verdicts and their webhook deliveries."""

    def __init__(  # noqa: PLR0913 -- where everything that a verdict needs comes together.
        self,
        database: Database,
        jobs: Jobs,
        *,
        engine: Engine,
        visits: HoneypotVisits,
        providers: RecipientProviders,
        domains: DomainRegistry,
        outbox: Outbox,
        handover: Handover,
        clock: Clock,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._engine = engine
        self._visits = visits
        self._providers = providers
        self._domains = domains
        self._outbox = outbox
        self._handover = handover
        self._clock = clock
        self._listener: Listener = nothing_follows
        # Requests in the engine's history already; ids grow with time, so a dict drops the oldest first.
        self._observed: dict[str, None] = {}

    def subscribe(self, listener: Listener) -> None:
        """Store what `listener` answers in every transaction that stores verdicts."""
        self._listener = listener

    async def recall(self) -> None:
        """Show the engine the latest stored requests again, as a process does that has just started."""
        after, since = "", self._clock() - RECALL_SECONDS
        for _ in range(MOST_RECALLED // _RECALL_PAGE):
            page = await store.requests_between(self._database, after=after, since=since, limit=_RECALL_PAGE)
            for request in page:
                self._observe(request, request.interactions())
                await asyncio.sleep(0)
            if len(page) < _RECALL_PAGE:
                return
            after = page[-1].id

    async def judge(self, job: Job) -> None:
        """Judge the request that `job` names, or give the job back until its settle window has passed.

        Raises:
            StorageError: Nothing is stored; the job comes due again.
            LeaseLostError: Nothing is stored; another worker has the job.
        """
        request = await store.request_of_id(self._database, job.payload.decode())
        if request is None:
            await self._database.run(self._jobs.finish(job))
            return
        interactions = self._handover.find(request.id) or request.interactions()
        self._observe(request, interactions)
        final_at = self._engine.final_at(interactions, request.received_at)
        if final_at > self._clock():
            await self._database.run(self._jobs.release(job, final_at))
            return
        # Requests that were claimed together are all observed before the first of them is judged.
        await asyncio.sleep(0)
        await self._complete(job, request, await self._outcomes(request, interactions))

    def _observe(self, request: StoredRequest, interactions: Sequence[Interaction]) -> None:
        if request.id in self._observed:
            return
        self._observed[request.id] = None
        if len(self._observed) > 10 * MOST_RECALLED:
            del self._observed[next(iter(self._observed))]
        self._engine.observe(request.scope, interactions, request.received_at)

    async def _outcomes(self, request: StoredRequest, interactions: Sequence[Interaction]) -> list[Judged]:
        await self._visits.tell(self._engine)
        providers = await self._providers.of(self._engine.unresolved(interactions))
        outcomes: list[Judged] = []
        for start in range(0, len(interactions), _CHUNK):
            outcomes += self._judge(request, interactions[start : start + _CHUNK], providers)
            await asyncio.sleep(0)
        return outcomes

    def _judge(
        self, request: StoredRequest, interactions: Sequence[Interaction], providers: Mapping[str, MailProvider]
    ) -> list[Judged]:
        asked = request.scope, interactions, request.received_at, providers
        if request.explain:
            return [judged(verdict, explain=True) for verdict in self._engine.judge(*asked)]
        return [Judged(is_bot) for is_bot in self._engine.decide(*asked)]

    async def _complete(self, job: Job, request: StoredRequest, outcomes: list[Judged]) -> None:
        now = self._clock()
        payload = await self._payload(request, outcomes, now)
        consequence = await self._listener(request, dict(enumerate(outcomes)))

        def steps() -> Steps[None]:
            yield from self._store(job, request, outcomes, payload, now)
            if consequence is not None:
                yield from consequence.steps

        await self._database.run(steps())
        self._handover.drop(request.id)
        if payload is not None:
            self._outbox.announce()
        if consequence is not None:
            consequence.announce()

    async def _payload(self, request: StoredRequest, outcomes: list[Judged], now: float) -> bytes | None:
        """Write what the request's webhook says, if it has one."""
        domain = await self._domains.of_id(request.domain_id)
        if request.webhook_url is None or domain is None:
            return None
        return batch_result(Batch(request.id, domain.name, request.received_at, now), request.events, outcomes)

    def _store(
        self, job: Job, request: StoredRequest, outcomes: list[Judged], payload: bytes | None, now: float
    ) -> Steps[None]:
        if not (yield from self._jobs.finish(job)):
            raise LeaseLostError(request.id)
        yield from store.complete_request(request.id, outcomes, now)
        if payload is not None and request.webhook_url is not None:
            yield from self._outbox.enqueue(request.account_id, request.webhook_url, request.id, payload)
