"""The recipient came with this kind of client before, at another hour."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Missing, Signals
from indicia.detection.rules.delay import NOT_READERS

# Within the hour it is the same visit.
_OTHER_VISIT_HOURS = 1.0


def familiar_client(signals: Signals) -> Finding | None:
    """Trust a recipient's own device on its usual network."""
    hours = signals.familiar_hours
    if isinstance(hours, Missing) or hours < _OTHER_VISIT_HOURS or signals.kind in NOT_READERS:
        return None
    # A vendor scans all that its customer gets, always with the same few browsers.
    if signals.network_class is NetworkClass.SECURITY_VENDOR:
        return None
    return Finding(
        "familiar_client",
        "This recipient was seen with such a browser on this network {:.0f} h before",
        (hours,),
        measure=hours,
    )
