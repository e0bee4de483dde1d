"""What may stand after the `@`: a host name in one Unicode and one ASCII spelling, or an address in brackets."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

import idna

# Labels of letters, digits and inner hyphens (RFC 1123 2.1), and the underscore that some live domains carry.
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?P<last>[a-z0-9_-]{1,63})", re.ASCII)
_LAST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.ASCII)
# No mail domain is longer; whatever is, is not worth remembering either (RFC 1035 2.3.4).
_LONGEST = 255


def unicode_domain(text: str) -> str | None:
    """Write a domain in lower case with its U-labels, or an address literal in canonical form; None for neither.

    A domain whose last label is all digits is none: to many programs it would be an IPv4 address.
    """
    if not text or len(text) > _LONGEST:
        return None
    return _literal(text) if text.startswith("[") else _unicode_name(text)


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """Write what `unicode_domain` answered as DNS and SMTP carry it: in A-labels."""
    return domain if domain.isascii() else idna.encode(domain).decode()


@lru_cache(maxsize=4096)
def _unicode_name(text: str) -> str | None:
    try:
        # Mapping once, as browsers do, leaves full-width letters and other full stops as what they stand for.
        name = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode()
        match = _NAME.fullmatch(name)
        if match is None or match["last"].isdigit() or not _LAST_LABEL.fullmatch(match["last"]):
            return None
        if "xn--" not in name:
            return name
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return None


def _literal(text: str) -> str | None:
    """Read `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3); general literals lead nowhere."""
    content = text[1:-1].strip(" \t")
    kind, _, address = content.rpartition(":") if ":" not in content else content.partition(":")
    try:
        if kind.lower() == "ipv6":
            # A zone names an interface of this machine, and of no other (RFC 6874).
            return None if "%" in address else f"[IPv6:{IPv6Address(address)}]"
        return f"[{IPv4Address(content)}]"
    except ValueError:
        return None
