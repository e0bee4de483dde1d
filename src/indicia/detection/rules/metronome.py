"""The clicks of one client on one message come at even intervals."""

from indicia.detection.model import Finding
from indicia.detection.observations import SHORTEST_BEAT_SECONDS, Missing, Signals

_EVEN_VARIATION = 0.2


def metronome(signals: Signals) -> Finding | None:
    """Suspect a client that clicks like a clock."""
    rhythm = signals.rhythm
    if isinstance(rhythm, Missing) or rhythm.variation > _EVEN_VARIATION or rhythm.gap < SHORTEST_BEAT_SECONDS:
        return None
    return Finding(
        "metronome",
        "{} clicks on this message came {:.1f} s apart, almost exactly",
        (rhythm.clicks, rhythm.gap),
        measure=rhythm.clicks,
    )
