"""Which IP addresses belong to the public Internet and to nothing else.

`ipaddress.is_global` alone is no guard: measured on 3.11.7 and 3.13.0 it says yes to multicast, to 6to4 and NAT64
forms of private addresses and to two clouds' metadata services.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_V4 = (
    IPv4Network("168.63.129.16/32"),  # Azure's wire server answers inside every Azure network.
    IPv4Network("192.0.0.0/24"),  # IETF assignments (RFC 6890); .192 is Oracle's metadata service.
    IPv4Network("192.31.196.0/24"),  # AS112 (RFC 7535).
    IPv4Network("192.52.193.0/24"),  # AMT (RFC 7450).
    IPv4Network("192.88.99.0/24"),  # 6to4 relays (RFC 7526).
    IPv4Network("192.175.48.0/24"),  # AS112 (RFC 7534).
)
# NAT64, IPv4-compatible, translated, unique-local, site-local and SRv6 addresses all lie outside (RFC 4291 2.4).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = (
    IPv6Network("2001::/23"),  # IETF assignments (RFC 2928), Teredo among them.
    IPv6Network("2002::/16"),  # 6to4 carries an IPv4 address (RFC 3056).
    IPv6Network("2620:4f:8000::/48"),  # AS112 (RFC 7534).
    IPv6Network("3fff::/20"),  # Documentation (RFC 9637).
)


def unmapped(address: Address) -> Address:
    """Answer the address that a connect to `address` reaches: `::ffff:10.0.0.1` is 10.0.0.1."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Tell whether `address` is a unicast address of the public Internet."""
    plain = unmapped(address)
    if not plain.is_global or plain.is_multicast:
        return False
    if isinstance(plain, IPv4Address):
        return not _is_within(plain, _NOT_PUBLIC_V4)
    return plain in _GLOBAL_UNICAST and not _is_within(plain, _NOT_PUBLIC_V6)


def _is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
