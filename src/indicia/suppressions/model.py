"""Who must not be mailed by a domain any more, and why.

Errors:
    SuppressionsError
    ├── NotSuppressedError      the address is on no list that is meant
    └── UnreadableListError     a file of suppressions cannot be taken
"""

from enum import StrEnum

import msgspec

from indicia.base.errors import AppError


class SuppressionsError(AppError):
    """Something about suppressions was refused."""


class NotSuppressedError(SuppressionsError, LookupError):
    """The domain may mail that address."""


class UnreadableListError(SuppressionsError, ValueError):
    """A file of suppressions cannot be taken; `problems` names each line at fault, and nothing is stored."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0])
        self.problems = problems


class SuppressionType(StrEnum):
    """Why an address must not be mailed; what a person said comes before what a machine said."""

    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    BLOCK = "block"
    BOUNCE = "bounce"


class Suppression(msgspec.Struct, frozen=True):
    """One reason not to mail an address.

    Attributes:
        canonical: The address as compared, see `mail.address`.
        address: As it was first given.
        error: What is known about the reason, for people; may be empty.
        created_at: Unix seconds of the latest word on it.
    """

    canonical: str
    type: SuppressionType
    address: str
    error: str
    created_at: float
