"""Pixels, clicks and hidden links: answered before the router, durable before the answer, never waiting for a verdict.

A hidden link leads where a link of the mail leads, so whoever follows it learns nothing.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.entrypoints.public.addresses import TrackingAddress, names_segment, tracking_address
from indicia.entrypoints.public.answers import (
    page_headers,
    send_method_not_allowed,
    send_not_found,
    send_page,
    send_pixel,
    send_redirect,
)
from indicia.net.client_address import Network, client_address
from indicia.storage.database import StorageError
from indicia.tracking.keys import Keyring
from indicia.tracking.links import (
    LINK_PURPOSE,
    LINK_SEGMENT,
    OPEN_PURPOSE,
    OPEN_SEGMENT,
    read_link,
    read_open,
    read_token,
)
from indicia.tracking.model import Hit, HitKind
from indicia.tracking.recording import HitRecorder
from indicia.tracking.replays import Replays

log = get_logger()

LONGEST_USER_AGENT = 1024
_LONGEST_HEADER = 256
# What tells prefetching, automation and the missing headers of a feigned browser (detection/rules/request.py).
_TELLING = (
    "accept",
    "accept-encoding",
    "accept-language",
    "purpose",
    "sec-ch-ua",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-purpose",
    "upgrade-insecure-requests",
    "x-moz",
    "x-purpose",
    "x-requested-with",
)
_SEGMENTS = frozenset({OPEN_SEGMENT, LINK_SEGMENT})
_NAMES = {name.encode(): name for name in _TELLING}
_NOWHERE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Thank you</title><p>You may close this page.</p></html>"
)


class TrackingPages:
    """Answers pixels and links, and records who asked for them."""

    def __init__(
        self,
        keyring: Keyring,
        recorder: HitRecorder,
        trusted_proxies: Sequence[Network],
        clock: Clock,
    ) -> None:
        self._keyring = keyring
        self._recorder = recorder
        self._trusted_proxies = trusted_proxies
        self._clock = clock
        self._replays = Replays(clock)

    def is_for(self, scope: Scope) -> bool:
        """Tell by its path whether a request is for a pixel or a link."""
        return names_segment(scope["path"], _SEGMENTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer a pixel or a link of ours; anything else is not found."""
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await send_method_not_allowed(send, b"GET, HEAD")
            return
        is_head = method == "HEAD"
        headers = Headers(scope=scope)
        address = tracking_address(headers.get("host", ""), scope["path"])
        hit = await self._read(address, scope, headers) if address is not None else None
        if address is None or hit is None:
            await send_not_found(send, is_head=is_head)
            return
        await self._record(address, hit)
        if hit.kind is HitKind.OPEN:
            await send_pixel(send, is_head=is_head)
        elif hit.url:
            await send_redirect(send, hit.url)
        else:
            await send_page(send, 200, _NOWHERE, page_headers(len(_NOWHERE)), is_head=is_head)

    async def _read(self, address: TrackingAddress, scope: Scope, headers: Headers) -> Hit | None:
        """Open the address's token and put together what is known of the request; None where it is not ours."""
        token = read_token(address.token)
        purpose = OPEN_PURPOSE if address.segment == OPEN_SEGMENT else LINK_PURPOSE
        content = await self._keyring.open_token(purpose, address.domain, token) if token is not None else None
        if content is None:
            return None
        peer = scope["client"][0] if scope["client"] else ""
        proxied = headers.getlist("x-forwarded-for") if self._trusted_proxies else []
        request = {
            "happened_at": self._clock(),
            "ip": client_address(peer, proxied, self._trusted_proxies),
            "uas": headers.get("user-agent", "")[:LONGEST_USER_AGENT],
            "method": scope["method"],
            "headers": telling_headers(scope["headers"]),
        }
        if purpose == OPEN_PURPOSE:
            return Hit(recipient_id=read_open(content), kind=HitKind.OPEN, **request)
        link = read_link(content)
        return Hit(
            recipient_id=link.recipient_id,
            kind=HitKind.HIDDEN if link.is_hidden else HitKind.CLICK,
            url=link.url,
            link_number=link.number,
            link_class=link.link_class,
            **request,
        )

    async def _record(self, address: TrackingAddress, hit: Hit) -> None:
        # A replay is answered as ever and leaves no record. A token's end is as good as random.
        if self._replays.note(address.token[-24:]):
            return
        try:
            await self._recorder.record(hit)
        except StorageError as error:
            # People get where they want to go while the store is away; that they went is lost.
            log.warning("hit.not_recorded", kind=hit.kind, error=str(error))


def telling_headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Pick from a request's headers those that tell people from machines, shortened."""
    return {_NAMES[name]: value[:_LONGEST_HEADER].decode("latin-1") for name, value in headers if name in _NAMES}
