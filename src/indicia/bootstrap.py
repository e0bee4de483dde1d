"""The only place that builds objects: settings in, a running service out; no logic."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Gauge
from starlette.types import ASGIApp, Receive, Scope, Send

from indicia.accounts.keys import Keys
from indicia.accounts.model import DEMO_ACCOUNT
from indicia.accounts.signing_key import SigningKeys
from indicia.accounts.store import has_accounts
from indicia.aggregates.rate_limits import RateLimits
from indicia.base.clock import system_clock
from indicia.base.ids import time_ordered_uuid
from indicia.config import Settings
from indicia.datasets.registry import Datasets, check_datasets
from indicia.detection.engine import Engine
from indicia.detection.honeypot import HoneypotVisits
from indicia.detection.judging import Judging
from indicia.detection.labels import Labels
from indicia.detection.learning.learner import Learner
from indicia.detection.options import DetectionOptions
from indicia.detection.recipients import RecipientProviders
from indicia.detection.requests import JOB_KIND as DETECTION_JOBS
from indicia.detection.requests import DetectionRequests
from indicia.detection.revisions import Revisions
from indicia.detection.study import Study
from indicia.domains.model import DomainState, Feature
from indicia.domains.registry import DomainRegistry
from indicia.entrypoints.api.admission import BotAdmission
from indicia.entrypoints.api.app import Endpoints, api_app
from indicia.entrypoints.api.bot import BotApi
from indicia.entrypoints.api.domains import DomainsApi
from indicia.entrypoints.api.health import HealthApi, RefreshGauges
from indicia.entrypoints.api.labels import LabelsApi
from indicia.entrypoints.api.whoami import WhoAmI
from indicia.entrypoints.front import Front
from indicia.entrypoints.public.honeypot import HoneypotPage
from indicia.entrypoints.workers.housekeeping import Housekeeping
from indicia.entrypoints.workers.patterns import Patterns
from indicia.entrypoints.workers.runner import Handle, Pace, Runner
from indicia.entrypoints.workers.webhooks import AT_ONCE, LEASE_SECONDS, WebhookDeliveries
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard
from indicia.net.http import HttpClient
from indicia.queue.jobs import Jobs
from indicia.storage.database import Database
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import open_vault
from indicia.webhooks.attempt import Attempts
from indicia.webhooks.dead_letters import DeadLetters
from indicia.webhooks.endpoints import Endpoints as WebhookEndpoints
from indicia.webhooks.lanes import Lanes
from indicia.webhooks.metrics import WebhookMetrics
from indicia.webhooks.outbox import JOB_KIND as WEBHOOK_JOBS
from indicia.webhooks.outbox import Outbox

_DEMO_DOMAIN = "demo.test"

# Judging is computation on one core: a few requests at once keep it busy while others wait for DNS or the disk.
_JUDGED_AT_ONCE = 8
_JUDGING_LEASE_SECONDS = 60.0


class Store(NamedTuple):
    """The system of record and the capabilities that need nothing else."""

    database: Database
    jobs: Jobs
    keys: Keys
    signing_keys: SigningKeys
    domains: DomainRegistry
    outbox: Outbox
    dead_letters: DeadLetters
    webhook_endpoints: WebhookEndpoints


class DemoAccount(NamedTuple):
    """What a first start makes for its user to try."""

    domain: str
    sending_key: str


def open_database(settings: Settings) -> Database:
    """Open the system of record, with whatever schema it has.

    Raises:
        StorageError: It cannot be opened.
    """
    return SqliteDatabase(settings.database_path)


def open_datasets(settings: Settings) -> Datasets:
    """Open the reference data.

    Raises:
        DatasetError: A file is missing or corrupt.
    """
    return Datasets.open(settings.datasets_path)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the system of record with its schema up to date, and close it in the end.

    Raises:
        StorageError: It cannot be opened or brought up to date.
    """
    vault = open_vault(settings.secret_path)
    database = open_database(settings)
    try:
        await migrate(database, system_clock)
        keys = Keys(database, vault, system_clock)
        signing_keys = SigningKeys(database, vault, system_clock)
        domains = DomainRegistry(database, keys, signing_keys, system_clock)
        jobs = Jobs(database, system_clock)
        outbox = Outbox(jobs)
        dead_letters = DeadLetters(database, outbox, system_clock)
        yield Store(database, jobs, keys, signing_keys, domains, outbox, dead_letters, WebhookEndpoints(database))
    finally:
        await database.close()


async def prepare(settings: Settings, *, with_demo: bool) -> DemoAccount | None:
    """Find out whether a service could start; on an empty store make the demo account, if wanted.

    Raises:
        AppError: It could not; the message says why.
    """
    check_datasets(settings.datasets_path)
    async with open_store(settings) as store:
        if not with_demo or await has_accounts(store.database):
            return None
        added = await store.domains.add(
            _DEMO_DOMAIN,
            account=DEMO_ACCOUNT,
            state=DomainState.ACTIVE,
            features=frozenset({Feature.BOT_DETECTION}),
        )
        return DemoAccount(added.domain.name, added.sending_key)


