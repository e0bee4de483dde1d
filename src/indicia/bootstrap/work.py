"""What the builders of background work share: what they are given, and what they answer."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.config import Settings
from indicia.datasets.registry import Datasets
from indicia.entrypoints.workers.runner import Handle, Pace, Runner
from indicia.net.dns import Resolver
from indicia.net.http import HttpClient


class Workshop(NamedTuple):
    """What every kind of background work may use."""

    settings: Settings
    store: Store
    datasets: Datasets
    resolver: Resolver
    client: HttpClient
    registry: CollectorRegistry


class Work(NamedTuple):
    """One capability's background work: runners finish what is in flight at a stop, the rest is cancelled."""

    runners: tuple[Runner, ...]
    background: tuple[Coroutine[Any, Any, None], ...] = ()


class Crew:
    """Everything that works in the background of one process."""

    def __init__(self, parts: Sequence[Work]) -> None:
        self._runners = [runner for part in parts for runner in part.runners]
        self._background = [coroutine for part in parts for coroutine in part.background]
        self._running: list[asyncio.Task[None]] = []
        self._beside: list[asyncio.Task[None]] = []

    @property
    def kinds(self) -> list[str]:
        """The kinds of jobs it works on."""
        return [runner.kind for runner in self._runners]

    def start(self) -> None:
        """Begin."""
        self._running = [asyncio.create_task(runner.run()) for runner in self._runners]
        self._beside = [asyncio.create_task(coroutine) for coroutine in self._background]

    async def stop(self) -> None:
        """Claim nothing more, and wait until what is in flight is done."""
        for runner in self._runners:
            runner.stop()
        await asyncio.gather(*self._running)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)


def runner(store: Store, kind: str, handle: Handle, pace: Pace) -> Runner:
    """Build the runner of one kind of job."""
    return Runner(store.jobs, store.database, kind=kind, handle=handle, pace=pace, clock=system_clock)
