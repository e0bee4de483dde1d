"""What counts as a domain name, and the one form it is kept in."""

import re

import idna

from indicia.domains.model import InvalidDomainError

# RFC 1035 2.3.4: 255 octets on the wire are 253 characters in text.
LONGEST_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def canonical_domain(text: str) -> str:
    """Answer `text` as a lower-case A-label name without a trailing dot.

    Raises:
        InvalidDomainError: It is not a fully qualified domain name.
    """
    name = text.strip().lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError as error:
            raise InvalidDomainError(text) from error
    labels = name.split(".")
    if len(name) > LONGEST_NAME or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidDomainError(text)
    # A numeric last label would make it an address to many parsers.
    if labels[-1].isdigit():
        raise InvalidDomainError(text)
    return name
