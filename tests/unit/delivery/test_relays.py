import pytest

from indicia.delivery.model import RelayUrlError
from indicia.delivery.relays import Relay, parse_relay
from indicia.net.smtp.model import Login, Security


def test_a_full_url_is_read():
    assert parse_relay("smtps://us%40a.test:p%3Ass@relay.test:4650") == Relay(
        "relay.test", 4650, Login("us@a.test", "p:ss"), Security.VERIFIED, speaks_tls_first=True
    )


def test_ports_and_encryption_have_defaults():
    relay = parse_relay("smtp://relay.test")

    assert (relay.port, relay.login, relay.security) == (587, None, Security.OPPORTUNISTIC)
    assert parse_relay("smtps://[::1]").port == 465
    assert parse_relay("smtps://[::1]").host == "::1"


def test_encryption_can_be_asked_for():
    assert parse_relay("smtp://relay.test?tls=verified").security is Security.VERIFIED
    assert parse_relay("smtp://relay.test?tls=off").security is Security.NONE


@pytest.mark.parametrize(
    "url",
    [
        "relay.test",
        "http://relay.test",
        "smtp://",
        "smtp://a:99999",
        "smtp://a/path",
        "smtp://a?tls=x",
        "smtps://a?tls=off",
    ],
)
def test_what_is_no_relay_is_refused_without_the_password(url):
    with pytest.raises(RelayUrlError):
        parse_relay(url)


def test_relays_of_different_users_are_different_sites():
    assert parse_relay("smtp://a:x@r.test").site != parse_relay("smtp://b:x@r.test").site
    assert "secret" not in parse_relay("smtp://a:secret@r.test").site
