"""Hands hits to detection: judged like interactions that customers post, with everything that we know of our own mail.

They become a detection request of their domain in one transaction, so that each is judged once and what detection
learns from posted interactions it learns from these too. Visits to hidden links go where detection keeps its own.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from indicia.base.clock import Clock
from indicia.base.ids import IdSource
from indicia.base.log import get_logger
from indicia.detection.model import Honeypot
from indicia.detection.posted import MOST_EVENTS, Posted
from indicia.detection.requests import JOB_KIND
from indicia.detection.store import add_request, add_visit
from indicia.mail.address import parse_one
from indicia.messages.model import Message, Recipient
from indicia.messages.store import copies_of_rows, delivered_at_of_rows
from indicia.queue.jobs import Jobs
from indicia.storage.database import Database, Steps, StorageError
from indicia.tracking import store
from indicia.tracking.model import Hit, HitKind
from indicia.tracking.store import Arrival, HandedHit

log = get_logger()

# Verdicts wait for the settle window anyway, and one request for many hits costs less than one for each.
INTERVAL_SECONDS = 0.5

_encode = msgspec.json.Encoder().encode


class _Known(NamedTuple):
    """A hit with the copy that it is about."""

    hit: Hit
    message: Message
    recipient: Recipient
    delivered_at: float | None


class HandingOver:
    """Brings what was recorded to detection, again and again."""

    def __init__(self, database: Database, jobs: Jobs, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._ids = ids

    async def run(self) -> None:
        """Hand over what there is until cancelled; what a failure leaves is handed over the next time."""
        while True:
            handed = 0
            try:
                handed = await self.hand_over()
            except StorageError as error:
                log.warning("hits.not_handed_over", error=str(error))
            await asyncio.sleep(0 if handed >= MOST_EVENTS else INTERVAL_SECONDS)

    async def hand_over(self) -> int:
        """Hand over the oldest arrivals, `MOST_EVENTS` hits or the few more that share a commit; answer how many hits.

        Raises:
            StorageError: None of them is handed over.
        """
        arrived = await store.arrivals(self._database, MOST_EVENTS)
        hits = [hit for arrival in arrived for hit in arrival.hits]
        if arrived:
            await self._database.run(self._steps(arrived, await self._known(hits), self._clock()))
            self._jobs.announce(JOB_KIND)
        return len(hits)

    async def _known(self, hits: Sequence[Hit]) -> list[_Known]:
        """Find the copies of `hits`; those of a forgotten message are left out."""
        rows = sorted({hit.recipient_id for hit in hits})
        copies = await copies_of_rows(self._database, rows)
        delivered = await delivered_at_of_rows(self._database, rows)
        return [
            _Known(hit, *copies[hit.recipient_id], delivered.get(hit.recipient_id))
            for hit in hits
            if hit.recipient_id in copies
        ]

    def _steps(self, arrived: Sequence[Arrival], known: Sequence[_Known], now: float) -> Steps[None]:
        by_domain: defaultdict[tuple[int, int], list[_Known]] = defaultdict(list)
        for one in known:
            if one.hit.kind is HitKind.HIDDEN:
                yield from add_visit(_visit(one))
            else:
                by_domain[one.message.account_id, one.message.domain_id].append(one)
        handed: list[HandedHit] = []
        for (account_id, domain_id), theirs in by_domain.items():
            for start in range(0, len(theirs), MOST_EVENTS):
                request_id = self._ids(now)
                part = theirs[start : start + MOST_EVENTS]
                named = [(self._ids(one.hit.happened_at), one) for one in part]
                posted = Posted([_interaction(*pair) for pair in named], [], None, True, False)
                yield from add_request(request_id, account_id=account_id, domain_id=domain_id, posted=posted, now=now)
                yield from self._jobs.enqueue(JOB_KIND, str(account_id), request_id.encode())
                handed += [
                    HandedHit(request_id, position, event_id, one.hit) for position, (event_id, one) in enumerate(named)
                ]
        yield from store.hand_over(arrived, handed)


def _visit(one: _Known) -> Honeypot:
    hit = one.hit
    return Honeypot(one.message.domain_id, one.message.message_id, hit.ip, hit.uas, hit.happened_at, is_sealed=True)


def _interaction(event_id: str, one: _Known) -> msgspec.Raw:
    """Write a hit as an interaction of the bot API, with every field that it has."""
    hit = one.hit
    mailbox = parse_one(one.recipient.address)
    written: dict[str, object] = {
        "event_id": event_id,
        "ip": hit.ip,
        "uas": hit.uas,
        "action": hit.kind.value,
        "recipient_id": one.recipient.canonical,
        "message_id": one.message.message_id,
        "ts": hit.happened_at,
        "message_ts": one.message.deliver_at,
        "method": hit.method,
        "headers": msgspec.Raw(hit.headers.encode()),
    }
    if mailbox is not None and not mailbox.domain.startswith("["):
        written["domain"] = mailbox.ascii_domain
    if one.delivered_at is not None:
        written["delivered_ts"] = one.delivered_at
    if hit.kind is HitKind.CLICK:
        written |= {"url": hit.url, "link_id": str(hit.link_number)}
    return msgspec.Raw(_encode(written))
