"""How soon after the mail the interaction came: scanners within minutes, people mostly after hours."""

from indicia.datasets.model import AgentKind
from indicia.detection.model import Finding
from indicia.detection.observations import EARLY_SECONDS, Companion, Missing, Signals

# Clocks of the sender and of the tracker differ by this much before anyone notices.
SKEW_SECONDS = 5.0

# What these load when has nothing to do with when someone reads.
_NOT_READERS = frozenset({AgentKind.IMAGE_PROXY, AgentKind.MAIL_PRIVACY, AgentKind.GMAIL_PREFETCH})


def delay(signals: Signals) -> Finding | None:
    """Weigh the delay, by action and by who normally speaks from the network."""
    timing = signals.timing
    if isinstance(timing, Missing) or timing.delay < -SKEW_SECONDS or signals.kind in _NOT_READERS:
        return None
    companion = signals.companion
    # The clock of a machine that repeats a person's click starts at that click.
    if isinstance(companion, Companion) and companion.is_person and timing.delay > EARLY_SECONDS:
        return None
    return Finding(
        f"{signals.interaction.action}_delay.{signals.crowd.value}",
        "It came {:.0f} s after the mail was {}",
        (timing.delay, timing.since),
        measure=timing.delay,
    )
