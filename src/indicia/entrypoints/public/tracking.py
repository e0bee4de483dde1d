"""Pixels, clicks and hidden links: answered before the router, durable before the answer, never waiting for a verdict.

A hidden link leads where a link of the mail leads, so whoever follows it learns nothing.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec
from prometheus_client import CollectorRegistry
from starlette.types import Scope

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.entrypoints.public.addresses import TrackingAddress, names_segment, tracking_address
from indicia.entrypoints.public.answers import NOT_FOUND, PIXEL_ANSWER, Answer, method_not_allowed, page, redirect
from indicia.entrypoints.public.counts import Counts
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
# What is no hit of any kind, in the metrics.
_NOT_FOUND = "not_found"
_TOLD_APART_BYTES = 16
_METHODS = frozenset({"GET", "HEAD"})
_SEGMENTS = frozenset({OPEN_SEGMENT, LINK_SEGMENT})
_NAMES = {name.encode(): name for name in _TELLING}
_NOWHERE = page(
    200,
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Thank you</title><p>You may close this page.</p></html>",
)
_NOT_ALLOWED = method_not_allowed(b"GET, HEAD")


class TrackingPages:
    """Answers pixels and links, and records who asked for them."""

    def __init__(
        self,
        keyring: Keyring,
        recorder: HitRecorder,
        trusted_proxies: Sequence[Network],
        clock: Clock,
        registry: CollectorRegistry,
        *,
        shared: str | None,
    ) -> None:
        """Take `shared`, what `tracking_domain` makes of the host that all domains share."""
        self._keyring = keyring
        self._shared = shared
        self._recorder = recorder
        self._clock = clock
        self._replays = Replays()
        # Most requests come from few proxies and many clients, of whom each asks for some images and links.
        self._client_ip = lru_cache(maxsize=4_096)(partial(client_address, trusted=tuple(trusted_proxies)))
        self._counts = Counts([*HitKind, _NOT_FOUND], registry)

    def is_for(self, scope: Scope) -> bool:
        """Tell by its path whether a request is for a pixel or a link."""
        return names_segment(scope["path"], _SEGMENTS)

    async def answer(self, scope: Scope) -> Answer:
        """Answer a pixel or a link of ours; anything else is not found."""
        if scope["method"] not in _METHODS:
            return _NOT_ALLOWED
        told = _told(scope["headers"])
        address = tracking_address(told.host, scope["path"], self._shared)
        token = read_token(address.token) if address is not None else None
        if address is None or token is None:
            return self._not_ours()
        if not self._keyring.sealing.knows_key_of(token):
            await self._keyring.look_for_key_of(token)
        hit = self._hit(address, token, scope, told)
        if hit is None:
            return self._not_ours()
        self._counts.add(hit.kind)
        # A replay is answered as ever and leaves no record. A token's end is as good as random.
        if not self._replays.note(token[-_TOLD_APART_BYTES:], hit.happened_at):
            try:
                await self._recorder.record(hit)
            except StorageError as error:
                # People get where they want to go while the store is away; that they went is lost.
                log.warning("hit.not_recorded", kind=hit.kind, error=str(error))
        if hit.kind is HitKind.OPEN:
            return PIXEL_ANSWER
        return redirect(hit.url) if hit.url else _NOWHERE

    def _not_ours(self) -> Answer:
        self._counts.add(_NOT_FOUND)
        return NOT_FOUND

    def _hit(self, address: TrackingAddress, token: bytes, scope: Scope, told: "_Told") -> Hit | None:
        """Open the address's token and put together what is known of the request; None where it is not ours."""
        is_open = address.segment == OPEN_SEGMENT
        purpose = OPEN_PURPOSE if is_open else LINK_PURPOSE
        content = self._keyring.sealing.open(purpose, address.domain, token)
        if content is None:
            return None
        client = scope["client"]
        ip = self._client_ip(client[0] if client else "", told.forwarded_for)
        method, now = scope["method"], self._clock()
        if is_open:
            return Hit(read_open(content), HitKind.OPEN, now, ip, told.uas, method, told.headers)
        link = read_link(content)
        kind = HitKind.HIDDEN if link.is_hidden else HitKind.CLICK
        return Hit(
            link.recipient_id,
            kind,
            now,
            ip,
            told.uas,
            method,
            told.headers,
            link.url,
            link.number,
            link.link_class,
        )


class _Told(NamedTuple):
    """What a request's headers say; `headers` is the JSON of those that tell people from machines."""

    host: str
    uas: str
    forwarded_for: tuple[str, ...]
    headers: str


def _told(headers: Iterable[tuple[bytes, bytes]]) -> _Told:
    host = uas = b""
    forwarded: tuple[str, ...] = ()
    telling: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        if name in _NAMES:
            telling.append((name, value[:_LONGEST_HEADER]))
        elif name == b"user-agent":
            uas = value[:LONGEST_USER_AGENT]
        elif name == b"host":
            host = value
        elif name == b"x-forwarded-for":
            forwarded = (*forwarded, value.decode("latin-1"))
    return _Told(host.decode("latin-1"), uas.decode("latin-1"), forwarded, _written(tuple(telling)))


# Most requests come with the headers of a few dozen kinds of clients.
@lru_cache(maxsize=4_096)
def _written(headers: tuple[tuple[bytes, bytes], ...]) -> str:
    named = {_NAMES[name]: value.decode("latin-1") for name, value in headers}
    return msgspec.json.encode(named).decode()
