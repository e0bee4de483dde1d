"""Gmail loaded the message's images in advance."""

from indicia.datasets.model import AgentKind
from indicia.detection.model import Finding
from indicia.detection.observations import Signals


def gmail_prefetch(signals: Signals) -> Finding | None:
    """Recognise the exact header, with more certainty from Google's network."""
    if signals.kind is not AgentKind.GMAIL_PREFETCH:
        return None
    if (signals.operator or "").startswith("google"):
        return Finding(
            "gmail_prefetch",
            "{} is Google's{} and sends the fixed header of Gmail's prefetch",
            (signals.interaction.ip, signals.listed),
        )
    return Finding("gmail_prefetch.header_only", "The User-Agent is the fixed header of Gmail's prefetch")
