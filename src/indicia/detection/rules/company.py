"""The same host or user agent swept other messages, or comes to them faster than readers do."""

import math

from indicia.detection.model import Finding
from indicia.detection.observations import EARLY_SECONDS, PACE_SECONDS, Company, Crowd, Missing, Signals, Sweep
from indicia.detection.rules.security_vendor import may_be_isolated

# Shares of clicks within 5 minutes (see `weights`): an early message speaks for a scanner with ln(97 % / 7.6 %), a
# late one for a reader with ln(92.4 % / 3 %), 1.4 times as much.
_SCANNERS_EARLY, _READERS_EARLY = 0.97, 0.076
_CERTAIN = math.log(_SCANNERS_EARLY / _READERS_EARLY)
_LATE_OVER_EARLY = 1.4
_NOTHING = 0.05

# At most this share of people is behind a cloud's addresses (VPN exits, cloud desktops) at any one operator.
_IN_CLOUDS = 0.3
_BY_CHANCE = 2

# A burst like this is no reader's, however its like behave.
_BURST_CLICKS = 4


def caught_company(signals: Signals) -> Finding | None:
    """Suspect a client whose host, or whose like nearby, was caught; messages that host reads count against."""
    company = signals.company
    if not isinstance(company, Company):
        return None
    if signals.crowd is Crowd.PEOPLE:
        return _near("near_caught.among_people", company, company.near_caught - 1)
    readings = company.host_late / 2
    if company.host_caught > readings:
        return Finding(
            "host_caught",
            "{} was the source of sweeps or probes of {} other messages within a week",
            (signals.interaction.ip, company.host_caught),
            measure=company.host_caught - readings,
        )
    if may_be_isolated(signals):
        return None
    return _near("near_caught", company, company.near_caught - readings)


def _near(signal: str, company: Company, excess: float) -> Finding | None:
    if excess <= 0:
        return None
    return Finding(
        signal,
        "This User-Agent swept or probed {} other messages from the same or neighbouring addresses within a week",
        (company.near_caught,),
        measure=excess,
    )


def pace(signals: Signals) -> Finding | None:
    """Weigh whether the host, or else the client's like, comes within minutes as scanners or hours later as readers."""
    company, timing = signals.company, signals.timing
    if not isinstance(company, Company) or signals.crowd is Crowd.PEOPLE or signals.copies_person:
        return None
    if isinstance(timing, Missing) or timing.delay > PACE_SECONDS:
        return None
    if isinstance(signals.sweep, Sweep) and signals.sweep.clicks >= _BURST_CLICKS:
        return None
    early, late = company.host_early, company.host_late
    who = "this address"
    if not early and not late:
        # That people are there is told by the like; that scanners are, only next to people's share (`fleet_share`).
        late, who = company.fleet_late, "this User-Agent at the same operator"
    excess = early - company.host_fresh * (1 - _told(signals)) - _LATE_OVER_EARLY * late
    if abs(excess) < _NOTHING:
        return None
    return Finding(
        "pace",
        "Other messages were clicked from {}: {} within 5 minutes, {} late",
        (who, early, late),
        measure=excess,
    )


def _told(signals: Signals) -> float:
    """Say how much an early click on mail of this time tells: nothing while people's are all early as well."""
    shares = [share for share in (signals.early_share, signals.early_mails) if not isinstance(share, Missing)]
    if not shares:
        return 1.0
    return min(1.0, max(0.0, math.log(_SCANNERS_EARLY / max(shares)) / _CERTAIN))


def fleet_share(signals: Signals) -> Finding | None:
    """Suspect an early click with a client that, this early, is seen at one cloud more than among people.

    Messages it came to late count against: readers are there, too.
    """
    company, timing = signals.company, signals.timing
    if not isinstance(company, Company) or signals.crowd is not Crowd.MACHINES or company.early_people is None:
        return None
    if isinstance(timing, Missing) or timing.delay > EARLY_SECONDS or signals.copies_person:
        return None
    excess = company.fleet_early - company.fleet_late - _IN_CLOUDS * company.early_people - _BY_CHANCE
    if excess < 1:
        return None
    return Finding(
        "fleet_share",
        "Within 5 minutes, {} messages were clicked with this User-Agent from this operator, {} from people's networks",
        (company.fleet_early, company.early_people),
        measure=excess,
    )
