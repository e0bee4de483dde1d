"""Rate limits: a burst of the quota, then an even trickle, and nothing kept of idle callers."""

from indicia.aggregates.rate_limits import Limit, RateLimits
from tests.doubles.clock import FakeClock

LIMIT = Limit("default", 60, 60.0)


def test_a_full_quota_may_be_used_at_once_and_no_more():
    limits = RateLimits(FakeClock())

    allowed = [limits.take(LIMIT, "key").allowed for _ in range(61)]

    assert allowed == [True] * 60 + [False]


def test_remaining_counts_down_to_zero():
    limits = RateLimits(FakeClock())

    assert [limits.take(LIMIT, "key").remaining for _ in range(60)] == list(range(59, -1, -1))


def test_a_steady_rate_at_the_limit_is_never_refused():
    clock = FakeClock()
    limits = RateLimits(clock)

    for _ in range(600):
        assert limits.take(LIMIT, "key").allowed
        clock.advance(1.0)


def test_after_retry_after_one_more_is_allowed():
    clock = FakeClock()
    limits = RateLimits(clock)
    for _ in range(60):
        limits.take(LIMIT, "key")

    refused = limits.take(LIMIT, "key")
    clock.advance(refused.retry_after)

    assert limits.take(LIMIT, "key").allowed
    assert not limits.take(LIMIT, "key").allowed


def test_callers_and_limits_do_not_share_a_quota():
    limits = RateLimits(FakeClock())
    for _ in range(60):
        limits.take(LIMIT, "key")

    assert limits.take(LIMIT, "other").allowed
    assert limits.take(Limit("batch", 60, 60.0), "key").allowed


def test_what_is_left_can_be_taken_and_looking_takes_nothing():
    clock = FakeClock()
    limits = RateLimits(clock)

    for _ in range(45):
        limits.take(LIMIT, "key")

    assert [limits.left(LIMIT, "key") for _ in range(2)] == [15, 15]
    assert limits.left(LIMIT, "other") == 60
    clock.advance(5.5)
    assert limits.left(LIMIT, "key") == 20


def test_a_million_passing_callers_are_forgotten():
    clock = FakeClock()
    limits = RateLimits(clock)

    for number in range(200_000):
        limits.take(LIMIT, str(number))
        clock.advance(0.001)

    assert len(limits._whole_at) <= 50_001
