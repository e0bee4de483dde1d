"""Watches recipients who came together twice for the third time that they do, as it happens."""

from collections import deque
from collections.abc import Sequence

from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.learning.lockstep import FEWEST_MEMBERS, FEWEST_OCCASIONS
from indicia.detection.learning.trails import TrailKey, trail_key
from indicia.detection.model import Action, Interaction, Scope
from indicia.detection.observations import Conduct, Missing

# Members of a group act within a few minutes of each other (SynchroTrap, CCS 2014).
_TOGETHER_SECONDS = 180.0
# Of a large group more must come: some of them may be in it by chance, and read when the mail arrives.
_PRESENT_SHARE = 0.2
# The largest groups that are known of have some hundreds of members.
_REMEMBERED_CLICKS = 1_024


class Gatherings:
    """The latest clicks of suspects, by sending domain."""

    def __init__(self) -> None:
        # When, and whose.
        self._clicks: dict[int, deque[tuple[float, TrailKey]]] = {}

    def note(self, knowledge: Knowledge, scope: Scope, interactions: Sequence[Interaction]) -> None:
        """See what suspects click; nothing to do for a domain without any."""
        if scope.domain_id not in knowledge.watched:
            return
        for interaction in interactions:
            if interaction.action is not Action.CLICK or interaction.ts is None or interaction.recipient_id is None:
                continue
            key = trail_key(scope, interaction.recipient_id)
            if key in knowledge.suspects:
                clicks = self._clicks.setdefault(scope.domain_id, deque(maxlen=_REMEMBERED_CLICKS))
                clicks.append((interaction.ts, key))

    def conduct_of(self, knowledge: Knowledge, scope: Scope, interaction: Interaction) -> Conduct | Missing:
        """Tell what is odd about the recipient: what is known, or that a group of suspects is together again.

        It is asked of clicks: a mail program that opens is no part of it.
        """
        if interaction.action is not Action.CLICK:
            return Missing.NOT_GIVEN
        known = knowledge.conduct_of(scope, interaction)
        if scope.domain_id not in knowledge.watched or interaction.ts is None or interaction.recipient_id is None:
            return known
        if isinstance(known, Conduct) and known.in_step:
            return known
        group = knowledge.suspects.get(trail_key(scope, interaction.recipient_id))
        if group is None:
            return known
        present = {
            key
            for at, key in self._clicks.get(scope.domain_id, ())
            if abs(at - interaction.ts) <= _TOGETHER_SECONDS and knowledge.suspects.get(key) == group
        }
        if len(present) < max(FEWEST_MEMBERS, _PRESENT_SHARE * group.members):
            return known
        return Conduct(in_step=len(present) - 1, occasions=FEWEST_OCCASIONS)
