"""A mailbox provider's image proxy fetched a picture, which it does when a person looks at the mail."""

from indicia.datasets.model import AgentKind, NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Signals, Timing

# Microsoft loads images while it filters, too; by then it is done.
_FILTERING_SECONDS = 60.0


def image_proxy(signals: Signals) -> Finding | None:
    """Take the fetch for the person's, except Microsoft's while the mail is being delivered."""
    if signals.kind is not AgentKind.IMAGE_PROXY:
        return None
    timing = signals.timing
    if signals.operator == "microsoft":
        if isinstance(timing, Timing) and timing.delay < _FILTERING_SECONDS:
            return Finding(
                "image_proxy.at_delivery",
                "Microsoft's image proxy came {:.0f} s after the mail was {}, while it filters",
                (timing.delay, timing.since),
            )
    elif signals.network_class is not NetworkClass.IMAGE_PROXY:
        return Finding("image_proxy.elsewhere", "The User-Agent is that of {}", (signals.agent_name,))
    return Finding("image_proxy", "{} fetches pictures when a person looks at the mail", (signals.agent_name,))
