"""How soon after the mail of each domain its readers click, kept over restarts.

The engine remembers the same of what it has just seen; this is what outlives it.
"""

from collections.abc import Iterable, Sequence

from indicia.datasets.model import Network
from indicia.detection.clients import crowd_of
from indicia.detection.learning.digests import mail_digest
from indicia.detection.model import Action, Interaction, Scope
from indicia.detection.observations import EARLY_SECONDS, Crowd
from indicia.detection.reader_pace import ReaderPace, UsualPace


class Paces:
    """The paces of the readers of the domains whose mail was clicked last, `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # In order of use, so that the first is the one to forget.
        self._paces: dict[int, ReaderPace] = {}
        self._changed: set[int] = set()

    def record(self, scope: Scope, seen: Iterable[tuple[Interaction, Network]]) -> None:
        """Learn from the interactions that say when their mail was sent and when they happened."""
        pace = self._paces.pop(scope.domain_id, None) or ReaderPace()
        has_changed = False
        for interaction, network in seen:
            mailed_at = interaction.message_ts if interaction.delivered_ts is None else interaction.delivered_ts
            if interaction.ts is None or mailed_at is None or interaction.message_id is None:
                continue
            if not pace.is_crowded(mailed_at):
                pace.note(mailed_at, mail_digest(scope, interaction.message_id, interaction.recipient_id))
                has_changed = True
            if interaction.action is Action.CLICK and crowd_of(network) is Crowd.PEOPLE:
                pace.note_click(mailed_at, is_early=interaction.ts - mailed_at < EARLY_SECONDS)
                has_changed = True
        self._keep(scope.domain_id, pace)
        if has_changed:
            self._changed.add(scope.domain_id)

    def usual(self) -> dict[int, UsualPace]:
        """Conclude how fast every domain's readers are."""
        return {domain_id: pace.usual() for domain_id, pace in self._paces.items()}

    def restore(self, paces: Sequence[tuple[int, bytes]]) -> None:
        """Take back what was stored, the domains used longest ago first."""
        for domain_id, packed in paces:
            self._keep(domain_id, ReaderPace.unpacked(packed))

    def changed(self) -> list[tuple[int, bytes]]:
        """Answer the domains that were not `saved` since they changed, with their paces packed."""
        return [(domain_id, pace.packed()) for domain_id in self._changed if (pace := self._paces.get(domain_id))]

    def saved(self) -> None:
        """Take note that what `changed` answered is stored."""
        self._changed.clear()

    def _keep(self, domain_id: int, pace: ReaderPace) -> None:
        if domain_id not in self._paces and len(self._paces) >= self.capacity:
            del self._paces[next(iter(self._paces))]
        self._paces[domain_id] = pace
