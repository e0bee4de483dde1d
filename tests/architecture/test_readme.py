"""The README's Python, run as it stands."""

import json
import re

import pytest

from indicia.webhooks.model import Delivery, Endpoint
from indicia.webhooks.signature import sign
from tests.architecture.repository import ROOT

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAAAAAAAAAA="
NOW = 1_795_000_000


@pytest.fixture
def verify():
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if "def verify" in block]
    names = {}
    exec(block, names)
    return names["verify"]


@pytest.fixture
def signed():
    delivery = Delivery(1, Endpoint(1, "https://example.com/verdicts"), webhook_id="0198", body=b'{"events":[]}')
    return sign(delivery, keys=[KEY], timestamp=NOW, token="0123456789abcdef" * 2)


def test_the_readme_accepts_what_is_signed(verify, signed):
    verify(signed.body, signed.headers, KEY, now=NOW + 10)


@pytest.mark.parametrize("tampering", [b'{"events":[1]', b'{"events":["a"]'])
def test_the_readme_refuses_another_body(verify, signed, tampering):
    body = signed.body.replace(b'{"events":[]', tampering)

    with pytest.raises(ValueError, match="header"):
        verify(body, signed.headers, KEY, now=NOW)


def test_the_readme_refuses_another_key(verify, signed):
    other = KEY.replace("M", "N", 1)

    with pytest.raises(ValueError, match="header"):
        verify(signed.body, signed.headers, other, now=NOW)


def test_the_readme_refuses_an_old_request(verify, signed):
    with pytest.raises(ValueError, match="old"):
        verify(signed.body, signed.headers, KEY, now=NOW + 301)


def test_the_readme_refuses_another_signature_in_the_body(verify, signed):
    forged = json.loads(signed.body)
    forged["signature"]["token"] = "f" * 32
    body = json.dumps(forged).encode()

    with pytest.raises(ValueError, match=r"header|body"):
        verify(body, signed.headers, KEY, now=NOW)
