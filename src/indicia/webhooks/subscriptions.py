"""Which URLs get which of a domain's events, and what is owed to them when one happens."""

from collections.abc import Sequence

from indicia.events.model import Event, EventType, Severity
from indicia.net.egress import EgressGuard
from indicia.net.model import EgressRefusedError
from indicia.storage.database import Database, Steps
from indicia.webhooks import store
from indicia.webhooks.model import InvalidSubscriptionError, Topic, WebhookType
from indicia.webhooks.outbox import Outbox

MOST_URLS = 3


class Subscriptions:
    """The subscriptions of all domains.

    Nothing of them is kept in memory: the read of a few rows in the transaction that makes something due costs less
    than the row it makes, and whoever deletes a subscription can rely on it.
    """

    def __init__(self, database: Database, outbox: Outbox, guard: EgressGuard) -> None:
        self._database = database
        self._outbox = outbox
        self._guard = guard

    async def all_of(self, domain_id: int) -> dict[WebhookType, list[str]]:
        """Answer the URLs for each type that has any.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.committed_subscriptions_of(self._database, domain_id)

    def checked(self, urls: Sequence[str]) -> list[str]:
        """Answer `urls` without repetitions.

        Raises:
            InvalidSubscriptionError: They are none, too many, or may never be called.
        """
        distinct = list(dict.fromkeys(urls))
        if not 0 < len(distinct) <= MOST_URLS:
            raise InvalidSubscriptionError(f"url: 1 to {MOST_URLS} URLs are needed")
        for url in distinct:
            try:
                self._guard.check_url(url)
            except EgressRefusedError as error:
                raise InvalidSubscriptionError("url: must be an http or https URL of a public host") from error
        return distinct

    async def replace(self, domain_id: int, kind: WebhookType, urls: Sequence[str]) -> None:
        """Make `urls`, which were `checked`, all that get the domain's events of that type.

        What is still owed to others for this type is not attempted any more.

        Raises:
            StorageError: Everything stays as it was.
        """
        await self._database.run(store.replace_subscription(domain_id, kind, urls))

    async def delete(self, domain_id: int, kind: WebhookType) -> bool:
        """Let no URL get the domain's events of that type any more; answer whether any did.

        Raises:
            StorageError: Everything stays as it was.
        """
        return await self._database.run(store.replace_subscription(domain_id, kind, ()))

    def follow(self, events: Sequence[Event]) -> Steps[None]:
        """Owe what just happened to whom it concerns; made for `EventLog.subscribe`."""
        yield from self.owe(events)

    def owe(self, events: Sequence[Event], *, only_url: str | None = None) -> Steps[int]:
        """Owe `events` to whom they concern, in the caller's transaction; answer how many deliveries that makes.

        A message's own callback URL gets its events instead of the domain's subscribers.

        Args:
            events: Of any domains.
            only_url: Owe nothing to other URLs.
        """
        known: dict[int, dict[WebhookType, list[str]]] = {}
        owed = 0
        for event in events:
            if event.callback_url is None and event.domain_id not in known:
                known[event.domain_id] = yield from store.subscriptions_of(event.domain_id)
            topic, urls = _concerned(event, known.get(event.domain_id, {}))
            for url in urls:
                if only_url in {None, url}:
                    yield from self._outbox.enqueue(event.account_id, url, event.uid, payload(event), topic=topic)
                    owed += 1
        return owed


def payload(event: Event) -> bytes:
    """Answer what receivers are sent about an event, without its signature."""
    return b'{"event-data":' + event.data + b"}"


def types_of(event: Event) -> tuple[WebhookType, ...]:
    """Answer the types under which an event is subscribed to, the narrowest first."""
    if event.type is not EventType.FAILED:
        return (WebhookType(event.type.value),)
    is_final = event.severity is not Severity.TEMPORARY
    return (WebhookType.PERMANENT_FAIL if is_final else WebhookType.TEMPORARY_FAIL, WebhookType.FAILED)


def _concerned(event: Event, subscribed: dict[WebhookType, list[str]]) -> tuple[Topic | None, list[str]]:
    if event.callback_url is not None:
        return None, [event.callback_url]
    types = types_of(event)
    # Who is subscribed twice, to `failed` and to one of its kinds, gets one webhook.
    urls = dict.fromkeys(url for kind in types for url in subscribed.get(kind, ()))
    return Topic(event.domain_id, types[0]), list(urls)
