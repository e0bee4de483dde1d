"""The message was loaded and a link of it followed in one breath."""

from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Missing, Signals


def rush(signals: Signals) -> Finding | None:
    """Suspect a machine's network that takes no time to read."""
    seconds = signals.rush
    if isinstance(seconds, Missing) or signals.crowd is not Crowd.MACHINES:
        return None
    return Finding("rush", "The same client loaded this message and followed a link {:.1f} s later", (seconds,))
