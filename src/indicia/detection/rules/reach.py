"""One User-Agent of one address acts for many recipients."""

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Reach, Signals

# Behind a VPN exit or a shared proxy every few recipients bring a browser of their own.
_SHARED_AGENTS = 4
_RECIPIENTS_PER_AGENT = 3

# One exit, or one vendor's isolated browser, is the browser of many.
_CARRY_PEOPLE = frozenset({NetworkClass.VPN, NetworkClass.SECURITY_VENDOR})


def recipients_at_once(signals: Signals) -> Finding | None:
    """Suspect many recipients of one client within a minute, more than the browsers behind its address explain."""
    seen = signals.reach
    if not isinstance(seen, Reach) or seen.per_minute < 3 or seen.per_minute <= seen.agents:
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
    if not isinstance(seen, Reach) or signals.network_class in _CARRY_PEOPLE:
        return None
    # Cloud desktops of whole companies share Microsoft's addresses, and one version of one browser.
    if signals.operator == "microsoft":
        return None
    if seen.agents >= _SHARED_AGENTS and seen.recipients < _RECIPIENTS_PER_AGENT * seen.agents:
        return None
    return _recipients(seen) if seen.recipients else _interactions(seen)


def _recipients(seen: Reach) -> Finding | None:
    is_one_domain = seen.domains == 1
    reached = seen.recipients if is_one_domain or not seen.domains else seen.domains
    if reached < 3:
        return None
    return Finding(
        "recipients_per_day.one_domain" if is_one_domain else "recipients_per_day",
        "The same User-Agent acted for {} recipients at {} domains within a day, from one address",
        (seen.recipients, seen.domains or "unknown"),
        measure=reached,
    )


def _interactions(seen: Reach) -> Finding | None:
    if seen.interactions < 10:
        return None
    return Finding(
        "interactions_per_agent",
        "{} interactions came with the same User-Agent from one address",
        (seen.interactions,),
        measure=seen.interactions,
    )
