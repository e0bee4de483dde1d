import weakref

import pytest

from indicia.archive.model import Row
from indicia.archive.replay import LOOK_AHEAD_SECONDS, Replay
from indicia.detection.model import Honeypot, Interaction
from indicia.detection.options import DetectionOptions
from tests.doubles.history import CHROME, START

HOME, CLOUD = "73.162.1.1", "164.92.241.206"


def click(number, at, *, ip=CLOUD, recipient="r1"):
    """Make a click on a link of its own."""
    return Row(
        Interaction(
            event_id=f"e{number}",
            ip=ip,
            uas=CHROME.format(155),
            recipient_id=recipient,
            message_id="m1",
            ts=at,
            url=f"https://shop.example/{number}",
        )
    )


@pytest.fixture
def replay(datasets):
    return Replay(datasets, DetectionOptions(), providers={}, undated_at=START)


def signals(verdict):
    return {one.signal for one in verdict.evidence}


def test_the_first_click_of_a_sweep_is_known_by_those_in_the_next_chunk(replay):
    sweep = [click(number, START + number / 10) for number in range(4)]

    judged = list(replay.judge([[row] for row in sweep], iter(())))

    assert [row for row, _ in judged] == sweep
    assert all("link_sweep" in signals(verdict) for _, verdict in judged)


def test_chunks_of_any_size_give_the_same_verdicts(datasets, replay):
    rows = [click(number, START + number * 7, recipient=f"r{number % 3}") for number in range(40)]
    other = Replay(datasets, DetectionOptions(), providers={}, undated_at=START)

    one_by_one = [verdict for _, verdict in replay.judge([[row] for row in rows], iter(()))]
    at_once = [verdict for _, verdict in other.judge([rows], iter(()))]

    # Rows that are far apart do not tell of each other beyond counts of a day.
    assert [verdict.is_bot for verdict in one_by_one] == [verdict.is_bot for verdict in at_once]


def test_a_row_is_judged_as_soon_as_the_minute_after_it_is_known(replay):
    seen = []

    def chunks():
        for number in range(5):
            seen.append(number)
            yield [click(number, START + number * LOOK_AHEAD_SECONDS)]

    row, _ = next(replay.judge(chunks(), iter(())))

    assert row.interaction.event_id == "e0"
    assert seen == [0, 1]


def test_what_was_only_observed_counts(replay):
    replay.observe([click(number, START + number / 10) for number in range(3)])

    [(_, verdict)] = replay.judge([[click(3, START + 0.3)]], iter(()))

    assert "link_sweep" in signals(verdict)


def test_a_visit_to_a_hidden_link_counts_while_it_is_fresh(replay):
    visit = Honeypot(0, "m1", CLOUD, CHROME.format(155), START + 100)
    rows = [click(1, START + 130), click(2, START + 100_000)]

    fresh, stale = (verdict for _, verdict in replay.judge([rows], iter([visit])))

    assert "honeypot.own_message" in signals(fresh)
    assert "honeypot.own_message" not in signals(stale)


def test_visits_between_rows_count_for_those_that_they_are_near_to(replay):
    agent = CHROME.format(155)
    rows = [click(number, START + number * 3_600, recipient=f"r{number}") for number in range(6)]
    visits = [Honeypot(0, f"m{number}", CLOUD, agent, START + number * 3_600 + 30) for number in (1, 4)]

    judged = list(replay.judge([rows], iter(visits)))

    assert [row for row, _ in judged] == rows
    near = [any(name.startswith("honeypot") for name in signals(verdict)) for _, verdict in judged]
    assert near == [False, True, False, False, True, False]


def test_rows_without_a_time_are_judged_too(replay):
    rows = [click(1, START), click(2, None, ip=HOME), click(3, None, ip=HOME)]

    assert len(list(replay.judge([rows[:2], rows[2:]], iter(())))) == 3


def test_the_engine_of_a_part_that_is_judged_is_gone_at_once(datasets):
    replay = Replay(datasets, DetectionOptions(), providers={}, undated_at=START)
    list(replay.judge([[click(1, START)]], iter(())))
    engine = weakref.ref(replay._engine)

    del replay

    assert engine() is None
