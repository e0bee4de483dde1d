"""The HTTP request itself is not one that a person's browser sends when a link is followed."""

from indicia.datasets.model import AgentKind
from indicia.detection.model import Finding
from indicia.detection.observations import Signals

# With fewer headers the poster picked some, and an absent one proves nothing.
_WHOLE_REQUEST = 4


def head_request(signals: Signals) -> Finding | None:
    """Recognise a look that does not want to see."""
    if signals.interaction.method != "HEAD":
        return None
    return Finding("head_request", "It was a HEAD request, which following a link never sends")


def request_headers(signals: Signals) -> Finding | None:
    """Recognise prefetching, automation, and a browser's header that is missing."""
    headers = signals.interaction.headers
    if not headers:
        return None
    lower = {name.lower(): value for name, value in headers.items()}
    purpose = lower.get("sec-purpose", "") or lower.get("purpose", "") or lower.get("x-purpose", "")
    if "prefetch" in purpose or "preview" in purpose:
        return Finding("prefetch_request", "The request says that its purpose is {}", (purpose,))
    if "headless" in lower.get("sec-ch-ua", "").lower():
        return Finding("automation_headers", "The client hints name a headless browser")
    is_whole = len(lower) >= _WHOLE_REQUEST and signals.kind is AgentKind.BROWSER
    if is_whole and "accept-language" not in lower:
        return Finding("no_accept_language", "A browser, but no Accept-Language among {} headers", (len(lower),))
    return None
