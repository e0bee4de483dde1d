"""What a sending domain is.

Errors:
    DomainsError
    ├── DomainNotFoundError   no such domain, or another account's: callers are not told which
    ├── DomainTakenError      another account has it
    └── InvalidDomainError    it is no domain name
"""

from enum import StrEnum

import msgspec

from indicia.base.errors import AppError


class DomainsError(AppError):
    """Something about a domain was refused."""


class DomainNotFoundError(DomainsError, LookupError):
    """The caller has no such domain; `name` is as asked."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class DomainTakenError(DomainsError):
    """The domain belongs to another account."""


class InvalidDomainError(DomainsError, ValueError):
    """The text is no domain name."""


class DomainState(StrEnum):
    """Whether a domain may send; only `active` ones do."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    DISABLED = "disabled"


class Feature(StrEnum):
    """What is enabled per domain because it costs or reveals something."""

    BOT_DETECTION = "bot-detection"
    VALIDATION = "validation"


class Domain(msgspec.Struct, frozen=True):
    """A sending domain; times are unix seconds. `seed_token` makes its seed mailbox's name."""

    id: int
    account_id: int
    name: str
    state: DomainState
    features: frozenset[Feature]
    tracking: bool
    seed_token: str
    created_at: float
    updated_at: float
