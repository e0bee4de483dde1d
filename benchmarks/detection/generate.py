"""Write a labelled world as JSON lines.

    python -m benchmarks.detection.generate --seed 7 --events 100000 --variant everything -o out.jsonl

Each line is `{"event": {...what a sender posts...}, "is_bot": ..., "family": ..., "action": ...}` or, in the variant
that tells everything, `{"honeypot": {...}}`. What stands outside the event is the truth, which no judge may see.
`--zone FILE` also writes the MX hosts of the recipient domains.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.detection.families.registry import BOTS
from benchmarks.detection.stage import Interaction
from benchmarks.detection.variants import Event, Variant, honeypot, posted, stripped
from benchmarks.detection.world import World, make_world


def lines(world: World, variant: Variant) -> Iterator[Event]:
    """Say what happened, line by line, in order of time."""
    number = 0
    for one in world.stories:
        if isinstance(one, Interaction):
            number += 1
            event = stripped(posted(one, f"e{number:08d}"), variant)
            yield {"event": event, "is_bot": one.family in BOTS, "family": one.family, "action": one.action}
        elif variant is Variant.EVERYTHING:
            yield {"honeypot": honeypot(one)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--events", type=int, default=100_000, help="about how many, at least 1000")
    parser.add_argument("--variant", type=Variant, choices=list(Variant), default=Variant.EVERYTHING)
    parser.add_argument("--balanced", action="store_true", help="about as many events of every family")
    parser.add_argument("--zone", type=Path, help="write {domain: [MX hosts]} here")
    parser.add_argument("-o", "--output", type=Path)
    chosen = parser.parse_args(arguments)
    world = make_world(chosen.seed, chosen.events, balanced=chosen.balanced)
    if chosen.zone:
        chosen.zone.write_bytes(msgspec.json.encode(world.zone))
    encode = msgspec.json.Encoder().encode
    with chosen.output.open("wb") if chosen.output else sys.stdout.buffer as out:
        out.writelines(encode(line) + b"\n" for line in lines(world, chosen.variant))


if __name__ == "__main__":
    main()
