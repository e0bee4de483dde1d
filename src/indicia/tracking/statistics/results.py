"""What became of each copy, kept in the transactions that make it so; statistics are sums over it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from indicia.events.model import Event, EventType, Severity
from indicia.messages.store import options_of
from indicia.storage.database import Steps
from indicia.tracking.model import HitKind
from indicia.tracking.statistics import store

DAY_SECONDS = 86_400
# Longer than a year, so that this month can be held against the same one of last year.
KEPT_SECONDS = 400 * DAY_SECONDS
OTHER_PROVIDER = "other"

ProviderOf = Callable[[str, str], str | None]
"""Names the mailbox provider of a recipient's domain, given the MX host that took the copy ("" if unknown)."""


class _Status(msgspec.Struct, rename="kebab"):
    mx_host: str | None = None


class _Data(msgspec.Struct, rename="kebab"):
    delivery_status: _Status | None = None
    reason: str = ""


_data = msgspec.json.Decoder(_Data).decode


class HitCount(NamedTuple):
    """One more hit on a copy, or one that is seen in another light: what to add to its counts."""

    domain_id: int
    message_id: str
    recipient: str
    kind: HitKind
    raw: int
    human: int
    sent_at: float


class Results:
    """Follows the event log."""

    def __init__(self, provider_of: ProviderOf | None = None) -> None:
        """Take what names providers; without it copies are filed under `other` until they are delivered."""
        self._provider_of = provider_of

    def follow(self, events: Sequence[Event]) -> Steps[None]:
        """Note what events say of copies, in the transaction that stores them."""
        for column, marks in self._marks(events).items():
            yield from store.mark(column, marks)
        for domain_id, message_id, day in dict.fromkeys(
            (event.domain_id, event.message_id, int(event.happened_at // DAY_SECONDS))
            for event in events
            if event.type is EventType.ACCEPTED
        ):
            options = yield from options_of(domain_id, message_id)
            if options is not None and (options.tags or options.variables):
                yield from store.add_labels(domain_id, message_id, day, options.tags, options.variables)

    def _marks(self, events: Sequence[Event]) -> dict[str, list[store.Mark]]:
        marks: dict[str, list[store.Mark]] = {}
        for event in events:
            data = _data(event.data)
            column = _column(event, data)
            if column is not None:
                marks.setdefault(column, []).append(
                    store.Mark(
                        event.domain_id,
                        event.message_id,
                        event.recipient,
                        int(event.happened_at // DAY_SECONDS),
                        self._provider(event, data),
                    )
                )
        return marks

    def _provider(self, event: Event, data: _Data) -> str:
        if self._provider_of is None:
            return OTHER_PROVIDER
        mx_host = (data.delivery_status.mx_host or "") if data.delivery_status else ""
        return self._provider_of(event.recipient.rpartition("@")[2], mx_host) or OTHER_PROVIDER


def count_hits(counts: Sequence[HitCount]) -> Steps[None]:
    """Add hits to the results of their copies."""
    for kind, raw_column in ((HitKind.OPEN, "opens"), (HitKind.CLICK, "clicks")):
        theirs = [
            store.Count(
                count.domain_id,
                count.message_id,
                count.recipient,
                int(count.sent_at // DAY_SECONDS),
                OTHER_PROVIDER,
                count.raw,
                count.human,
            )
            for count in counts
            if count.kind is kind and (count.raw or count.human)
        ]
        if theirs:
            yield from store.count(raw_column, theirs)


_COLUMNS = {
    EventType.ACCEPTED: "accepted",
    EventType.DELIVERED: "delivered",
    EventType.UNSUBSCRIBED: "unsubscribed",
    EventType.COMPLAINED: "complained",
}


def _column(event: Event, data: _Data) -> str | None:
    if event.type is EventType.FAILED and event.severity is Severity.PERMANENT:
        return "suppressed" if data.reason.startswith("suppress") else "bounced"
    return _COLUMNS.get(event.type)