class Service:
    """The whole program as one ASGI application, started and stopped by the server's lifespan events."""

    def __init__(self, settings: Settings, *, with_workers: bool) -> None:
        self._settings = settings
        self._with_workers = with_workers
        self._closing = AsyncExitStack()
        self._runners: list[Runner] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def start(self) -> None:
        """Open everything and begin to work.

        Raises:
            AppError: Something cannot be opened.
        """
        store = await self._closing.enter_async_context(open_store(self._settings))
        registry = CollectorRegistry()
        lanes = Lanes(most_in_flight=AT_ONCE, hosts=RateLimits(system_clock) if self._settings.rate_limits else None)
        metrics = WebhookMetrics(registry, store.database, store.jobs, lanes=lanes, clock=system_clock)
        self._app = _web(self._settings, store, registry, metrics)
        if self._with_workers:
            await self._start_workers(store, lanes, metrics)

    async def stop(self) -> None:
        """Finish the work in flight, then close everything."""
        for runner in self._runners:
            runner.stop()
        await asyncio.gather(*self._tasks[: len(self._runners)])
        for task in self._tasks[len(self._runners) :]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._closing.aclose()

    async def _start_workers(self, store: Store, lanes: Lanes, metrics: WebhookMetrics) -> None:
        # The embedded store has one working process, so whatever is leased now was leased by one that is gone.
        await store.database.run(store.jobs.take_back())
        datasets = open_datasets(self._settings)
        resolver = Resolver(system_clock, self._settings.dns_servers)
        self._closing.push_async_callback(resolver.close)
        client = HttpClient(EgressGuard(self._settings.egress_allow), resolver, system_clock)
        self._closing.push_async_callback(client.close)
        options = DetectionOptions(self._settings.settle_seconds)
        engine = Engine(datasets, options, system_clock)
        providers = RecipientProviders(resolver, datasets)
        judging = Judging(
            store.database,
            store.jobs,
            engine=engine,
            visits=HoneypotVisits(store.database, store.domains, system_clock),
            providers=providers,
            domains=store.domains,
            outbox=store.outbox,
            clock=system_clock,
        )
        attempts = Attempts(client, store.signing_keys, system_clock)
        deliveries = WebhookDeliveries(store.database, store.jobs, attempts, system_clock, lanes=lanes, metrics=metrics)
        self._runners = [
            _runner(store, DETECTION_JOBS, judging.judge, Pace(_JUDGED_AT_ONCE, _JUDGING_LEASE_SECONDS)),
            _runner(
                store,
                WEBHOOK_JOBS,
                deliveries.deliver,
                Pace(AT_ONCE, LEASE_SECONDS, deliveries.rooms, most_claims=None),
            ),
        ]
        housekeeping = Housekeeping(store.database, follow_datasets=datasets.reload_if_changed, clock=system_clock)
        learner = Learner(datasets, options.remembered_trails)
        patterns = _patterns(store, learner, engine, providers)
        work = [*(runner.run() for runner in self._runners), judging.recall(), housekeeping.run(), patterns.run()]
        self._tasks = [asyncio.create_task(coroutine) for coroutine in work]

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _patterns(store: Store, learner: Learner, engine: Engine, providers: RecipientProviders) -> Patterns:
    revisions = Revisions(
        store.database,
        engine,
        providers=providers,
        domains=store.domains,
        outbox=store.outbox,
        clock=system_clock,
    )
    return Patterns(Study(store.database, learner, engine, system_clock), revisions)


def _runner(store: Store, kind: str, handle: Handle, pace: Pace) -> Runner:
    return Runner(store.jobs, store.database, kind=kind, handle=handle, pace=pace, clock=system_clock)


def _web(settings: Settings, store: Store, registry: CollectorRegistry, webhooks: WebhookMetrics) -> ASGIApp:
    limits = RateLimits(system_clock) if settings.rate_limits else None
    guard = EgressGuard(settings.egress_allow)
    requests = DetectionRequests(store.database, store.jobs, guard=guard, clock=system_clock, ids=time_ordered_uuid)
    admission = BotAdmission(store.domains, limits=limits, contact=settings.contact)
    endpoints = Endpoints(
        bot=BotApi(requests, admission),
        domains=DomainsApi(store.domains),
        health=HealthApi(store.database, registry, _gauges(store.jobs, registry, webhooks)),
        labels=LabelsApi(Labels(store.database, system_clock), admission),
        whoami=WhoAmI(store.domains),
    )
    visits = HoneypotVisits(store.database, store.domains, system_clock)
    honeypot = HoneypotPage(visits, settings.trusted_proxies, limits)
    api = api_app(endpoints, store.keys, failures=limits, trusted_proxies=settings.trusted_proxies)
    return Front(api, public=honeypot, is_public=honeypot.is_for, registry=registry)


def _gauges(jobs: Jobs, registry: CollectorRegistry, webhooks: WebhookMetrics) -> RefreshGauges:
    gauge = Gauge("indicia_jobs", "Jobs waiting or running", ["kind"], registry=registry)

    async def refresh() -> None:
        counts = await jobs.counts()
        for kind in (DETECTION_JOBS, WEBHOOK_JOBS):
            gauge.labels(kind).set(counts.get(kind, 0))
        await webhooks.refresh()

    return refresh
