"""Whose address a request comes from, when proxies stand in between."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

# An IPv6 subscriber is given a /64 at least, so single addresses in it are one caller (RFC 6177).
_SUBSCRIBER_BITS_V6 = 64


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Answer the address of the client: the right-most hop that is not a trusted proxy.

    Args:
        peer: The socket's other end.
        forwarded_for: All `X-Forwarded-For` header values, in the order received.
        trusted: The operator's proxies; with none, headers say nothing.
    """
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
    current = _plain(peer)
    while current is not None and hops and _is_in(current, trusted):
        previous = _plain(hops.pop())
        if previous is None:
            break
        current = previous
    return current or peer


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Tell whether the socket's other end is one of the operator's proxies, whose headers are believed."""
    plain = _plain(peer)
    return plain is not None and _is_in(plain, trusted)


def subscriber(address: str) -> str:
    """Answer what stands for one subscriber in limits: an IPv4 address, or the /64 of an IPv6 one."""
    plain = _plain(address)
    if plain is None or ":" not in plain:
        return address
    return str(ip_network((plain, _SUBSCRIBER_BITS_V6), strict=False))


# Clients come again.
@lru_cache(maxsize=4096)
def _plain(text: str) -> str | None:
    """Write an address without brackets, port or IPv4 mapping; None where it is none."""
    host = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(address)


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = ip_address(address)
    return any(parsed in network for network in networks)
