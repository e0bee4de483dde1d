"""What is remembered of the interactions seen so far, so that each is judged among its neighbours.

A whole request is recorded before any of it is judged: what came before *and* after an interaction is then known,
in whatever order it was posted. All memory is bounded; what is forgotten is a missing signal, never an error.
"""

from bisect import insort
from collections.abc import Iterable
from operator import attrgetter

from indicia.aggregates.recent import Recent
from indicia.aggregates.sightings import Sightings
from indicia.detection.clients import Client
from indicia.detection.model import Action, Interaction, Scope
from indicia.detection.observations import AT_ONCE_SECONDS, EARLY_SECONDS, LATE_SECONDS, SHARED_AGENTS, Crowd
from indicia.detection.reader_pace import ReaderPace
from indicia.detection.records import AgentRecord, CompanyRecord, HostRecord, OriginRecord
from indicia.detection.sweeps import Touch, measure_sweeps

# More than the links of any sane message; what is older than the last this many touches says nothing new.
_TOUCHES_PER_MESSAGE = 48

# So many undated interactions of one client, posted together, are taken for a sweep.
_SWEPT_TOGETHER = 7

# In place of a recipient, where a message id turned out to be a whole campaign's.
_SEVERAL = 0

# Of one mail domain; more say nothing new.
_COLLEAGUES = 32

_at = attrgetter("at")


