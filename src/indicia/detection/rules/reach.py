"""One User-Agent of one address acts for many recipients."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import FEWEST_HASTY, FEWEST_RECIPIENTS, SHARED_AGENTS, Crowd, Reach, Signals
from indicia.detection.operators import is_shared

# Behind a VPN exit or a shared proxy every few recipients bring a browser of their own.
_RECIPIENTS_PER_AGENT = 3

# One person's, or that of a few who share an address.
_CRUSH = 4
_INTERACTIONS_PER_AGENT = 2
# Where many browsers share an address, the most popular one speaks this much more often than the others.
_POPULAR = 4


def recipients_at_once(signals: Signals) -> Finding | None:
    """Suspect many recipients of one client within a minute, more than the browsers behind its address explain."""
    seen = signals.reach
    if not isinstance(seen, Reach) or seen.per_minute < FEWEST_RECIPIENTS or seen.per_minute <= seen.agents:
        return None
    return Finding(
        "recipients_per_minute",
        "The same User-Agent acted for {} recipients within a minute, from one address",
        (seen.per_minute,),
        measure=seen.per_minute,
    )


def reach(signals: Signals) -> Finding | None:
    """Suspect many recipients of one client within a day, beyond what a shared address explains."""
    seen = signals.reach
    if not isinstance(seen, Reach) or is_shared(signals.network):
        return None
    # One vendor's isolated browser is the browser of many.
    if signals.network_class is NetworkClass.SECURITY_VENDOR:
        return None
    if seen.agents >= SHARED_AGENTS and seen.recipients < _RECIPIENTS_PER_AGENT * seen.agents:
        return None
    return _recipients(seen)


def crush(signals: Signals) -> Finding | None:
    """Suspect undated interactions of one address that were posted together, more than its browsers explain."""
    seen = signals.reach
    if not isinstance(seen, Reach) or is_shared(signals.network):
        return None
    together = seen.together
    if seen.agents < SHARED_AGENTS:
        together = max(together, seen.host_together - _INTERACTIONS_PER_AGENT * seen.agents)
    elif together * (seen.agents + 1) < _POPULAR * seen.host_together:
        return None
    if together < _CRUSH:
        return None
    return Finding("crush", "{} interactions from one address were posted together", (together,), measure=together)


def haste(signals: Signals) -> Finding | None:
    """Suspect a client that follows several links in a row on one message after the other."""
    seen = signals.reach
    if not isinstance(seen, Reach) or seen.hasty < FEWEST_HASTY or signals.crowd is not Crowd.MACHINES:
        return None
    return Finding(
        "haste",
        "On {} other messages within a week, this User-Agent of this address followed several links in a row",
        (seen.hasty,),
        measure=seen.hasty,
    )


def _recipients(seen: Reach) -> Finding | None:
    is_one_domain = seen.domains == 1
    reached = seen.recipients if is_one_domain or not seen.domains else seen.domains
    if reached < FEWEST_RECIPIENTS:
        return None
    return Finding(
        "recipients_per_day.one_domain" if is_one_domain else "recipients_per_day",
        "The same User-Agent acted for {} recipients at {} domains within a day, from one address",
        (seen.recipients, seen.domains or "unknown"),
        measure=reached,
    )
