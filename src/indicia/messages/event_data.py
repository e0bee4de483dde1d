"""What every event says about its message and recipient: the part of `event-data` that is common to all types."""

from collections.abc import Mapping

import msgspec

from indicia.base.ids import time_ordered_uuid
from indicia.events.model import Event, EventType, Severity
from indicia.messages.model import Message, Recipient
from indicia.messages.variables import Values, substituted

# Each event of each recipient shows the header, and a message may have a thousand names in its To.
LONGEST_SHOWN = 1000

_encode = msgspec.json.Encoder(order="sorted").encode


def event_about(
    message: Message,
    recipient: Recipient,
    kind: EventType,
    now: float,
    details: Mapping[str, object],
    *,
    severity: Severity = Severity.NONE,
    uid: str | None = None,
) -> Event:
    """Build the event that `kind` happened to a recipient's copy at `now` (unix seconds).

    Args:
        message: The message.
        recipient: Whose copy it happened to.
        kind: What happened.
        now: When.
        details: What this type says beside the common part, such as `delivery-status`.
        severity: How final a failure is.
        uid: What the event is known by already; a new id otherwise.
    """
    uid = uid or time_ordered_uuid(now)
    data = _common(message, recipient) | {"id": uid, "event": kind.value, "timestamp": now, **details}
    if severity is not Severity.NONE:
        data["severity"] = severity.value
    return Event(
        uid=uid,
        account_id=message.account_id,
        domain_id=message.domain_id,
        type=kind,
        severity=severity,
        happened_at=now,
        recipient=recipient.address,
        message_id=message.message_id,
        callback_url=message.options.callback_url,
        data=_encode(data),
    )


def _common(message: Message, recipient: Recipient) -> dict[str, object]:
    values = Values.of(recipient.address, recipient.variables)
    return {
        "envelope": {"targets": recipient.address, "transport": "smtp"},
        "flags": {"is-test-mode": message.options.is_test},
        "message": {"headers": _headers(message, values), "size": message.size_bytes},
        "recipient": recipient.address,
        "recipient-domain": recipient.address.rpartition("@")[2],
        "tags": message.options.tags,
        "user-variables": _user_variables(message, values),
    }


def _user_variables(message: Message, values: Values) -> dict[str, object]:
    """Answer the `v:` fields, filled in, and the recipient's own over them."""
    given = {name: substituted(value, values) for name, value in message.options.variables.items()}
    # Clients of Mailgun name those so that the fields of the message bring in; they are reported where they come to.
    own = {name: value for name, value in values.variables.items() if not name.startswith(("v:", "h:"))}
    return {**given, **own}


def _headers(message: Message, values: Values) -> dict[str, str]:
    """Answer the header as this recipient's copy shows it."""
    shown: Mapping[str, str] = message.headers
    if message.options.has_own_copies:
        filled = {name: substituted(value, values) for name, value in message.headers.items()}
        shown = filled | {"to": values.address}
    return {name: _cut(value) for name, value in shown.items()}


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 1]}\N{HORIZONTAL ELLIPSIS}"
