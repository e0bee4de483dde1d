"""What a tracking address names.

It is `https://email.{domain}/{segment}/{token}`, or `/{domain}/{segment}/{token}` on any host but another domain's.
"""

from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

TRACKING_LABEL = "email."


class TrackingAddress(NamedTuple):
    """Whose address it is, which kind, and the token in it; nothing of it is authenticated yet."""

    domain: str
    segment: str
    token: str


def names_segment(path: str, wanted: AbstractSet[str]) -> bool:
    """Tell whether a path has one of these segments where a tracking address has its own, whatever follows."""
    segments = path.split("/", 3)
    return len(segments) > 2 and (segments[1] in wanted or (len(segments) > 3 and segments[2] in wanted))


def tracking_address(host: str, path: str, shared: str | None) -> TrackingAddress | None:
    """Read what a request's Host and path name; None where that is no tracking address.

    `shared` is what `tracking_domain` makes of the host that all domains share.
    """
    segments = path.split("/", 4)
    domain = tracking_domain(host)
    if len(segments) == 4 and segments[1]:
        named = segments[1].lower()
        # Or one customer's link would lead on from the host of another, whose name people trust.
        is_foreign = domain not in {None, named, shared}
        return None if is_foreign else TrackingAddress(named, segments[2], segments[3])
    if len(segments) != 3 or domain is None:
        return None
    return TrackingAddress(domain, segments[1], segments[2])


# Visitors name the hosts of a few thousand domains, and each a hundred times.
@lru_cache(maxsize=4_096)
def tracking_domain(host: str) -> str | None:
    """Answer the sending domain whose tracking host a Host header names; None where it names none."""
    name, _, port = host.rpartition(":")
    name = (name if port.isdigit() else host).lower().removesuffix(".")
    return name.removeprefix(TRACKING_LABEL) if name.startswith(TRACKING_LABEL) else None
