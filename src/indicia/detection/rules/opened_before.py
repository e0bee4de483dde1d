"""A person's mail program loaded the message before the click."""

from indicia.detection.model import Finding
from indicia.detection.observations import Missing, Signals


def opened_before(signals: Signals) -> Finding | None:
    """Take a reader's opening, half an hour at most before, for the click's beginning."""
    seconds = signals.opened_before
    # Where a person clicked as well, it was their opening.
    if isinstance(seconds, Missing) or signals.copies_person:
        return None
    return Finding("opened_before", "The recipient's mail program loaded the message {:.0f} s before", (seconds,))
