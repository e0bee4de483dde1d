"""A flood of hidden links: `make flood` follows a million, this some thousands."""

from pathlib import Path

from tests.faults.flood import PEOPLE, flood


async def test_a_flood_of_hidden_links_hides_no_scanner_and_condemns_nobody(tmp_path: Path):
    flooded = await flood(tmp_path, 10_000)

    assert flooded.machine["client-info"]["suspected-bot"] is True
    assert [event["client-info"]["suspected-bot"] for event in flooded.people] == [False] * PEOPLE
