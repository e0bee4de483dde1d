"""The same User-Agent at the same operator swept other messages, or comes to them faster than readers do."""

import math

from indicia.datasets.model import NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import EARLY_SECONDS, Crowd, Fleet, Missing, Signals, Sweep

# Shares of clicks within 5 minutes (see `verdict`): an early message speaks for a scanner with ln(97 % / 7.6 %), a
# late one for a reader with ln(92.4 % / 3 %), 1.4 times as much.
_SCANNERS_EARLY, _READERS_EARLY = 0.97, 0.076
_CERTAIN = math.log(_SCANNERS_EARLY / _READERS_EARLY)
_LATE_OVER_EARLY = 1.4
_NOTHING = 0.05

# At most this share of people is behind a cloud's addresses (VPN exits, cloud desktops) at any one operator.
_IN_CLOUDS = 0.3
_BY_CHANCE = 2

# Later than this, coming early is not what this interaction does.
_PACE_SECONDS = 600.0

# A burst like this is no reader's, however its like behave.
_BURST_CLICKS = 4


def fleet_sweeps(signals: Signals) -> Finding | None:
    """Suspect a client whose like sweep messages; messages it reads like a person count against."""
    fleet = signals.fleet
    if not isinstance(fleet, Fleet) or not fleet.swept:
        return None
    if signals.crowd is Crowd.PEOPLE:
        excess, signal = float(fleet.swept), "fleet_sweeps.among_people"
    else:
        excess, signal = fleet.swept - fleet.late / 2, "fleet_sweeps"
    if excess < 1 or (signals.crowd is Crowd.PEOPLE and excess < 2):
        return None
    return Finding(
        signal,
        "This User-Agent swept the links of {} other messages from the same operator within a day",
        (fleet.swept,),
        measure=excess,
    )


def fleet_pace(signals: Signals) -> Finding | None:
    """Weigh whether the client's like come within minutes of the mail, as scanners, or hours later, as readers."""
    fleet, timing, share = signals.fleet, signals.timing, signals.early_share
    if not isinstance(fleet, Fleet) or signals.crowd is Crowd.PEOPLE:
        return None
    # At a mail security vendor the hour alone tells scanners from people in isolated browsers.
    if signals.network_class is NetworkClass.SECURITY_VENDOR:
        return None
    if isinstance(timing, Missing) or timing.delay > _PACE_SECONDS:
        return None
    if isinstance(signals.sweep, Sweep) and signals.sweep.clicks >= _BURST_CLICKS:
        return None
    # While people's clicks are all early as well, because the mail is fresh, an early one tells nothing.
    told = _CERTAIN if isinstance(share, Missing) else min(_CERTAIN, max(0.0, math.log(_SCANNERS_EARLY / share)))
    excess = fleet.early * told / _CERTAIN - _LATE_OVER_EARLY * fleet.late
    if abs(excess) < _NOTHING:
        return None
    return Finding(
        "fleet_pace",
        "From the same operator this User-Agent came to {} other messages within 5 minutes, to {} late",
        (fleet.early, fleet.late),
        measure=excess,
    )


def fleet_share(signals: Signals) -> Finding | None:
    """Suspect an early click with a client that, this early, is seen at one cloud more than among people.

    Messages it came to late count against: readers are there, too.
    """
    fleet, timing = signals.fleet, signals.timing
    if not isinstance(fleet, Fleet) or signals.crowd is not Crowd.MACHINES or fleet.early_people is None:
        return None
    if isinstance(timing, Missing) or timing.delay > EARLY_SECONDS:
        return None
    excess = fleet.early - fleet.late - _IN_CLOUDS * fleet.early_people - _BY_CHANCE
    if excess < 1:
        return None
    return Finding(
        "fleet_share",
        "Within 5 minutes, {} messages were clicked with this User-Agent from this operator, {} from people's networks",
        (fleet.early, fleet.early_people),
        measure=excess,
    )
