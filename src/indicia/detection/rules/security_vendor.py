"""The address belongs to a mail security vendor, which scans at delivery and carries people later."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Missing, Signals

# From here on the vendor's isolated browsers, with people in them, are as likely as its scanners.
_SCANNED_SECONDS = 1800.0


def security_vendor(signals: Signals) -> Finding | None:
    """Suspect a vendor's network around delivery, and a little when the time is unknown."""
    if signals.network_class is not NetworkClass.SECURITY_VENDOR:
        return None
    timing = signals.timing
    if isinstance(timing, Missing):
        return Finding(
            "vendor.undated",
            "{} belongs to the mail security vendor {}{}",
            (signals.interaction.ip, signals.operator, signals.listed),
        )
    if timing.delay >= _SCANNED_SECONDS:
        return None
    return Finding(
        "vendor.at_delivery",
        "{} belongs to the mail security vendor {}{} and came {:.0f} s after the mail was {}",
        (signals.interaction.ip, signals.operator, signals.listed, timing.delay, timing.since),
        measure=timing.delay,
    )
