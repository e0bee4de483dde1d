"""Remembers who visited the hidden link of which message, for half an hour."""

from indicia.aggregates.recent import Recent
from indicia.detection.clients import block_of
from indicia.detection.model import Honeypot, Interaction
from indicia.detection.observations import Missing, Visits

# Addresses change hands, and Omnivery's API names the same half hour.
KEPT_SECONDS = 1800.0

_REMEMBERED = 50_000
_VISITS_PER_CLIENT = 16

# One visit: when, and a hash of the message.
_Visit = tuple[float, int]


class VisitBook:
    """Visits to hidden links, found by client, by address block and by message.

    Anybody can invent visits to links that are not sealed, so those lie apart: a flood of them takes the room of others
    of their kind alone.
    """

    def __init__(self) -> None:
        self._open, self._sealed = _Shelf(), _Shelf()
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
                by_client += shelf.by_client.get((domain_id, interaction.ip, interaction.uas)) or ()
                by_block += shelf.by_block.get((domain_id, block_of(interaction.ip), interaction.uas)) or ()
            if interaction.message_id is not None:
                by_message += shelf.by_message.get((domain_id, interaction.message_id)) or ()
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
    """Visits in bounded memory."""

    __slots__ = ("by_block", "by_client", "by_message")

    def __init__(self) -> None:
        # Every domain has its own: what one customer's hidden links record is no word against another's visitors.
        self.by_client: Recent[tuple[int, str, str], list[_Visit]] = Recent(_REMEMBERED)
        self.by_block: Recent[tuple[int, str, str], list[_Visit]] = Recent(_REMEMBERED)
        self.by_message: Recent[tuple[int, str], list[_Visit]] = Recent(_REMEMBERED)

    def note(self, honeypot: Honeypot) -> None:
        visit = (honeypot.ts, hash((honeypot.domain_id, honeypot.message_id)))
        for visits in (
            self.by_client.obtain((honeypot.domain_id, honeypot.ip, honeypot.uas), list),
            self.by_block.obtain((honeypot.domain_id, block_of(honeypot.ip), honeypot.uas), list),
            self.by_message.obtain((honeypot.domain_id, honeypot.message_id), list),
        ):
            visits.append(visit)
            if len(visits) > _VISITS_PER_CLIENT:
                del visits[0]


def _nearest(visits: list[_Visit], at: float, since: float) -> float | None:
    """Count the seconds to the nearest visit, if one within half an hour is still remembered."""
    gaps = [abs(visit[0] - at) for visit in visits if visit[0] >= since]
    nearest = min(gaps, default=KEPT_SECONDS + 1)
    return nearest if nearest <= KEPT_SECONDS else None
