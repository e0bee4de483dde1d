"""Which `h:` fields a customer may set."""

from indicia.mail.address import parse_list, parse_one
from indicia.mail.header_fields import holds_line_end, is_field_name, message_identifier, plain_field

# What the message is made of is said elsewhere in the request, and what happened to it is said by those it passes.
_OURS = frozenset(
    {
        "authentication-results",
        "bcc",
        "cc",
        "date",
        "delivered-to",
        "dkim-signature",
        "domainkey-signature",
        "errors-to",
        "from",
        "mime-version",
        "received",
        "received-spf",
        "return-path",
        "return-receipt-to",
        "subject",
        "to",
        "x-mailgun-variables",
        "x-original-to",
    }
)
_OUR_FAMILIES = ("arc-", "content-", "resent-", "x-ov-", "x-indicia-")
# RFC 2047 5: an encoded word must not stand in these.
_STRUCTURED = frozenset(
    {
        "auto-submitted",
        "cfbl-address",
        "cfbl-feedback-id",
        "feedback-id",
        "importance",
        "in-reply-to",
        "list-archive",
        "list-help",
        "list-id",
        "list-owner",
        "list-post",
        "list-subscribe",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "precedence",
        "priority",
        "references",
        "x-priority",
    }
)


def field_problem(name: str, value: str) -> str | None:
    """Answer why a customer may not set the field `name` to `value`; None where they may."""
    if not name.isascii():
        return f"Header name must be pure ASCII: {name}"
    if not is_field_name(name):
        return f"Not a header name: {name}"
    if is_ours(name):
        return f"The header {name} cannot be set"
    return _value_problem(name, value)


def is_ours(name: str) -> bool:
    """Tell whether a field belongs to us or to those a message passes."""
    lower = name.lower()
    return lower in _OURS or lower.startswith(_OUR_FAMILIES)


def is_structured(name: str) -> bool:
    """Tell whether a field must not hold encoded words."""
    return name.lower() in _STRUCTURED


def _value_problem(name: str, value: str) -> str | None:
    if holds_line_end(value):
        return f"The header {name} must not hold line breaks or control characters"
    if is_structured(name) and value.strip() and not plain_field(name, value):
        return f"The header {name} must be ASCII, without words of more than 900 characters"
    # What a placeholder brings in is not known yet.
    if name.lower() == "message-id" and "%recipient" not in value and message_identifier(value) is None:
        return "The header Message-Id must be an identifier such as <1@example.com>"
    if name.lower() == "sender" and parse_one(value) is None:
        return "The header Sender must be one address"
    if name.lower() == "reply-to" and "%recipient" not in value:
        found = parse_list(value)
        if found.unparseable or not found.addresses:
            return "The header Reply-To must be a list of addresses"
    return None
