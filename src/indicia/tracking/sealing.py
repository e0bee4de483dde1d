"""Tokens that only this installation can make or read.

A token is the number of its key and AES-SIV (RFC 5297) of its content: encrypted, so that nobody learns ids or counts
mails from it, and authenticated by 128 bits over the content, the purpose and the sending domain, so that one made for
another place does not open. The same content gives the same token, which needs no randomness and tells nothing new.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

SECRET_BYTES = 64
_TAG_BYTES = 16
OVERHEAD_BYTES = 1 + _TAG_BYTES


class SealingKey(NamedTuple):
    """One key; its number, 1 to 255, is the first byte of every token made with it."""

    number: int
    secret: bytes


class Sealing:
    """Makes tokens with the newest key and opens those of every key it knows."""

    def __init__(self, keys: Sequence[SealingKey]) -> None:
        """Take the live keys, the newest last; there is at least one."""
        self.use(keys)

    def use(self, keys: Sequence[SealingKey]) -> None:
        """Work with these keys from now on."""
        self._current = keys[-1].number
        self._ciphers = {key.number: AESSIV(key.secret) for key in keys}

    def knows_key_of(self, token: bytes) -> bool:
        """Tell whether a token names a key that is known; whether it was made with it is for `open` to say."""
        return token[:1] != b"" and token[0] in self._ciphers

    def seal(self, purpose: str, domain: str, content: bytes) -> bytes:
        """Make the token of `content`, which opens for this purpose and this sending domain alone."""
        sealed = self._ciphers[self._current].encrypt(content, [purpose.encode(), domain.encode()])
        return bytes((self._current,)) + sealed

    def open(self, purpose: str, domain: str, token: bytes) -> bytes | None:
        """Answer a token's content; None where it was made by others, for something else, or altered."""
        cipher = self._ciphers.get(token[0]) if len(token) > OVERHEAD_BYTES else None
        if cipher is None:
            return None
        try:
            return cipher.decrypt(token[1:], [purpose.encode(), domain.encode()])
        except InvalidTag:
            return None
