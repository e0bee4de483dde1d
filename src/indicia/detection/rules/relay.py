"""A person on an Apple device speaks through iCloud Private Relay."""

from indicia.datasets.model import AgentKind, NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Signals

_SAFARI = frozenset({"safari", "mobile_safari"})


def relay(signals: Signals) -> Finding | None:
    """Take the relay for a person's when a real client speaks through it, and most of all Safari."""
    if signals.network_class is not NetworkClass.RELAY:
        return None
    if signals.kind not in (AgentKind.BROWSER, AgentKind.MAIL_CLIENT):
        return None
    is_safari = signals.kind is AgentKind.MAIL_CLIENT or signals.family in _SAFARI
    return Finding(
        "network.relay.safari" if is_safari else "network.relay",
        "{} is Apple's relay{}, which carries people, here with {}",
        (signals.interaction.ip, signals.listed, signals.agent_name),
    )
