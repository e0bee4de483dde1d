"""Endpoints, what they are owed and by which subscription, and what is known of those that fail.

Errors:
    WebhooksError
    ├── InvalidSubscriptionError    a subscription cannot be made of what was asked
    └── DeadEndpointError           a URL did not take a sample, so nothing was subscribed
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Self

import msgspec

from indicia.base.errors import AppError


class WebhooksError(AppError):
    """Something about a webhook was refused."""


class InvalidSubscriptionError(WebhooksError, ValueError):
    """A subscription cannot be made of this; `problems` names every fault as `field: why`."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = list(problems)


class DeadEndpointError(WebhooksError):
    """URLs did not take a sample; `failures` are sentences for customers, one for each URL."""

    def __init__(self, failures: Sequence[str]) -> None:
        super().__init__(failures[0])
        self.failures = list(failures)


class WebhookType(StrEnum):
    """What URLs can be subscribed to: the types of events, with the fails apart and, as `failed`, together."""

    ACCEPTED = "accepted"
    BOT_CLICKED = "bot_clicked"
    BOT_OPENED = "bot_opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"
    DELIVERED = "delivered"
    FAILED = "failed"
    OPENED = "opened"
    PERMANENT_FAIL = "permanent_fail"
    REJECTED = "rejected"
    TEMPORARY_FAIL = "temporary_fail"
    UNSUBSCRIBED = "unsubscribed"


class Topic(NamedTuple):
    """What a subscription makes us owe: a domain's events of one type, the fails apart."""

    domain_id: int
    type: WebhookType


class Endpoint(NamedTuple):
    """One account's webhook URL; accounts that share a URL share neither its turn nor its troubles."""

    account_id: int
    url: str

    @property
    def lane(self) -> str:
        """The lane of this endpoint's jobs."""
        return f"{self.account_id} {self.url}"

    @classmethod
    def of_lane(cls, lane: str) -> Self:
        """Read what `lane` wrote."""
        account_id, _, url = lane.partition(" ")
        return cls(int(account_id), url)


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One payload on its way to one endpoint.

    Attributes:
        webhook_id: The same for all attempts and replays: receivers recognise repeats by it.
        body: A JSON object with at least one member and no `signature`, which every attempt makes anew.
        is_wanted: Whether the subscription that owes it, if one does, still exists.
    """

    id: int
    endpoint: Endpoint
    webhook_id: str
    body: bytes
    is_wanted: bool = True


class DeadLetter(msgspec.Struct, frozen=True, gc=False):
    """A delivery that was given up; `buried_at` is in unix seconds, `reason` a text for customers."""

    id: int
    account: str
    url: str
    webhook_id: str
    attempts: int
    reason: str
    buried_at: float


class DeadLetterFilter(NamedTuple):
    """Which dead letters are meant: those that fit everything given.

    `buried_from` and `buried_before` are in unix seconds.
    """

    id: int | None = None
    account_id: int | None = None
    url: str | None = None
    buried_from: float | None = None
    buried_before: float | None = None


class DisabledEndpoint(msgspec.Struct, frozen=True, gc=False):
    """A URL that gets nothing until it is enabled again; times are in unix seconds."""

    account: str
    url: str
    reason: str
    failing_since: float
    disabled_at: float
