"""How many deliveries may be under way per endpoint, account and host, so that nobody's receivers delay anybody else's.

An endpoint's share grows while it answers and halves when it fails (AIMD, as TCP does); one that keeps failing is
left alone but for a probe now and then (a circuit breaker). Waiting here costs a delivery no attempt: it is simply
not claimed yet.
"""

import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from indicia.aggregates.rate_limits import Limit, RateLimits
from indicia.net.egress import destination_of
from indicia.net.model import EgressRefusedError
from indicia.queue.jobs import divided
from indicia.webhooks.model import Endpoint

START_SHARE = 8.0
LARGEST_SHARE = 32.0
# An endpoint gets at most this part of what its account may still start, so that many dead receivers leave some.
PART_OF_FREE = 1 / 8

BREAKER_WINDOW_SECONDS = 300.0
BREAKER_REQUESTS = 10
BREAKER_FAILED = 0.7
FIRST_PROBE_SECONDS = 30.0
LONGEST_PROBE_SECONDS = 600.0

# Nobody asked the host to be called. Ten times what one key may submit, because platforms such as automation
# services receive for many accounts under one name.
HOST_LIMIT = Limit("webhooks-to-host", 6000, 60.0)

_Group = TypeVar("_Group")


@dataclass(slots=True)
class _Lane:
    share: float = START_SHARE
    in_flight: int = 0
    window_began: float = -math.inf
    requests: int = 0
    failures: int = 0
    failures_in_a_row: int = 0
    # While the breaker is open: when the next probe may start, and how long a failed one delays the one after.
    probe_at: float | None = None
    probe_seconds: float = FIRST_PROBE_SECONDS


_UNKNOWN = _Lane()


class Lanes:
    """Counts what is under way, in the memory of one process: a restart forgets all blame."""

    def __init__(self, *, most_in_flight: int, hosts: RateLimits | None, most_remembered: int = 10_000) -> None:
        """Take `hosts`, which counts what each host got, or None to limit no host."""
        self._most_in_flight = most_in_flight
        self._most_remembered = most_remembered
        self._hosts = hosts
        self._in_flight = 0
        self._of_accounts: Counter[int] = Counter()
        self._lanes: OrderedDict[str, _Lane] = OrderedDict()

    @property
    def in_flight(self) -> int:
        """How many deliveries are under way."""
        return self._in_flight

    @property
    def broken(self) -> set[str]:
        """The lanes whose breaker is open: each gets a probe now and then, and the rest waits for its outcome."""
        return {name for name, lane in self._lanes.items() if lane.probe_at is not None}

    def rooms(self, lanes: Iterable[str], now: float) -> dict[str, int]:
        """Answer how many deliveries may start at `now` in each of `lanes`, all of them together."""
        rooms = {lane: room for lane in lanes if (room := self._room(lane, now)) > 0}
        rooms = _within(rooms, _account, self._room_of_account, each=PART_OF_FREE)
        if self._hosts is None:
            return rooms
        hosts = self._hosts
        return _within(rooms, host_of, lambda host: hosts.left(HOST_LIMIT, host))

    def started(self, lane: str) -> None:
        """Count a delivery that is under way."""
        counted = self._lanes.setdefault(lane, _Lane())
        self._lanes.move_to_end(lane)
        counted.in_flight += 1
        self._in_flight += 1
        self._of_accounts[_account(lane)] += 1
        if self._hosts is not None:
            self._hosts.take(HOST_LIMIT, host_of(lane))
        self._forget_one()

    def finished(self, lane: str, *, ok: bool, now: float) -> None:
        """Count a delivery that is over; `ok` tells whether the receiver coped with it."""
        counted = self._lanes[lane]
        counted.in_flight -= 1
        self._in_flight -= 1
        account_id = _account(lane)
        self._of_accounts[account_id] -= 1
        if self._of_accounts[account_id] == 0:
            del self._of_accounts[account_id]
        if ok:
            _succeed(counted, now)
        else:
            _fail(counted, now)

    def _room(self, name: str, now: float) -> int:
        lane = self._lanes.get(name, _UNKNOWN)
        if lane.probe_at is None:
            return int(lane.share) - lane.in_flight
        return 1 if now >= lane.probe_at and lane.in_flight == 0 else 0

    def _room_of_account(self, account_id: int) -> int:
        """Let an account have as much under way as stays free: half if it is alone, a third each of two, and so on.

        Source: Choudhury and Hahne, "Dynamic queue length thresholds", 1998.
        """
        free = self._most_in_flight - self._in_flight
        return math.ceil((free - self._of_accounts[account_id]) / 2)

    def _forget_one(self) -> None:
        if len(self._lanes) > self._most_remembered:
            idle = next((name for name, lane in self._lanes.items() if lane.in_flight == 0), None)
            if idle is not None:
                del self._lanes[idle]


@lru_cache(maxsize=10_000)
def host_of(lane: str) -> str:
    """Answer the host that a lane's deliveries go to, in its one spelling."""
    url = Endpoint.of_lane(lane).url
    try:
        return destination_of(url).host
    except EgressRefusedError:
        # Accepted by an older version's guard; the attempt will be refused.
        return url


def _within(
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


def _account(lane: str) -> int:
    return Endpoint.of_lane(lane).account_id


def _succeed(lane: _Lane, now: float) -> None:
    if lane.probe_at is not None:
        # Recovered: start from one at a time, without the old failures.
        lane.probe_at, lane.probe_seconds = None, FIRST_PROBE_SECONDS
        lane.share, lane.window_began = 1.0, -math.inf
    _count(lane, now, failed=False)
    lane.failures_in_a_row = 0
    lane.share = min(lane.share + 1 / lane.share, LARGEST_SHARE)


def _fail(lane: _Lane, now: float) -> None:
    _count(lane, now, failed=True)
    lane.failures_in_a_row += 1
    lane.share = max(lane.share / 2, 1.0)
    if lane.probe_at is not None:
        # Stragglers from before the breaker opened say nothing new; a probe runs alone, and only once it is due.
        if now >= lane.probe_at:
            lane.probe_seconds = min(2 * lane.probe_seconds, LONGEST_PROBE_SECONDS)
            lane.probe_at = now + lane.probe_seconds
    elif _is_broken(lane):
        lane.probe_at = now + lane.probe_seconds


def _count(lane: _Lane, now: float, *, failed: bool) -> None:
    if not 0 <= now - lane.window_began < BREAKER_WINDOW_SECONDS:
        lane.window_began, lane.requests, lane.failures = now, 0, 0
    lane.requests += 1
    lane.failures += failed


def _is_broken(lane: _Lane) -> bool:
    if lane.failures_in_a_row >= BREAKER_REQUESTS:
        return True
    return lane.requests >= BREAKER_REQUESTS and lane.failures >= BREAKER_FAILED * lane.requests
