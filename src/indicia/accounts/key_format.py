"""The written form of API keys: `ov_live_`, 40 random base62 characters, and a checksum that catches typos.

The prefix lets secret scanners find leaked keys, and the checksum lets them (and us) dismiss look-alikes offline.
"""

import re
import secrets
import string
import zlib

PREFIX = "ov_live_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 40
_CHECKSUM_LENGTH = 6
_SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM_LENGTH + _CHECKSUM_LENGTH}}}")


def new_key() -> str:
    """Make a key with 238 bits of chance."""
    body = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """Tell whether `key` has the shape and the checksum of a key, without looking it up."""
    return _SHAPE.fullmatch(key) is not None and key.endswith(_checksum(key[:-_CHECKSUM_LENGTH]))


def _checksum(body: str) -> str:
    value = zlib.crc32(body.encode())
    digits = ""
    while len(digits) < _CHECKSUM_LENGTH:
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
