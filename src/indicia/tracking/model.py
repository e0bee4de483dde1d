"""The words of tracking.

Errors:
    TrackingError
    └── KeysUsedUpError   no number is left for another key
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from indicia.base.errors import AppError


class TrackingError(AppError):
    """Something about tracking was refused."""


class KeysUsedUpError(TrackingError):
    """No number is left for another tracking key: a token has one byte for it."""


class HitKind(StrEnum):
    """Which kind of address was asked for."""

    OPEN = "open"
    CLICK = "click"
    HIDDEN = "hidden"


class Hit(NamedTuple):
    """One request to a tracking address of a copy, as it came and as it is stored.

    Attributes:
        recipient_id: The row of the recipient whose copy has the address.
        happened_at: Unix seconds.
        headers: A JSON object of those that tell people from machines, by lower-case name.
        url: Where a click leads; empty for opens.
        link_number: Which link of the copy it is, from 1; 0 for opens.
    """

    recipient_id: int
    kind: HitKind
    happened_at: float
    ip: str
    uas: str
    method: str
    headers: str
    url: str = ""
    link_number: int = 0
    link_class: str = ""


class BotEvents(StrEnum):
    """What becomes of the events of opens and clicks that machines made."""

    MARK = "mark"
    """They are events like all others, and say what they are."""
    DROP = "drop"
    """There are none; statistics count the raw numbers all the same."""
    SEPARATE = "separate"
    """They have types of their own: `bot_opened` and `bot_clicked`."""


class TrackingSettings(msgspec.Struct, frozen=True):
    """How a domain tracks.

    Attributes:
        has_host: Whether `email.{domain}` leads to us, so that links can have it.
    """

    has_host: bool = False
    bot_events: BotEvents = BotEvents.MARK
