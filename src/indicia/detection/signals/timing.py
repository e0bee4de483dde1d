"""How long after the mail the interaction came, and how fast this domain's own readers are."""

from indicia.detection.history import History, delay_of
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import Missing, Timing


def timing_of(interaction: Interaction) -> Timing | Missing:
    """Measure the delay since delivery, or since sending where only that is known."""
    delay = delay_of(interaction)
    if delay is None:
        return Missing.NOT_GIVEN
    return Timing(delay, "sent" if interaction.delivered_ts is None else "delivered")


def early_share(history: History, scope: Scope, interaction: Interaction, timing: Timing | Missing) -> float | Missing:
    """Tell which share of people's clicks on mail of the same time came within minutes."""
    if isinstance(timing, Missing) or interaction.ts is None:
        return Missing.NOT_GIVEN
    pace = history.paces.get(scope.domain_id)
    return Missing.UNAVAILABLE if pace is None else pace.early_share(interaction.ts - timing.delay)


def early_mails(history: History, scope: Scope) -> float | Missing:
    """Tell which share of the domain's mails is clicked within minutes or never: codes and sign-in links."""
    pace = history.paces.get(scope.domain_id)
    share = None if pace is None else pace.early_mails()
    return Missing.UNAVAILABLE if share is None else share
