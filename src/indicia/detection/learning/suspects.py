"""Finds recipients who came together in two surges: too few occasions to condemn anyone, enough to watch them.

Lockstep needs three occasions, and a botnet that acts six times has had half of its way by then. So the third one is
looked for as it happens: who came together twice, from networks that never repeated, and comes together once more.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from indicia.detection.learning.lockstep import FEWEST_MEMBERS
from indicia.detection.learning.trails import Visit

FEWEST_VISITS = 2

_MINUTE = 60
_DAY_MINUTES = 24 * 60
# Members of a group act within a few minutes of each other (SynchroTrap); within the hour it is the same occasion.
_SURGE_MINUTES = 3
_APART_MINUTES = 60
_MOST_SURGES = 200
# As in `lockstep`: a domain with few readers tells little about when they come, and chance is excluded beyond e^6.
_UNSEEN_READERS = 20
_MARGIN = 6.0
# A surge is this many times as many strangers as the domain's readers explain.
_BEYOND_READERS = 4.0
# Groups that share this many members are one.
_SHARED_MEMBERS = 2


class _Surge(NamedTuple):
    """Who came at about the same time, and the first minute of it."""

    minute: int
    present: frozenset[int]


def is_stranger(visits: Sequence[Visit]) -> bool:
    """Tell whether no visit came from where another one did."""
    blocks, networks = {visit.block for visit in visits}, {visit.asn for visit in visits}
    return len(blocks) == len(visits) >= FEWEST_VISITS and len(networks) > len(visits) // 2


def find_suspects(
    trails: Mapping[int, Sequence[Visit]], strangers: Mapping[int, Sequence[Visit]]
) -> list[frozenset[int]]:
    """Find groups among one domain's trails, which are by recipient; `strangers` are those that are."""
    if len(strangers) < FEWEST_MEMBERS:
        return []
    surges = _surges(trails, strangers)
    pairs = [(one, other) for one, other in combinations(surges, 2) if abs(one.minute - other.minute) > _APART_MINUTES]
    needed = _MARGIN + math.log(len(pairs) or 1)
    return _merged(one.present & other.present for one, other in pairs if _surprise(one, other, len(trails)) >= needed)


def _surges(trails: Mapping[int, Sequence[Visit]], strangers: Mapping[int, Sequence[Visit]]) -> list[_Surge]:
    """Find when far more strangers came than readers do, the largest surges first."""
    by_minute: defaultdict[int, set[int]] = defaultdict(set)
    for stranger, visits in strangers.items():
        for visit in visits:
            by_minute[visit.at // _MINUTE].add(stranger)
    windows = [
        _Surge(minute, frozenset().union(*(by_minute.get(minute + later, ()) for later in range(_SURGE_MINUTES))))
        for minute in list(by_minute)
    ]
    large = sorted((one for one in windows if len(one.present) >= FEWEST_MEMBERS), key=lambda one: -len(one.present))
    if not large:
        return []
    readers = Counter(
        visit.at // _MINUTE for reader, visits in trails.items() if reader not in strangers for visit in visits
    )
    usual, unusual = _by_day(readers), _by_day({minute: len(present) for minute, present in by_minute.items()})
    found: dict[int, _Surge] = {}
    for surge in large:
        there = sum(readers[surge.minute + later] for later in range(_SURGE_MINUTES)) + 1
        day = surge.minute // _DAY_MINUTES
        explained = unusual[day] * there / (usual[day] + _UNSEEN_READERS)
        nearby = range(surge.minute - _SURGE_MINUTES, surge.minute + _SURGE_MINUTES + 1)
        if len(surge.present) >= _BEYOND_READERS * explained and found.keys().isdisjoint(nearby):
            found[surge.minute] = surge
            if len(found) == _MOST_SURGES:
                break
    return list(found.values())


def _by_day(minutes: Mapping[int, int]) -> Counter[int]:
    days: Counter[int] = Counter()
    for minute, visits in minutes.items():
        days[minute // _DAY_MINUTES] += visits
    return days


def _surprise(one: _Surge, other: _Surge, recipients: int) -> float:
    """Bound how improbable it is, in nats, that so many of all recipients came to both by chance (Chernoff)."""
    both = len(one.present & other.present)
    expected = len(one.present) * len(other.present) / recipients
    if both < FEWEST_MEMBERS or both <= expected:
        return 0.0
    return both * math.log(both / expected) - both + expected


def _merged(groups: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    merged: list[frozenset[int]] = []
    for group in groups:
        joined = [known for known in merged if len(known & group) >= _SHARED_MEMBERS]
        merged = [known for known in merged if known not in joined]
        merged.append(group.union(*joined))
    return merged
