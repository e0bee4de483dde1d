"""Pages of long lists: cursors that only we can write, and the links that carry them."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from starlette.requests import Request

from indicia.entrypoints.api.errors import ApiError
from indicia.net.client_address import Network, is_trusted
from indicia.storage.vault import Vault

T = TypeVar("T")

_SEAL_BYTES = 12
_pack = msgspec.msgpack.Encoder().encode


class Paging:
    """Writes and reads the cursors of one kind of list."""

    def __init__(self, kind: str, vault: Vault, trusted_proxies: Sequence[Network]) -> None:
        """Take `kind`, which keeps a cursor from being one of another list."""
        self._kind = kind
        self._vault = vault
        self._trusted_proxies = trusted_proxies

    def written(self, domain_id: int, position: object) -> str:
        """Write where a page of a domain's list begins as a text that means nothing elsewhere."""
        packed = _pack(position)
        return base64.urlsafe_b64encode(self._seal(domain_id, packed) + packed).decode().rstrip("=")

    def read(self, domain_id: int, cursor: str, kind: type[T]) -> T:
        """Read what `written` wrote for that domain.

        Raises:
            ApiError: It was altered, or written for another list (400).
        """
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            seal, packed = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
            if hmac.compare_digest(seal, self._seal(domain_id, packed)):
                return msgspec.msgpack.decode(packed, type=kind)
        except (binascii.Error, ValueError, msgspec.DecodeError):
            pass
        raise ApiError(400, "This page is none of ours; begin at the first one")

    def link(self, request: Request, path_and_query: str) -> str:
        """Write an absolute URL of this API, as the caller reaches it."""
        scheme = request.url.scheme
        if request.client is not None and is_trusted(request.client.host, self._trusted_proxies):
            scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else scheme
        return f"{scheme}://{request.url.netloc}{path_and_query}"

    def _seal(self, domain_id: int, packed: bytes) -> bytes:
        return self._vault.digest(f"{self._kind} {domain_id} {packed.hex()}")[:_SEAL_BYTES]


def page_size(request: Request, default: int, most: int, *, name: str = "limit", least: int = 1) -> int:
    """Answer how many items a page shall have, at most `most`; or another such number, by the `name` of its parameter.

    Raises:
        ApiError: It is no number from `least` on (400).
    """
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) >= least):
        raise ApiError(400, f"{name}: must be a number from {least} to {most}")
    return min(int(text), most)
