from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.addresses import address_number, prefix_span


@given(st.ip_addresses())
def test_every_address_has_a_number(address: object) -> None:
    version, number = address_number(str(address))

    plain = ip_address(str(address))
    mapped = getattr(plain, "ipv4_mapped", None)
    expected = mapped or plain
    assert (version, number) == (expected.version, int(expected) if expected.version == 4 else int(expected) >> 64)


def test_mapped_ipv4_is_ipv4() -> None:
    assert address_number("::ffff:192.0.2.1") == address_number("192.0.2.1")


def test_a_scope_does_not_hide_the_address() -> None:
    assert address_number("fe80::1%eth0") == address_number("fe80::1")


@pytest.mark.parametrize("text", ["", "host.test", "192.0.2", "192.0.2.256", "1::2::3", "192.0.2.1/24"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        address_number(text)


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_ipv4_prefix_spans_its_addresses(address: object, length: int) -> None:
    network = ip_network(f"{address}/{length}", strict=False)

    assert prefix_span(f"{address}/{length}") == (4, int(network[0]), int(network[-1]))


def test_a_host_of_ipv6_stands_for_its_64() -> None:
    assert prefix_span("2001:db8::7/128") == prefix_span("2001:db8::/64") == prefix_span("2001:db8::9")


@pytest.mark.parametrize("prefix", ["192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "192.0.2.0/x"])
def test_what_is_no_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|invalid literal"):
        prefix_span(prefix)
