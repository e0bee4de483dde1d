"""The trail of a recipient: when and from which networks they came lately, packed to be kept for many of them.

A visit is the first click of half an hour. Only networks on which people live leave a trail: scanners in clouds
change addresses on every mail, and relays and gateways change them for whoever they carry.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from indicia.datasets.model import Network, NetworkClass
from indicia.detection.learning.digests import block_digest, recipient_digest
from indicia.detection.model import Action, Interaction, Scope

VISIT_SECONDS = 1800
# A dozen visits are three months of a weekly newsletter, and 192 bytes.
LONGEST_TRAIL = 12

# Networks at whose end somebody lives or works.
HOMES = frozenset({NetworkClass.EYEBALL, NetworkClass.MOBILE, NetworkClass.EDUCATION, NetworkClass.UNKNOWN})
NO_DELAY = -(2**31)
_VISIT = struct.Struct("<IiII")


class TrailKey(NamedTuple):
    """Whose trail it is: recipients are known per sending domain."""

    domain_id: int
    recipient: int


class Visit(NamedTuple):
    """One visit: at which unix second, how many seconds after the mail, from which block of which network.

    `block` is a digest, and stands in for an unknown `asn`; `delay` is `NO_DELAY` where it is not known.
    """

    at: int
    delay: int
    block: int
    asn: int


class Trails:
    """The trails of the recipients who came last, `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # In order of use, so that the first is the one to forget.
        self._packed: dict[TrailKey, bytes] = {}
        self._changed: set[TrailKey] = set()

    def note(self, key: TrailKey, visit: Visit) -> list[Visit] | None:
        """Add a visit and answer those before it; None for one that is known, or part of one."""
        visits = unpacked(self._packed.pop(key, b""))
        is_new = all(abs(visit.at - known.at) >= VISIT_SECONDS for known in visits)
        kept = sorted([*visits, visit])[-LONGEST_TRAIL:] if is_new else visits
        if is_new:
            self._changed.add(key)
        self._keep(key, _packed(kept))
        return visits if is_new else None

    def restore(self, trails: Iterable[tuple[TrailKey, bytes]]) -> None:
        """Take back trails that were stored, those used longest ago first."""
        for key, packed in trails:
            self._keep(key, packed)

    def changed(self) -> list[tuple[TrailKey, bytes]]:
        """Answer the trails that were not `saved` since they changed, packed."""
        return [(key, packed) for key in self._changed if (packed := self._packed.get(key))]

    def saved(self) -> None:
        """Take note that what `changed` answered is stored."""
        self._changed.clear()

    def snapshot(self) -> dict[TrailKey, bytes]:
        """Copy all trails, packed; `unpacked` reads them."""
        return dict(self._packed)

    def _keep(self, key: TrailKey, packed: bytes) -> None:
        if key not in self._packed and len(self._packed) >= self.capacity:
            del self._packed[next(iter(self._packed))]
        self._packed[key] = packed


def visit_of(scope: Scope, interaction: Interaction, network: Network) -> tuple[TrailKey, Visit] | None:
    """Read the visit that a click is; None for what leaves no trail."""
    is_click = interaction.action is Action.CLICK
    if not is_click or not interaction.recipient_id or not interaction.ip or network.network_class not in HOMES:
        return None
    if interaction.ts is None or not 0 < interaction.ts < 2**32:
        return None
    mailed_at = interaction.message_ts if interaction.delivered_ts is None else interaction.delivered_ts
    block = block_digest(interaction.ip) & 0xFFFF_FFFF
    return trail_key(scope, interaction.recipient_id), Visit(
        at=int(interaction.ts),
        delay=NO_DELAY if mailed_at is None else max(NO_DELAY + 1, min(int(interaction.ts - mailed_at), 2**31 - 1)),
        block=block,
        asn=network.asn or block,
    )


def trail_key(scope: Scope, recipient_id: str) -> TrailKey:
    """Name the recipient whose trail it is."""
    return TrailKey(scope.domain_id, recipient_digest(scope, recipient_id))


class Unpacked(Mapping[int, Sequence[Visit]]):
    """Packed trails by recipient, each unpacked when it is looked at: all at once they take ten times the room."""

    def __init__(self, packed: Mapping[int, bytes]) -> None:
        self._packed = packed

    def __getitem__(self, recipient: int) -> Sequence[Visit]:
        """Unpack one trail."""
        return unpacked(self._packed[recipient])

    def __iter__(self) -> Iterator[int]:
        """List the recipients."""
        return iter(self._packed)

    def __len__(self) -> int:
        """Count the trails."""
        return len(self._packed)

    def of_at_least(self, visits: int) -> Iterator[tuple[int, Sequence[Visit]]]:
        """Unpack only the trails of so many visits, one after the other."""
        shortest = visits * _VISIT.size
        return ((key, unpacked(packed)) for key, packed in self._packed.items() if len(packed) >= shortest)


def unpacked(packed: bytes) -> list[Visit]:
    """Read a packed trail, in order of time."""
    return [Visit._make(fields) for fields in _VISIT.iter_unpack(packed)]


def last_at(packed: bytes) -> int:
    """Read when the last visit of a packed trail was, in unix seconds."""
    return int(_VISIT.unpack_from(packed, len(packed) - _VISIT.size)[0])


def _packed(visits: Iterable[Visit]) -> bytes:
    return b"".join(_VISIT.pack(*visit) for visit in visits)
