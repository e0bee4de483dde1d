"""Learns from what has happened, and says what it concludes; no I/O.

Nothing is ever learned from the engine's own verdicts: a mistake would confirm itself.
"""

from collections.abc import Callable, Sequence

from indicia.datasets.model import Network, NetworkClass
from indicia.datasets.registry import Datasets
from indicia.detection.learning.certain import came_back, sweeps
from indicia.detection.learning.digests import mail_domain_digest, message_digest, network_digest
from indicia.detection.learning.knowledge import Knowledge, Senders, knowledge_of
from indicia.detection.learning.mixes import Mixes
from indicia.detection.learning.offsets import Offsets
from indicia.detection.learning.paces import Paces
from indicia.detection.learning.reputations import Event, Reputations, Thing
from indicia.detection.learning.standings import standings_of
from indicia.detection.learning.tally import Kind, mails_per_visit
from indicia.detection.learning.things import things_at, things_of
from indicia.detection.learning.trails import Trails, visit_of
from indicia.detection.learning.traps import Traps
from indicia.detection.model import Action, Honeypot, Interaction, Scope

# Who bought something is a person for certain: worth three events that are only inferred. Judgement.
_LABEL = 3.0
# Sending domains whose mail is known, each with 100 kB at most.
_SENDERS = 2_000

_Seen = tuple[Interaction, Network]


class Learner:
    """Collects what is certain, and concludes from it."""

    def __init__(self, datasets: Datasets, capacity: int) -> None:
        self.trails = Trails(capacity)
        self.reputations = Reputations(capacity)
        self.offsets = Offsets()
        self.paces = Paces(_SENDERS)
        self.mixes = Mixes(_SENDERS)
        self._traps = Traps()
        self._datasets = datasets

    def visit(self, honeypot: Honeypot) -> None:
        """Learn of a visit to a hidden link, before the interactions with its message."""
        self._traps.note(honeypot, self._datasets.ip_ranges.look_up(honeypot.ip))

    def record(self, scope: Scope, interactions: Sequence[Interaction], received_at: float) -> None:
        """Learn from interactions, each once; some ten microseconds for each."""
        look_up = self._datasets.ip_ranges.look_up
        seen = [(interaction, look_up(interaction.ip)) for interaction in interactions if interaction.ip is not None]
        for interaction, network in seen:
            self._record_visit(scope, interaction, network, received_at)
        self.paces.record(scope, seen)
        self._record_mails(scope, interactions, received_at)
        self._record_sweeps(scope, seen, received_at)
        if self._traps.are_set_by(scope.domain_id):
            for interaction in interactions:
                self._record_trapped(scope, interaction, received_at)

    def label(self, scope: Scope, interaction: Interaction, *, is_bot: bool, now: float) -> None:
        """Learn what a customer knows about an event; one of long ago counts for what is left of it by now."""
        at = now if interaction.ts is None else min(interaction.ts, now)
        network = Network(NetworkClass.UNKNOWN)
        if interaction.ip is not None:
            network = self._datasets.ip_ranges.look_up(interaction.ip)
        event = Event(at=at, machines=_LABEL) if is_bot else Event(at=at, people=_LABEL)
        self.reputations.note(scope.account_id, things_of(scope, interaction, network), event)

    def conclusions(self, now: float) -> Callable[[], Knowledge]:
        """Copy what was collected; the answer draws the conclusions, in any thread, in up to three seconds."""
        trails, tallies = self.trails.snapshot(), self.reputations.snapshot()
        senders = Senders(self.offsets.seconds(), self.paces.usual(), self.mixes.standings(now))
        return lambda: knowledge_of(trails, standings_of(tallies, now), senders)

    def saved(self) -> None:
        """Take note that all that changed is stored."""
        for collected in (self.trails, self.reputations, self.offsets, self.paces, self.mixes):
            collected.saved()

    def _record_visit(self, scope: Scope, interaction: Interaction, network: Network, received_at: float) -> None:
        found = visit_of(scope, interaction, network)
        earlier = None if found is None else self.trails.note(*found)
        if found is None or earlier is None or not came_back(found[1], earlier):
            return
        # The recipient's own return says nothing new about them; it does about everything around them.
        things = [thing for thing in things_of(scope, interaction, network) if thing.kind is not Kind.RECIPIENT]
        event = Event(at=received_at, people=1.0, recipient=found[0].recipient)
        self.reputations.note(scope.account_id, things, event)
        self.mixes.note_return(scope.domain_id, received_at)

    def _record_mails(self, scope: Scope, interactions: Sequence[Interaction], received_at: float) -> None:
        mails = {
            hash((scope.domain_id, interaction.recipient_id, interaction.message_id))
            for interaction in interactions
            if interaction.action is Action.CLICK and interaction.message_id is not None
        }
        self.mixes.note_mails(scope.domain_id, mails, received_at)

    def _record_sweeps(self, scope: Scope, seen: Sequence[_Seen], received_at: float) -> None:
        has_traps = self._traps.are_set_by(scope.domain_id)
        for sweep in sweeps(seen):
            if sweep.delay is not None and sweep.mailed_at is not None:
                self.offsets.note(scope.domain_id, sweep.delay, sweep.mailed_at)
            trapped = has_traps and self._traps.was_visited_from(scope.domain_id, sweep.message_id, sweep.network.asn)
            self.mixes.note_swept(scope.domain_id, received_at, is_trapped=trapped)
            # One whose hidden link was followed is counted as such.
            if sweep.mail_domain is not None and not trapped:
                scanned = Thing(Kind.MAIL_DOMAIN, mail_domain_digest(sweep.mail_domain))
                self.reputations.note(scope.account_id, [scanned], Event(at=received_at, machines=1.0))
            if has_traps and sweep.network.asn is not None:
                network = Thing(Kind.NETWORK, network_digest(sweep.network.asn))
                event = Event(at=received_at, swept=1.0, trapped=float(trapped))
                self.reputations.note(scope.account_id, [network], event)

    def _record_trapped(self, scope: Scope, interaction: Interaction, received_at: float) -> None:
        if interaction.message_id is None:
            return
        if self._traps.is_new(scope.domain_id, interaction.message_id):
            self.mixes.note_trapped(scope.domain_id, received_at)
        for visitor in self._traps.newly_proven(scope.domain_id, interaction.message_id):
            around = self.reputations.get(scope.account_id, network_digest(visitor.network.asn))
            things = things_at(visitor.ip, visitor.uas, visitor.network)
            if interaction.domain is not None:
                things.append(Thing(Kind.MAIL_DOMAIN, mail_domain_digest(interaction.domain)))
            event = Event(
                at=visitor.at,
                machines=mails_per_visit(around),
                message=message_digest(scope.domain_id, interaction.message_id),
                domain=scope.domain_id,
            )
            self.reputations.note(scope.account_id, things, event)
