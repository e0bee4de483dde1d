"""The whole program as one ASGI application."""

import asyncio
from contextlib import AsyncExitStack

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send

from indicia.base.errors import AppError
from indicia.base.log import get_logger
from indicia.bootstrap.deliveries import mail_traffic
from indicia.bootstrap.detection import detection_work
from indicia.bootstrap.domains import domains_work
from indicia.bootstrap.housekeeping import housekeeping
from indicia.bootstrap.mail_process import MailProcess
from indicia.bootstrap.opening import Store, open_datasets, open_store
from indicia.bootstrap.outside import Outside, open_outside
from indicia.bootstrap.smtpd import inbound_listener
from indicia.bootstrap.submissions import messages_work
from indicia.bootstrap.tracking import follow_keys, follow_results, reporting, tracking_work
from indicia.bootstrap.validation import validation_work, verifier, way_out_gauge
from indicia.bootstrap.web import Measured, web
from indicia.bootstrap.webhooks import WebhookTraffic, webhook_traffic, webhook_work
from indicia.bootstrap.work import Crew, Work, Workshop
from indicia.config import Address, Settings
from indicia.detection.handover import Handover
from indicia.storage.sole_worker import sole_worker
from indicia.validation.verify import Verifier

log = get_logger()


class ListenError(AppError):
    """An address cannot be listened on."""


class Service:
    """The whole program as one ASGI application, started and stopped by the server's lifespan events.

    Where it has workers, mail is delivered by a process beside this one, which it starts and ends.
    """

    def __init__(self, settings: Settings, *, with_workers: bool, with_smtpd: bool) -> None:
        self._settings = settings
        self._with_smtpd = with_smtpd
        self._with_workers = with_workers
        self._closing = AsyncExitStack()
        self._crew: Crew | None = None
        self._mail_process: MailProcess | None = None
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
        settings = self._settings
        if self._with_workers:
            self._closing.enter_context(sole_worker(settings.work_lock_path))
        store = await self._closing.enter_async_context(open_store(settings))
        if self._with_workers:
            # It opens its own while this one goes on.
            self._mail_process = MailProcess(store.jobs)
            await self._mail_process.start()
        datasets = open_datasets(settings) if self._with_workers else None
        follow_results(store, datasets.mail_providers if datasets else None)
        registry = CollectorRegistry()
        outside = open_outside(settings, self._closing)
        traffic = webhook_traffic(settings, store, registry)
        addresses = verifier(settings, store, outside, datasets.address_lists if datasets else None)
        self._closing.push_async_callback(addresses.close)
        # Where nobody judges, what was read has nowhere to go.
        handover = Handover() if datasets is not None else Handover(0)
        here = (traffic.metrics.refresh, way_out_gauge(registry, addresses))
        measured = self._measured(store, outside, Measured(registry, here))
        self._app = web(settings, store, outside, addresses, measured, handover)
        if self._with_smtpd and settings.smtpd_listen is not None:
            await self._listen(store, settings.smtpd_listen)
        parts = [Work((), (follow_keys(store.keyring),))]
        if datasets is not None:
            workshop = Workshop(settings, store, datasets, outside.resolver, outside.client, registry)
            parts += _work(workshop, traffic, handover, addresses)
        self._crew = Crew(parts)
        # The embedded store has one process that works on them, so whatever is leased was leased by one that is gone.
        await store.database.run(store.jobs.take_back(self._crew.kinds))
        self._crew.start()
        if self._mail_process is not None:
            await self._mail_process.ready()

    async def stop(self) -> None:
        """Finish the work in flight, then close everything."""
        at_work = [each.stop() for each in (self._crew, self._mail_process) if each is not None]
        await asyncio.gather(*at_work)
        await self._closing.aclose()

    def _measured(self, store: Store, outside: Outside, here: Measured) -> Measured:
        """Add what is measured about mail."""
        if self._mail_process is not None:
            return here._replace(elsewhere=self._mail_process.metrics)
        # Nobody delivers here; how much waits is told all the same.
        mail = mail_traffic(self._settings, store, outside, here.registry)
        self._closing.push_async_callback(mail.policies.close)
        return here._replace(refreshed=(*here.refreshed, mail.metrics.refresh))

    async def _listen(self, store: Store, address: Address) -> None:
        listener = inbound_listener(self._settings, store)
        try:
            await listener.listen(*address)
        except OSError as error:
            raise ListenError(f"cannot listen for mail on {address.host}:{address.port}: {error.strerror}") from error
        self._closing.push_async_callback(listener.close)

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


def _work(workshop: Workshop, traffic: WebhookTraffic, handover: Handover, addresses: Verifier) -> list[Work]:
    """Build everything that is worked on in the background, but for the delivery of mail."""
    return [
        detection_work(workshop, handover, reporting(workshop).follow),
        webhook_work(workshop, traffic),
        tracking_work(workshop),
        messages_work(workshop),
        domains_work(workshop),
        validation_work(workshop, addresses),
        Work((), (housekeeping(workshop).run(),)),
    ]
