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
from indicia.mail.dkim import Algorithm

# How long a record stays after the last mail that its key signed: retries take three days, mailing lists some more.
RECORD_KEPT_SECONDS = 7 * 24 * 3600


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
    VALIDATION_SANDBOX = "validation-sandbox"
    """Test mode: validation answers by local part, and asks nobody."""


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


class DkimKeyState(StrEnum):
    """What a key does: it waits while its DNS record is being published, then signs, then only its record is needed."""

    WAITING = "waiting"
    SIGNING = "signing"
    RETIRED = "retired"


class DkimKey(msgspec.Struct, frozen=True, kw_only=True):
    """A stored key that signs a domain's mail; times are unix seconds.

    Attributes:
        sealed: The private key, for the vault to open.
        public: The `p=` tag of its DNS record.
        signs_from: When it begins to sign; not after `retired_at` in a key that was replaced while it waited.
        retired_at: When it ceases to; None where no other follows it yet.
    """

    id: int
    domain_id: int
    algorithm: Algorithm
    selector: str
    sealed: bytes
    public: str
    created_at: float
    signs_from: float
    retired_at: float | None

    def state(self, now: float) -> DkimKeyState:
        """Answer what the key does at `now`."""
        if self.retired_at is not None and now >= self.retired_at:
            return DkimKeyState.RETIRED
        return DkimKeyState.SIGNING if now >= self.signs_from else DkimKeyState.WAITING

    def record_needed_at(self, now: float) -> bool:
        """Tell whether its DNS record must be there: also while mail that it signed may still be on the way."""
        if self.retired_at is None:
            return True
        return self.retired_at > self.signs_from and now < self.retired_at + RECORD_KEPT_SECONDS
