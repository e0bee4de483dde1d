"""Host names as DNS carries them, so that every later check sees one spelling."""

import re

import idna

# RFC 1123 2.1: letters, digits and inner hyphens, at most 63 octets.
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def ascii_name(name: str) -> str:
    """Write `name` in lower-case ASCII (A-labels), without the root's dot.

    Unicode is mapped once, as browsers do (UTS 46), and the result is judged afterwards; full-width digits
    and exotic full stops therefore end as the plain characters they stand for.

    Raises:
        ValueError: It is no host name (RFC 1123), or an A-label that no U-label encodes to.
    """
    mapped = name.lower() if name.isascii() else idna.encode(name, uts46=True, std3_rules=True).decode()
    plain = mapped.removesuffix(".")
    # RFC 1035 2.3.4: 255 octets on the wire are 253 characters.
    if len(plain) > 253:
        raise ValueError("longer than a host name can be")
    for label in plain.split("."):
        if not _LABEL.fullmatch(label):
            raise ValueError(f"{label!r} is no host name label")
        if label.startswith("xn--"):
            idna.ulabel(label)
    return plain


def ascii_record_name(name: str) -> str:
    """Write the name of a DNS record in lower-case ASCII; `_` may begin its labels, as in `_dmarc.example.com`.

    Raises:
        ValueError: It is no such name.
    """
    # RFC 8552: underscored labels stand before a host's name, and IDNA knows none of them.
    labels = name.removesuffix(".").split(".")
    plain = ascii_name(".".join(label.removeprefix("_") for label in labels)).split(".")
    if len(plain) != len(labels):
        raise ValueError("labels are separated by exotic full stops")
    return ".".join("_" * label.startswith("_") + host for label, host in zip(labels, plain, strict=True))
