"""Says whose network an address is in: AS, organisation, country, class and the list that decided.

Three tables answer: published and hand-kept lists of prefixes, the AS of the address, its country. A prefix list
is more exact than the AS around it, so it decides the class; else the class of the AS does; else a known AS
means people. No I/O and no asyncio: a look-up is two binary searches.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import msgspec

from indicia.datasets.addresses import address_number, prefix_span
from indicia.datasets.model import Network, NetworkClass
from indicia.datasets.range_table import RangeTable, Span
from indicia.datasets.sections import Section

# Where two lists name the same address, the earlier class here wins. Relays stand above everything they rent.
# Image proxies stand below crawlers and clouds: Google's own space is what its crawlers and its cloud leave over.
_PRECEDENCE = (
    NetworkClass.RESERVED,
    NetworkClass.RELAY,
    NetworkClass.MAIL_FILTER,
    NetworkClass.SECURE_WEB_GATEWAY,
    NetworkClass.SECURITY_VENDOR,
    NetworkClass.VPN,
    NetworkClass.TOR,
    NetworkClass.CRAWLER,
    NetworkClass.CDN,
    NetworkClass.HOSTING,
    NetworkClass.IMAGE_PROXY,
    NetworkClass.MOBILE,
    NetworkClass.EDUCATION,
    NetworkClass.EYEBALL,
)

# An entry is about 0.2 KiB, because addresses share what is said of their network; a campaign's readers fit.
_CACHED_ADDRESSES = 32_768


class NetworkList(NamedTuple):
    """One list of networks, parsed: entries are prefixes (`192.0.2.0/24`) or AS numbers (`AS64500`)."""

    released: date
    sections: Sequence[Section]


class _Listing(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What one section of a list says; compared by identity."""

    network_class: NetworkClass
    operator: str | None
    list_date: str


class IpRanges:
    """Looks addresses up in the current tables; `replace` swaps them while others look up."""

    def __init__(self, asns: RangeTable[str], countries: RangeTable[str], lists: Iterable[NetworkList]) -> None:
        self.replace(asns, countries, lists)

    def replace(self, asns: RangeTable[str], countries: RangeTable[str], lists: Iterable[NetworkList]) -> None:
        """Answer from these tables from now on.

        Raises:
            ValueError: A list names an unknown class or holds a malformed entry; the old tables stay.
        """
        prefixes, as_numbers = _compile_lists(lists)
        tables = _Tables(asns, prefixes, as_numbers, {})
        # One assignment: a look-up under way finishes on the old tables and their own cache.
        self._look_up = lru_cache(_CACHED_ADDRESSES)(tables.look_up)
        self._countries = countries

    def look_up(self, ip: str) -> Network:
        """Say what is known about `ip`; IPv4-mapped IPv6 is read as IPv4.

        Raises:
            ValueError: `ip` is no address that `ipaddress` accepts.
        """
        return self._look_up(ip)

    def country_of(self, ip: str) -> str | None:
        """Name the country that the range of `ip` was given to, by its two letters; None where nobody has it.

        Raises:
            ValueError: `ip` is no address that `ipaddress` accepts.
        """
        return self._countries.find(*address_number(ip)) or None


def _compile_lists(
    lists: Iterable[NetworkList],
) -> tuple[RangeTable[_Listing | None], dict[int, _Listing]]:
    """Lay all lists over each other: a table of prefixes and the classes of AS numbers.

    Raises:
        ValueError: A list names an unknown class or holds a malformed entry.
    """
    listings: list[_Listing | None] = [None]
    spans: list[Span] = []
    as_numbers: dict[int, _Listing] = {}
    for released, sections in lists:
        for kind, name, entries in sections:
            listing = _Listing(NetworkClass(kind), name or None, released.isoformat())
            rank = _PRECEDENCE.index(listing.network_class)
            label = len(listings)
            listings.append(listing)
            for entry in entries:
                if entry.startswith("AS"):
                    # Lists are read in the order of their names; the class that stands higher wins here too.
                    _keep_higher(as_numbers, int(entry[2:]), listing)
                else:
                    spans.append(Span(*prefix_span(entry), label, rank))
    return RangeTable(listings, spans), as_numbers


def _keep_higher(as_numbers: dict[int, _Listing], number: int, listing: _Listing) -> None:
    known = as_numbers.setdefault(number, listing)
    if _PRECEDENCE.index(listing.network_class) < _PRECEDENCE.index(known.network_class):
        as_numbers[number] = listing


class _Tables(NamedTuple):
    """One consistent generation of the data; `networks` holds what was found so far, once for all its addresses."""

    asns: RangeTable[str]
    prefixes: RangeTable[_Listing | None]
    as_numbers: Mapping[int, _Listing]
    networks: dict[tuple[str, _Listing | None], Network]

    def look_up(self, ip: str) -> Network:
        version, number = address_number(ip)
        found = self.asns.find(version, number), self.prefixes.find(version, number)
        network = self.networks.get(found)
        if network is None:
            network = self.networks[found] = self._network(*found)
        return network

    def _network(self, announced_by: str, listing: _Listing | None) -> Network:
        # A label is "13335 Cloudflare, Inc."; empty where nobody announces the address.
        digits, _, organisation = announced_by.partition(" ")
        asn = int(digits) if digits else None
        if listing is None and asn:
            listing = self.as_numbers.get(asn)
        if listing is None:
            return Network(NetworkClass.EYEBALL if asn else NetworkClass.UNKNOWN, asn, organisation or None)
        return Network(
            network_class=listing.network_class,
            asn=asn,
            organisation=organisation or None,
            operator=listing.operator,
            list_date=listing.list_date,
        )
