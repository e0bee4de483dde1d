"""The address belongs to machines that do nothing but filter mail."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Signals


def mail_filter(signals: Signals) -> Finding | None:
    """Recognise a mail filter's own range, at any time and for opens and clicks alike."""
    if signals.network_class is not NetworkClass.MAIL_FILTER:
        return None
    return Finding(
        "network.mail_filter",
        "{} is in the mail-filtering range of {}{}",
        (signals.interaction.ip, signals.operator, signals.listed),
    )
