"""Finds recipients who act together over weeks although nothing connects them: one hand, many mailboxes.

The idea is CopyCatch's and SynchroTrap's: two accounts that act within the same minutes again and again are driven
by one program. Readers of a community also come together, when a mail arrives or a show ends, so two facts must meet:
a coincidence counts by how rarely the domain's ordinary readers came in those minutes, and only recipients who never
return to a network are compared at all.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from indicia.detection.learning.trails import Visit

# Facts of field and literature: three campaigns, and groups rather than pairs (SynchroTrap, CCS 2014).
FEWEST_OCCASIONS = 3
FEWEST_MEMBERS = 4

_MINUTE = 60
_DAY_MINUTES = 24 * 60
# A domain with few readers tells little about when they come; this is as if that many had come at other times.
_UNSEEN_READERS = 20
# Beyond chance by e^6: the expected number of groups that chance makes is below 1 in 400 for any number of pairs.
_MARGIN = 6.0
# A follower adds to a group that is certain; one wrong in twenty domains is bearable.
_FOLLOWER_MARGIN = 3.0
# In order of their digests, so that large groups compare the same neighbours every time.
_NEIGHBOURS = 32


class Group(NamedTuple):
    """Recipients in lockstep, and on how many occasions the most synchronous two of them were seen together."""

    members: frozenset[int]
    occasions: int


class _Tie(NamedTuple):
    """How often two recipients came together, and how improbable that is by chance, in nats."""

    occasions: int = 0
    surprise: float = 0.0


def find_groups(trails: Mapping[int, Sequence[Visit]], restless: Mapping[int, Sequence[Visit]]) -> list[Group]:
    """Find the groups among one domain's trails, which are by recipient; `restless` are those that are."""
    if len(restless) < FEWEST_MEMBERS:
        return []
    readers = _Readers(visits for recipient, visits in trails.items() if recipient not in restless)
    needed = 2 * math.log(len(restless)) + _MARGIN
    strong = {
        pair: tie
        for pair, tie in _ties(restless, readers).items()
        if tie.occasions >= FEWEST_OCCASIONS and tie.surprise >= needed
    }
    groups = [members for members in _components(strong) if len(members) >= FEWEST_MEMBERS]
    return [
        Group(
            frozenset(members | _followers(members, trails, readers)),
            max(tie.occasions for pair, tie in strong.items() if pair[0] in members),
        )
        for members in groups
    ]


class _Readers:
    """When the domain's ordinary readers come."""

    def __init__(self, trails: Iterable[Sequence[Visit]]) -> None:
        self._minutes = Counter(visit.at // _MINUTE for visits in trails for visit in visits)
        self._days: Counter[int] = Counter()
        for minute, visits in self._minutes.items():
            self._days[minute // _DAY_MINUTES] += visits

    def surprise(self, minute: int) -> float:
        """Answer how improbable it is, in nats, that a reader of that day comes in this minute or the next."""
        there = self._minutes[minute] + self._minutes[minute + 1] + 1
        return math.log((self._days[minute // _DAY_MINUTES] + _UNSEEN_READERS) / there)


def _ties(restless: Mapping[int, Sequence[Visit]], readers: _Readers) -> dict[tuple[int, int], _Tie]:
    """Count how often any two recipients came in the same minute or in neighbouring ones."""
    together: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    for recipient, visits in restless.items():
        for visit in visits:
            minute = visit.at // _MINUTE
            together[minute].append((recipient, False))
            together[minute - 1].append((recipient, True))
    ties: dict[tuple[int, int], _Tie] = {}
    for minute, present in together.items():
        if len(present) < 2:
            continue
        surprise = readers.surprise(minute)
        present.sort()
        for position, (one, is_later) in enumerate(present):
            for other, other_is_later in islice(present, position + 1, position + 1 + _NEIGHBOURS):
                # Two who both came in the later minute are counted with that minute.
                if other != one and not (is_later and other_is_later):
                    known = ties.get((one, other), _Tie())
                    ties[one, other] = _Tie(known.occasions + 1, known.surprise + surprise)
    return ties


def _components(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Join pairs into groups."""
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        first, second = group_of.setdefault(one, {one}), group_of.setdefault(other, {other})
        if first is not second:
            small, large = sorted((first, second), key=len)
            large |= small
            group_of.update(dict.fromkeys(small, large))
    return list({id(group): group for group in group_of.values()}.values())


def _followers(members: set[int], trails: Mapping[int, Sequence[Visit]], readers: _Readers) -> set[int]:
    """Find who has been seen less often, always on new networks and always among the group's members."""
    presence = Counter(visit.at // _MINUTE for member in members for visit in trails[member])
    needed = math.log(len(trails)) + _FOLLOWER_MARGIN
    followers = set()
    for recipient, visits in trails.items():
        if recipient in members or len(visits) < 2 or len({visit.asn for visit in visits}) < len(visits):
            continue
        minutes = [visit.at // _MINUTE for visit in visits]
        is_among = all(
            presence[minute - 1] + presence[minute] + presence[minute + 1] >= FEWEST_OCCASIONS for minute in minutes
        )
        if is_among and sum(readers.surprise(minute) for minute in minutes) >= needed:
            followers.add(recipient)
    return followers
