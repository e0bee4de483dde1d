"""A mailbox provider's image proxy fetched a picture, which it does when a person looks at the mail."""

from indicia.datasets.model import AgentKind, NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Signals


def image_proxy(signals: Signals) -> Finding | None:
    """Take the fetch for the person's; what Microsoft loads while it filters comes with another header."""
    if signals.kind is not AgentKind.IMAGE_PROXY:
        return None
    if signals.network_class is not NetworkClass.IMAGE_PROXY and signals.operator != "microsoft":
        return Finding("image_proxy.elsewhere", "The User-Agent is that of {}", (signals.agent_name,))
    return Finding("image_proxy", "{} fetches pictures when a person looks at the mail", (signals.agent_name,))
