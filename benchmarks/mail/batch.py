"""What a thousand copies cost when they are asked for at once, beside a thousand requests."""

import statistics
import time
from typing import NamedTuple

import msgspec
from rich.console import Console

from benchmarks.mail.goals import Goal
from benchmarks.mail.installation import Indicia
from benchmarks.mail.load import submit, text_of
from benchmarks.mail.sink import Sink
from tests.doubles.dns_zone import DnsZone

COPIES = 1_000
SIZE_BYTES = 5 * 1024
GOAL_RATIO = 0.25


class Cost(NamedTuple):
    """What submitting took: `seconds` until all was accepted, and the service's processor time in seconds."""

    seconds: float
    cpu_seconds: float


async def measure_batch(console: Console, rounds: int) -> list[Goal]:
    """Compare accepting alone, where no worker runs, and the whole path."""
    async with Sink() as sink, DnsZone() as zone:
        zone.answer("dest.test", "MX", ["10 mx.dest.test"], ttl=3600)
        zone.answer("mx.dest.test", "A", ["127.0.0.1"], ttl=3600)
        async with Indicia(sink.port, zone, command="api") as alone:
            accepting = [await _pair(alone, None) for _ in range(rounds)]
        async with Indicia(sink.port, zone) as whole:
            delivering = [await _pair(whole, sink) for _ in range(rounds)]
    console.print(f"\n{COPIES:,} copies of 5 KB with variables, as one batch by as many single submissions:")
    goals = []
    for title, pairs in (("accepted", accepting), ("delivered", delivering)):
        time_ratio = statistics.median(batch.seconds / single.seconds for batch, single in pairs)
        cpu_ratio = statistics.median(batch.cpu_seconds / single.cpu_seconds for batch, single in pairs)
        batch, single = (statistics.median(cost.cpu_seconds for cost in side) for side in zip(*pairs, strict=True))
        console.print(
            f"  {title}: {time_ratio:.2f}x the time, {cpu_ratio:.2f}x the CPU "
            f"({batch / COPIES * 1000:.2f} by {single / COPIES * 1000:.2f} ms a copy)"
        )
        if title == "accepted":
            text = f"a batch costs at most {GOAL_RATIO}x of what single submissions cost"
            goals.append(Goal(text, f"{cpu_ratio:.2f}x the CPU", cpu_ratio <= GOAL_RATIO))
    return goals


async def _pair(side: Indicia, sink: Sink | None) -> tuple[Cost, Cost]:
    recipients = [f"r{number}@dest.test" for number in range(COPIES)]
    text = text_of(SIZE_BYTES - 100) + b"Dear %recipient.name%, your number is %recipient.number%.\r\n"
    variables = {to: {"name": f"Name {number}", "number": number} for number, to in enumerate(recipients)}
    batch = side.request(
        {
            "to": ", ".join(recipients).encode(),
            # Another batch must not be taken for a repeat of this one.
            "subject": b"Batch %d" % time.time_ns(),
            "text": text,
            "recipient-variables": msgspec.json.encode(variables),
        }
    )
    singles = [*side.requests(recipients, SIZE_BYTES)]
    return await _cost(side, [batch], sink), await _cost(side, singles, sink)


async def _cost(side: Indicia, requests: list[bytes], sink: Sink | None) -> Cost:
    wanted = 0 if sink is None else sink.taken + COPIES
    spent, began = side.cpu_seconds(), time.perf_counter()
    await submit(side.endpoint.port, iter(requests))
    if sink is not None:
        await sink.has_taken(wanted)
    return Cost(time.perf_counter() - began, side.cpu_seconds() - spent)
