"""One link that is asked for again and again."""

from indicia.tracking import replays
from indicia.tracking.replays import MOST_A_MINUTE, Replays


def test_a_link_is_a_replay_after_so_many_requests_in_a_minute_and_not_in_the_next():
    seen = Replays()

    notes = [seen.note(b"a", 60.0) for _ in range(MOST_A_MINUTE + 1)]

    assert notes == [False] * MOST_A_MINUTE + [True]
    assert seen.note(b"b", 60.0) is False
    assert seen.note(b"a", 119.9) is True
    assert seen.note(b"a", 120.0) is False


def test_a_flood_of_links_takes_memory_for_so_many_and_no_more():
    seen = Replays()

    for number in range(2 * replays.MOST_REMEMBERED):
        seen.note(b"%d" % number, 60.0)

    assert len(seen._counts) <= replays.MOST_REMEMBERED
