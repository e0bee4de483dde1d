"""Measure webhook delivery on this machine: what a hanging receiver costs the others, and how fast a burst leaves.

Run `python -m benchmarks.webhooks`, or with `--quick` for a first impression in under a minute. The outbox and its
worker run in this process, the receivers in another. A hanging receiver is measured in pairs of rounds, with it and
without it in changing order, each round over a new store: a machine's own pace drifts more than what is measured.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

import uvloop
from aiohttp import web
from rich.console import Console

from indicia.base.clock import system_clock
from indicia.base.log import set_up_logging
from tests.doubles.webhook_worker import WebhookWorker

LIVE_URLS = 50
# To all live URLs together, and to the hanging one alone.
LIVE_PER_SECOND = 250
HANGING_PER_SECOND = 100
GOAL_RATIO = 1.2
_TICK_SECONDS = 0.02
_WARM_UP_SECONDS = 2.0
_PATIENCE_SECONDS = 120.0
# The receivers have an address, so nothing is looked up.
_NO_DNS = "127.0.0.1:9"

_ids = count(1)
console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    pairs: int
    round_seconds: float
    burst: int


# An attempt is given up after 15 s: full rounds see the hanging receiver's slots come back and its breaker open.
FULL = Plan(pairs=6, round_seconds=25, burst=20_000)
QUICK = Plan(pairs=2, round_seconds=6, burst=3_000)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round showed: how long the slowest hundredth waited at least, and what part of a core it took."""

    p99_seconds: float
    core: float

    def __str__(self) -> str:
        """Write it for a line of the report."""
        return f"{self.p99_seconds * 1000:.1f} ms, {self.core:.0%}"


class Receivers:
    """A process that answers at `live` URLs and never at the `hanging` one, and times what arrives."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_receive, args=(theirs,), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._url = f"http://127.0.0.1:{self._connection.recv()}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def live(self) -> list[str]:
        """URLs that answer at once."""
        return [f"{self._url}/live/{number}" for number in range(LIVE_URLS)]

    @property
    def hanging(self) -> str:
        """A URL that takes requests and never says a word."""
        return f"{self._url}/hanging"

    async def arrived(self, deliveries: int) -> list[float]:
        """Wait for so many at live URLs; answer how many seconds each took since it was owed."""
        took: list[float] = []
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(took) < deliveries:
                await asyncio.sleep(_TICK_SECONDS)
                self._connection.send("what has arrived?")
                took += await asyncio.to_thread(self._connection.recv)
        return took


def main() -> int:
    """Measure, print, and answer 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a first impression; its spread is wide")
    plan = QUICK if parser.parse_args().quick else FULL
    # As in production, but not onto this screen.
    with (
        Path(os.devnull).open("w") as nowhere,
        Receivers() as receivers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        with contextlib.redirect_stderr(nowhere):
            set_up_logging(level="info", as_json=True)
        ratio = runner.run(_isolation(receivers, plan))
        # Small ones, and results of whole batches.
        runner.run(_burst(receivers, plan.burst, body_bytes=1_000))
        runner.run(_burst(receivers, plan.burst // 10, body_bytes=150_000))
    return 0 if ratio <= GOAL_RATIO else 1


async def _isolation(receivers: Receivers, plan: Plan) -> float:
    """Answer the median over all pairs of the live URLs' p99 with a hanging one by that without."""
    console.print(f"{LIVE_URLS} live URLs get {LIVE_PER_SECOND}/s, a hanging one {HANGING_PER_SECOND}/s more.")
    console.print("The live ones' p99, and how much of a core the worker took:")
    ratios: list[float] = []
    for pair in range(plan.pairs):
        order = (False, True) if pair % 2 == 0 else (True, False)
        rounds = {hangs: await _round(receivers, plan.round_seconds, with_hanging=hangs) for hangs in order}
        ratios.append(rounds[True].p99_seconds / rounds[False].p99_seconds)
        console.print(f"  without it {rounds[False]}; with it {rounds[True]}: {ratios[-1]:.2f}x")
    ratio = statistics.median(ratios)
    console.print(f"[bold]{ratio:.2f}x[/] ({min(ratios):.2f} to {max(ratios):.2f}); goal at most {GOAL_RATIO}x")
    return ratio


async def _round(receivers: Receivers, seconds: float, *, with_hanging: bool) -> Round:
    """Owe at a constant rate and see how long the live URLs wait."""
    async with _worker() as worker:
        await _pace(worker, receivers, _WARM_UP_SECONDS, with_hanging=with_hanging)
        await receivers.arrived(round(_WARM_UP_SECONDS * LIVE_PER_SECOND))
        computed = time.process_time()
        await _pace(worker, receivers, seconds, with_hanging=with_hanging)
        took = await receivers.arrived(round(seconds * LIVE_PER_SECOND))
        computed = time.process_time() - computed
    return Round(statistics.quantiles(took, n=100)[98], computed / seconds)


async def _pace(worker: WebhookWorker, receivers: Receivers, seconds: float, *, with_hanging: bool) -> None:
    live = cycle(receivers.live)
    began = time.monotonic()
    async with asyncio.TaskGroup() as owing:
        for tick in range(round(seconds / _TICK_SECONDS)):
            await asyncio.sleep(began + tick * _TICK_SECONDS - time.monotonic())
            urls = list(islice(live, round(LIVE_PER_SECOND * _TICK_SECONDS)))
            if with_hanging:
                urls += [receivers.hanging] * round(HANGING_PER_SECOND * _TICK_SECONDS)
            for url in urls:
                owing.create_task(worker.owe(url, f"r{next(_ids)}", body=_body(1_000)))


async def _burst(receivers: Receivers, deliveries: int, body_bytes: int) -> None:
    """Print how fast deliveries leave that are owed all at once; storing them counts."""
    async with _worker() as worker:
        body = _body(body_bytes)
        began = time.monotonic()
        for url in receivers.live:
            await worker.owe(url, *(f"r{next(_ids)}" for _ in range(deliveries // LIVE_URLS)), body=body)
        await receivers.arrived(deliveries)
        took = time.monotonic() - began
    console.print(f"A burst of {deliveries:,} deliveries of {body_bytes:,} bytes: {deliveries / took:,.0f} a second")


@asynccontextmanager
async def _worker() -> AsyncIterator[WebhookWorker]:
    with tempfile.TemporaryDirectory() as directory:
        async with WebhookWorker(Path(directory), _NO_DNS, system_clock) as worker:
            yield worker


def _body(size: int) -> bytes:
    """Write a body that tells when it was owed, by the clock that all processes of a machine share."""
    head = f'{{"owed":{time.monotonic():.6f},"fill":"'
    return f'{head}{"x" * (size - len(head))}"}}'.encode()


def _receive(connection: Connection) -> None:
    uvloop.run(_serve(connection))


async def _serve(connection: Connection) -> None:
    """Tell the port, then answer every question with what came since the last one."""
    took: list[float] = []

    async def live(request: web.Request) -> web.Response:
        body = await request.read()
        took.append(time.monotonic() - float(body[len(b'{"owed":') : body.index(b",")]))
        return web.Response()

    async def hanging(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.Event().wait()
        return web.Response()

    app = web.Application(client_max_size=1 << 24)
    app.add_routes([web.post("/live/{number}", live), web.post("/hanging", hanging)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    connection.send(runner.addresses[0][1])
    while True:
        await asyncio.to_thread(connection.recv)
        came, took[:] = took[:], []
        connection.send(came)


if __name__ == "__main__":
    sys.exit(main())
