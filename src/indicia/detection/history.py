"""What is remembered of the interactions seen so far, so that each is judged among its neighbours.

A whole request is recorded before any of it is judged: what came before *and* after an interaction is then known,
in whatever order it was posted. All memory is bounded; what is forgotten is a missing signal, never an error.
"""

from bisect import insort
from collections.abc import Iterable
from operator import attrgetter

from indicia.aggregates.recent import Recent
from indicia.detection.clients import Client
from indicia.detection.model import Action, Interaction, Scope
from indicia.detection.observations import EARLY_SECONDS, LATE_SECONDS, Crowd
from indicia.detection.records import AddressRecord, AgentRecord, FleetRecord, OriginRecord, PaceRecord
from indicia.detection.sweeps import Touch, measure_sweeps

# More than the links of any sane message; what is older than the last this many touches says nothing new.
_TOUCHES_PER_MESSAGE = 48

# A sweep that marks its user agent at this operator: three links, or five clicks on links unknown, in one second.
# Four clicks may still be an impatient person.
SWEPT_LINKS = 3
SWEPT_CLICKS = 5

_at = attrgetter("at")


class History:
    """Everything remembered; `record` is the only way in."""

    def __init__(self, remembered_messages: int) -> None:
        size = remembered_messages
        self.messages: Recent[int, list[Touch]] = Recent(size)
        self.first_seen: Recent[int, float] = Recent(size)
        self.fleets: Recent[int, FleetRecord] = Recent(size // 8)
        self.origins: Recent[int, OriginRecord] = Recent(size // 8)
        self.addresses: Recent[int, AddressRecord] = Recent(size // 8)
        self.agents: Recent[int, AgentRecord] = Recent(size // 8)
        self.paces: Recent[int, PaceRecord] = Recent(size // 8)

    def record(self, scope: Scope, interactions: Iterable[tuple[Interaction, Client]], received_at: float) -> None:
        """Remember a request's interactions; one without `ts` counts as having happened at `received_at`."""
        grown: dict[int, list[Touch]] = {}
        for interaction, client in interactions:
            at = received_at if interaction.ts is None else interaction.ts
            self._record_agent(scope, client, at)
            if client.crowd is not Crowd.PEOPLE:
                self._record_origin(scope, interaction, client, at)
            if interaction.ts is not None:
                self._record_family(scope, interaction, client, at)
                self._record_touch(scope, interaction, client, grown)
        for message, touches in grown.items():
            if len(touches) > 1:
                measure_sweeps(touches)
                self._record_sweeps(message, touches)

    def _record_agent(self, scope: Scope, client: Client, at: float) -> None:
        record = self.agents.obtain(hash((scope.account_id, client.agent_hash)), AgentRecord)
        if client.crowd is Crowd.PEOPLE:
            record.people.note(client.block, at)
        elif client.crowd is Crowd.MACHINES:
            record.machines.note(client.block, at)

    def _record_origin(self, scope: Scope, interaction: Interaction, client: Client, at: float) -> None:
        address = self.addresses.obtain(hash((scope.account_id, interaction.ip)), AddressRecord)
        address.agents.note(client.agent_hash, at)
        origin = self.origins.obtain(hash((scope.account_id, client.exact)), OriginRecord)
        origin.interactions += 1
        recipient = recipient_key(scope, interaction)
        if recipient is not None:
            origin.recipients.note(recipient, at)
        if interaction.domain is not None:
            origin.domains.note(hash(interaction.domain), at)

    def _record_family(self, scope: Scope, interaction: Interaction, client: Client, at: float) -> None:
        if interaction.recipient_id is None or client.crowd is Crowd.MACHINES:
            return
        key = family_key(scope, interaction, client)
        first = self.first_seen.get(key)
        if first is None or at < first:
            self.first_seen.put(key, at)

    def _record_touch(
        self, scope: Scope, interaction: Interaction, client: Client, grown: dict[int, list[Touch]]
    ) -> None:
        message = message_key(scope, interaction, client)
        if message is None:
            return
        touches = self.messages.obtain(message, list)
        event = hash(interaction.event_id) if interaction.event_id else 0
        # The same interaction posted twice is one interaction.
        if event and any(touch.event == event for touch in touches):
            return
        touch = _touch(scope, interaction, client, event)
        insort(touches, touch, key=_at)
        if len(touches) > _TOUCHES_PER_MESSAGE:
            del touches[0]
        grown[message] = touches
        delay = delay_of(interaction)
        if touch.is_click and delay is not None:
            self._record_pace(scope, touch, message, delay)

    def _record_pace(self, scope: Scope, touch: Touch, message: int, delay: float) -> None:
        if touch.crowd is Crowd.PEOPLE:
            is_early = delay < EARLY_SECONDS
            self.paces.obtain(scope.domain_id, PaceRecord).note(touch.at - delay, is_early=is_early)
            if is_early:
                agent = self.agents.obtain(hash((scope.account_id, touch.agent)), AgentRecord)
                agent.early.note(message, touch.at)
            return
        fleet = self.fleets.obtain(touch.fleet, FleetRecord)
        if delay < EARLY_SECONDS:
            fleet.early.note(message, touch.at)
        elif delay > LATE_SECONDS:
            fleet.late.note(message, touch.at)

    def _record_sweeps(self, message: int, touches: list[Touch]) -> None:
        for touch in touches:
            if touch.links >= SWEPT_LINKS or touch.clicks >= SWEPT_CLICKS:
                self.fleets.obtain(touch.fleet, FleetRecord).swept.note(message, touch.at)


def recipient_key(scope: Scope, interaction: Interaction) -> int | None:
    """Name the recipient for history, by the message where only that is known; None where neither is."""
    if interaction.recipient_id is not None:
        return hash((scope.domain_id, interaction.recipient_id))
    if interaction.message_id is not None:
        return hash((scope.domain_id, None, interaction.message_id))
    return None


def message_key(scope: Scope, interaction: Interaction, client: Client) -> int | None:
    """Name one recipient's message for history; None where neither recipient nor message is known.

    A message id alone may be a whole campaign's, so without a recipient the client stands in for them.
    """
    if interaction.recipient_id is not None:
        return hash((scope.domain_id, interaction.recipient_id, interaction.message_id))
    if interaction.message_id is not None:
        return hash((scope.domain_id, client.exact, interaction.message_id))
    return None


def family_key(scope: Scope, interaction: Interaction, client: Client) -> int:
    """Name this recipient's kind of client for history."""
    return hash((scope.domain_id, interaction.recipient_id, client.family))


def delay_of(interaction: Interaction) -> float | None:
    """Count the seconds from the mail's delivery, or else its sending; None where a time is missing."""
    reference = interaction.message_ts if interaction.delivered_ts is None else interaction.delivered_ts
    if interaction.ts is None or reference is None:
        return None
    return interaction.ts - reference


def _touch(scope: Scope, interaction: Interaction, client: Client, event: int) -> Touch:
    assert interaction.ts is not None
    link = interaction.link_id or interaction.url
    return Touch(
        at=interaction.ts,
        event=event,
        client=client.exact,
        agent=client.agent_hash,
        fleet=hash((scope.account_id, client.fleet)),
        link=hash(link) if link else 0,
        crowd=client.crowd,
        is_click=interaction.action is Action.CLICK,
        is_reader=client.is_reader,
    )
