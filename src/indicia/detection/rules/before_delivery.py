"""The interaction came before the mail did."""

from indicia.detection.model import Finding
from indicia.detection.observations import Missing, Signals
from indicia.detection.rules.delay import SKEW_SECONDS


def before_delivery(signals: Signals) -> Finding | None:
    """Suspect a gateway that looked before it accepted the mail."""
    timing = signals.timing
    if isinstance(timing, Missing) or timing.delay >= -SKEW_SECONDS:
        return None
    return Finding(
        "before_delivery",
        "It came {:.0f} s before the mail was {}",
        (-timing.delay, timing.since),
        measure=-timing.delay,
    )
