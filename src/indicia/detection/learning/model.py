"""What customers report about events, and what becomes of it."""

from enum import StrEnum
from typing import NamedTuple

from indicia.detection.model import Interaction, Scope


class Facts(NamedTuple):
    """What learning needs of an event; the fields are those of `Interaction`."""

    ip: str | None
    uas: str | None
    domain: str | None
    recipient_id: str | None
    ts: float | None

    @property
    def interaction(self) -> Interaction:
        """The event, as far as it is known."""
        return Interaction(ip=self.ip, uas=self.uas, domain=self.domain, recipient_id=self.recipient_id, ts=self.ts)


class Label(NamedTuple):
    """What a customer knows about one event; `reason` is in their words, "" where they gave none.

    `facts` came with the label; without them the event must still be stored.
    """

    event_id: str
    is_bot: bool
    reason: str
    facts: Facts | None = None


class LabelState(StrEnum):
    """What became of a label."""

    PENDING = "pending"
    """Its event has not been looked for yet."""
    LEARNED = "learned"
    UNKNOWN = "unknown"
    """It came without its event, and no stored request holds that; it may be older than results are kept."""


class ReportedLabel(NamedTuple):
    """A label as it was reported, at a unix time."""

    label: Label
    state: LabelState
    reported_at: float


class PendingLabel(NamedTuple):
    """A label whose event is to be found."""

    account_id: int
    domain_id: int
    label: Label

    @property
    def scope(self) -> Scope:
        """Whose event it is about."""
        return Scope(self.account_id, self.domain_id)
