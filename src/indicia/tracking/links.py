"""The links of one recipient's copy: pixel, clicks, hidden links, unsubscribe.

The destination of a click travels inside its token, sealed. So composing a copy stores nothing, a link leads where it
should for as long as its key exists, even while the database is away, and there is no parameter to redirect elsewhere.
A hidden link has the same form as any other.
"""

import base64
import binascii
import struct
import zlib
from functools import lru_cache
from typing import NamedTuple

from indicia.tracking.return_paths import ReturnPaths
from indicia.tracking.sealing import Sealing

OPEN_PURPOSE = "open"
LINK_PURPOSE = "link"
UNSUBSCRIBE_PURPOSE = "unsubscribe link"

OPEN_SEGMENT = "o"
LINK_SEGMENT = "c"
UNSUBSCRIBE_SEGMENT = "u"

# Browsers, proxies and mail programs differ in what they cut; 2,000 characters of address pass everywhere.
LONGEST_URL_BYTES = 4_096
LONGEST_TOKEN = 8_192
LONGEST_LINK_CLASS = 32
MOST_LINKS = 0xFFFF

_ID_BYTES = 6
# Flags, length of the class, recipient, number of the link; the class and the URL follow.
_LINK_HEAD = struct.Struct(f">BB{_ID_BYTES}sH")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_UNUSED_BITS = (0, 0x3F, 0x0F, 0x03)
_PADDING = (b"", b"===", b"==", b"=")
# The digits of other places have one spelling here, so their standard ones are none.
_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")

_IS_HIDDEN = 1
_IS_DEFLATED = 2

# What addresses in mail are made of, the commonest last: deflate finds it there without our sending it.
_FAMILIAR = (
    b".jpg.png.pdf/images/static/assets/index.php?id=/index.html.html.aspx?/checkout/cart/order/orders/track/account/"
    b"settings/preferences/password/reset/verify/confirm/login?token=/invite/view/articles/article/news/blog/posts/"
    b"shop/store/products/product/category/collections/events/event/app./api./go./click./link./info./mail./"
    b"linkedin.com/company/youtube.com/instagram.com/twitter.com/facebook.com/"
    b"?ref=&ref=&source=&lang=en&id=&uid=&email=&gclid=&fbclid=&mc_cid=&mc_eid="
    b"&utm_id=&utm_term=&utm_content=footer&utm_content=header&utm_content=button&utm_content=logo&utm_content=cta"
    b"&utm_campaign=welcome&utm_campaign=spring_sale_2026&utm_campaign=weekly_newsletter&utm_campaign="
    b"?utm_source=newsletter&utm_medium=email&utm_campaign=.net/.org/.co.uk/.de/.io/.com/http://https://https://www."
)


class Link(NamedTuple):
    """What a link of a copy says when it is followed; `number` counts from 1 in reading order."""

    recipient_id: int
    number: int
    url: str
    link_class: str
    is_hidden: bool


class OptOut(NamedTuple):
    """Whose mail an unsubscribe link ends; it says so by itself, because it must work when the mail is forgotten."""

    recipient_id: int
    address: str


class CopyLinks(NamedTuple):
    """Makes the links of one recipient's copy.

    `base_url` is the domain's tracking host, or a path that names the domain, without a slash at its end.
    """

    sealing: Sealing
    base_url: str
    domain: str
    recipient_id: int
    address: str

    def pixel(self) -> str:
        """Make the address of the image that tells of an open."""
        return self._address(OPEN_SEGMENT, OPEN_PURPOSE, _id(self.recipient_id))

    def link(self, number: int, url: str, link_class: str = "") -> str:
        """Make the address that leads to `url` and tells of the click; the URL is at most `LONGEST_URL_BYTES`."""
        return self._link(number, url, link_class, 0)

    def hidden_link(self, number: int, url: str) -> str:
        """Make an address for machines alone; it leads to `url`, as a link of the copy does, or "" for nowhere."""
        return self._link(number, url, "", _IS_HIDDEN)

    def unsubscribe(self) -> str:
        """Make the address at which the recipient ends the domain's mail to them."""
        content = _id(self.recipient_id) + self.address.encode()
        return self._address(UNSUBSCRIBE_SEGMENT, UNSUBSCRIBE_PURPOSE, content)

    def unsubscribe_by_mail(self) -> str:
        """Make the `mailto:` URL of the mail that does the same."""
        mailbox = ReturnPaths(self.sealing).unsubscribe_address(self.domain, self.recipient_id)
        return f"mailto:{mailbox}?subject=unsubscribe"

    def _link(self, number: int, url: str, link_class: str, flags: int) -> str:
        deflated = _deflated(url)
        plain = url.encode()
        is_shorter = len(deflated) < len(plain)
        name = link_class.encode()
        flags |= _IS_DEFLATED if is_shorter else 0
        head = _LINK_HEAD.pack(flags, len(name), _id(self.recipient_id), number)
        return self._address(LINK_SEGMENT, LINK_PURPOSE, head + name + (deflated if is_shorter else plain))

    def _address(self, segment: str, purpose: str, content: bytes) -> str:
        token = base64.urlsafe_b64encode(self.sealing.seal(purpose, self.domain, content)).rstrip(b"=")
        return f"{self.base_url}/{segment}/{token.decode()}"


def read_token(text: str) -> bytes | None:
    """Answer the bytes of a token as it stands in an address; None where it is none."""
    if not text or len(text) > LONGEST_TOKEN or not text.isascii():
        return None
    # base64 leaves bits unused at its end, and an address with other ones there was altered.
    if _DIGITS.find(text[-1]) & _UNUSED_BITS[len(text) % 4]:
        return None
    try:
        # As bytes, because that takes a tenth of the time.
        return binascii.a2b_base64(text.encode().translate(_STANDARD) + _PADDING[len(text) % 4], strict_mode=True)
    except binascii.Error:
        return None


def read_open(content: bytes) -> int:
    """Answer the recipient whose copy was opened."""
    return int.from_bytes(content, "big")


def read_link(content: bytes) -> Link:
    """Read what `CopyLinks.link` or `hidden_link` has sealed."""
    flags, class_bytes, recipient, number = _LINK_HEAD.unpack_from(content)
    url_at = _LINK_HEAD.size + class_bytes
    url = content[url_at:]
    if flags & _IS_DEFLATED:
        url = _inflated(url)
    link_class = content[_LINK_HEAD.size : url_at].decode()
    return Link(int.from_bytes(recipient, "big"), number, url.decode(), link_class, bool(flags & _IS_HIDDEN))


def read_opt_out(content: bytes) -> OptOut:
    """Read what `CopyLinks.unsubscribe` has sealed."""
    return OptOut(int.from_bytes(content[:_ID_BYTES], "big"), content[_ID_BYTES:].decode())


def _id(recipient_id: int) -> bytes:
    # As many bytes for every id: the length of a token must not tell how many mails there were.
    return recipient_id.to_bytes(_ID_BYTES, "big")


@lru_cache(maxsize=8_192)
def _inflated(url: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS, zdict=_FAMILIAR).decompress(url)


# The copies of one message mostly share their links, and deflating costs ten times what sealing does.
@lru_cache(maxsize=8_192)
def _deflated(url: str) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_FAMILIAR)
    return packer.compress(url.encode()) + packer.flush()
