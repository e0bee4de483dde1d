"""What the same host and the same user agent did elsewhere: in its block, at its operator, on other networks."""

from indicia.detection.clients import Client
from indicia.detection.history import History, office_key, recipient_key
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import (
    AT_ONCE_SECONDS,
    FEWEST_HASTY,
    FEWEST_RECIPIENTS,
    PACE_SECONDS,
    Company,
    Crowd,
    Habitat,
    Missing,
    Reach,
    Timing,
)
from indicia.detection.records import DISTINCT_EARLY, CompanyRecord

_DAY_SECONDS = 86_400.0
_MINUTE_SECONDS = 60.0

# A mailing leaves within minutes, and what scans it follows.
_MAILING_SECONDS = 600.0

# Readers of the same mail would hardly have shown yet.
_FRESH_SECONDS = 3600.0

# Servers keep their addresses for weeks, and mail comes by the day.
_COMPANY_SECONDS = 7 * _DAY_SECONDS

_STRANGER = CompanyRecord()


def company_of(
    history: History, client: Client, own: int | None, at: float, timing: Timing | Missing
) -> Company | Missing:
    """Count what this host and this user agent did within a week for other messages than `own`."""
    near = history.company.get(client.near)
    near_caught = 0 if near is None else near.caught.count(at, _COMPANY_SECONDS, other_than=own)
    if client.crowd is Crowd.PEOPLE:
        return Company(near_caught=near_caught) if near_caught else Missing.NOT_GIVEN
    host = history.company.get(client.address) or _STRANGER
    host_caught = host.caught.count(at, _COMPANY_SECONDS, other_than=own)
    is_late = isinstance(timing, Missing) or timing.delay > PACE_SECONDS
    if is_late and not near_caught and not host_caught:
        return Missing.NOT_GIVEN
    fleet = history.company.get(client.fleet) or _STRANGER
    fleet_early = fleet.early.count(at, _DAY_SECONDS, other_than=own)
    return Company(
        host_caught=host_caught,
        host_early=host.early.count(at, _COMPANY_SECONDS, other_than=own),
        host_fresh=host.early.count(at, _FRESH_SECONDS, other_than=own),
        host_late=host.late.count(at, _COMPANY_SECONDS, other_than=own),
        near_caught=near_caught,
        fleet_early=fleet_early,
        fleet_late=fleet.late.count(at, _DAY_SECONDS, other_than=own),
        early_people=_early_people(history, client, at) if fleet_early else 0,
    )


def _early_people(history: History, client: Client, at: float) -> int | None:
    agent = history.agents.get(client.agent_key)
    people = 0 if agent is None else agent.early.count(at, _DAY_SECONDS)
    return people if people < DISTINCT_EARLY else None


def reach_of(history: History, interaction: Interaction, client: Client, own: int | None, at: float) -> Reach | Missing:
    """Count whom this user agent acts for from this address; not asked of people's networks."""
    if client.crowd is Crowd.PEOPLE:
        return Missing.NOT_GIVEN
    origin = history.origins.get(client.exact)
    if origin is None:
        return Missing.UNAVAILABLE
    recipients = origin.recipients.count(at, _DAY_SECONDS)
    domains = origin.domains.count(at, _DAY_SECONDS)
    hasty = origin.hasty.count(at, _COMPANY_SECONDS, other_than=own)
    is_dated = interaction.ts is not None
    if is_dated and recipients < FEWEST_RECIPIENTS and domains < FEWEST_RECIPIENTS and hasty < FEWEST_HASTY:
        return Missing.NOT_GIVEN
    host = history.hosts.get(client.address)
    if host is None:
        return Missing.UNAVAILABLE
    return Reach(
        # Without times, a whole request would look like one minute.
        per_minute=origin.recipients.count(at, _MINUTE_SECONDS) if is_dated else 0,
        recipients=recipients,
        domains=domains,
        together=0 if is_dated else origin.undated.count(at),
        host_together=0 if is_dated else host.undated.count(at),
        agents=host.agents.count(at, _DAY_SECONDS, other_than=client.agent_key),
        hasty=hasty,
    )


def colleagues_of(
    history: History, scope: Scope, interaction: Interaction, client: Client, timing: Timing | Missing
) -> int | Missing:
    """Count the other recipients of the mail domain whose mail was clicked at once, about the same time.

    It is asked of what came at once itself, outside people's networks.
    """
    if isinstance(timing, Missing) or timing.delay >= AT_ONCE_SECONDS or client.crowd is Crowd.PEOPLE:
        return Missing.NOT_GIVEN
    if interaction.domain is None or interaction.ts is None:
        return Missing.NOT_GIVEN
    office = history.offices.get(office_key(scope, interaction))
    if office is None:
        return Missing.UNAVAILABLE
    return office.count(interaction.ts, _MAILING_SECONDS, other_than=recipient_key(scope, interaction))


def habitat_of(history: History, client: Client, at: float) -> Habitat | Missing:
    """Count the address blocks on which this exact user agent was seen within a day."""
    if client.crowd is not Crowd.MACHINES:
        return Missing.NOT_GIVEN
    record = history.agents.get(client.agent_key)
    if record is None:
        return Missing.UNAVAILABLE
    return Habitat(record.machines.count(at, _DAY_SECONDS), record.people.count(at, _DAY_SECONDS))
