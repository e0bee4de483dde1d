"""The answers of the public pages, written once: nothing in them depends on who asks or on what we know."""

from typing import NamedTuple

from starlette.types import Send

Headers = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """A whole answer, before it is sent."""

    status: int
    headers: Headers
    body: bytes


_NO_STORE = (b"cache-control", b"no-store, private")

_NO_REFERRER = (b"referrer-policy", b"no-referrer")
_NO_INDEX = (b"x-robots-tag", b"noindex")
_COMMON: Headers = [_NO_STORE, _NO_REFERRER, _NO_INDEX, (b"x-content-type-options", b"nosniff")]
# The smallest there is: one transparent pixel.
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
# An image leads nowhere and is what it says, and each header costs the server as much as a look-up.
_PIXEL_HEADERS: Headers = [
    _NO_STORE,
    (b"content-type", b"image/gif"),
    (b"content-length", str(len(PIXEL)).encode()),
    # Other sites' pages may not show it, mail programs that obey browsers' rules must.
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_REDIRECT_HEADERS: Headers = [_NO_STORE, _NO_REFERRER, _NO_INDEX, (b"content-length", b"0")]
_NOT_FOUND = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Not found</title>"
    b"<p>This link is not complete. Please use the one in the message.</p></html>"
)

_UNAVAILABLE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Please try again</title>"
    b"<p>This could not be done just now. Please try again in a minute.</p></html>"
)


def page(status: int, html: bytes, policy: bytes = b"default-src 'none'") -> Answer:
    """Make the answer of an HTML page under a content security policy."""
    headers = [
        *_COMMON,
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(html)).encode()),
        (b"content-security-policy", policy),
    ]
    return Answer(status, headers, html)


PIXEL_ANSWER = Answer(200, _PIXEL_HEADERS, PIXEL)
# The same for every reason.
NOT_FOUND = page(404, _NOT_FOUND)
UNAVAILABLE = page(503, _UNAVAILABLE)
UNAVAILABLE.headers.append((b"retry-after", b"30"))


def redirect(url: str) -> Answer:
    """Send the browser to a URL of the mail, which is ASCII without control characters."""
    return Answer(302, [*_REDIRECT_HEADERS, (b"location", url.encode("ascii"))], b"")


def method_not_allowed(allowed: bytes) -> Answer:
    """Say which methods there are."""
    return Answer(405, [*_COMMON, (b"allow", allowed), (b"content-length", b"0")], b"")


async def send_answer(send: Send, answer: Answer, *, is_head: bool = False) -> None:
    """Send a whole answer, or only what a HEAD asks for."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": b"" if is_head else answer.body})
