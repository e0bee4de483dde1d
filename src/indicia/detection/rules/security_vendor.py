"""The address belongs to a security vendor, which scans mail and may carry people as well."""

from indicia.datasets.model import AgentKind, NetworkClass
from indicia.detection.model import Action, Finding
from indicia.detection.observations import EARLY_SECONDS, Signals, Timing
from indicia.detection.operators import ANTIVIRUS_MAKERS


def security_vendor(signals: Signals) -> Finding | None:
    """Suspect a vendor's network: much where it carries nobody, little where people browse through it."""
    if signals.network_class is not NetworkClass.SECURITY_VENDOR:
        return None
    signal = "network.security_vendor"
    if signals.operator in ANTIVIRUS_MAKERS:
        signal = "network.antivirus"
    elif signals.interaction.action is Action.OPEN and signals.kind is AgentKind.BROWSER:
        # Readers follow links in isolated browsers; pictures are loaded by their mail program, where they are.
        signal = "network.security_vendor.open"
    return Finding(
        signal,
        "{} belongs to the security vendor {}{}",
        (signals.interaction.ip, signals.operator, signals.listed),
    )


def may_be_isolated(signals: Signals) -> bool:
    """Say whether a vendor's customer may be reading in its browser, which is the one that its scanners pose as."""
    if signals.network_class is not NetworkClass.SECURITY_VENDOR or signals.operator in ANTIVIRUS_MAKERS:
        return False
    return not isinstance(signals.timing, Timing) or signals.timing.delay > EARLY_SECONDS
