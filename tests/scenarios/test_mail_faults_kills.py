"""Processes are killed while a customer posts: what was answered 200 arrives, and twice only if it says so."""

from pathlib import Path

from tests.faults.toll import MOST_SESSIONS, campaign

ROUNDS = 5


async def test_no_accepted_message_is_lost_and_duplicates_are_few_and_flagged(tmp_path: Path):
    toll = await campaign(tmp_path, rounds=ROUNDS, messages=600, seed=7)

    assert toll.lost == set()
    assert toll.untold == set()
    assert toll.unflagged == set()
    assert toll.duplicates <= ROUNDS * MOST_SESSIONS
    # Some were cut off in the moment that counts, or this would show nothing.
    assert toll.flagged
