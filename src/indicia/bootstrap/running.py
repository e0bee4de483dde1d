"""The whole program as one ASGI application."""

import asyncio
from contextlib import AsyncExitStack

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send

from indicia.base.errors import AppError
from indicia.base.log import get_logger
from indicia.bootstrap.composition import composer, domain_lately
from indicia.bootstrap.deliveries import MailTraffic, mail_traffic, mail_work
from indicia.bootstrap.detection import detection_work
from indicia.bootstrap.domains import domains_work
from indicia.bootstrap.housekeeping import housekeeping
from indicia.bootstrap.opening import Store, open_datasets, open_store
from indicia.bootstrap.outside import Outside, open_outside
from indicia.bootstrap.smtpd import inbound_listener
from indicia.bootstrap.submissions import messages_work
from indicia.bootstrap.tracking import additions, follow_keys, follow_results, reporting, tracking_work
from indicia.bootstrap.validation import validation_work, verifier, way_out_gauge
from indicia.bootstrap.web import web
from indicia.bootstrap.webhooks import WebhookTraffic, webhook_traffic, webhook_work
from indicia.bootstrap.work import Workshop
from indicia.config import Address, Settings
from indicia.detection.handover import Handover
from indicia.entrypoints.workers.runner import Runner
from indicia.validation.verify import Verifier

log = get_logger()


class ListenError(AppError):
    """An address cannot be listened on."""


class Service:
    """The whole program as one ASGI application, started and stopped by the server's lifespan events."""

    def __init__(self, settings: Settings, *, with_workers: bool, with_smtpd: bool) -> None:
        self._settings = settings
        self._with_smtpd = with_smtpd
        self._with_workers = with_workers
        self._closing = AsyncExitStack()
        self._runners: list[Runner] = []
        self._running: list[asyncio.Task[None]] = []
        self._background: list[asyncio.Task[None]] = []
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
        datasets = open_datasets(self._settings) if self._with_workers else None
        follow_results(store, datasets)
        self._background.append(asyncio.create_task(follow_keys(store.keyring)))
        registry = CollectorRegistry()
        outside = open_outside(self._settings, self._closing)
        traffic = webhook_traffic(self._settings, store, registry)
        mail = mail_traffic(self._settings, store, outside, registry)
        self._closing.push_async_callback(mail.policies.close)
        lists = datasets.address_lists if datasets else None
        addresses = verifier(self._settings, store, outside, lists)
        self._closing.push_async_callback(addresses.close)
        # Where nobody judges, what was read has nowhere to go.
        handover = Handover() if datasets is not None else Handover(0)
        refreshed = (traffic.metrics.refresh, mail.metrics.refresh, way_out_gauge(registry, addresses))
        self._app = web(self._settings, store, outside, addresses, registry, refreshed, handover)
        if self._with_smtpd and self._settings.smtpd_listen is not None:
            await self._listen(store, self._settings.smtpd_listen)
        if datasets is not None:
            workshop = Workshop(self._settings, store, datasets, outside.resolver, outside.client, registry)
            await self._start_workers(workshop, outside, traffic, mail, handover, addresses)

    async def stop(self) -> None:
        """Finish the work in flight, then close everything."""
        for runner in self._runners:
            runner.stop()
        await asyncio.gather(*self._running)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._closing.aclose()

    async def _listen(self, store: Store, address: Address) -> None:
        listener = inbound_listener(self._settings, store)
        try:
            await listener.listen(*address)
        except OSError as error:
            raise ListenError(f"cannot listen for mail on {address.host}:{address.port}: {error.strerror}") from error
        self._closing.push_async_callback(listener.close)

    async def _start_workers(
        self,
        workshop: Workshop,
        outside: Outside,
        traffic: WebhookTraffic,
        mail: MailTraffic,
        handover: Handover,
        addresses: Verifier,
    ) -> None:
        store = workshop.store
        # The embedded store has one working process, so whatever is leased now was leased by one that is gone.
        await store.database.run(store.jobs.take_back())
        domain_of = domain_lately(store)
        compose = composer(store, additions(self._settings, store, domain_of).for_copy, domain_of).compose
        parts = [
            detection_work(workshop, handover, reporting(workshop).follow),
            webhook_work(workshop, traffic),
            mail_work(workshop, outside, mail, compose),
            tracking_work(workshop),
            messages_work(workshop),
            domains_work(workshop),
            validation_work(workshop, addresses),
        ]
        self._runners = [runner for part in parts for runner in part.runners]
        background = [coroutine for part in parts for coroutine in part.background]
        self._running = [asyncio.create_task(runner.run()) for runner in self._runners]
        self._background += [asyncio.create_task(work) for work in [*background, housekeeping(workshop).run()]]

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except Exception as error:
                    # A server that is not told goes on with what there is, and takes mail that nobody delivers.
                    log.exception("service.not_started")
                    await self.stop()
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return
