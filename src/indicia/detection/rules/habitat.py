"""The exact User-Agent is seen on many machines' networks and on no person's."""

from indicia.datasets.model import AgentKind, UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Habitat, Missing, Signals

# One block of people explains the VPN exits of two.
_EXPLAINED = 2

# A current browser is people's wherever it is seen; an account may just not have met them yet.
_OUTDATED_DAYS = 300.0


def habitat(signals: Signals) -> Finding | None:
    """Suspect a header at home among machines, unless it is one that people have too."""
    seen, agent = signals.habitat, signals.agent
    if not isinstance(seen, Habitat) or not isinstance(agent, UserAgent):
        return None
    days = signals.outdated_days
    is_outdated = not isinstance(days, Missing) and days >= _OUTDATED_DAYS
    if agent.kind is not AgentKind.BROWSER or not (is_outdated or agent.full_build):
        return None
    excess = seen.machine_blocks - _EXPLAINED * seen.people_blocks
    if excess < 3:
        return None
    return Finding(
        "agent_only_on_machines",
        "This User-Agent was seen on {} address blocks of machines and on {} of people",
        (seen.machine_blocks, seen.people_blocks),
        measure=excess,
    )
