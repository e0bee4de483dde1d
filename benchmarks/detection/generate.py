"""Write a labelled world as JSON lines.

    python -m benchmarks.detection.generate --seed 7 --events 100000 --variant everything -o world.jsonl

Each line is what a sender posts and, beside it, the truth in `label` and `family`, which no judge may see. Visits to
hidden links, which the service sees by itself, go to `--honeypots FILE`; the MX hosts of the recipient domains, which
it asks DNS for, to `--zone FILE`.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.detection.families.registry import BOTS
from benchmarks.detection.stage import Interaction, TrapHit
from benchmarks.detection.variants import Event, Variant, honeypot, posted, stripped
from benchmarks.detection.world import World, make_world


def lines(world: World, variant: Variant) -> Iterator[Event]:
    """Say what happened, line by line, in order of time."""
    interactions = (one for one in world.stories if isinstance(one, Interaction))
    for number, one in enumerate(interactions, 1):
        label = "bot" if one.family in BOTS else "human"
        yield {**stripped(posted(one, f"e{number:08d}"), variant), "label": label, "family": one.family}


def visits(world: World) -> Iterator[Event]:
    """Say who visited hidden links, in order of time."""
    return (honeypot(one) for one in world.stories if isinstance(one, TrapHit))


def write(path: Path | None, events: Iterable[Event]) -> None:
    """Write JSON lines to a file, or else to standard output."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") if path else sys.stdout.buffer as out:
        out.writelines(encode(event) + b"\n" for event in events)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--events", type=int, default=100_000, help="about how many, at least 1000")
    parser.add_argument("--variant", type=Variant, choices=list(Variant), default=Variant.EVERYTHING)
    parser.add_argument("--balanced", action="store_true", help="about as many events of every family")
    parser.add_argument("--honeypots", type=Path, help="write visits to hidden links here")
    parser.add_argument("--zone", type=Path, help="write {domain: [MX hosts]} here")
    parser.add_argument("-o", "--output", type=Path)
    chosen = parser.parse_args(arguments)
    world = make_world(chosen.seed, chosen.events, balanced=chosen.balanced)
    if chosen.zone:
        chosen.zone.write_bytes(msgspec.json.encode(world.zone))
    if chosen.honeypots:
        write(chosen.honeypots, visits(world))
    write(chosen.output, lines(world, chosen.variant))


if __name__ == "__main__":
    main()
