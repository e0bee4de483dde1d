"""Learns from the stored history in the background: reads what is new, keeps what is learned, tells the engine.

Requests are deleted after a day; what is learned of them outlives them. What was read and what was learned of it are
stored together, so a pass that fails or a process that dies learns nothing twice.
"""

import asyncio
from collections.abc import Set as AbstractSet
from itertools import groupby
from time import thread_time

from indicia.base.clock import Clock
from indicia.detection import store
from indicia.detection.engine import Engine
from indicia.detection.honeypot import VISIT_SECONDS
from indicia.detection.labels import labelled_events
from indicia.detection.learning import store as learned
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.learning.learner import Learner
from indicia.detection.learning.model import LabelState, PendingLabel
from indicia.detection.learning.trails import TrailKey, trail_key
from indicia.detection.model import Interaction
from indicia.detection.requests import RESULT_SECONDS
from indicia.detection.store import StoredRequest
from indicia.storage.database import Database, Steps

# What nothing more was heard of for so long is forgotten.
LEARNED_SECONDS = 90 * 24 * 3600

_REQUESTS, _VISITS = "requests", "visits"
_PAGE = 20
_VISITS_PAGE = 5_000
_MOST_LABELS = 5_000
# Reading and learning take some 10 us an interaction; the event loop gets its turn every millisecond, and verdicts get
# most of the time: what a flood left to be learned must not delay those that come after it.
_CHUNK = 100
_LEARNING_PART = 1 / 4
# A request may become readable a little after a later one.
_LAG_SECONDS = 2.0
# Concluding takes three seconds for the largest history, in a thread; at most a hundredth of the time goes into it.
_CONCLUDING_SHARE = 0.01


class Study:
    """One pass after another over the stored history."""

    def __init__(self, database: Database, learner: Learner, engine: Engine, clock: Clock) -> None:
        self._database = database
        self._learner = learner
        self._engine = engine
        self._clock = clock
        # Up to which request and which visit is learned.
        self._position = ""
        self._visit_position = 0
        # Labels that are learned from, and not stored as such yet.
        self._settled: list[tuple[PendingLabel, LabelState]] = []
        # Recipients about whom customers said something since the last conclusions.
        self._labelled: set[TrailKey] = set()
        self._knowledge = Knowledge()
        self._has_news = False
        self._conclude_at = 0.0

    async def resume(self) -> None:
        """Take up what earlier processes learned."""
        self._position = await learned.position_of(self._database, _REQUESTS)
        self._visit_position = int(await learned.position_of(self._database, _VISITS) or 0)
        trails, reputations = self._learner.trails, self._learner.reputations
        trails.restore(await learned.latest_trails(self._database, trails.capacity))
        reputations.restore(await learned.latest_tallies(self._database, reputations.capacity))
        paces, mixes = self._learner.paces, self._learner.mixes
        self._learner.offsets.restore(await learned.all_offsets(self._database))
        paces.restore(await learned.latest_paces(self._database, paces.capacity))
        mixes.restore(await learned.latest_mixes(self._database, mixes.capacity))
        await self._conclude()

    async def advance(self) -> AbstractSet[TrailKey]:
        """Learn what has happened since the last pass; answer the recipients who are seen in another light by it.

        Raises:
            StorageError: Nothing is lost; the next pass learns it.
        """
        await self._read_visits()
        await self._read_requests()
        await self._read_labels()
        await self._database.run(self._save())
        self._learner.saved()
        self._settled.clear()
        if not self._has_news or self._clock() < self._conclude_at:
            return frozenset()
        self._has_news = False
        return await self._conclude()

    async def _read_visits(self) -> None:
        """Visits come before the posts of the interactions that they belong to."""
        since = self._clock() - VISIT_SECONDS
        while True:
            page = await store.visits_after(self._database, self._visit_position, since=since, limit=_VISITS_PAGE)
            for visit_id, visit in page:
                self._learner.visit(visit)
                self._visit_position = visit_id
            if len(page) < _VISITS_PAGE:
                return
            await asyncio.sleep(0)

    async def _read_requests(self) -> None:
        now = self._clock()
        while True:
            page = await store.requests_between(
                self._database, after=self._position, since=now - RESULT_SECONDS, limit=_PAGE
            )
            readable = [request for request in page if request.received_at <= now - _LAG_SECONDS]
            for request in readable:
                await self._learn(request)
                self._position = request.id
            if len(readable) < _PAGE:
                return

    async def _learn(self, request: StoredRequest) -> None:
        for start in range(0, len(request.events), _CHUNK):
            began = thread_time()
            interactions = request.interactions(start, start + _CHUNK)
            self._learner.record(request.scope, interactions, request.received_at)
            await asyncio.sleep((thread_time() - began) * (1 / _LEARNING_PART - 1))
        self._has_news = True

    async def _read_labels(self) -> None:
        if self._settled:
            return
        now = self._clock()
        pending = await learned.pending_labels(self._database, _MOST_LABELS)
        for domain_id, labels in groupby(pending, key=lambda label: label.domain_id):
            wanted: dict[str, PendingLabel] = {}
            for label in labels:
                if label.label.facts is None:
                    wanted[label.label.event_id] = label
                else:
                    self._learn_label(label, label.label.facts.interaction, now)
            async for label, interaction in labelled_events(self._database, domain_id, wanted, now - RESULT_SECONDS):
                self._learn_label(label, interaction, now)
            self._settled.extend((label, LabelState.UNKNOWN) for label in wanted.values())
        self._has_news |= bool(self._settled)

    def _learn_label(self, label: PendingLabel, interaction: Interaction, now: float) -> None:
        self._learner.label(label.scope, interaction, is_bot=label.label.is_bot, now=now)
        self._settled.append((label, LabelState.LEARNED))
        if interaction.recipient_id is not None:
            self._labelled.add(trail_key(label.scope, interaction.recipient_id))

    def _save(self) -> Steps[None]:
        learner, now = self._learner, self._clock()
        yield from learned.save_trails(learner.trails.changed())
        yield from learned.save_tallies(learner.reputations.changed())
        yield from learned.save_offsets(learner.offsets.changed())
        yield from learned.save_paces(learner.paces.changed(), now)
        yield from learned.save_mixes(learner.mixes.changed())
        yield from learned.settle_labels(self._settled)
        yield from learned.save_position(_REQUESTS, self._position)
        yield from learned.save_position(_VISITS, str(self._visit_position))
        yield from learned.forget(now - LEARNED_SECONDS)

    async def _conclude(self) -> AbstractSet[TrailKey]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        before, self._knowledge = self._knowledge, await asyncio.to_thread(self._learner.conclusions(self._clock()))
        self._conclude_at = self._clock() + (loop.time() - began) / _CONCLUDING_SHARE
        self._engine.learn(self._knowledge)
        labelled, self._labelled = self._labelled, set()
        return (self._knowledge.conducts.keys() - before.conducts.keys()) | labelled
