"""Finds the label of an address in sorted ranges, and packs such a table into a small file.

Two flat arrays per IP version (where a range starts, which label it has) and one short binary search: no
third-party database, a few bytes per range in memory, and a refreshed list of half a million ranges is compiled
in seconds. `docs/datasets.md` has the measurements against MMDB.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import Generic, NamedTuple, TypeVar

import msgspec
import zstandard

Label = TypeVar("Label")

# Bounds what a damaged file can make us allocate; the largest real table unpacks to 9 MiB.
_MAX_UNPACKED_BYTES = 128 * 1024 * 1024


class Span(NamedTuple):
    """`first` to `last` (both included) carry label number `label`; the lowest `rank` wins an overlap."""

    version: int
    first: int
    last: int
    label: int
    rank: int = 0


class RangeTable(Generic[Label]):
    """Every address has exactly one label; label number 0 means that nothing is known."""

    def __init__(self, labels: Sequence[Label], spans: Iterable[Span]) -> None:
        self.labels = labels
        by_version: dict[int, list[Span]] = {4: [], 6: []}
        for span in spans:
            by_version[span.version].append(span)
        self._v4 = _indexed(*_flatten(by_version[4], "I"))
        self._v6 = _indexed(*_flatten(by_version[6], "Q"))

    def find(self, version: int, number: int) -> Label:
        """Find the label of an address given as `addresses.address_number` reads it."""
        starts, labels, edges, shift = self._v4 if version == 4 else self._v6
        block = number >> shift
        return self.labels[labels[bisect_right(starts, number, edges[block] - 1, edges[block + 1]) - 1]]

    @property
    def rows(self) -> int:
        """How many ranges carry a label."""
        return sum(1 for ranges in (self._v4, self._v6) for label in ranges.labels if label)


class _Packed(msgspec.Struct):
    """A table as a file holds it: gaps between starts repeat, so they compress better than the starts."""

    v4: tuple[bytes, bytes]
    v6: tuple[bytes, bytes]
    labels: list[str]


def pack(table: RangeTable[str]) -> bytes:
    """Write `table` as bytes that `unpack` reads."""
    parts = (_gaps(table._v4), _gaps(table._v6))  # noqa: SLF001 -- the file form is the table's other half.
    packed = msgspec.msgpack.encode(_Packed(*parts, list(table.labels)))
    return zstandard.ZstdCompressor(level=19).compress(packed)


def unpack(data: bytes) -> RangeTable[str]:
    """Read what `pack` wrote.

    Raises:
        ValueError: `data` is damaged.
    """
    try:
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=_MAX_UNPACKED_BYTES)
        packed = msgspec.msgpack.decode(plain, type=_Packed)
        for_v4, for_v6 = (
            _restored(columns, typecode, len(packed.labels))
            for columns, typecode in ((packed.v4, "I"), (packed.v6, "Q"))
        )
    except (zstandard.ZstdError, msgspec.MsgspecError, OverflowError) as error:
        raise ValueError(str(error)) from error
    table: RangeTable[str] = RangeTable(packed.labels, ())
    table._v4, table._v6 = for_v4, for_v6  # noqa: SLF001
    return table


class _Ranges(NamedTuple):
    """Where each range starts and its label; `edges` cuts the binary search down to one block of addresses.

    `edges[block]` counts the ranges that start at or before the block's first address. Narrowing to one of
    16,384 blocks first halves the time of a search.
    """

    starts: "array[int]"
    labels: "array[int]"
    edges: "array[int]"
    shift: int


_BLOCK_BITS = 14


def _indexed(starts: "array[int]", labels: "array[int]") -> _Ranges:
    shift = 8 * starts.itemsize - _BLOCK_BITS
    edges = array("I", (bisect_right(starts, block << shift) for block in range((1 << _BLOCK_BITS) + 1)))
    return _Ranges(starts, labels, edges, shift)


def _flatten(spans: list[Span], typecode: str) -> tuple["array[int]", "array[int]"]:
    """Cut overlapping spans into disjoint ranges; the lowest rank wins, then the narrowest span."""
    spans.sort()
    starts, labels = array(typecode, [0]), array("I", [0])
    limit = (1 << (8 * starts.itemsize)) - 1
    open_spans: list[tuple[int, int, int, int]] = []
    upcoming = 0
    for edge in sorted({span.first for span in spans} | {span.last + 1 for span in spans if span.last < limit}):
        while upcoming < len(spans) and spans[upcoming].first == edge:
            _, first, last, label, rank = spans[upcoming]
            heappush(open_spans, (rank, last - first, last, label))
            upcoming += 1
        while open_spans and open_spans[0][2] < edge:
            heappop(open_spans)
        label = open_spans[0][3] if open_spans else 0
        if edge == 0:
            labels[0] = label
        elif label != labels[-1]:
            starts.append(edge)
            labels.append(label)
    return starts, labels


def _gaps(ranges: _Ranges) -> tuple[bytes, bytes]:
    starts = ranges.starts
    gaps = array(starts.typecode, [starts[0], *(after - before for before, after in pairwise(starts))])
    return _little_endian(gaps).tobytes(), _little_endian(ranges.labels).tobytes()


def _restored(packed: tuple[bytes, bytes], typecode: str, label_count: int) -> _Ranges:
    gaps, labels = array(typecode, packed[0]), array("I", packed[1])
    if len(gaps) != len(labels) or not gaps or gaps[0]:
        raise ValueError("the columns do not fit together")
    labels = _little_endian(labels)
    if max(labels) >= label_count:
        raise ValueError("a label is missing")
    return _indexed(array(typecode, accumulate(_little_endian(gaps))), labels)


def _little_endian(column: "array[int]") -> "array[int]":
    """Swap bytes where the machine is big-endian: files are little-endian everywhere."""
    if sys.byteorder == "little":
        return column
    swapped = column[:]
    swapped.byteswap()
    return swapped
