"""What may be mailed to; `mail.address:is_mailbox` reads what may stand in a header."""

from email_validator import EmailNotValidError, validate_email

from indicia.mail.address import Address, parse_one

LONGEST_ADDRESS = 512


def envelope_address(text: str) -> Address | None:
    """Read an address as it may go into an envelope (RFC 5321, RFC 6531), without a name or comments; None for others.

    Domain literals and domains without a dot are let through; `mailable_address` is stricter.
    """
    local, at, domain = text.rpartition("@")
    try:
        # It judges domains as host names; some live ones carry underscores.
        validate_email(
            f"{local}{at}{domain.replace('_', 'u')}",
            allow_smtputf8=True,
            allow_empty_local=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            allow_display_name=False,
            check_deliverability=False,
            test_environment=True,
            globally_deliverable=False,
            strict=True,
        )
    except EmailNotValidError:
        return None
    # It measures and maps less strictly in places: lengths after quoting, all-numeric endings, dots of other scripts.
    return parse_one(text)


def mailable_address(text: str) -> Address | None:
    """Read an address that mail from anywhere can reach: one in a domain of the public DNS."""
    address = envelope_address(text)
    if address is None or address.domain.startswith("[") or "." not in address.domain:
        return None
    return address
