"""IP addresses and prefixes as numbers, the form in which the range tables hold them.

An IPv6 address counts by its upper 64 bits: a subscriber or a rented machine holds a whole /64 (RFC 6177), so
a longer prefix says nothing about anyone else.
"""

from ipaddress import ip_address
from socket import AF_INET, AF_INET6, inet_pton

# RFC 4291 2.5.5.2: ::ffff:0:0/96 carries an IPv4 address.
_V4_MAPPED = bytes(10) + b"\xff\xff"


def address_number(ip: str) -> tuple[int, int]:
    """Read an address as (4, its 32 bits) or (6, its upper 64 bits); IPv4-mapped IPv6 is IPv4.

    Raises:
        ValueError: `ip` is no address that `ipaddress` accepts.
    """
    try:
        packed = inet_pton(AF_INET6 if ":" in ip else AF_INET, ip)
    except OSError:
        # What the C library refuses may still be an address with a scope (fe80::1%eth0), which `ipaddress` knows.
        packed = ip_address(ip).packed
    if len(packed) == 16:
        if not packed.startswith(_V4_MAPPED):
            return 6, int.from_bytes(packed[:8], "big")
        packed = packed[12:]
    return 4, int.from_bytes(packed, "big")


def prefix_span(prefix: str) -> tuple[int, int, int]:
    """Read `address/length` (or a bare address) as (version, first, last), in the numbers of `address_number`.

    Raises:
        ValueError: Not a prefix.
    """
    address, slash, length = prefix.partition("/")
    version, number = address_number(address)
    width = 32 if version == 4 else 64
    full = 32 if ":" not in address else 128
    bits = int(length) if slash else full
    if not 0 <= bits <= full:
        raise ValueError(f"{prefix!r} is not a prefix")
    if full == 128 and version == 4:
        bits = max(bits - 96, 0)
    # Host bits may be set, as in some published lists; a prefix longer than /64 stands for its /64.
    host = (1 << (width - min(bits, width))) - 1
    return version, number & ~host, number | host
