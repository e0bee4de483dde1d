"""The answers of the public pages, written once: nothing in them depends on who asks or on what we know."""

from starlette.types import Send

Headers = list[tuple[bytes, bytes]]

_COMMON: Headers = [
    (b"cache-control", b"no-store, private"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
]
# The smallest there is: one transparent pixel.
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
_PIXEL_HEADERS: Headers = [
    *_COMMON,
    (b"content-type", b"image/gif"),
    (b"content-length", str(len(PIXEL)).encode()),
    # Other sites' pages may not show it, mail programs that obey browsers' rules must.
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_REDIRECT_HEADERS: Headers = [*_COMMON, (b"content-length", b"0")]
_NOT_FOUND = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Not found</title>"
    b"<p>This link is not complete. Please use the one in the message.</p></html>"
)

_UNAVAILABLE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Please try again</title>"
    b"<p>This could not be done just now. Please try again in a minute.</p></html>"
)


def page_headers(size_bytes: int, policy: bytes = b"default-src 'none'") -> Headers:
    """Answer the headers of a page of that size under a content security policy."""
    return [
        *_COMMON,
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(size_bytes).encode()),
        (b"content-security-policy", policy),
    ]


async def send_page(send: Send, status: int, page: bytes, headers: Headers, *, is_head: bool = False) -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else page})


async def send_pixel(send: Send, *, is_head: bool) -> None:
    """Send the image of one transparent pixel."""
    await send_page(send, 200, PIXEL, _PIXEL_HEADERS, is_head=is_head)


async def send_redirect(send: Send, url: str) -> None:
    """Send the browser to a URL of the mail, which is ASCII without control characters."""
    await send_page(send, 302, b"", [*_REDIRECT_HEADERS, (b"location", url.encode("ascii"))])


async def send_not_found(send: Send, *, is_head: bool = False) -> None:
    """Say that there is nothing here, the same for every reason."""
    await send_page(send, 404, _NOT_FOUND, page_headers(len(_NOT_FOUND)), is_head=is_head)


async def send_unavailable(send: Send) -> None:
    """Say that it could not be done now, so that whoever asked asks again."""
    headers = [*page_headers(len(_UNAVAILABLE)), (b"retry-after", b"30")]
    await send_page(send, 503, _UNAVAILABLE, headers)


async def send_method_not_allowed(send: Send, allowed: bytes) -> None:
    """Say which methods there are."""
    await send_page(send, 405, b"", [*_COMMON, (b"allow", allowed), (b"content-length", b"0")])
