"""What a receiver does to verify a webhook, written from the specifications and sharing no code with the sender.

Standard Webhooks 1.0.0: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md;
the form in the body is Mailgun's "Securing webhooks".
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping


def headers_verify(key: str, headers: Mapping[str, str], body: bytes, *, now: float, tolerance: float = 300) -> bool:
    """Check `webhook-signature` over the raw body, with one of the live keys."""
    if abs(now - int(headers["webhook-timestamp"])) > tolerance:
        return False
    secret = binascii.a2b_base64(key[len("whsec_") :])
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.standard_b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    versions = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, expected) for version, value in versions)


def body_verifies(key: str, body: bytes) -> bool:
    """Check the `signature` object in the body."""
    signature = json.loads(body)["signature"]
    content = str(signature["timestamp"]) + signature["token"]
    expected = hmac.new(key.encode("utf-8"), content.encode("utf-8"), "sha256").hexdigest()
    return hmac.compare_digest(signature["signature"], expected)