class History:
    """Everything remembered; `record` is the only way in."""

    def __init__(self, remembered_messages: int) -> None:
        size = remembered_messages
        self.messages: Recent[int, list[Touch]] = Recent(size)
        self.audiences: Recent[int, int] = Recent(size)
        self.first_seen: Recent[int, float] = Recent(size)
        # By `address`, `near` and `fleet` of `Client`.
        self.company: Recent[int, CompanyRecord] = Recent(size // 4)
        self.origins: Recent[int, OriginRecord] = Recent(size // 8)
        self.hosts: Recent[int, HostRecord] = Recent(size // 8)
        self.agents: Recent[int, AgentRecord] = Recent(size // 8)
        self.paces: Recent[int, ReaderPace] = Recent(size // 8)
        # Recipients of a mail domain whose mail was clicked at once.
        self.offices: Recent[int, Sightings] = Recent(size // 8)

    def record(self, scope: Scope, interactions: Iterable[tuple[Interaction, Client]], received_at: float) -> None:
        """Remember a request's interactions; one without `ts` counts as having happened at `received_at`."""
        grown: dict[int, list[Touch]] = {}
        for interaction, client in interactions:
            at = received_at if interaction.ts is None else interaction.ts
            recipient = recipient_key(scope, interaction)
            self._record_agent(client, at)
            if client.crowd is not Crowd.PEOPLE:
                self._record_origin(interaction, client, recipient, at)
            self._record_audience(scope, interaction, recipient)
            if interaction.ts is not None:
                self._record_family(scope, interaction, client, at)
                self._record_touch(scope, interaction, client, grown)
        for message, touches in grown.items():
            measure_sweeps(touches)
            self._record_sweeps(message, touches)

    def is_shared(self, scope: Scope, interaction: Interaction) -> bool:
        """Tell whether several recipients got mail with this message id."""
        return self.audiences.get(hash((scope.domain_id, interaction.message_id))) == _SEVERAL

    def _record_agent(self, client: Client, at: float) -> None:
        record = self.agents.obtain(client.agent_key, AgentRecord)
        if client.crowd is Crowd.PEOPLE:
            record.people.note(client.block, at)
        elif client.crowd is Crowd.MACHINES:
            record.machines.note(client.block, at)

    def _record_origin(self, interaction: Interaction, client: Client, recipient: int | None, at: float) -> None:
        host = self.hosts.obtain(client.address, HostRecord)
        host.agents.note(client.agent_key, at)
        origin = self.origins.obtain(client.exact, OriginRecord)
        if interaction.ts is None:
            host.note_undated(at)
            origin.note_undated(at)
            if (
                origin.undated.count(at) == _SWEPT_TOGETHER
                and not client.is_shared
                and len(host.agents) < SHARED_AGENTS
            ):
                self._record_caught((client.address, client.near), hash(at), at)
        if recipient is not None:
            origin.recipients.note(recipient, at)
        if interaction.domain is not None:
            origin.domains.note(hash(interaction.domain), at)

    def _record_audience(self, scope: Scope, interaction: Interaction, recipient: int | None) -> None:
        if interaction.message_id is None or interaction.recipient_id is None:
            return
        key = hash((scope.domain_id, interaction.message_id))
        known = self.audiences.get(key)
        if known is None and recipient is not None:
            self.audiences.put(key, recipient)
        elif known not in (recipient, _SEVERAL):
            self.audiences.put(key, _SEVERAL)

    def _record_family(self, scope: Scope, interaction: Interaction, client: Client, at: float) -> None:
        if interaction.recipient_id is None or not may_be_familiar(client):
            return
        if client.crowd is Crowd.MACHINES and not _is_late_click(interaction):
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
        touch = _touch(interaction, client)
        touches = self.messages.obtain(message, list)
        if touches:
            # The same interaction posted twice is one interaction.
            if touch.event and touch.event in [other.event for other in touches]:
                return
            insort(touches, touch, key=_at)
            if len(touches) > _TOUCHES_PER_MESSAGE:
                del touches[0]
            grown[message] = touches
        else:
            touches.append(touch)
            if touch.is_probe:
                grown[message] = touches
        delay = delay_of(interaction)
        if delay is not None:
            self._record_pace(scope, client, touch, message, delay)
            if touch.is_click and delay < AT_ONCE_SECONDS and client.crowd is not Crowd.PEOPLE:
                self._record_office(scope, interaction)

    def _record_office(self, scope: Scope, interaction: Interaction) -> None:
        recipient = recipient_key(scope, interaction)
        if interaction.domain is not None and interaction.ts is not None and recipient is not None:
            office = self.offices.obtain(office_key(scope, interaction), _office)
            office.note(recipient, interaction.ts)

    def _record_pace(self, scope: Scope, client: Client, touch: Touch, message: int, delay: float) -> None:
        pace = self.paces.obtain(scope.domain_id, ReaderPace)
        pace.note(touch.at - delay, message)
        if not touch.is_click:
            return
        is_early = delay < EARLY_SECONDS
        if touch.crowd is Crowd.PEOPLE:
            pace.note_click(touch.at - delay, is_early=is_early)
            if is_early:
                self.agents.obtain(client.agent_key, AgentRecord).early.note(message, touch.at)
        elif is_early or delay > LATE_SECONDS:
            for key in (client.address, client.fleet):
                record = self.company.obtain(key, CompanyRecord)
                (record.early if is_early else record.late).note(message, touch.at)

    def _record_sweeps(self, message: int, touches: list[Touch]) -> None:
        # The last touch of each client, in order of time: mostly a whole sweep is one client's.
        caught: dict[int, Touch] = {}
        for touch in touches:
            if touch.is_caught:
                caught.pop(touch.client, None)
                caught[touch.client] = touch
            elif touch.is_hasty and touch.crowd is not Crowd.PEOPLE:
                self.origins.obtain(touch.client, OriginRecord).hasty.note(message, touch.at)
        for touch in caught.values():
            keys = (touch.near,) if touch.crowd is Crowd.PEOPLE else (touch.address, touch.near)
            self._record_caught(keys, message, touch.at)
            self._take_back_late(touch, message)

    def _take_back_late(self, touch: Touch, message: int) -> None:
        """Let a late sweep pass for no reader's visit."""
        for key in (touch.address, touch.fleet):
            record = self.company.get(key)
            if record is not None:
                record.late.forget(message)

    def _record_caught(self, keys: Iterable[int], message: int, at: float) -> None:
        for key in keys:
            self.company.obtain(key, CompanyRecord).caught.note(message, at)


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


def may_be_familiar(client: Client) -> bool:
    """Tell whether a recipient's own browser may speak from there: anywhere but in clouds where nobody works."""
    return client.crowd is not Crowd.MACHINES or client.is_shared


def _is_late_click(interaction: Interaction) -> bool:
    """Tell a visit of a cloud desktop's owner from the scans that come from the same cloud."""
    delay = delay_of(interaction)
    return interaction.action is Action.CLICK and delay is not None and delay > LATE_SECONDS


def office_key(scope: Scope, interaction: Interaction) -> int:
    """Name the recipients' mail domain for history."""
    return hash((scope.domain_id, interaction.domain))


def _office() -> Sightings:
    return Sightings(_COLLEAGUES)


def delay_of(interaction: Interaction) -> float | None:
    """Count the seconds from the mail's delivery, or else its sending; None where a time is missing."""
    reference = interaction.message_ts if interaction.delivered_ts is None else interaction.delivered_ts
    if interaction.ts is None or reference is None:
        return None
    return interaction.ts - reference


def _touch(interaction: Interaction, client: Client) -> Touch:
    assert interaction.ts is not None
    link = interaction.link_id or interaction.url
    return Touch(
        at=interaction.ts,
        event=hash(interaction.event_id) if interaction.event_id else 0,
        client=client.exact,
        agent=client.agent_key,
        address=client.address,
        near=client.near,
        fleet=client.fleet,
        link=hash(link) if link else 0,
        crowd=client.crowd,
        is_click=interaction.action is Action.CLICK,
        is_reader=client.is_reader,
        is_probe=interaction.method == "HEAD",
    )
