"""Two networks clicked the same message within a minute: exactly one of them is the recipient."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Companion, Signals


def companion(signals: Signals) -> Finding | None:
    """Take the click from the machines' network for the copy, and never the person's."""
    pair = signals.companion
    if not isinstance(pair, Companion):
        return None
    if not pair.is_person:
        return Finding(
            "repeated_by_machine", "A machine's network clicked the same message {:.0f} s apart", (pair.gap,)
        )
    if signals.network_class is NetworkClass.VPN:
        return None
    return Finding(
        "follows_person.same_agent" if pair.same_agent else "follows_person",
        "A person's network clicked the same message {:.0f} s apart",
        (pair.gap,),
        measure=pair.gap,
    )
