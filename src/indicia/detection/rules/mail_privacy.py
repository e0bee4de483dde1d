"""Apple's Mail Privacy Protection loaded the message, whether or not anyone looks at it."""

from indicia.datasets.model import AgentKind, NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Signals


def mail_privacy(signals: Signals) -> Finding | None:
    """Recognise the exact header, with more certainty from Apple's own egress."""
    if signals.kind is not AgentKind.MAIL_PRIVACY:
        return None
    if signals.network_class is NetworkClass.RELAY:
        return Finding(
            "apple_mail_privacy",
            "{} is Apple's relay{} and sends the bare Mozilla/5.0 of Mail Privacy Protection",
            (signals.interaction.ip, signals.listed),
        )
    return Finding(
        "apple_mail_privacy.header_only",
        "The User-Agent is the bare Mozilla/5.0 of Apple's Mail Privacy Protection, which no browser sends",
    )
