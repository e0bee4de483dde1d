"""The long form of the test with kills: `make faults`. Prints what was accepted, lost and sent twice."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.toll import MOST_SESSIONS, campaign


def main() -> int:
    """Run it; answer 1 where anything was lost, or sent twice without a word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--messages", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}")
    with tempfile.TemporaryDirectory(prefix="indicia-faults-") as directory:
        toll = asyncio.run(
            campaign(
                Path(directory),
                rounds=wanted.rounds,
                messages=wanted.messages,
                seed=wanted.seed,
                after_round=lambda number, accepted: print(f"  kill {number}: {accepted:,} accepted", flush=True),
            )
        )
    bound = toll.kills * MOST_SESSIONS
    print(
        f"{toll.kills} kills, {toll.accepted:,} accepted: {len(toll.lost)} lost, {toll.duplicates} duplicates "
        f"(at most {bound} sessions were cut off), {len(toll.unflagged)} of these not flagged, {toll.flagged} flagged "
        f"in all, {len(toll.untold)} without exactly one event of delivery"
    )
    is_kept = not (toll.lost or toll.unflagged or toll.untold) and toll.duplicates <= bound
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
