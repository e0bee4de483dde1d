"""What recognises a request that comes again, and what it is answered."""

from typing import NamedTuple

from indicia.base.errors import AppError

LONGEST_KEY = 255
# How long an Idempotency-Key is known.
KEY_SECONDS = 24 * 3600


class RepeatConflictError(AppError):
    """The same idempotency key came before with another body; nothing is stored."""


class Repeat(NamedTuple):
    """A request as it is recognised.

    Attributes:
        key: Made of the kind of request and of the client's key or of the body's digest.
        body_digest: What a request with the same key must have as well.
        expires_at: Unix seconds from which on it is a new request again.
    """

    key: str
    body_digest: bytes
    expires_at: float
