"""The events of copies that are never sent: their recipient must not be mailed, or they cannot be written."""

from indicia.events.model import Event, EventType, Severity
from indicia.messages.event_data import event_about
from indicia.messages.model import Message, Recipient

NOT_COMPOSED = "The message could not be composed"

# Mailgun's codes for these, which clients of its API know.
_CODES = {"bounce": 605, "unsubscribe": 606, "complaint": 607, "block": 608}


def suppressed_event(message: Message, recipient: Recipient, reason: str, now: float) -> Event:
    """Build the event that a copy was not sent at `now`, because the recipient is suppressed for `reason`."""
    description = f"not sent: the address is on the suppression list ({reason})"
    status = {
        "attempt-no": 0,
        "bounce-class": "suppressed",
        "code": _CODES[reason],
        "description": description,
        "enhanced-code": "",
        "message": [description],
        "mx-host": "",
        "mx-ip": "",
        "session-seconds": 0.0,
        "tls": False,
    }
    # Nothing was sent; receivers find the fields of other failures all the same.
    envelope = {"sender": "", "sending-ip": "", "targets": recipient.address, "transport": "smtp"}
    details = {"delivery-status": status, "envelope": envelope, "reason": f"suppress-{reason}"}
    return event_about(message, recipient, EventType.FAILED, now, details, severity=Severity.PERMANENT)


def rejected_event(message: Message, recipient: Recipient, description: str, now: float) -> Event:
    """Build the event that a copy was given up at `now` because it cannot be written, for which see `description`."""
    details = {"reject": {"description": description, "reason": NOT_COMPOSED}}
    return event_about(message, recipient, EventType.REJECTED, now, details)
