"""Two networks clicked the same message within a minute: exactly one of them is the recipient."""

from indicia.detection.model import Finding
from indicia.detection.observations import Companion, Signals

# An hour apart, one person may have come back to a message with another device; a minute apart, hardly anyone.
_COPY_SECONDS = 60.0


def companion(signals: Signals) -> Finding | None:
    """Take the click from the machines' network for the copy, and never the person's."""
    pair = signals.companion
    if not isinstance(pair, Companion):
        return None
    if not pair.is_person and pair.gap > _COPY_SECONDS:
        return None
    if not pair.is_person:
        return Finding("repeated_by_machine", "A machine's network clicked the same link {:.0f} s apart", (pair.gap,))
    signal = "follows_person" if pair.is_certain else "follows_person.perhaps"
    return Finding(
        "follows_person.same_agent" if pair.same_agent else signal,
        "A person's network clicked the same link {:.0f} s apart",
        (pair.gap,),
        measure=pair.gap,
    )
