"""What is found out about an address.

Errors:
    ValidationError
    └── InvalidBatchError   what was posted is no batch
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from indicia.base.errors import AppError
from indicia.messages.model import Destination


class ValidationError(AppError):
    """Something about a validation was refused."""


class InvalidBatchError(ValidationError, ValueError):
    """What was posted is no batch; `problems` says why, and nothing is stored."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0])
        self.problems = problems


class Result(StrEnum):
    """Whether to mail an address."""

    DELIVERABLE = "deliverable"
    UNDELIVERABLE = "undeliverable"
    RISKY = "risky"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why; the words are Kickbox's."""

    INVALID_EMAIL = "invalid_email"
    INVALID_DOMAIN = "invalid_domain"
    REJECTED_EMAIL = "rejected_email"
    ACCEPTED_EMAIL = "accepted_email"
    LOW_QUALITY = "low_quality"
    LOW_DELIVERABILITY = "low_deliverability"
    NO_CONNECT = "no_connect"
    TIMEOUT = "timeout"
    INVALID_SMTP = "invalid_smtp"
    UNAVAILABLE_SMTP = "unavailable_smtp"
    UNEXPECTED_ERROR = "unexpected_error"


RESULTS = {
    Reason.INVALID_EMAIL: Result.UNDELIVERABLE,
    Reason.INVALID_DOMAIN: Result.UNDELIVERABLE,
    Reason.REJECTED_EMAIL: Result.UNDELIVERABLE,
    # Compat: Kickbox's sandbox answers `undeliverable` here; what is no mail server takes no mail.
    Reason.INVALID_SMTP: Result.UNDELIVERABLE,
    Reason.ACCEPTED_EMAIL: Result.DELIVERABLE,
    Reason.LOW_QUALITY: Result.RISKY,
    Reason.LOW_DELIVERABILITY: Result.RISKY,
    Reason.NO_CONNECT: Result.UNKNOWN,
    Reason.TIMEOUT: Result.UNKNOWN,
    Reason.UNAVAILABLE_SMTP: Result.UNKNOWN,
    Reason.UNEXPECTED_ERROR: Result.UNKNOWN,
}
"""What each reason comes to."""


class AcceptAll(StrEnum):
    """Whether a domain takes mail for every local part, as far as is known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where a finding is from."""

    SYNTAX = "syntax"
    DNS = "dns"
    PROBE = "probe"
    MEMORY = "memory"
    """An earlier probe."""
    DELIVERIES = "deliveries"
    """What became of our own mail to the address."""
    SANDBOX = "sandbox"


class Finding(NamedTuple):
    """What is known of a mailbox.

    Attributes:
        reason: One of those that DNS, a server or our deliveries give: neither quality nor deliverability.
        accept_all: Whether the server's yes means anything.
        is_full: The mailbox exists and takes nothing at present.
        has_complained: Its owner has called our mail spam.
        detail: What was said, for people; empty where nothing was.
        ask_again_at: Unix seconds from which asking again may tell more; None where it will not.
    """

    reason: Reason
    origin: Origin
    accept_all: AcceptAll = AcceptAll.UNKNOWN
    is_full: bool = False
    has_complained: bool = False
    detail: str = ""
    ask_again_at: float | None = None


class Facts(NamedTuple):
    """What the address alone tells."""

    is_role: bool = False
    is_free: bool = False
    is_disposable: bool = False
    is_random: bool = False
    did_you_mean: str | None = None


class Cap(msgspec.Struct, frozen=True):
    """One reason why a score is not higher: it is at most `at_most`."""

    name: str
    at_most: float
    because: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one address.

    Attributes:
        email: The address in its normal form; as given where it is none.
        user, domain: Its parts; None where it is none.
        sendex: 0 (no quality) to 1.
        caps: What the score is made of.
        detail: Why nothing is known, or what the server said; for people.
        ask_again_at: Unix seconds from which asking again may tell more.
        shown: What our own mail has shown about its domain; None where it showed nothing.
    """

    email: str
    user: str | None
    domain: str | None
    reason: Reason
    origin: Origin
    accept_all: AcceptAll
    role: bool
    free: bool
    disposable: bool
    did_you_mean: str | None
    sendex: float
    caps: tuple[Cap, ...]
    detail: str
    ask_again_at: float | None
    verified_at: float
    shown: Destination | None = None

    @property
    def result(self) -> Result:
        """What the reason comes to."""
        return RESULTS[self.reason]
