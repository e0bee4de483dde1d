"""This domain's mails are clicked within minutes or never, as codes and sign-in links are."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Action, Finding
from indicia.detection.observations import EARLY_SECONDS, Crowd, Missing, Signals
from indicia.detection.rules.delay import SKEW_SECONDS

# Some mails of a newsletter happen to get a single early click.
_USUAL_SHARE = 0.3


def early_readers(signals: Signals) -> Finding | None:
    """Discount an early click where early clicks are usual."""
    timing, share = signals.timing, signals.early_mails
    if isinstance(timing, Missing) or isinstance(share, Missing) or signals.crowd is Crowd.PEOPLE:
        return None
    # Mail security vendors scan every mail, whatever its readers are waiting for.
    if signals.network_class is NetworkClass.SECURITY_VENDOR:
        return None
    is_early_click = signals.interaction.action is Action.CLICK and timing.delay < EARLY_SECONDS
    if not is_early_click or timing.delay < -SKEW_SECONDS or share < _USUAL_SHARE:
        return None
    return Finding(
        "early_is_usual",
        "{:.0%} of this domain's mails get clicks from people only within 5 minutes",
        (share,),
        measure=share,
    )
