"""The event of a recipient who is not mailed because they must not be, at acceptance or later."""

from indicia.events.model import Event, EventType, Severity
from indicia.messages.event_data import event_about
from indicia.messages.model import Message, Recipient

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
