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
        # Every domain has its own: what one customer's hidden links record is no word against another's visitors.
        self._by_client: Recent[tuple[int, str, str], list[_Visit]] = Recent(_REMEMBERED)
        self._by_block: Recent[tuple[int, str, str], list[_Visit]] = Recent(_REMEMBERED)
        self._by_message: Recent[tuple[int, str], list[_Visit]] = Recent(_REMEMBERED)
        self._latest = 0.0

    def note(self, honeypot: Honeypot) -> None:
        """Remember one visit."""
        self._latest = max(self._latest, honeypot.ts)
        visit = (honeypot.ts, hash((honeypot.domain_id, honeypot.message_id)))
        for visits in (
            self._by_client.obtain((honeypot.domain_id, honeypot.ip, honeypot.uas), list),
            self._by_block.obtain((honeypot.domain_id, block_of(honeypot.ip), honeypot.uas), list),
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
        by_client = by_block = by_message = None
        if interaction.ip is not None and interaction.uas is not None:
            by_client = self._by_client.get((domain_id, interaction.ip, interaction.uas))
            by_block = self._by_block.get((domain_id, block_of(interaction.ip), interaction.uas))
        if interaction.message_id is not None:
            by_message = self._by_message.get((domain_id, interaction.message_id))
        if by_client is None and by_block is None and by_message is None:
            return Missing.UNAVAILABLE
        message = hash((domain_id, interaction.message_id))
        visits = by_client or []
        return Visits(
            own_message=_nearest([visit for visit in visits if visit[1] == message], at, since),
            other_message=_nearest([visit for visit in visits if visit[1] != message], at, since),
            block=_nearest(by_block or [], at, since),
            message=_nearest(by_message or [], at, since),
        )


def _nearest(visits: list[_Visit], at: float, since: float) -> float | None:
    """Count the seconds to the nearest visit, if one within half an hour is still remembered."""
    gaps = [abs(visit[0] - at) for visit in visits if visit[0] >= since]
    nearest = min(gaps, default=KEPT_SECONDS + 1)
    return nearest if nearest <= KEPT_SECONDS else None
