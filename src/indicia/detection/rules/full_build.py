"""The browser shows a full build number that browsers of its version no longer send."""

from indicia.datasets.model import UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Signals


def full_build(signals: Signals) -> Finding | None:
    """Suspect a Chromium whose header was not reduced."""
    agent = signals.agent
    if not isinstance(agent, UserAgent) or not agent.full_build:
        return None
    return Finding(
        "full_build.among_people" if signals.crowd is Crowd.PEOPLE else "full_build",
        "{} shows a full build number, which its version hides from {}",
        (agent.name, "websites"),
    )
