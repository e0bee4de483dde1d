"""What the builders of background work share: what they are given, and what they answer."""

from collections.abc import Coroutine
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


def runner(store: Store, kind: str, handle: Handle, pace: Pace) -> Runner:
    """Build the runner of one kind of job."""
    return Runner(store.jobs, store.database, kind=kind, handle=handle, pace=pace, clock=system_clock)
