"""Measure sending on this machine: Indicia beside Postfix and Haraka into one sink, and what may go wrong on the way.

Run `make bench-sending`, or `python -m benchmarks.sending --quick` for a first impression. Needs Debian, npm, and root,
because Postfix's master does.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.mail.batch import measure_batch
from benchmarks.mail.goals import Goal
from benchmarks.mail.haraka import Haraka
from benchmarks.mail.installation import Indicia
from benchmarks.mail.postfix import Postfix
from benchmarks.mail.sides import Side
from benchmarks.mail.sink import Sink
from benchmarks.mail.trouble import measure_storm, measure_tarpit
from tests.doubles.dns_zone import DnsZone

SMALL_BYTES = 5 * 1024
LARGE_BYTES = 100 * 1024
WARM_UP = 200
PARTS = ("compare", "batch", "tarpit", "storm")
# A round that takes so long has got stuck.
ROUND_SECONDS = 60

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    small: int
    large: int
    batch_rounds: int
    tarpit_pairs: int
    tarpit_seconds: float


FULL = Plan(rounds=5, small=2_000, large=400, batch_rounds=5, tarpit_pairs=3, tarpit_seconds=20)
QUICK = Plan(rounds=3, small=800, large=150, batch_rounds=3, tarpit_pairs=1, tarpit_seconds=8)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of one side showed; `cpu_ms` is its processor time per message."""

    accepted: float
    drained: float
    cpu_ms: float


async def compare(plan: Plan) -> list[Goal]:
    """Send the same through every side in turn, round after round, and print the medians."""
    async with AsyncExitStack() as running:
        sink = await running.enter_async_context(Sink())
        zone = await running.enter_async_context(DnsZone())
        zone.answer("dest.test", "MX", ["10 mx.dest.test"], ttl=3600)
        zone.answer("mx.dest.test", "A", ["127.0.0.1"], ttl=3600)
        ours = Indicia(sink.port, zone), Indicia(sink.port, zone, with_worker=True)
        postfix, haraka = Postfix(sink.port), Haraka(sink.port)
        sides: Sequence[Side] = [await running.enter_async_context(side) for side in (*ours, postfix, haraka)]
        goals = []
        for size, messages in ((SMALL_BYTES, plan.small), (LARGE_BYTES, plan.large)):
            rounds: dict[str, list[Round]] = defaultdict(list)
            for side in sides:
                await _round(side, sink, WARM_UP, size)
            for number in range(plan.rounds):
                for side in sides[number % len(sides) :] + sides[: number % len(sides)]:
                    rounds[side.name].append(await _round(side, sink, messages, size))
            _show(size, messages, rounds)
            goals += [goal for side in ours for goal in _goals(size, rounds, side.name, postfix.name, haraka.name)]
    return goals


async def _round(side: Side, sink: Sink, messages: int, size: int) -> Round:
    load = side.load(messages, size)
    wanted, spent, began = sink.taken + messages, side.cpu_seconds(), time.perf_counter()
    async with asyncio.timeout(ROUND_SECONDS):
        await load()
        accepted = time.perf_counter() - began
        await sink.has_taken(wanted)
    drained = time.perf_counter() - began
    return Round(messages / accepted, messages / drained, (side.cpu_seconds() - spent) / messages * 1000)


def _show(size: int, messages: int, rounds: dict[str, list[Round]]) -> None:
    count = len(next(iter(rounds.values())))
    table = Table("", title=f"{messages:,} messages of {size // 1024} KB, median (range) of {count} rounds")
    for name in ("accepted/s", "drained/s", "CPU a message, ms"):
        table.add_column(name, justify="right")
    for name, its in rounds.items():
        columns = ([getattr(each, field) for each in its] for field in ("accepted", "drained", "cpu_ms"))
        table.add_row(name, *(f"{statistics.median(c):,.1f} ({min(c):,.1f} to {max(c):,.1f})" for c in columns))
    console.print(table)


def _goals(size: int, rounds: dict[str, list[Round]], indicia: str, postfix: str, haraka: str) -> list[Goal]:
    def ratio(field: str, other: str) -> float:
        """Compare round by round: what else the machine does differs less within a round."""
        pairs = zip(rounds[indicia], rounds[other], strict=True)
        return statistics.median(getattr(ours, field) / getattr(theirs, field) for ours, theirs in pairs)

    goals = []
    for field, other, least in (("drained", postfix, 1.2), ("drained", haraka, 1.0), ("accepted", postfix, 1.5)):
        found = ratio(field, other)
        text = f"{indicia}, {size // 1024} KB, {field}: at least {least}x {other}"
        goals.append(Goal(text, f"{found:.2f}x", found >= least))
    return goals


async def measure(plan: Plan, parts: Sequence[str]) -> list[Goal]:
    """Run the parts that are wanted, one after the other."""
    goals: list[Goal] = []
    if "compare" in parts:
        goals += await compare(plan)
    if "batch" in parts:
        goals += await measure_batch(console, plan.batch_rounds)
    if "tarpit" in parts:
        goals += await measure_tarpit(console, plan.tarpit_pairs, plan.tarpit_seconds)
    if "storm" in parts:
        goals += await measure_storm(console)
    return goals


def main() -> int:
    """Measure and print; answer 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a first impression; its spread is wide")
    parser.add_argument("--only", action="append", choices=PARTS, help="a part of it; may be repeated")
    wanted = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        goals = runner.run(measure(QUICK if wanted.quick else FULL, wanted.only or PARTS))
    for goal in goals:
        mark = "[green]✓[/]" if goal.is_met else "[red]✗[/]"
        console.print(f"{mark} {goal.text}: {goal.measured}")
    return 0 if all(goal.is_met for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
