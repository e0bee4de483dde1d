"""A hidden link, which people do not see, was visited by this client or on this message."""

from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Signals, Visits
from indicia.detection.rules.security_vendor import may_be_isolated

# One sweep over several addresses lasts about this long.
_SWEEP_SECONDS = 20.0


def honeypot(signals: Signals) -> Finding | None:
    """Report the closest visit: by this client, else by its address block, else on this message."""
    visits = signals.visits
    if not isinstance(visits, Visits):
        return None
    if visits.own_message is not None:
        return _by_client(signals, "own_message", visits.own_message, "this message's hidden link")
    if visits.other_message is not None:
        return _by_client(signals, "other_message", visits.other_message, "another message's hidden link")
    is_people = signals.crowd is Crowd.PEOPLE
    if visits.block is not None and not is_people and not may_be_isolated(signals):
        return Finding(
            "honeypot.block",
            "The same User-Agent visited a hidden link from a neighbouring address {:.0f} s apart",
            (visits.block,),
        )
    if visits.message is not None and visits.message <= _SWEEP_SECONDS and not is_people:
        return Finding("honeypot.message", "This message's hidden link was visited {:.0f} s apart", (visits.message,))
    return None


def _by_client(signals: Signals, which: str, seconds: float, what: str) -> Finding:
    # Many people share an address and a browser; one of them may have tapped a blank area.
    suffix = ".among_people" if signals.crowd is Crowd.PEOPLE else ""
    return Finding(
        f"honeypot.{which}{suffix}",
        "{} with this User-Agent visited {} {:.0f} s apart",
        (signals.interaction.ip, what, seconds),
        measure=seconds,
    )
