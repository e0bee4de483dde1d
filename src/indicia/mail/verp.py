"""Addresses that say by themselves which mail they are about: return paths, unsubscribe and feedback addresses.

The local part is a purpose and a sealed token in base32, because relays may change the case of what they pass on
(RFC 5321 2.4 asks them not to, and some do). Whether a token is ours is for its seal to say.
"""

import base64
import binascii
import re
from enum import StrEnum
from typing import NamedTuple

# RFC 5321 4.5.3.1.1
LONGEST_LOCAL_PART = 64


class Purpose(StrEnum):
    """What mail to one of our addresses is."""

    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"
    FEEDBACK = "feedback"


class OurAddress(NamedTuple):
    """One of our addresses, read; the token is not judged yet. `domain` is in lower case."""

    purpose: Purpose
    token: bytes
    domain: str


_FORM = re.compile(
    r"(?P<purpose>" + "|".join(Purpose) + r")-(?P<token>[a-z2-7]{8,56})@(?P<domain>[a-z0-9._-]{1,253})",
    re.IGNORECASE | re.ASCII,
)


def write_address(purpose: Purpose, token: bytes, domain: str) -> str:
    """Write the address of `domain` that carries `token`.

    Raises:
        ValueError: The token is too long for a local part.
    """
    local_part = f"{purpose}-{base64.b32encode(token).decode().rstrip('=').lower()}"
    if len(local_part) > LONGEST_LOCAL_PART:
        raise ValueError(f"a token of {len(token)} bytes does not fit into a local part")
    return f"{local_part}@{domain}"


def read_address(text: str) -> OurAddress | None:
    """Read an address that `write_address` may have written; None where it has another form."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    digits = found["token"].upper()
    try:
        token = base64.b32decode(digits + "=" * (-len(digits) % 8))
    except binascii.Error:
        return None
    # base32 leaves bits unused at its end, and one address must not have two spellings.
    if base64.b32encode(token).decode().rstrip("=") != digits:
        return None
    return OurAddress(Purpose(found["purpose"].lower()), token, found["domain"].lower())
