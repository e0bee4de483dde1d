"""The clicks of one client on one message come at even intervals."""

from indicia.detection.model import Finding
from indicia.detection.observations import Missing, Signals

_EVEN_VARIATION = 0.2
# Shorter gaps are those of a sweep.
_SHORTEST_GAP = 2.0


def metronome(signals: Signals) -> Finding | None:
    """Suspect a client that clicks like a clock."""
    rhythm = signals.rhythm
    if isinstance(rhythm, Missing) or rhythm.variation > _EVEN_VARIATION or rhythm.gap < _SHORTEST_GAP:
        return None
    return Finding(
        "metronome",
        "{} clicks on this message came {:.1f} s apart, almost exactly",
        (rhythm.clicks, rhythm.gap),
        measure=rhythm.clicks,
    )
