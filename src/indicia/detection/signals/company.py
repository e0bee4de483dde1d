"""What the same user agent did elsewhere: at its operator, in its address block, on other networks."""

from indicia.detection.clients import Client
from indicia.detection.history import History, message_key
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import Crowd, Fleet, Habitat, Missing, Reach
from indicia.detection.records import DISTINCT_EARLY

_DAY_SECONDS = 86_400.0
_MINUTE_SECONDS = 60.0


def fleet_of(history: History, scope: Scope, interaction: Interaction, client: Client, at: float) -> Fleet | Missing:
    """Count what this user agent at this operator did for other messages within a day."""
    record = history.fleets.get(hash((scope.account_id, client.fleet)))
    if record is None:
        return Missing.NOT_GIVEN
    own = message_key(scope, interaction, client)
    early = record.early.count(at, _DAY_SECONDS, other_than=own)
    agent = history.agents.get(hash((scope.account_id, client.agent_hash))) if early else None
    people = 0 if agent is None else agent.early.count(at, _DAY_SECONDS)
    return Fleet(
        swept=record.swept.count(at, _DAY_SECONDS, other_than=own),
        early=early,
        late=record.late.count(at, _DAY_SECONDS, other_than=own),
        early_people=people if people < DISTINCT_EARLY else None,
    )


def reach_of(history: History, scope: Scope, interaction: Interaction, client: Client, at: float) -> Reach | Missing:
    """Count the recipients that this user agent acts for from this address; not asked of people's networks."""
    if client.crowd is Crowd.PEOPLE:
        return Missing.NOT_GIVEN
    origin = history.origins.get(hash((scope.account_id, client.exact)))
    address = history.addresses.get(hash((scope.account_id, interaction.ip)))
    if origin is None or address is None:
        return Missing.UNAVAILABLE
    return Reach(
        # Without times, a whole request would look like one minute.
        per_minute=0 if interaction.ts is None else origin.recipients.count(at, _MINUTE_SECONDS),
        recipients=origin.recipients.count(at, _DAY_SECONDS),
        domains=origin.domains.count(at, _DAY_SECONDS),
        interactions=origin.interactions,
        agents=address.agents.count(at, _DAY_SECONDS, other_than=client.agent_hash),
    )


def habitat_of(history: History, scope: Scope, client: Client, at: float) -> Habitat | Missing:
    """Count the address blocks on which this exact user agent was seen within a day."""
    if client.crowd is not Crowd.MACHINES:
        return Missing.NOT_GIVEN
    record = history.agents.get(hash((scope.account_id, client.agent_hash)))
    if record is None:
        return Missing.UNAVAILABLE
    return Habitat(record.machines.count(at, _DAY_SECONDS), record.people.count(at, _DAY_SECONDS))
