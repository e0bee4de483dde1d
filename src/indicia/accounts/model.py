"""Accounts, API keys and what a caller who showed one may do.

Errors:
    AccountsError
    ├── KeyRefusedError      the key opens nothing (unknown, revoked, expired, from a forbidden network)
    ├── KeyNotFoundError     there is no key of that id to revoke
    └── UnknownAccountError  no account of that name exists
"""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

import msgspec

from indicia.base.errors import AppError

Network = IPv4Network | IPv6Network

DEFAULT_ACCOUNT = "default"
# The account that a first start makes to try things with; it is never meant unless it is named.
DEMO_ACCOUNT = "demo"


class AccountsError(AppError):
    """Something about an account or its keys was refused."""


class KeyRefusedError(AccountsError, PermissionError):
    """The key opens nothing; why is never told to the caller."""


class KeyNotFoundError(AccountsError, LookupError):
    """There is no such key."""


class UnknownAccountError(AccountsError, LookupError):
    """No account has that name."""


class Role(StrEnum):
    """What a key is for: `primary` opens every domain of its account, `sending` one domain alone."""

    PRIMARY = "primary"
    SENDING = "sending"


class Account(msgspec.Struct, frozen=True):
    """Who owns domains and keys."""

    id: int
    name: str


class Principal(msgspec.Struct, frozen=True):
    """Who is calling: the key shown, and what it opens. `domain_id` is None for a primary key."""

    key_id: int
    account_id: int
    domain_id: int | None
    role: Role


class ApiKey(msgspec.Struct, frozen=True):
    """A key as stored: never the key itself. Times are unix seconds."""

    id: int
    account_id: int
    domain_id: int | None
    role: Role
    networks: tuple[Network, ...] = ()
    expires_at: float | None = None
    revoked_at: float | None = None

    def is_open(self, now: float) -> bool:
        """Tell whether it opens anything at `now`, from wherever it may."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class KnownKey(NamedTuple):
    """A key as it is listed: whose it is, when it was made, and its last characters, by which people know it."""

    key: ApiKey
    account: str
    hint: str
    created_at: float
