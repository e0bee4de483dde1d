"""What may stand after the `@`: a name of DNS in one Unicode and one ASCII spelling, or an address in brackets.

Names are judged here alone, whoever they belong to: what may be written to may be suppressed, verified and looked up.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

import idna

# Letters, digits and inner hyphens, at most 63 octets (RFC 1123 2.1), and the underscore that some live domains carry.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# RFC 1035 2.3.4: 255 octets on the wire are 253 characters.
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}", re.ASCII)
# No domain is longer; whatever is, is not worth mapping either.
_LONGEST = 255


def ascii_name(text: str) -> str:
    """Write the name of a host or domain as DNS carries it: in lower-case A-labels, without the root's dot.

    Unicode is mapped once, as browsers do (UTS 46), and the result is judged afterwards; full-width digits
    and exotic full stops therefore end as the plain characters they stand for.

    Raises:
        ValueError: It is no such name, or has an A-label that no U-label encodes to.
    """
    return _in_ascii(_mapped(text).removesuffix("."))


def unicode_domain(text: str) -> str | None:
    """Write a domain in lower case with its U-labels, or an address literal in canonical form; None for neither.

    A domain whose last label is all digits is none: to many programs it would be an IPv4 address. Nor is one that ends
    with the root's dot (RFC 5321 4.1.2).
    """
    if not text:
        return None
    return _literal(text) if text.startswith("[") else _unicode_name(text)


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """Write what `unicode_domain` answered as DNS and SMTP carry it: in A-labels."""
    return domain if domain.isascii() else ascii_name(domain)


@lru_cache(maxsize=4096)
def _unicode_name(text: str) -> str | None:
    try:
        name = _in_ascii(_mapped(text))
        if name.rpartition(".")[2].isdigit():
            return None
        return ".".join(map(_u_label, name.split("."))) if "xn--" in name else name
    except ValueError:
        return None


def _mapped(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError("longer than a name of DNS can be")
    return text.lower() if text.isascii() else idna.uts46_remap(text, std3_rules=False)


def _in_ascii(name: str) -> str:
    # IDNA knows no underscores, so each label is encoded by itself.
    plain = name if name.isascii() else ".".join(map(_a_label, name.split(".")))
    if not _NAME.fullmatch(plain):
        raise ValueError("not labels of letters, digits, hyphens and underscores")
    if name.isascii() and "xn--" in name:
        # An A-label is one only if a U-label encodes to it.
        for label in name.split("."):
            _u_label(label)
    return plain


def _a_label(label: str) -> str:
    return label if label.isascii() else idna.alabel(label).decode()


def _u_label(label: str) -> str:
    return idna.ulabel(label) if label.startswith("xn--") else label


def _literal(text: str) -> str | None:
    """Read `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3); general literals lead nowhere."""
    content = text[1:-1][:_LONGEST].strip(" \t")
    kind, _, address = content.rpartition(":") if ":" not in content else content.partition(":")
    try:
        if kind.lower() == "ipv6":
            # A zone names an interface of this machine, and of no other (RFC 6874).
            return None if "%" in address else f"[IPv6:{IPv6Address(address)}]"
        return f"[{IPv4Address(content)}]"
    except ValueError:
        return None
