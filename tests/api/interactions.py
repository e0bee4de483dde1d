"""Interactions to post; no two are alike, because equal batches are taken for one."""

from itertools import count
from typing import Any
from uuid import uuid4

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 "
    "Mobile/15E148 Safari/604.1"
)
SCANNER = "python-requests/2.32.3"
# Of Comcast, where people live.
HOME = "73.162.14.88"
# What the egress guard takes although nobody answers there.
UNHEARD_URL = "http://127.0.0.1:9999/hook"

_numbers = count(1)
_run = uuid4().hex[:8]


def click(**fields: object) -> dict[str, Any]:
    """Describe a click of a person, or what `fields` make of it; a field of None is left out."""
    name = f"{_run}-{next(_numbers)}"
    event = {
        "event_id": f"event-{name}",
        "ip": HOME,
        "uas": IPHONE,
        "recipient_id": f"recipient-{name}",
        "message_id": f"message-{name}",
        **fields,
    }
    return {key: value for key, value in event.items() if value is not None}


def batch(*events: object, **fields: object) -> dict[str, Any]:
    """Put events into a batch."""
    return {"events": list(events), "webhook_url": UNHEARD_URL, **fields}
