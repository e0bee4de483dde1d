"""Remembers who visited the hidden link of which message, for half an hour."""

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from indicia.aggregates.recent import Recent
from indicia.detection.clients import block_of
from indicia.detection.model import Honeypot, Interaction
from indicia.detection.observations import Missing, Visits

# Addresses change hands, and Omnivery's API names the same half hour.
KEPT_SECONDS = 1800.0

_REMEMBERED = 50_000
_VISITS_PER_CLIENT = 16
# So many clients, and so many messages, may an address block bring to a shelf in half an hour. What sweeps from there
# is known by far fewer, and a flood takes the room of others only if it comes from some fifty blocks at once.
_MOST_OF_A_BLOCK = 512

# One visit: when, and a hash of the message.
_Visit = tuple[float, int]
_K = TypeVar("_K", bound=Hashable)


class VisitBook:
    """Visits to hidden links, found by client, by address block and by message.

    Anybody can invent visits to links that are not sealed, so those lie apart, and no address block brings many of
    them: a flood takes the room of others of its kind alone, and only from many blocks.
    """

    def __init__(self) -> None:
        self._open, self._sealed = _Shelf(_MOST_OF_A_BLOCK), _Shelf(_REMEMBERED)
        self._latest = 0.0

    def note(self, honeypot: Honeypot) -> None:
        """Remember one visit."""
        self._latest = max(self._latest, honeypot.ts)
        (self._sealed if honeypot.is_sealed else self._open).note(honeypot)

    def near(self, domain_id: int, interaction: Interaction, at: float, now: float) -> Visits | Missing:
        """Find the visits still remembered at `now` that lie nearest to an interaction at `at`."""
        since = now - KEPT_SECONDS
        if self._latest < since:
            return Missing.UNAVAILABLE
        by_client: list[_Visit] = []
        by_block: list[_Visit] = []
        by_message: list[_Visit] = []
        for shelf in (self._open, self._sealed):
            if interaction.ip is not None and interaction.uas is not None:
                by_client += shelf.by_client.get((domain_id, interaction.ip, interaction.uas))
                by_block += shelf.by_block.get((domain_id, block_of(interaction.ip), interaction.uas))
            if interaction.message_id is not None:
                by_message += shelf.by_message.get((domain_id, interaction.message_id))
        if not by_client and not by_block and not by_message:
            return Missing.UNAVAILABLE
        message = hash((domain_id, interaction.message_id))
        return Visits(
            own_message=_nearest([visit for visit in by_client if visit[1] == message], at, since),
            other_message=_nearest([visit for visit in by_client if visit[1] != message], at, since),
            block=_nearest(by_block, at, since),
            message=_nearest(by_message, at, since),
        )


class _Shelf:
    """Visits in bounded memory, of which an address block brings no more than so many clients and messages."""

    __slots__ = ("by_block", "by_client", "by_message")

    def __init__(self, most_of_a_block: int) -> None:
        # Every domain has its own: what one customer's hidden links record is no word against another's visitors.
        self.by_client: _Book[tuple[int, str, str]] = _Book(most_of_a_block)
        self.by_block: _Book[tuple[int, str, str]] = _Book(most_of_a_block)
        self.by_message: _Book[tuple[int, str]] = _Book(most_of_a_block)

    def note(self, honeypot: Honeypot) -> None:
        domain_id, message_id, ip, uas = honeypot.domain_id, honeypot.message_id, honeypot.ip, honeypot.uas
        visit = (honeypot.ts, hash((domain_id, message_id)))
        block = block_of(ip)
        self.by_client.note((domain_id, ip, uas), visit, block)
        self.by_block.note((domain_id, block, uas), visit, block)
        self.by_message.note((domain_id, message_id), visit, block)


class _Book(Generic[_K]):
    """The last visits for each key; `_brought` counts the keys that a block has brought since a half hour began."""

    __slots__ = ("_brought", "_most_of_a_block", "_visits")

    def __init__(self, most_of_a_block: int) -> None:
        self._most_of_a_block = most_of_a_block
        self._visits: Recent[_K, list[_Visit]] = Recent(_REMEMBERED)
        self._brought: Recent[tuple[int, str], int] = Recent(_REMEMBERED)

    def get(self, key: _K) -> Sequence[_Visit]:
        return self._visits.get(key) or ()

    def note(self, key: _K, visit: _Visit, block: str) -> None:
        visits = self._visits.get(key)
        if visits is None:
            span = (int(visit[0] // KEPT_SECONDS), block)
            brought = self._brought.get(span) or 0
            if brought >= self._most_of_a_block:
                return
            self._brought.put(span, brought + 1)
            visits = []
            self._visits.put(key, visits)
        visits.append(visit)
        if len(visits) > _VISITS_PER_CLIENT:
            del visits[0]

    def __len__(self) -> int:
        return len(self._visits)


def _nearest(visits: list[_Visit], at: float, since: float) -> float | None:
    """Count the seconds to the nearest visit, if one within half an hour is still remembered."""
    gaps = [abs(visit[0] - at) for visit in visits if visit[0] >= since]
    nearest = min(gaps, default=KEPT_SECONDS + 1)
    return nearest if nearest <= KEPT_SECONDS else None
