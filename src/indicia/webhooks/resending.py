"""Send the webhooks of stored events again, for receivers that lost or mishandled them."""

from typing import NamedTuple

import msgspec

from indicia.events.model import EventFilter
from indicia.events.reading import EventReading, Leaf
from indicia.storage.database import Database
from indicia.webhooks.outbox import Outbox
from indicia.webhooks.subscriptions import Subscriptions

# The store has one writer, and requests wait for it.
_AT_ONCE = 100


class Resent(NamedTuple):
    """What was owed anew; `rest` is where to go on, None when nothing is left."""

    events: int
    deliveries: int
    rest: Leaf | None


class Resending:
    """Owes webhooks again, with the `webhook-id` they had, to whoever is subscribed by now."""

    def __init__(self, database: Database, reading: EventReading, subscriptions: Subscriptions, outbox: Outbox) -> None:
        self._database = database
        self._reading = reading
        self._subscriptions = subscriptions
        self._outbox = outbox

    async def resend(self, domain_id: int, leaf: Leaf, *, only_url: str | None, most: int) -> Resent:
        """Owe up to `most` events from `leaf` on again, to `only_url` or to everybody whom they concern.

        Raises:
            StorageError: Some are owed again, the rest is not; who has some already recognises them.
        """
        events = deliveries = 0
        while events < most:
            page = await self._reading.page(domain_id, leaf)
            if not page.events:
                return Resent(events, deliveries, None)
            deliveries += await self._database.run(self._subscriptions.owe(page.events, only_url=only_url))
            events += len(page.events)
            self._outbox.announce()
            leaf = page.next
        return Resent(events, deliveries, leaf)


def from_the_oldest(wanted: EventFilter, now: float) -> Leaf:
    """Answer where to begin for all events that fit `wanted` and have happened by `now` (unix seconds)."""
    # Without an end, what happens meanwhile would be sent again as well.
    bounded = wanted if wanted.end is not None else msgspec.structs.replace(wanted, end=now)
    return Leaf(wanted=bounded, is_ascending=True, limit=_AT_ONCE)
