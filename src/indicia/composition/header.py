"""The header of one recipient's copy."""

import json
from collections.abc import Sequence

import msgspec

from indicia.base.clock import mail_date
from indicia.composition.field_rules import is_ours, is_structured
from indicia.composition.model import Additions
from indicia.mail.address import Address, parse_list, parse_one
from indicia.mail.header_fields import (
    address_field,
    header_text,
    is_field_name,
    message_identifier,
    plain_field,
    text_field,
)
from indicia.messages.model import Content, Message, Recipient
from indicia.messages.variables import Values, substituted

# Where the original's SMTP interface has them; its API stores the `v:` fields in the message too.
_VARIABLES = "X-OV-Variables"
# Customers' fields that have a place and a form of their own.
_PLACED = frozenset({"message-id", "reply-to", "sender"})
_WAYS_OUT = frozenset({"list-unsubscribe", "list-unsubscribe-post"})


class Envelope(msgspec.Struct, frozen=True):
    """What all copies of a message share of its header.

    Attributes:
        date: The `Date` field.
        message_id: The `Message-ID` field, where the customer gives no other.
        everyone: `To` and `Cc` with everybody in them.
        sender: Who is in `From`.
        agent: The `Sender` field, where somebody else sends in that name; else empty.
        reply_to: What `Reply-To` says; empty means there is none.
        mailboxes: By canonical form, for copies that show one recipient.
    """

    date: bytes
    message_id: bytes
    everyone: tuple[bytes, ...]
    sender: Address | None
    agent: bytes
    reply_to: str
    mailboxes: dict[str, Address]


def envelope(message: Message, content: Content) -> Envelope:
    """Write the fields that all copies of a message share."""
    # One mailbox each, as the envelope will read it again.
    to, cc = ([found for text in texts if (found := parse_one(text))] for texts in (content.to, content.cc))
    sender = parse_one(content.sender)
    return Envelope(
        date=f"Date: {mail_date(int(message.deliver_at))}\r\n".encode(),
        message_id=f"Message-ID: <{message.message_id}>\r\n".encode(),
        everyone=tuple(address_field(name, found) for name, found in (("To", to), ("Cc", cc)) if found),
        sender=sender,
        agent=_agent(content, sender),
        reply_to=_reply_to(content),
        mailboxes={address.canonical: address for address in (*cc, *to)},
    )


def header_of(
    shared: Envelope,
    message: Message,
    content: Content,
    recipient: Recipient,
    values: Values,
    added: Additions,
) -> list[bytes]:
    """Write the fields of one recipient's copy, MIME's own left out; those of `added` give way to the customer's."""
    custom = [
        (name.lower(), _custom(name, substituted(added.field(value), values)))
        for name, value in content.headers
        if name.lower() not in _PLACED
    ]
    taken = {name for name, field in custom if field}
    fields = [
        shared.date,
        _from(shared, values),
        *(_own_to(shared, recipient) if message.options.has_own_copies else shared.everyone),
        shared.agent,
        _addressed("Reply-To", substituted(shared.reply_to, values)),
        text_field("Subject", substituted(content.subject, values)),
        _message_id(content, values) or shared.message_id,
        *(field for _, field in custom),
    ]
    # Half of the customer's and half of our List-Unsubscribe would be answered by nobody.
    gives_way = taken | _WAYS_OUT if taken & _WAYS_OUT else taken
    fields += [plain_field(name, value) for name, value in added.fields if name.lower() not in gives_way]
    if message.options.variables:
        variables = {key: substituted(value, values) for key, value in message.options.variables.items()}
        # ASCII with a space after each separator: a header can be folded there.
        fields.append(text_field(_VARIABLES, json.dumps(variables)))
    return [field for field in fields if field]


def _addresses(texts: Sequence[str]) -> list[Address]:
    return [address for text in texts for address in parse_list(text).addresses]


def _reply_to(content: Content) -> str:
    if content.reply_to:
        return content.reply_to
    return ", ".join(value for name, value in content.headers if name.lower() == "reply-to")


def _message_id(content: Content, values: Values) -> bytes:
    """Write the identifier that the customer gives this copy; empty where there is none, or it is none."""
    texts = [value for name, value in content.headers if name.lower() == "message-id"]
    identifier = message_identifier(substituted(texts[0], values)) if texts else None
    return b"" if identifier is None else f"Message-ID: {identifier}\r\n".encode()


def _agent(content: Content, sender: Address | None) -> bytes:
    texts = [value for name, value in content.headers if name.lower() == "sender"]
    agent = parse_one(texts[0]) if texts else None
    # RFC 5322 3.6.2: where both are the same, the field says nothing and should not be there.
    if agent is None or (sender is not None and agent.canonical == sender.canonical):
        return b""
    return address_field("Sender", [agent])


def _from(shared: Envelope, values: Values) -> bytes:
    if shared.sender is None:
        return b""
    # A name may greet its recipient; the address is what the domain was allowed to send for.
    name = substituted(shared.sender.name, values)
    return address_field("From", [Address(name, shared.sender.local, shared.sender.domain)])


def _addressed(name: str, text: str) -> bytes:
    addresses = _addresses([header_text(text)])
    return address_field(name, addresses) if addresses else b""


def _own_to(shared: Envelope, recipient: Recipient) -> tuple[bytes, ...]:
    mailbox = shared.mailboxes.get(recipient.canonical)
    return (address_field("To", [mailbox] if mailbox else _addresses([recipient.address])),)


def _custom(name: str, value: str) -> bytes:
    # Acceptance refuses these already; a copy is composed without what slipped by.
    if is_ours(name) or not is_field_name(name):
        return b""
    return plain_field(name, value) if is_structured(name) else text_field(name, value)
