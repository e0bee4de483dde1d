"""Webhooks verify with what receivers run, in both forms."""

import base64
import json
import secrets

import pytest

from indicia.webhooks.model import Delivery, Endpoint
from indicia.webhooks.signature import sign
from tests.doubles.standard_webhooks import body_verifies, headers_verify

NOW = 1_721_474_739
ENDPOINT = Endpoint(1, "https://example.com/results")
TOKEN = "0123456789abcdef0123456789abcdef"
PAYLOAD = b'{"batch":{"id":"r1"},"events":[{"a":"\\u00e9","is_bot":true}]}'


def new_key() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def test_verifier_accepts_the_published_example() -> None:
    """The example of Svix's and Standard Webhooks' own documentation and test suites."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }

    assert headers_verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, b'{"test": 2432232314}', now=1_614_265_330)


def test_verifier_accepts_the_key_of_the_published_example_over_our_body() -> None:
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    signed = sign(Delivery(1, ENDPOINT, "msg_1", PAYLOAD), keys=[key], timestamp=NOW, token=TOKEN)

    assert headers_verify(key, signed.headers, signed.body, now=NOW)


def test_both_forms_verify_with_the_key() -> None:
    key = new_key()

    signed = sign(Delivery(1, ENDPOINT, "r1", PAYLOAD), keys=[key], timestamp=NOW, token=TOKEN)

    assert headers_verify(key, signed.headers, signed.body, now=NOW)
    assert body_verifies(key, signed.body)


def test_form_in_the_body_has_a_known_value() -> None:
    """Computed with `printf '%s' 1721474739$TOKEN | openssl dgst -sha256 -hmac whsec_AAAA...=`."""
    key = "whsec_" + base64.b64encode(bytes(32)).decode()

    signed = sign(Delivery(1, ENDPOINT, "r1", PAYLOAD), keys=[key], timestamp=NOW, token=TOKEN)

    assert json.loads(signed.body)["signature"] == {
        "signature": "7364b230f2cb00001b460e66abfce4a52f5e120ba7acb39cb4d731990bb3e99d",
        "timestamp": NOW,
        "token": TOKEN,
    }


def test_payload_goes_out_byte_for_byte_with_the_signature_as_its_last_member() -> None:
    signed = sign(Delivery(1, ENDPOINT, "r1", PAYLOAD), keys=[new_key()], timestamp=NOW, token=TOKEN)

    assert signed.body.startswith(PAYLOAD[:-1] + b',"signature":{"signature":"')
    assert list(json.loads(signed.body)) == ["batch", "events", "signature"]


def test_during_an_overlap_the_body_uses_the_new_key_and_the_header_both() -> None:
    new, old = new_key(), new_key()

    signed = sign(Delivery(1, ENDPOINT, "r1", PAYLOAD), keys=[new, old], timestamp=NOW, token=TOKEN)

    assert headers_verify(new, signed.headers, signed.body, now=NOW)
    assert headers_verify(old, signed.headers, signed.body, now=NOW)
    assert body_verifies(new, signed.body)
    assert not body_verifies(old, signed.body)


@pytest.mark.parametrize("change", ["body", "id", "timestamp", "key"])
def test_any_change_breaks_the_header_signature(change: str) -> None:
    key = new_key()
    signed = sign(Delivery(1, ENDPOINT, "r1", PAYLOAD), keys=[key], timestamp=NOW, token=TOKEN)
    headers, body = dict(signed.headers), signed.body
    if change == "body":
        body = body.replace(b"true", b"false")
    elif change == "key":
        key = new_key()
    else:
        headers[f"webhook-{change}"] = {"id": "r2", "timestamp": str(NOW + 1)}[change]

    assert not headers_verify(key, headers, body, now=NOW)
