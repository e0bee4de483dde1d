"""What counts as the name of a sending domain, and the one form it is kept in."""

from indicia.domains.model import InvalidDomainError
from indicia.mail.domain_names import ascii_name


def canonical_domain(text: str) -> str:
    """Answer `text` as a lower-case A-label name without a trailing dot.

    Raises:
        InvalidDomainError: It is not a fully qualified domain name.
    """
    try:
        name = ascii_name(text.strip())
    except ValueError as error:
        raise InvalidDomainError(text) from error
    # A numeric last label would make it an address to many parsers.
    if "." not in name or name.rpartition(".")[2].isdigit():
        raise InvalidDomainError(text)
    return name
