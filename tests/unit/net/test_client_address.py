"""Whose address a request comes from: never the client's own word for it."""

from ipaddress import ip_network

import pytest

from indicia.net.client_address import client_address, subscriber

PROXIES = [ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("203.0.113.7", [], [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], PROXIES, "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1"], PROXIES, "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.9, 198.51.100.1, 10.1.2.3"], PROXIES, "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.9", "198.51.100.1"], PROXIES, "198.51.100.1"),
        ("127.0.0.1", ["unknown"], PROXIES, "127.0.0.1"),
        ("127.0.0.1", [], PROXIES, "127.0.0.1"),
        ("127.0.0.1", ["[2001:db8::7]:1234"], PROXIES, "2001:db8::7"),
        ("::ffff:127.0.0.1", ["198.51.100.1:4711"], PROXIES, "198.51.100.1"),
    ],
)
def test_the_right_most_hop_that_is_no_proxy_is_the_client(peer, forwarded, trusted, client):
    assert client_address(peer, forwarded, trusted) == client


def test_an_ipv6_subscriber_is_a_64_and_an_ipv4_one_an_address():
    assert subscriber("2001:db8:1:2:3::4") == subscriber("2001:db8:1:2::5") == "2001:db8:1:2::/64"
    assert subscriber("203.0.113.7") == "203.0.113.7"
