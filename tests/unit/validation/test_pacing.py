"""No destination is asked above its limit."""

from hypothesis import given
from hypothesis import strategies as st

from indicia.validation.pacing import Pacing
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
