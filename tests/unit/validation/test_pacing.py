"""No destination is asked above its limit, and a closed port is noticed."""

from hypothesis import given
from hypothesis import strategies as st

from indicia.validation.pacing import Pacing, WayOut
from tests.doubles.clock import FakeClock


@given(st.lists(st.floats(0, 90), max_size=40), st.integers(1, 8))
def test_no_60_seconds_have_more_questions_than_allowed(pauses, per_minute):
    clock = FakeClock(1_800_000_000.0)
    pacing = Pacing(per_minute, clock)
    asked = []
    for pause in pauses:
        clock.advance(pause)
        wait = pacing.book("mx.example", 600)
        if wait is not None:
            asked.append(clock() + wait)

    assert asked == sorted(asked)
    assert all(later - earlier >= 60 - 1e-6 for earlier, later in zip(asked, asked[per_minute:], strict=False))


def test_what_cannot_be_asked_in_time_is_not_booked():
    pacing = Pacing(1, FakeClock(1_800_000_000.0))

    assert pacing.book("mx.example", 0) == 0
    assert pacing.book("mx.example", 59) is None
    assert pacing.book("other.example", 0) == 0
    assert pacing.wait("mx.example") == 60


def test_way_out_is_closed_after_five_hosts_and_tried_again_after_five_minutes():
    clock = FakeClock(1_800_000_000.0)
    way_out = WayOut(clock)
    for number in range(5):
        assert not way_out.is_closed
        way_out.missed(f"mx{number}.example")

    assert way_out.is_closed
    clock.advance(301)
    assert not way_out.is_closed
    way_out.missed("another.example")
    assert way_out.is_closed


def test_one_host_that_is_down_closes_nothing():
    way_out = WayOut(FakeClock(1_800_000_000.0))
    for _ in range(9):
        way_out.missed("mx.example")

    assert not way_out.is_closed
    for number in range(4):
        way_out.missed(f"mx{number}.example")
    assert way_out.is_closed
    way_out.reached()
    assert not way_out.is_closed
