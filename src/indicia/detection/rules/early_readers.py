"""Mails like this are clicked within minutes or never, as codes and sign-in links are."""

from indicia.detection.model import Action, Finding
from indicia.detection.observations import EARLY_SECONDS, Missing, Signals
from indicia.detection.rules.delay import SKEW_SECONDS

# Some mails happen to get a single early click.
_USUAL_SHARE = 0.3


def early_readers(signals: Signals) -> Finding | None:
    """Discount an early click where early clicks are usual."""
    timing, share = signals.timing, signals.early_mails
    if isinstance(timing, Missing) or isinstance(share, Missing) or signals.copies_person:
        return None
    is_early_click = signals.interaction.action is Action.CLICK and timing.delay < EARLY_SECONDS
    if not is_early_click or timing.delay < -SKEW_SECONDS or share < _USUAL_SHARE:
        return None
    return Finding(
        "early_is_usual",
        "{:.0%} of the mails that go out alone, like this one, get clicks from people only within 5 minutes",
        (share,),
        measure=share,
    )
