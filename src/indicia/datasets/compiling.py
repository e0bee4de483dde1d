"""Turns rows of a source into the content of a dataset file, the same way for shipped and refreshed data."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import NamedTuple

from indicia.datasets.range_table import RangeTable, Span, pack
from indicia.datasets.sections import Section, write


class Compiled(NamedTuple):
    """The content of one dataset file and how many rows it holds."""

    content: bytes
    rows: int


class LabelledRange(NamedTuple):
    """`first` to `last` (numbers as `addresses` reads them) belong to `label`."""

    version: int
    first: int
    last: int
    label: str


def compile_networks(lists: Iterable[tuple[str, str, Iterable[str]]]) -> Compiled:
    """Write lists of (class, operator, prefixes) as sections of merged prefixes.

    Merging makes row counts comparable between sources that publish overlapping prefixes and those that do not.

    Raises:
        ValueError: A prefix is malformed.
    """
    sections = [Section(kind, name, tuple(merge_prefixes(prefixes))) for kind, name, prefixes in lists]
    return compile_sections(sections)


def compile_sections(sections: Iterable[Section]) -> Compiled:
    """Write sections as text; every entry is a row."""
    kept = [section for section in sections if section.entries]
    return Compiled(write(kept).encode(), sum(len(section.entries) for section in kept))


def compile_ranges(ranges: Iterable[LabelledRange]) -> Compiled:
    """Write labelled address ranges as a packed table; of overlapping ranges the narrowest wins."""
    numbers = {"": 0}
    spans = [
        Span(version, first, last, numbers.setdefault(label, len(numbers))) for version, first, last, label in ranges
    ]
    table = RangeTable(list(numbers), spans)
    return Compiled(pack(table), table.rows)


# The shortest prefixes that one operator on our lists holds. A shorter one in a feed is a mistake (Vultr's names
# all of 6to4, 2002::/16) or worse, and would relabel a large part of the Internet: it is left out.
_SHORTEST_PREFIX = {4: 8, 6: 19}


def merge_prefixes(prefixes: Iterable[str]) -> list[str]:
    """Merge overlapping and adjacent prefixes, leaving out impossibly large ones; IPv4 first, in order.

    Raises:
        ValueError: A prefix is malformed.
    """
    networks = {ip_network(prefix.strip(), strict=False) for prefix in prefixes}
    plausible = [network for network in networks if network.prefixlen >= _SHORTEST_PREFIX[network.version]]
    v4 = (network for network in plausible if isinstance(network, IPv4Network))
    v6 = (network for network in plausible if isinstance(network, IPv6Network))
    return [str(network) for network in (*collapse_addresses(v4), *collapse_addresses(v6))]
