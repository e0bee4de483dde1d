"""What an event is: one thing that happened to one recipient's copy of a message."""

from enum import StrEnum
from typing import NamedTuple

import msgspec


class EventType(StrEnum):
    """What happened. `failed` has a severity; both of its kinds are one type here and two for subscribers."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    REJECTED = "rejected"
    OPENED = "opened"
    CLICKED = "clicked"
    BOT_OPENED = "bot_opened"
    """A machine's open, for domains that want these apart; likewise `bot_clicked`."""
    BOT_CLICKED = "bot_clicked"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


FREQUENT = (EventType.ACCEPTED, EventType.DELIVERED)
"""What happens to nearly every copy; the index of the other types is without these."""


class Severity(StrEnum):
    """How final a failure is; `NONE` for everything else."""

    NONE = ""
    PERMANENT = "permanent"
    TEMPORARY = "temporary"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is stored.

    Attributes:
        uid: What customers know it by, the same over retries and replays of its webhooks; holds no full stop.
        happened_at: Unix seconds.
        recipient: The address as mailed.
        message_id: The message's id without angle brackets.
        callback_url: Gets the event instead of the domain's webhooks, where the message asked for it.
        data: The `event-data` object of contract 5, encoded as JSON; it holds `id` and `event` too.
    """

    uid: str
    account_id: int
    domain_id: int
    type: EventType
    severity: Severity = Severity.NONE
    happened_at: float
    recipient: str
    message_id: str
    callback_url: str | None = None
    data: bytes


class Kind(NamedTuple):
    """A type of event, of one severity or whichever."""

    type: EventType
    severity: Severity | None = None


class EventFilter(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Which of a domain's events are meant: those that fit everything given.

    Attributes:
        kinds: Any of these; empty means all.
        tags: All of these, in any case.
        begin: Unix seconds of the earliest; `end` likewise of the latest.
        uids: Any of these; empty means all.
    """

    kinds: tuple[Kind, ...] = ()
    recipient: str | None = None
    message_id: str | None = None
    tags: tuple[str, ...] = ()
    begin: float | None = None
    end: float | None = None
    uids: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether few events can be meant, to which an index leads."""
        return bool(self.uids or self.recipient or self.message_id)

    @property
    def is_rare(self) -> bool:
        """Whether all types that are meant are rare ones, to which an index leads, each in order of time."""
        return bool(self.kinds) and not self.is_narrow and not any(kind.type in FREQUENT for kind in self.kinds)

    @property
    def is_sought(self) -> bool:
        """Whether what fits is found by looking through what does not, for no index leads to it."""
        return bool(self.kinds or self.tags) and not self.is_narrow and (bool(self.tags) or not self.is_rare)


class Position(NamedTuple):
    """Where in a domain's log an event stands: by time, and among equals in the order of appending."""

    happened_at: float
    row: int
