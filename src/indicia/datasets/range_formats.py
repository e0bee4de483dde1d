"""Reads public lists of who announces an address range and which country it was given to."""

import gzip
import io
from collections.abc import Iterator

from indicia.datasets.addresses import address_number, prefix_span
from indicia.datasets.compiling import LabelledRange

# The IPv4 list unpacks to 30 MB; more than this is not a list of the Internet's ranges.
_MAX_UNPACKED_BYTES = 256 * 1024 * 1024


def iptoasn_ranges(document: bytes) -> Iterator[LabelledRange]:
    """Yield announced ranges of iptoasn.com's gzipped TSV: first, last, AS number, country, description.

    Raises:
        ValueError: Not such a file.
    """
    try:
        with gzip.open(io.BytesIO(document)) as file:
            text = file.read(_MAX_UNPACKED_BYTES).decode()
    except (OSError, EOFError) as error:
        raise ValueError(f"not gzip: {error}") from error
    for line in text.splitlines():
        first, last, asn, _, description = line.split("\t", 4)
        if asn != "0":
            version, start = address_number(first)
            yield LabelledRange(version, start, address_number(last)[1], f"{asn} {description}")


def delegated_ranges(document: bytes) -> Iterator[LabelledRange]:
    """Yield ranges of a registry's extended delegation file: registry|country|type|start|size|date|status|...

    `size` counts addresses for IPv4 and is a prefix length for IPv6.

    Raises:
        ValueError: A record is malformed.
    """
    for line in document.decode().splitlines():
        fields = line.split("|")
        if len(fields) < 7 or fields[6] not in {"allocated", "assigned"} or not fields[1].strip():
            continue
        country, kind, start, size = fields[1].upper(), *fields[2:5]
        if kind == "ipv4":
            _, first = address_number(start)
            yield LabelledRange(4, first, first + int(size) - 1, country)
        elif kind == "ipv6":
            yield LabelledRange(*prefix_span(f"{start}/{size}"), country)
