"""What customers report about events, and what becomes of it."""

from enum import StrEnum
from typing import NamedTuple

from indicia.detection.model import Scope


class Label(NamedTuple):
    """What a customer knows about one event; `reason` is in their words, "" where they gave none."""

    event_id: str
    is_bot: bool
    reason: str


class LabelState(StrEnum):
    """What became of a label."""

    PENDING = "pending"
    """Its event has not been looked for yet."""
    LEARNED = "learned"
    UNKNOWN = "unknown"
    """No stored request holds its event; it may be older than results are kept."""


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
