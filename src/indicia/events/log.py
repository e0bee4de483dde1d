"""Append what happened in the transaction that makes it so, and let others owe their share in the same one."""

from collections.abc import Callable, Sequence

from indicia.events import store
from indicia.events.model import Event
from indicia.storage.database import Steps

KEPT_SECONDS = 30 * 24 * 3600.0

Subscriber = Callable[[Sequence[Event]], Steps[None]]
"""What else becomes durable together with these events, such as the webhooks that report them."""

Announcement = Callable[[], None]


class EventLog:
    """The events of all domains. It knows none of its subscribers."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self._announcements: list[Announcement] = []

    def subscribe(self, subscriber: Subscriber, announcement: Announcement) -> None:
        """Run `subscriber` in every transaction that appends events; `announcement` is called after its commit."""
        self._subscribers.append(subscriber)
        self._announcements.append(announcement)

    def append(self, events: Sequence[Event]) -> Steps[None]:
        """Store `events`, and what subscribers owe for them, in the caller's transaction.

        Call `announce` after the commit, or the workers find what is owed at their next look.
        """
        yield from store.insert_events(events)
        for subscriber in self._subscribers:
            yield from subscriber(events)

    def announce(self) -> None:
        """Wake whoever works off what subscribers stored."""
        for announcement in self._announcements:
            announcement()
