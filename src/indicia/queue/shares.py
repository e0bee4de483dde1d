"""How much may be under way towards one receiver: more while it copes, half when it does not, little once it is down.

The share grows by one for each round of successes and halves at a failure (AIMD, as TCP does). A receiver that keeps
failing is left alone but for a probe now and then (a circuit breaker). Waiting for a share costs a job no attempt: it
is simply not claimed yet.
"""

import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from indicia.queue.jobs import divided

BREAKER_WINDOW_SECONDS = 300.0
BREAKER_REQUESTS = 10
BREAKER_FAILED = 0.7
FIRST_PROBE_SECONDS = 30.0
LONGEST_PROBE_SECONDS = 600.0

_Group = TypeVar("_Group")


class ShareLimits(NamedTuple):
    """Where a share begins, and how far it may grow."""

    start: float
    largest: float


@dataclass(slots=True)
class Share:
    """What one receiver may have under way, and how it has coped lately."""

    size: float
    largest: float
    in_flight: int = 0
    window_began: float = -math.inf
    requests: int = 0
    failures: int = 0
    failures_in_a_row: int = 0
    # While the breaker is open: when the next probe may start, and how long a failed one delays the one after.
    probe_at: float | None = None
    probe_seconds: float = FIRST_PROBE_SECONDS

    @property
    def is_broken(self) -> bool:
        """Whether the breaker is open: there is a probe now and then, and the rest waits for its outcome."""
        return self.probe_at is not None

    def room(self, now: float) -> int:
        """Answer how many more jobs may start at `now`; less than none where the share has shrunk."""
        if self.probe_at is None:
            return int(self.size) - self.in_flight
        return 1 if now >= self.probe_at and self.in_flight == 0 else 0

    def succeeded(self, now: float) -> None:
        """Count that the receiver coped."""
        if self.probe_at is not None:
            # Recovered: start from one at a time, without the old failures.
            self.probe_at, self.probe_seconds = None, FIRST_PROBE_SECONDS
            self.size, self.window_began = 1.0, -math.inf
        self._count(now, failed=False)
        self.failures_in_a_row = 0
        self.size = min(self.size + 1 / self.size, self.largest)

    def failed(self, now: float) -> None:
        """Count that the receiver did not cope."""
        self._count(now, failed=True)
        self.failures_in_a_row += 1
        self.size = max(self.size / 2, 1.0)
        if self.probe_at is not None:
            # Stragglers from before the breaker opened say nothing new; a probe runs alone, and only once it is due.
            if now >= self.probe_at:
                self.probe_seconds = min(2 * self.probe_seconds, LONGEST_PROBE_SECONDS)
                self.probe_at = now + self.probe_seconds
        elif self._fails_too_often():
            self.probe_at = now + self.probe_seconds

    def _count(self, now: float, *, failed: bool) -> None:
        if not 0 <= now - self.window_began < BREAKER_WINDOW_SECONDS:
            self.window_began, self.requests, self.failures = now, 0, 0
        self.requests += 1
        self.failures += failed

    def _fails_too_often(self) -> bool:
        if self.failures_in_a_row >= BREAKER_REQUESTS:
            return True
        return self.requests >= BREAKER_REQUESTS and self.failures >= BREAKER_FAILED * self.requests


class Shares:
    """The shares of all receivers by name, in the memory of one process: a restart forgets all blame."""

    def __init__(self, limits: ShareLimits, *, most_remembered: int = 10_000) -> None:
        self._limits = limits
        self._most_remembered = most_remembered
        self._shares: OrderedDict[str, Share] = OrderedDict()
        self._unknown = Share(*limits)

    def __len__(self) -> int:
        """Count what is remembered."""
        return len(self._shares)

    def __iter__(self) -> Iterator[tuple[str, Share]]:
        """Walk over what is remembered."""
        return iter(self._shares.items())

    def peek(self, name: str) -> Share:
        """Answer the share of `name`, to be looked at only."""
        return self._shares.get(name, self._unknown)

    def started(self, name: str) -> None:
        """Count a job that is under way; its share is remembered until it is over."""
        self.of(name).in_flight += 1

    def of(self, name: str) -> Share:
        """Answer the share of `name`, to be told how a job went; it is remembered from now on."""
        share = self._shares.setdefault(name, Share(*self._limits))
        self._shares.move_to_end(name)
        self._forget_one(name)
        return share

    def ended(self, name: str) -> Share:
        """Count that a job is over; answer its share, to be told how it went."""
        share = self._shares[name]
        share.in_flight -= 1
        return share

    def _forget_one(self, kept: str) -> None:
        if len(self._shares) > self._most_remembered:
            names = (name for name, share in self._shares.items() if share.in_flight == 0 and name != kept)
            idle = next(names, None)
            if idle is not None:
                del self._shares[idle]


def within(
    rooms: Mapping[str, int], group_of: Callable[[str], _Group], room_of: Callable[[_Group], int], *, each: float = 1
) -> dict[str, int]:
    """Reduce `rooms` so that the lanes of a group have no more than the group together, and `each` part of it apart."""
    groups: dict[_Group, dict[str, int]] = defaultdict(dict)
    for lane, room in rooms.items():
        groups[group_of(lane)][lane] = room
    reduced: dict[str, int] = {}
    for group, members in groups.items():
        room = room_of(group)
        most = math.ceil(room * each)
        reduced |= divided({lane: min(own, most) for lane, own in members.items()}, room)
    # In the order that was given: lanes take turns.
    return {lane: reduced[lane] for lane in rooms if lane in reduced}
