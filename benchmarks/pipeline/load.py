"""Post batches and receive their webhooks, from outside the service and over real sockets."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Self

import aiohttp
from aiohttp import web

from benchmarks.pipeline.traffic import EVENTS_PER_BATCH

_ID = re.compile(rb'"id":"([0-9a-f-]{36})"')
# What a receiver may owe at the end of a phase before something must be broken.
_PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class Timings:
    """What one phase of load measured; times are in seconds."""

    batches: int = 0
    took: float = 0.0
    accepted: list[float] = field(default_factory=list)
    judged: list[float] = field(default_factory=list)

    @property
    def events_per_second(self) -> float:
        """Events whose last step came within the phase, by its length."""
        return self.batches * EVENTS_PER_BATCH / self.took


def percentile(seconds: list[float], percent: int) -> float:
    """Find the time that `percent` % of the measurements took at most, in milliseconds."""
    return 1000 * quantiles(seconds, n=100, method="inclusive")[percent - 1]


class Receiver:
    """The customer's end: answers 200 and notes when each webhook came."""

    def __init__(self) -> None:
        self._came: dict[str, asyncio.Future[float]] = {}

    @property
    def url(self) -> str:
        """Where webhooks go."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/results"

    async def came_at(self, request_id: str) -> float:
        """Wait for the webhook of a request and answer when it came."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            came = await self._future(request_id)
        del self._came[request_id]
        return came

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/results", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        match = _ID.search(await request.read(), 0, 400)
        assert match is not None
        future = self._future(match[1].decode())
        if not future.done():
            future.set_result(time.perf_counter())
        return web.Response()

    def _future(self, request_id: str) -> asyncio.Future[float]:
        return self._came.setdefault(request_id, asyncio.get_running_loop().create_future())


class Client:
    """The customer's other end: posts batches, waiting for their verdicts or not."""

    def __init__(self, url: str, key: str, bodies: Iterator[bytes], receiver: Receiver | None) -> None:
        """Take `receiver` None where nobody judges and 202 is all there is to wait for."""
        self._url = url
        self._headers = {"ov-token": key, "Content-Type": "application/json"}
        self._bodies = bodies
        self._receiver = receiver

    async def saturate(self, batches: int, *, at_once: int) -> Timings:
        """Keep `at_once` batches on their way until `batches` are through."""
        timings = Timings(batches)
        left = iter(range(batches))

        async def work() -> None:
            for _ in left:
                await self._send(timings, next(self._bodies))

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        timings.took = time.perf_counter() - began
        return timings

    async def pace(self, batches_per_second: float, seconds: float) -> Timings:
        """Post at a constant rate, however long answers take."""
        timings = Timings(int(batches_per_second * seconds))
        began = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            for number in range(timings.batches):
                body = next(self._bodies)
                await asyncio.sleep(began + number / batches_per_second - time.perf_counter())
                sending.create_task(self._send(timings, body))
        timings.took = time.perf_counter() - began
        return timings

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def _send(self, timings: Timings, body: bytes) -> None:
        began = time.perf_counter()
        async with self._session.post(self._url, data=body, headers=self._headers) as response:
            answer = await response.json()
            if response.status != 202:
                raise RuntimeError(f"{response.status}: {answer}")
        timings.accepted.append(time.perf_counter() - began)
        if self._receiver is not None:
            timings.judged.append(await self._receiver.came_at(answer["request_id"]) - began)
