"""Receivers that behave badly: one that is slow among fifty, and one that refuses everything for now."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rich.console import Console

from benchmarks.mail.goals import Goal
from benchmarks.mail.installation import Indicia
from benchmarks.mail.load import submit
from benchmarks.mail.sink import Sink
from tests.doubles.dns_zone import DnsZone
from tests.doubles.postfix import free_port

DESTINATIONS = 50
PER_SECOND = 50
TARPIT_PER_SECOND = 10
_TICK_SECONDS = 0.1
# How long the tarpit thinks about every message.
_TARPIT_OPTIONS = ("-w", "20")
GOAL_RATIO = 1.2

STORM_COPIES = 2_000
STORM_SIZE = 5 * 1024
STORMS = {
    "greylisting": ("-r", "RCPT", "-b", "450 4.7.1 Greylisted, please come back"),
    "overload": ("-r", "RCPT", "-b", "450 4.3.2 System not accepting messages"),
    "421 to every connection": ("-r", "CONNECT", "-b", "421 4.3.2 Service not available"),
}
# A second after every copy has been tried, nothing is due for half a minute.
_CALM_SECONDS = 10.0
MOST_CORE = 0.05
MOST_GROWTH = 0.05


async def measure_tarpit(console: Console, pairs: int, seconds: float) -> list[Goal]:
    """Compare how long the other destinations' mail takes with and without one that is slow."""
    console.print(
        f"\n{DESTINATIONS - 1} destinations get {PER_SECOND}/s together, a tarpit {TARPIT_PER_SECOND}/s more; "
        "from the request to the stored outcome, p99 of the others:"
    )
    ratios = []
    for pair in range(pairs):
        order = (False, True) if pair % 2 == 0 else (True, False)
        p99 = {is_slow: await _p99(seconds, is_slow=is_slow) for is_slow in order}
        ratios.append(p99[True] / p99[False])
        console.print(f"  without it {p99[False] * 1000:.0f} ms; with it {p99[True] * 1000:.0f} ms: {ratios[-1]:.2f}x")
    ratio = statistics.median(ratios)
    text = f"a tarpit costs the others' p99 at most {GOAL_RATIO}x"
    return [Goal(text, f"{ratio:.2f}x ({min(ratios):.2f} to {max(ratios):.2f})", ratio <= GOAL_RATIO)]


async def _p99(seconds: float, *, is_slow: bool) -> float:
    port = free_port()
    async with AsyncExitStack() as running:
        zone = await running.enter_async_context(DnsZone())
        await running.enter_async_context(Sink(host="127.0.0.2", port=port))
        slow = _TARPIT_OPTIONS if is_slow else ()
        await running.enter_async_context(Sink(*slow, host="127.0.0.3", port=port))
        for number in range(DESTINATIONS):
            zone.answer(f"d{number}.test", "MX", [f"10 mx.d{number}.test"], ttl=3600)
            zone.answer(f"mx.d{number}.test", "A", ["127.0.0.2" if number else "127.0.0.3"], ttl=3600)
        side = await running.enter_async_context(Indicia(port, zone, LOG_LEVEL="warning"))
        await _pace(side, seconds)
        expected = round(seconds * PER_SECOND)
        async with asyncio.timeout(60):
            while len(waits := _of_others(side)) < expected:  # noqa: ASYNC110 - a table has no event to wait for.
                await asyncio.sleep(0.2)
    return statistics.quantiles(waits, n=100)[98]


def _of_others(side: Indicia) -> list[float]:
    return [wait for to, wait in side.waits() if not to.endswith("@d0.test")]


async def _pace(side: Indicia, seconds: float) -> None:
    """Submit at a constant rate, however long answers take."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as submitting:
        for tick in range(round(seconds / _TICK_SECONDS)):
            await asyncio.sleep(began + tick * _TICK_SECONDS - time.monotonic())
            count = round(PER_SECOND * _TICK_SECONDS)
            numbers = range(tick * count, (tick + 1) * count)
            recipients = [f"r@d{1 + number % (DESTINATIONS - 1)}.test" for number in numbers]
            recipients += ["r@d0.test"] * round(TARPIT_PER_SECOND * _TICK_SECONDS)
            requests = [*side.requests(recipients, STORM_SIZE)]
            submitting.create_task(submit(side.endpoint.port, iter(requests), at_once=len(requests)))


async def measure_storm(console: Console) -> list[Goal]:
    """Send two waves to a receiver that answers 4xx to everyone, and see what waiting costs."""
    goals = []
    for title, options in STORMS.items():
        async with _refusing(*options) as side:
            await _storm(side)
            after_first = side.group.resident_megabytes()
            attempts = side.attempts()
            spent = side.cpu_seconds()
            await asyncio.sleep(_CALM_SECONDS)
            core = (side.cpu_seconds() - spent) / _CALM_SECONDS
            more = side.attempts() - attempts
            await _storm(side)
            growth = side.group.resident_megabytes() / after_first - 1
        console.print(
            f"\n{title}: {STORM_COPIES:,} copies, {attempts:,} attempts; in {_CALM_SECONDS:.0f} s after these "
            f"{more:,} more and {core:.1%} of a core; memory {after_first:.0f} MB, after as many again {growth:+.1%}"
        )
        goals.append(Goal(f"{title}: no hot loop, at most {MOST_CORE:.0%} of a core", f"{core:.1%}", core <= MOST_CORE))
        text = f"{title}: memory grows by at most {MOST_GROWTH:.0%} with as many waiting again"
        goals.append(Goal(text, f"{growth:+.1%}", growth <= MOST_GROWTH))
    return goals


@asynccontextmanager
async def _refusing(*options: str) -> AsyncIterator[Indicia]:
    async with Sink(*options) as sink, DnsZone() as zone:
        zone.answer("dest.test", "MX", ["10 mx.dest.test"], ttl=3600)
        zone.answer("mx.dest.test", "A", ["127.0.0.1"], ttl=3600)
        # Nothing comes due again while it is watched.
        async with Indicia(sink.port, zone, LOG_LEVEL="warning", RETRY_SCHEDULE="300") as side:
            yield side


async def _storm(side: Indicia) -> None:
    """Submit, and wait until nothing has been attempted for a while."""
    await side.load(STORM_COPIES, STORM_SIZE)()
    seen = -1
    while (attempts := side.attempts()) > seen:
        seen = attempts
        await asyncio.sleep(1.5)
