"""How soon after the mail the interaction came: scanners within minutes, people mostly after hours."""

from indicia.datasets.model import AgentKind
from indicia.detection.model import Action, Finding
from indicia.detection.observations import Crowd, Missing, Signals
from indicia.detection.operators import ANTIVIRUS_MAKERS

_SIGNALS = {(action, crowd): f"{action}_delay.{crowd.value}" for action in Action for crowd in Crowd}

# Clocks of the sender and of the tracker differ by this much before anyone notices.
SKEW_SECONDS = 5.0

# When these come has nothing to do with when someone reads, and no reader's browser leaves its name out.
NOT_READERS = frozenset({AgentKind.IMAGE_PROXY, AgentKind.MAIL_PRIVACY, AgentKind.GMAIL_PREFETCH, AgentKind.EMPTY})


def delay(signals: Signals) -> Finding | None:
    """Weigh the delay, by action and by who normally speaks from the network."""
    timing = signals.timing
    if isinstance(timing, Missing) or timing.delay < -SKEW_SECONDS or signals.kind in NOT_READERS:
        return None
    # What antivirus software repeats comes when its customer visits a page.
    if signals.copies_person or signals.operator in ANTIVIRUS_MAKERS:
        return None
    return Finding(
        _SIGNALS[signals.interaction.action, signals.crowd],
        "It came {:.0f} s after the mail was {}",
        (timing.delay, timing.since),
        measure=timing.delay,
    )
