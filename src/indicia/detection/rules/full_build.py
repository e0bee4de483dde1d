"""The browser shows a full build number that browsers of its version no longer send."""

from indicia.datasets.model import UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Missing, Signals

_OLD_DAYS = 365.0


def full_build(signals: Signals) -> Finding | None:
    """Suspect a Chromium whose header was not reduced."""
    agent = signals.agent
    if not isinstance(agent, UserAgent) or not agent.full_build:
        return None
    # A fake of some years ago is old as well: that is weighed already.
    is_old = not isinstance(signals.outdated_days, Missing) and signals.outdated_days > _OLD_DAYS
    return Finding(
        "full_build.expected" if is_old or signals.crowd is Crowd.PEOPLE else "full_build",
        "{} shows a full build number, which its version hides from {}",
        (agent.name, "websites"),
    )
