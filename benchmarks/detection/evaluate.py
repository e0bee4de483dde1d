"""Measure judges on a labelled world: false positives per family of people, recall per family of bots.

python -m benchmarks.detection.evaluate out.jsonl                      # every published baseline, one line each
python -m benchmarks.detection.evaluate out.jsonl --judge package.module:function   # one judge, family by family
"""

import argparse
import importlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.detection.baselines import BASELINES, Event, Judge
from benchmarks.detection.families.registry import SCANNER_NAMES


@dataclass(frozen=True, slots=True)
class Labelled:
    """A world as it was read: events, their truth, and honeypot visits, each in order of time."""

    events: list[Event]
    families: list[str]
    actions: list[str]
    are_bots: list[bool]
    honeypots: list[Event]

    @classmethod
    def read(cls, path: Path) -> "Labelled":
        """Read a file that `benchmarks.detection.generate` wrote."""
        world = cls([], [], [], [], [])
        decode = msgspec.json.Decoder().decode
        with path.open("rb") as lines:
            for line in map(decode, lines):
                if "honeypot" in line:
                    world.honeypots.append(line["honeypot"])
                else:
                    world.events.append(line["event"])
                    world.families.append(line["family"])
                    world.actions.append(line["action"])
                    world.are_bots.append(line["is_bot"])
        return world


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of some events were flagged, with a 95 % interval."""

    flagged: int
    total: int

    @property
    def share(self) -> float:
        """The flagged share; 0 of nothing."""
        return self.flagged / self.total if self.total else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Bound the true share by Wilson's score interval (Wilson 1927)."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.959964, self.total, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(middle - half, 0.0), min(middle + half, 1.0)

    def __str__(self) -> str:
        low, high = self.bounds
        return f"{self.share:8.2%} [{low:7.2%}, {high:7.2%}] of {self.total}"


@dataclass(frozen=True, slots=True)
class Result:
    """What one judge did on one world, by (family, action, is a bot)."""

    total: Counter[tuple[str, str, bool]]
    flagged: Counter[tuple[str, str, bool]]

    def rate(self, *, bots: bool, actions: Iterable[str] = ("open", "click"), families: Iterable[str] = ()) -> Rate:
        """Add up the events of people or bots, of some actions and (unless empty) some families."""
        wanted = set(families)
        keys = [key for key in self.total if key[2] is bots and key[1] in actions and (not wanted or key[0] in wanted)]
        return Rate(sum(self.flagged[key] for key in keys), sum(self.total[key] for key in keys))

    def worst_family(self) -> tuple[str, Rate]:
        """Find the family of people that is misjudged most often."""
        people = {family for family, _, is_bot in self.total if not is_bot}
        rates = ((family, self.rate(bots=False, families=(family,))) for family in sorted(people))
        return max(rates, key=lambda each: each[1].share)


def evaluate(world: Labelled, judge: Judge) -> Result:
    """Run a judge over a world and count.

    Raises:
        ValueError: The judge did not answer once per event.
    """
    verdicts = judge(world.events, world.honeypots)
    result = Result(Counter(), Counter())
    for family, action, is_bot, verdict in zip(world.families, world.actions, world.are_bots, verdicts, strict=True):
        key = (family, action, is_bot)
        result.total[key] += 1
        result.flagged[key] += verdict
    return result


def summary(name: str, result: Result) -> str:
    """Write one judge's line."""
    family, worst = result.worst_family()
    parts = (
        result.rate(bots=False).share,
        worst.share,
        result.rate(bots=True, actions=("click",), families=SCANNER_NAMES).share,
        result.rate(bots=True, actions=("click",)).share,
        result.rate(bots=True, actions=("open",)).share,
    )
    return f"{name:20s}" + "".join(f"{part:10.2%}" for part in parts) + f"  {family}"


def report(result: Result) -> str:
    """Write the table of all families, people first, worst first."""
    lines = []
    for is_bot, title in ((False, "people: false positives"), (True, "bots: recall")):
        rates = [
            (family, action, Rate(result.flagged[family, action, bot], total))
            for (family, action, bot), total in result.total.items()
            if bot is is_bot
        ]
        rates.sort(key=lambda each: (each[2].share if is_bot else -each[2].share, each[0], each[1]))
        lines += [title, *(f"  {family:26s} {action:6s} {rate}" for family, action, rate in rates)]
    return "\n".join(lines)


def load_judge(name: str) -> Judge:
    """Import a judge by `package.module:function`."""
    module, _, function = name.partition(":")
    judge: Judge = getattr(importlib.import_module(module), function)
    return judge


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=Path)
    parser.add_argument("--judge", help="package.module:function; without it, every baseline")
    chosen = parser.parse_args(arguments)
    world = Labelled.read(chosen.world)
    judges = {chosen.judge: load_judge(chosen.judge)} if chosen.judge else BASELINES
    print(f"{'':20s}{'people':>10s}{'worst':>10s}{'scanners':>10s}{'clicks':>10s}{'opens':>10s}  worst family")
    for name, judge in judges.items():
        result = evaluate(world, judge)
        print(summary(name[-20:], result))
        if chosen.judge:
            print(report(result))


if __name__ == "__main__":
    main()
