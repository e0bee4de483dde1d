"""Two readings of what an address is, each where it belongs."""

import pytest

from indicia.mail.address import is_mailbox
from indicia.validation.syntax import envelope_address, mailable_address


@pytest.mark.parametrize(
    "text",
    ["a@example.com", '"a b"@example.com', "用户@例子.广告", "a+tag@example.com", f"{'a' * 64}@example.com"],
)
def test_what_can_be_mailed_is_read_by_all(text):
    assert is_mailbox(text)
    assert envelope_address(text) is not None
    assert mailable_address(text) is not None


@pytest.mark.parametrize("text", ["a@mailhost", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]"])
def test_what_only_some_can_reach_is_an_envelope_but_not_mailable(text):
    assert envelope_address(text) is not None
    assert mailable_address(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("(x) a@example.com", "Bob <a@example.com>", "a . b@example.com", "a@[general literal]", "a@one/two.example"),
        f"{'a' * 65}@example.com",
    ],
)
def test_what_headers_may_hold_is_no_envelope(text):
    assert is_mailbox(text)
    assert envelope_address(text) is None


@pytest.mark.parametrize("text", ["", "a", "a@", "@b.example", "a@b@c.example", "a..b@c.example", "a@b.example\r\n"])
def test_what_is_nothing_is_read_by_none(text):
    assert not is_mailbox(text)
    assert envelope_address(text) is None


@pytest.mark.parametrize("text", ["a@example.123", "a@1.2.3.4", '""@example.com'])
def test_own_rules_are_stricter_than_the_library(text):
    assert mailable_address(text) is None or text.startswith('""')
