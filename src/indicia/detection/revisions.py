"""Judges stored requests again when something was learned about their recipients after they were judged.

Only what was learned may change a verdict: all other evidence was there the first time, and some of it is forgotten
by now.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.detection import store
from indicia.detection.engine import Engine
from indicia.detection.learning.trails import TrailKey, trail_key
from indicia.detection.listening import Listener, nothing_follows
from indicia.detection.model import Interaction, Verdict
from indicia.detection.recipients import RecipientProviders
from indicia.detection.requests import RESULT_SECONDS
from indicia.detection.results import Batch, Judged, judged, revision
from indicia.detection.store import StoredRequest
from indicia.detection.weights import LEARNED, WEIGHTS
from indicia.domains.registry import DomainRegistry
from indicia.storage.database import Database, Steps
from indicia.webhooks.outbox import Outbox

_PAGE = 20
_CHUNK = 100


class _Revised(NamedTuple):
    """The verdicts of a request after a revision, and the positions of those that are other ones now."""

    outcomes: list[Judged]
    positions: list[int]


class Revisions:
    """Offers other verdicts for what was judged within the last day."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        *,
        providers: RecipientProviders,
        domains: DomainRegistry,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engine = engine
        self._providers = providers
        self._domains = domains
        self._outbox = outbox
        self._clock = clock
        self._listener: Listener = nothing_follows

    def subscribe(self, listener: Listener) -> None:
        """Store what `listener` answers in every transaction that stores verdicts."""
        self._listener = listener

    async def revise(self, recipients: Collection[TrailKey]) -> int:
        """Judge again what `recipients` did; answer how many verdicts are other ones now.

        Raises:
            StorageError: The requests up to one are revised, that and the later ones are not.
        """
        changed, after = 0, ""
        domain_ids = {key.domain_id for key in recipients}
        while domain_ids:
            since = self._clock() - RESULT_SECONDS
            page = await store.requests_between(self._database, after=after, since=since, limit=_PAGE)
            for request in page:
                if request.domain_id in domain_ids and request.outcomes is not None:
                    changed += await self._revise(request, request.outcomes, recipients)
            if len(page) < _PAGE:
                break
            after = page[-1].id
        if changed:
            self._outbox.announce()
        return changed

    async def _revise(
        self, request: StoredRequest, outcomes: Sequence[Judged], recipients: Collection[TrailKey]
    ) -> int:
        theirs = await self._interactions_of(request, recipients)
        if not theirs:
            return 0
        verdicts = await self._judge(request, list(theirs.values()))
        other = {
            position: judged(verdict, explain=request.explain)
            for position, verdict in zip(theirs, verdicts, strict=True)
            if verdict.is_bot != outcomes[position].is_bot and _is_learned(verdict)
        }
        if other:
            revised = [other.get(position, outcome) for position, outcome in enumerate(outcomes)]
            await self._store(request, _Revised(revised, list(other)))
        return len(other)

    async def _interactions_of(
        self, request: StoredRequest, recipients: Collection[TrailKey]
    ) -> dict[int, Interaction]:
        found: dict[int, Interaction] = {}
        for start in range(0, len(request.events), _CHUNK):
            for offset, interaction in enumerate(request.interactions(start, start + _CHUNK)):
                if interaction.recipient_id and trail_key(request.scope, interaction.recipient_id) in recipients:
                    found[start + offset] = interaction
            await asyncio.sleep(0)
        return found

    async def _judge(self, request: StoredRequest, interactions: list[Interaction]) -> list[Verdict]:
        providers = await self._providers.of(self._engine.unresolved(interactions))
        return self._engine.judge(request.scope, interactions, request.received_at, providers)

    async def _store(self, request: StoredRequest, revised: _Revised) -> None:
        domain = await self._domains.of_id(request.domain_id)
        if domain is None or request.completed_at is None:
            return
        now = self._clock()
        batch = Batch(request.id, domain.name, request.received_at, request.completed_at, now)
        changed = [(request.events[position], revised.outcomes[position]) for position in revised.positions]
        payload = revision(batch, changed, revised.outcomes)
        consequence = await self._listener(
            request, {position: revised.outcomes[position] for position in revised.positions}
        )

        def steps() -> Steps[None]:
            yield from self._steps(request, revised.outcomes, payload, now)
            if consequence is not None:
                yield from consequence.steps

        await self._database.run(steps())
        if consequence is not None:
            consequence.announce()

    def _steps(self, request: StoredRequest, outcomes: list[Judged], payload: bytes, now: float) -> Steps[None]:
        yield from store.revise_request(request.id, outcomes, now)
        if request.wants_revisions and request.webhook_url is not None:
            # Receivers drop what they have seen by its id, so that of the first verdicts will not do.
            webhook_id = f"{request.id}-{int(now * 1000):x}"
            yield from self._outbox.enqueue(request.account_id, request.webhook_url, webhook_id, payload)


def _is_learned(verdict: Verdict) -> bool:
    return any(WEIGHTS[evidence.signal].group in LEARNED for evidence in verdict.evidence)
