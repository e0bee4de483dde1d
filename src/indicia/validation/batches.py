"""Batches: many addresses posted at once, verified in the background, polled or reported by a webhook."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from indicia.base.clock import Clock
from indicia.base.ids import IdSource
from indicia.base.unreadable_json import UNREADABLE, problem_of
from indicia.domains.model import Domain
from indicia.domains.registry import DomainRegistry
from indicia.net.egress import EgressGuard
from indicia.net.model import EgressRefusedError
from indicia.queue.jobs import Jobs
from indicia.queue.model import Job
from indicia.storage.database import Database, Steps
from indicia.validation import store
from indicia.validation.answers import answer
from indicia.validation.bulk import PATIENCE_SECONDS, Bulk, Item
from indicia.validation.model import InvalidBatchError, Verification
from indicia.validation.store import Batch
from indicia.validation.verify import Verifier
from indicia.webhooks.outbox import Outbox

JOB_KIND = "validation"
MOST_ADDRESSES = 10_000
LONGEST_ADDRESS = 512
# A claim works this long and hands the rest on, so that a stop is never waited for longer, nor a lease lost.
TURN_SECONDS = 20.0
LEASE_SECONDS = 120.0
_STORED_AT_ONCE = 50


class Posted(msgspec.Struct, frozen=True):
    """What a customer posts."""

    addresses: list[str]
    webhook_url: str | None = None
    explain: bool = False


class BatchState(NamedTuple):
    """A batch, how much of it is done, and its answers as JSON once all are."""

    batch: Batch
    done: int
    answers: Sequence[bytes]


class Batches:
    """The batches of all domains."""

    def __init__(self, database: Database, jobs: Jobs, *, guard: EgressGuard, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._jobs = jobs
        self._guard = guard
        self._clock = clock
        self._ids = ids

    async def accept(self, domain: Domain, body: bytes) -> str:
        """Store a posted batch to be verified; answer its id once that is durable.

        Raises:
            InvalidBatchError: It is none; nothing is stored.
            StorageError: Nothing is stored.
        """
        posted = self._read(body)
        now = self._clock()
        batch = Batch(
            id=self._ids(now),
            account_id=domain.account_id,
            domain_id=domain.id,
            webhook_url=posted.webhook_url,
            explain=posted.explain,
            total=len(posted.addresses),
            created_at=now,
            completed_at=None,
        )

        def steps() -> Steps[None]:
            yield from store.insert_batch(batch, posted.addresses)
            yield from self._jobs.enqueue(JOB_KIND, str(domain.account_id), batch.id.encode())

        await self._database.run(steps())
        self._jobs.announce(JOB_KIND)
        return batch.id

    async def state(self, domain: Domain, batch_id: str) -> BatchState | None:
        """Answer how far a batch is, with all answers once it is done; None where the domain has none of that id."""
        batch = await store.batch_of_id(self._database, batch_id.lower())
        if batch is None or batch.domain_id != domain.id:
            return None
        if batch.completed_at is None:
            return BatchState(batch, await store.count_answers(self._database, batch.id), ())
        answers = await store.answers_of(self._database, batch.id)
        return BatchState(batch, batch.total, [answers[position] for position in sorted(answers)])

    def _read(self, body: bytes) -> Posted:
        try:
            posted = msgspec.json.decode(body, type=Posted)
        except UNREADABLE as error:
            raise InvalidBatchError([problem_of(error)]) from error
        problems = []
        if not 0 < len(posted.addresses) <= MOST_ADDRESSES:
            problems.append(f"addresses: must be 1 to {MOST_ADDRESSES}, not {len(posted.addresses)}")
        problems += [
            f"addresses[{position}]: is longer than {LONGEST_ADDRESS} characters"
            for position, text in enumerate(posted.addresses)
            if len(text) > LONGEST_ADDRESS
        ]
        if posted.webhook_url is not None:
            try:
                self._guard.check_url(posted.webhook_url)
            except EgressRefusedError:
                problems.append("webhook_url: must be an http or https URL of a public host")
        if problems:
            raise InvalidBatchError(problems)
        return posted


class BatchWork:
    """Verifies what batches hold, a turn at a time."""

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        verifier: Verifier,
        domains: DomainRegistry,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._verifier = verifier
        self._domains = domains
        self._outbox = outbox
        self._clock = clock
        self._under_way: set[Bulk] = set()

    def hurry(self) -> None:
        """Let what is under way be handed on now."""
        for bulk in self._under_way:
            bulk.stop()

    async def work(self, job: Job) -> None:
        """Go on with the batch that `job` names for one turn; finish it, or hand the rest on.

        Raises:
            StorageError: What is stored stays; the job comes due again.
        """
        batch = await store.batch_of_id(self._database, job.payload.decode())
        domain = None if batch is None else await self._domains.of_id(batch.domain_id)
        if batch is None or domain is None:
            await self._database.run(self._jobs.finish(job))
            return
        go_on_at = await self._turn(batch, domain)
        if go_on_at is not None:
            await self._database.run(self._jobs.release(job, go_on_at))
            return
        await self._complete(job, batch, domain)

    async def _turn(self, batch: Batch, domain: Domain) -> float | None:
        answered = await store.answers_of(self._database, batch.id)
        addresses = await store.addresses_of(self._database, batch.id)
        left = [Item(position, text) for position, text in enumerate(addresses) if position not in answered]
        answers = _Answers(self._database, batch)
        bulk = Bulk(self._verifier, domain, answers.add, self._clock)
        self._under_way.add(bulk)
        try:
            return await bulk.run(
                left, give_up_at=batch.created_at + PATIENCE_SECONDS, until=self._clock() + TURN_SECONDS
            )
        finally:
            self._under_way.discard(bulk)
            await answers.flush()

    async def _complete(self, job: Job, batch: Batch, domain: Domain) -> None:
        now = self._clock()
        answers = await store.answers_of(self._database, batch.id)
        done = msgspec.structs.replace(batch, completed_at=now)
        body = encoded(BatchState(done, batch.total, [answers[position] for position in sorted(answers)]), domain.name)

        def steps() -> Steps[None]:
            if not (yield from self._jobs.finish(job)):
                return
            yield from store.complete_batch(batch.id, now)
            if batch.webhook_url is not None:
                yield from self._outbox.enqueue(batch.account_id, batch.webhook_url, batch.id, body)

        await self._database.run(steps())
        self._outbox.announce()


class _Answers:
    """Stores answers some at a time."""

    def __init__(self, database: Database, batch: Batch) -> None:
        self._database = database
        self._batch = batch
        self._pending: list[tuple[int, bytes]] = []

    async def add(self, item: Item, found: Verification) -> None:
        shown = answer(found, explain=self._batch.explain) | {"address": item.text}
        self._pending.append((item.position, msgspec.json.encode(shown, order="sorted")))
        if len(self._pending) >= _STORED_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        stored, self._pending = self._pending, []
        if stored:
            await self._database.run(store.insert_answers(self._batch.id, stored))


def encoded(state: BatchState, domain_name: str) -> bytes:
    """Write a batch as JSON, as it is polled and as its webhook tells it."""
    batch = state.batch
    completed_at = batch.completed_at
    shown = {
        "batch": {
            "addresses": batch.total,
            "completed_at": None if completed_at is None else int(completed_at),
            "created_at": int(batch.created_at),
            "domain": domain_name,
            "done": state.done,
            "id": batch.id,
        },
        "results": [msgspec.Raw(each) for each in state.answers],
    }
    return msgspec.json.encode(shown, order="sorted")
