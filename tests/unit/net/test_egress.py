"""What the guard refuses without looking anything up, and what it lets through."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.net.addresses import is_public
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.model import EgressRefusedError
from tests.unit.net.hostile import DECIDED_LATER, hostile_urls

GUARD = EgressGuard()

REFUSED_AT_ONCE = [
    pytest.param(url, id=f"{group}:{url!a}") for group, url in hostile_urls() if group not in DECIDED_LATER
]
LOOKS_HARMLESS = [url for group, url in hostile_urls() if group in DECIDED_LATER]


def test_the_list_of_hostile_urls_is_whole() -> None:
    assert len(hostile_urls()) == 221
    assert len(REFUSED_AT_ONCE) == 194


@pytest.mark.parametrize("url", REFUSED_AT_ONCE)
def test_hostile_url_is_refused_at_registration(url: str) -> None:
    with pytest.raises(EgressRefusedError):
        GUARD.check_url(url)


@pytest.mark.parametrize("url", LOOKS_HARMLESS)
def test_url_that_only_dns_or_its_answer_betrays_is_taken_and_judged_at_delivery(url: str) -> None:
    """tests/protocol/test_egress_delivery.py delivers to each of these and watches for connections."""
    assert GUARD.check_url(url).address is None


@pytest.mark.parametrize(
    ("url", "wire_url"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://EXAMPLE.com:443/Hook", "https://example.com/Hook"),
        ("http://example.com.:8080/", "http://example.com:8080/"),
        ("https://example.com?a=%2B&b[]=1#part", "https://example.com/?a=%2B&b[]=1"),
        ("https://bücher.example/größe", "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("https://[2606:4700:0:0::1111]:8443/x", "https://[2606:4700::1111]:8443/x"),
        ('https://example.com/"<x>', "https://example.com/%22%3Cx%3E"),
    ],
)
def test_public_url_passes_in_one_spelling(url: str, wire_url: str) -> None:
    assert GUARD.check_url(url).url == wire_url


def test_wire_url_passes_again_unchanged() -> None:
    once = GUARD.check_url("https://bücher.example:8443/größe?x=%zz&y=a b".replace(" ", "+")).url

    assert GUARD.check_url(once).url == once


def test_url_of_2048_bytes_passes_and_one_more_byte_does_not() -> None:
    longest = "https://example.com/".ljust(2048, "a")

    assert GUARD.check_url(longest).url == longest
    with pytest.raises(EgressRefusedError):
        GUARD.check_url(longest + "a")


def test_length_is_counted_in_bytes() -> None:
    with pytest.raises(EgressRefusedError):
        GUARD.check_url("https://example.com/" + "ä" * 1020)


def test_operator_allows_an_address_with_one_port_only() -> None:
    guard = EgressGuard(parse_allow("127.0.0.2:18080"))

    assert guard.check_url("http://127.0.0.2:18080/").port == 18080
    for url in ("http://127.0.0.2:18081/", "http://127.0.0.1:18080/", "http://127.0.0.2/"):
        with pytest.raises(EgressRefusedError):
            guard.check_url(url)


def test_operator_may_allow_a_bad_port_of_an_address_but_not_of_a_name() -> None:
    guard = EgressGuard(parse_allow("10.0.0.0/8:*,[::1]:9"))

    assert guard.check_url("http://10.1.2.3:6379/").port == 6379
    assert guard.check_url("http://[::1]:9/").port == 9
    with pytest.raises(EgressRefusedError):
        guard.check_url("http://redis.example.com:6379/")


def test_allowed_address_is_allowed_in_its_mapped_form() -> None:
    EgressGuard(parse_allow("10.0.0.0/8:*")).check_address("::ffff:10.0.0.1", 80)


def test_port_matters_to_urls_and_not_to_addresses() -> None:
    """Mail goes to port 25, which no webhook may."""
    GUARD.check_address("8.8.8.8", 25)
    with pytest.raises(EgressRefusedError):
        GUARD.check_url("http://8.8.8.8:25/")


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_empty_allow_list_allows_nothing(text: str) -> None:
    assert parse_allow(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:http",
        "example.com:80",
        "::1:80",
        "[::1:80",
        "10.0.0.1/8:80",
        ":80",
        "*:80",
    ],
)
def test_malformed_allow_entry_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        parse_allow(text)


@pytest.mark.parametrize(
    "address",
    [
        "168.63.129.16",
        "192.0.0.192",
        "192.31.196.1",
        "192.88.99.1",
        "224.0.0.1",
        "100.64.0.1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:100.64.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fec0::1",
        "ff0e::1",
        "100:0:0:1::1",
    ],
)
def test_address_that_ipaddress_calls_global_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "185.199.108.153", "2606:4700::1111", "2a00:1450::1"])
def test_public_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_mapped_form_is_judged_as_the_address_it_reaches(address: IPv4Address) -> None:
    assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/", f"http://example.com{text}"):
        try:
            destination = GUARD.check_url(url)
        except EgressRefusedError:
            continue
        assert GUARD.check_url(destination.url).url == destination.url
