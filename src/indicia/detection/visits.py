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
    """Visits to hidden links, found by client, by address block and by message."""

    def __init__(self) -> None:
        self._by_client: Recent[tuple[str, str], list[_Visit]] = Recent(_REMEMBERED)
        self._by_block: Recent[tuple[str, str], list[_Visit]] = Recent(_REMEMBERED)
        self._by_message: Recent[tuple[int, str], list[_Visit]] = Recent(_REMEMBERED)
        self._latest = 0.0

    def note(self, honeypot: Honeypot) -> None:
        """Remember one visit."""
        self._latest = max(self._latest, honeypot.ts)
        visit = (honeypot.ts, hash((honeypot.domain_id, honeypot.message_id)))
        for visits in (
            self._by_client.obtain((honeypot.ip, honeypot.uas), list),
            self._by_block.obtain((block_of(honeypot.ip), honeypot.uas), list),
            self._by_message.obtain((honeypot.domain_id, honeypot.message_id), list),
        ):
            visits.append(visit)
            if len(visits) > _VISITS_PER_CLIENT:
                del visits[0]

    def near(self, domain_id: int, interaction: Interaction, at: float, now: float) -> Visits | Missing:
        """Find the visits still remembered at `now` that lie nearest to an interaction at `at`."""
        since = now - KEPT_SECONDS
        if self._latest < since:
            return Missing.UNAVAILABLE
        own: list[_Visit] = []
        other: list[_Visit] = []
        block: list[_Visit] = []
        if interaction.ip is not None and interaction.uas is not None:
            message = hash((domain_id, interaction.message_id))
            for visit in self._by_client.get((interaction.ip, interaction.uas)) or ():
                (own if visit[1] == message else other).append(visit)
            block = self._by_block.get((block_of(interaction.ip), interaction.uas)) or []
        same: list[_Visit] = []
        if interaction.message_id is not None:
            same = self._by_message.get((domain_id, interaction.message_id)) or []
        if not (own or other or block or same):
            return Missing.UNAVAILABLE
        return Visits(
            own_message=_nearest(own, at, since),
            other_message=_nearest(other, at, since),
            block=_nearest(block, at, since),
            message=_nearest(same, at, since),
        )


def _nearest(visits: list[_Visit], at: float, since: float) -> float | None:
    """Count the seconds to the nearest visit, if one within half an hour is still remembered."""
    gaps = [abs(visit[0] - at) for visit in visits if visit[0] >= since]
    nearest = min(gaps, default=KEPT_SECONDS + 1)
    return nearest if nearest <= KEPT_SECONDS else None
