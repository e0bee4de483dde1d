"""Honeypot links: `https://email.{domain}/{message_id}/hclick`, and `/{domain}/{message_id}/hclick` on any host.

Answered before the router, without a key, with one page whatever was asked for: neither a scanner nor a person learns
whether the message or the domain exists.
"""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from indicia.aggregates.rate_limits import Limit, RateLimits
from indicia.base.log import get_logger
from indicia.detection.honeypot import HoneypotVisits
from indicia.net.client_address import Network, client_address, subscriber
from indicia.storage.database import StorageError

log = get_logger()

TRACKING_LABEL = "email."
# More than any scanner's sweep of a campaign needs from one address; a flood beyond it leaves no record.
VISITS = Limit("honeypot", 300, 60.0)
_LAST_SEGMENT = "/hclick"
_PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Thank you</title><p>You may close this page.</p></html>"
)
_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-length", str(len(_PAGE)).encode()),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


class Target(NamedTuple):
    """Which honeypot a request names."""

    domain: str
    message_id: str


class HoneypotPage:
    """Answers honeypot links and records who followed them."""

    def __init__(
        self, visits: HoneypotVisits, trusted_proxies: Sequence[Network], limits: RateLimits | None = None
    ) -> None:
        self._visits = visits
        self._trusted_proxies = trusted_proxies
        self._limits = limits

    def is_for(self, scope: Scope) -> bool:
        """Tell whether a request follows a honeypot link."""
        return scope["path"].endswith(_LAST_SEGMENT) and scope["method"] in {"GET", "HEAD"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Record the visit durably, then answer the page."""
        headers = Headers(scope=scope)
        target = target_of(headers.get("host", ""), scope["path"])
        if target is not None:
            address = client_address(scope["client"][0], headers.getlist("x-forwarded-for"), self._trusted_proxies)
            try:
                if self._limits is None or self._limits.take(VISITS, subscriber(address)).allowed:
                    await self._visits.record(
                        target.domain, target.message_id, ip=address, uas=headers.get("user-agent", "")
                    )
            except StorageError as error:
                # A visitor is no client who could try again, and any other answer would give the honeypot away.
                log.warning("honeypot.not_recorded", error=str(error))
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        body = b"" if scope["method"] == "HEAD" else _PAGE
        await send({"type": "http.response.body", "body": body})


def target_of(host: str, path: str) -> Target | None:
    """Read the honeypot's domain and message from a request's Host and path; None where they name none."""
    segments = path.removesuffix(_LAST_SEGMENT).removeprefix("/").split("/")
    if len(segments) == 1:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        domain = name.lower().removesuffix(".").removeprefix(TRACKING_LABEL)
        return Target(domain, segments[0]) if name.lower().startswith(TRACKING_LABEL) else None
    if len(segments) == 2:
        return Target(segments[0], segments[1])
    return None
