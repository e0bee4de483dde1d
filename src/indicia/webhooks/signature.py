"""Sign webhooks in both forms that receivers may check.

The original API's form, in the body, covers only a timestamp and a token; Standard Webhooks 1.0.0, in the headers,
covers every byte. Receivers that keep tokens to spot replays need a fresh one for each attempt, so nothing here is
ever stored.
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from indicia.webhooks.model import Delivery

KEY_PREFIX = "whsec_"


class Signed(NamedTuple):
    """A request ready to be sent: these very bytes are the ones that were signed."""

    body: bytes
    headers: dict[str, str]


def sign(delivery: Delivery, *, keys: Sequence[str], timestamp: int, token: str) -> Signed:
    """Splice the signature into the payload, and sign the whole in the headers.

    Args:
        delivery: What to send.
        keys: The account's `whsec_...` keys, the newest first. It alone makes the form in the body, which has
            room for one; the header carries all of them while an old one is being phased out.
        timestamp: Of this attempt, in whole unix seconds.
        token: 32 hexadecimal digits, never used before.
    """
    member = msgspec.json.encode(
        {"signature": _body_signature(keys[0], timestamp, token), "timestamp": timestamp, "token": token}
    )
    body = delivery.body.removesuffix(b"}") + b',"signature":' + member + b"}"
    message = f"{delivery.webhook_id}.{timestamp}.".encode() + body
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_header_signature(key, message) for key in keys),
    }
    return Signed(body, headers)


def _body_signature(key: str, timestamp: int, token: str) -> str:
    # The whole string is the key here, prefix included: that is what customers copy from the dashboard.
    return hmac.digest(key.encode(), f"{timestamp}{token}".encode(), sha256).hex()


def _header_signature(key: str, message: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(KEY_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(secret, message, sha256)).decode()
