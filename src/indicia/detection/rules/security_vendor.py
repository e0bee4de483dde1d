"""The address belongs to a security vendor, which scans mail and may carry people as well."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import LATE_SECONDS, Signals, Timing
from indicia.detection.operators import ANTIVIRUS_MAKERS


def security_vendor(signals: Signals) -> Finding | None:
    """Suspect a vendor's network: much where it carries nobody, little where people browse through it."""
    if signals.network_class is not NetworkClass.SECURITY_VENDOR:
        return None
    is_antivirus = signals.operator in ANTIVIRUS_MAKERS
    return Finding(
        "network.antivirus" if is_antivirus else "network.security_vendor",
        "{} belongs to the security vendor {}{}",
        (signals.interaction.ip, signals.operator, signals.listed),
    )


def may_be_isolated(signals: Signals) -> bool:
    """Say whether a vendor's customer may be reading in its browser, which is the one that its scanners pose as."""
    if signals.network_class is not NetworkClass.SECURITY_VENDOR or signals.operator in ANTIVIRUS_MAKERS:
        return False
    return not isinstance(signals.timing, Timing) or signals.timing.delay > LATE_SECONDS
