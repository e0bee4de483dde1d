"""How long after the mail the interaction came, and how fast this domain's own readers are."""

from typing import NamedTuple

from indicia.detection.history import History, delay_of
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import PACE_SECONDS, Crowd, Missing, Timing
from indicia.detection.reader_pace import UsualPace


def timing_of(interaction: Interaction) -> Timing | Missing:
    """Measure the delay since delivery, or since sending where only that is known."""
    delay = delay_of(interaction)
    if delay is None:
        return Missing.NOT_GIVEN
    return Timing(delay, "sent" if interaction.delivered_ts is None else "delivered")


class Usual(NamedTuple):
    """How fast people are with mail like this; see `Signals` for the two shares."""

    early_share: float | Missing = Missing.NOT_GIVEN
    early_mails: float | Missing = Missing.NOT_GIVEN


_UNKNOWN = Usual()


def usual_of(
    history: History,
    scope: Scope,
    interaction: Interaction,
    timing: Timing | Missing,
    crowd: Crowd,
    learned: UsualPace,
) -> Usual:
    """Observe how soon people's networks click mail of the same time; not asked of people themselves, nor later on.

    `learned` is how soon they did over weeks, where what is remembered does not say.
    """
    if isinstance(timing, Missing) or interaction.ts is None or crowd is Crowd.PEOPLE:
        return _UNKNOWN
    if timing.delay > PACE_SECONDS:
        return _UNKNOWN
    pace = history.paces.get(scope.domain_id)
    if pace is None:
        return _UNKNOWN
    mailed_at = interaction.ts - timing.delay
    mails = pace.early_mails(mailed_at, learned)
    return Usual(pace.early_share(mailed_at, learned), Missing.UNAVAILABLE if mails is None else mails)
