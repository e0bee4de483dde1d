"""A LANE's share of what is under way follows how it copes."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.aggregates.rate_limits import RateLimits
from indicia.webhooks.lanes import HOST_LIMIT, Lanes, host_of
from indicia.webhooks.model import Endpoint
from tests.doubles.clock import FakeClock

LANE = Endpoint(1, "https://a.test/hook").lane
OTHER = Endpoint(2, "https://b.test/hook").lane
NOW = 1_800_000_000.0


def new_lanes(most_in_flight: int = 512) -> Lanes:
    return Lanes(most_in_flight=most_in_flight, hosts=None)


def room(lanes: Lanes, lane: str, now: float) -> int:
    return lanes.rooms([lane], now).get(lane, 0)


def run(lanes: Lanes, lane: str, *outcomes: bool, now: float = NOW) -> None:
    for ok in outcomes:
        lanes.started(lane)
        lanes.finished(lane, ok=ok, now=now)


def broken(now: float = NOW) -> Lanes:
    lanes = new_lanes()
    run(lanes, LANE, *[False] * 10, now=now)
    return lanes


def test_lane_starts_with_eight() -> None:
    assert room(new_lanes(), LANE, NOW) == 8


def test_what_is_under_way_counts() -> None:
    lanes = new_lanes()

    for _ in range(8):
        lanes.started(LANE)

    assert room(lanes, LANE, NOW) == 0
    assert room(lanes, OTHER, NOW) == 8


def test_share_grows_to_32_while_all_goes_well() -> None:
    lanes = new_lanes()

    run(lanes, LANE, *[True] * 8)
    after_eight = room(lanes, LANE, NOW)
    run(lanes, LANE, *[True] * 1000)

    assert after_eight == 8
    assert room(lanes, LANE, NOW) == 32


def test_share_halves_with_each_failure_and_never_reaches_zero() -> None:
    lanes = new_lanes()
    shares = []

    for _ in range(5):
        run(lanes, LANE, False)
        shares.append(room(lanes, LANE, NOW))

    assert shares == [4, 2, 1, 1, 1]


def test_ten_failures_in_a_row_open_the_breaker() -> None:
    lanes = new_lanes()

    run(lanes, LANE, *[False] * 9)
    after_nine = room(lanes, LANE, NOW)
    run(lanes, LANE, False)

    assert after_nine == 1
    assert room(lanes, LANE, NOW) == 0
    assert room(lanes, OTHER, NOW) == 8


def test_seven_failures_in_ten_open_the_breaker() -> None:
    lanes = new_lanes()

    run(lanes, LANE, True, False, False, True, False, False, True, False, False)
    after_nine = room(lanes, LANE, NOW)
    run(lanes, LANE, False)

    assert after_nine == 1
    assert room(lanes, LANE, NOW) == 0


def test_six_failures_in_ten_do_not_open_the_breaker() -> None:
    lanes = new_lanes()

    run(lanes, LANE, *[True, True, False, False, False] * 2)

    assert room(lanes, LANE, NOW) >= 1


def test_failures_of_more_than_five_minutes_ago_do_not_count_as_a_share() -> None:
    lanes = new_lanes()
    run(lanes, LANE, *[True, True, False, False, False, False, False, False, False], now=NOW)

    run(lanes, LANE, False, now=NOW + 300)

    assert room(lanes, LANE, NOW + 300) == 1


def test_open_breaker_lets_one_probe_through_after_30_seconds() -> None:
    lanes = broken()

    before, due = room(lanes, LANE, NOW + 29.9), room(lanes, LANE, NOW + 30)
    lanes.started(LANE)

    assert (before, due) == (0, 1)
    assert room(lanes, LANE, NOW + 30) == 0


def test_failed_probes_double_the_wait_up_to_ten_minutes() -> None:
    lanes, now = broken(), NOW
    waits = []

    for _ in range(7):
        wait = next(wait for wait in range(1, 601) if room(lanes, LANE, now + wait))
        waits.append(wait)
        now += wait
        run(lanes, LANE, False, now=now)

    assert waits == [30, 60, 120, 240, 480, 600, 600]


def test_straggler_that_fails_does_not_prolong_the_wait() -> None:
    lanes = new_lanes()
    lanes.started(LANE)
    run(lanes, LANE, *[False] * 10)

    lanes.finished(LANE, ok=False, now=NOW + 15)

    assert room(lanes, LANE, NOW + 30) == 1


def test_successful_probe_closes_the_breaker_carefully() -> None:
    lanes = broken()

    run(lanes, LANE, True, now=NOW + 30)
    after_probe = room(lanes, LANE, NOW + 30)
    run(lanes, LANE, *[True] * 1000, now=NOW + 31)

    assert after_probe == 2
    assert room(lanes, LANE, NOW + 31) == 32


def test_forty_dead_urls_leave_room_for_others_of_their_account() -> None:
    lanes = new_lanes()

    for number in range(40):
        lane = Endpoint(1, f"https://dead{number}.test/").lane
        for _ in range(room(lanes, lane, NOW)):
            lanes.started(lane)

    assert room(lanes, LANE, NOW) >= 1


def test_memory_is_bounded_and_never_forgets_what_is_under_way() -> None:
    lanes = Lanes(most_in_flight=512, hosts=None, most_remembered=3)
    lanes.started(LANE)

    for number in range(100):
        run(lanes, f"{number} https://{number}.test/", True)

    assert len(lanes._shares) <= 3
    assert room(lanes, LANE, NOW) == 7


@given(st.lists(st.tuples(st.sampled_from([LANE, OTHER]), st.booleans(), st.floats(0, 100)), max_size=200))
def test_shares_stay_within_bounds_whatever_happens(steps: list[tuple[str, bool, float]]) -> None:
    lanes, now = new_lanes(40), NOW
    under_way: dict[str, int] = {LANE: 0, OTHER: 0}

    for lane, ok, seconds in steps:
        now += seconds
        if room(lanes, lane, now):
            lanes.started(lane)
            under_way[lane] += 1
        elif under_way[lane]:
            lanes.finished(lane, ok=ok, now=now)
            under_way[lane] -= 1

        assert 0 <= room(lanes, lane, now) <= 32 - under_way[lane]
        assert sum(under_way.values()) <= 40


@pytest.mark.parametrize("lane", [LANE, OTHER])
def test_looking_leaves_no_trace(lane: str) -> None:
    lanes = new_lanes()

    room(lanes, lane, NOW)

    assert len(lanes._shares) == 0


def start_all(lanes: Lanes, names: Iterable[str]) -> int:
    """Start whatever may start; answer how many deliveries that are."""
    started = [lane for lane, count in lanes.rooms(names, NOW).items() for _ in range(count)]
    for lane in started:
        lanes.started(lane)
    return len(started)


def account_lanes(account_id: int) -> list[str]:
    return [Endpoint(account_id, f"https://{number}.test/").lane for number in range(1000)]


def test_account_with_a_thousand_dead_urls_leaves_half_and_two_leave_a_third() -> None:
    lanes = new_lanes()

    for _ in range(20):
        start_all(lanes, account_lanes(1))
    alone = lanes.in_flight
    for _ in range(20):
        start_all(lanes, account_lanes(2))

    assert alone == 256
    assert lanes.in_flight == 256 + 128
    assert room(lanes, Endpoint(3, "https://a.test/").lane, NOW) == 8


def test_account_that_finishes_gets_its_room_back() -> None:
    lanes = new_lanes()
    names = account_lanes(1)
    while start_all(lanes, names):
        pass

    for lane in names[:256]:
        lanes.finished(lane, ok=True, now=NOW)

    assert lanes.in_flight == 0
    assert room(lanes, names[0], NOW) >= 8


def test_host_gets_its_limit_from_all_accounts_and_urls_together() -> None:
    clock = FakeClock(NOW)
    lanes = Lanes(most_in_flight=512, hosts=RateLimits(clock))
    spellings = ["https://a.test/", "http://A.test:8080/x", "https://ａ.test./y"]
    names = [Endpoint(account_id, url).lane for account_id in (1, 2) for url in spellings]
    got = 0

    for _ in range(1000):
        got += (started := start_all(lanes, names))
        for lane, running in [(lane, lanes._shares.peek(lane).in_flight) for lane in names if started]:
            for _ in range(running):
                lanes.finished(lane, ok=True, now=NOW)
    clock.advance(1.0)

    assert got == HOST_LIMIT.quota
    assert sum(lanes.rooms(names, NOW).values()) == HOST_LIMIT.quota // 60
    assert room(lanes, OTHER, NOW) == 8


def test_url_that_only_an_older_guard_took_is_a_host_of_its_own() -> None:
    assert host_of(Endpoint(1, "https://user@a.test/").lane) == "https://user@a.test/"


def test_broken_lanes_are_those_behind_an_open_breaker() -> None:
    lanes = broken()

    run(lanes, OTHER, True)

    assert lanes.broken == {LANE}
