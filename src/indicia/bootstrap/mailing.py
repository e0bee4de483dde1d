"""The program of the process that delivers mail beside the one that accepts it; `bootstrap.mail_process` starts it."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import AsyncExitStack

import uvloop
from prometheus_client import CollectorRegistry, generate_latest

from indicia.base.interpreter import expect_busy_threads, expect_many_objects
from indicia.base.log import get_logger, set_up_logging
from indicia.base.parent import be_killed_with_parent
from indicia.bootstrap.composition import composer, domain_lately
from indicia.bootstrap.deliveries import mail_traffic, mail_work
from indicia.bootstrap.link import Bell, Link, Measure, Measured, Ready, Stop
from indicia.bootstrap.opening import open_store
from indicia.bootstrap.outside import open_outside
from indicia.bootstrap.tracking import additions, follow_keys, follow_results
from indicia.bootstrap.work import Crew, Work
from indicia.config import Settings, load_settings
from indicia.datasets.email_domains import MailProviders
from indicia.datasets.model import DatasetError
from indicia.datasets.registry import open_mail_providers, refresh_mail_providers
from indicia.delivery.model import JOB_KIND

log = get_logger()

# Whoever submits waits for the answer; nobody waits for a delivery in the same way.
_NICENESS = 5
# Reference data is refreshed once a day at most; reading what names providers takes a millisecond.
_PROVIDERS_SECONDS = 3600.0


class Mailing:
    """Everything that delivering takes, on the store that others use too."""

    def __init__(self, settings: Settings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._closing = AsyncExitStack()

    async def work(self) -> None:
        """Deliver until told to stop; answers, once what is in flight is done, or never where nobody is there to tell.

        Raises:
            AppError: Something cannot be opened.
        """
        async with self._closing:
            await self._begin()
            self._link.tell(Ready())
            while not isinstance(said := await self._link.heard(), Stop):
                match said:
                    case None:
                        # Whoever comes after the process that is gone starts another one of these, which must find
                        # this one ended as by a power cut and not in the midst of its work.
                        os.kill(os.getpid(), signal.SIGKILL)
                    case Bell():
                        self._store.jobs.wake(said.kind)
                    case Measure():
                        self._link.tell(Measured(await self._measured()))
            await self._crew.stop()

    async def _begin(self) -> None:
        settings, closing = self._settings, self._closing
        self._store = store = await closing.enter_async_context(open_store(settings))
        providers = open_mail_providers(settings.datasets_path)
        follow_results(store, providers)
        self._registry = CollectorRegistry()
        outside = open_outside(settings, closing)
        self._traffic = traffic = mail_traffic(settings, store, outside, self._registry)
        closing.push_async_callback(traffic.policies.close)
        domain_of = domain_lately(store)
        compose = composer(store, additions(settings, store, domain_of).for_copy, domain_of).compose
        store.jobs.relay(lambda kind: None if kind == JOB_KIND else self._link.ring(kind))

        upkeep = Work((), (follow_keys(store.keyring), _follow_providers(providers, settings)))
        self._crew = Crew([mail_work(settings, store, outside, traffic, compose), upkeep])
        await store.database.run(store.jobs.take_back(self._crew.kinds))
        self._crew.start()

    async def _measured(self) -> str:
        await self._traffic.metrics.refresh()
        return generate_latest(self._registry).decode()


async def _follow_providers(providers: MailProviders, settings: Settings) -> None:
    while True:
        await asyncio.sleep(_PROVIDERS_SECONDS)
        try:
            refresh_mail_providers(providers, settings.datasets_path)
        except DatasetError as error:
            log.error("datasets.reload_failed", dataset=error.dataset, reason=error.reason)  # noqa: TRY400 - it says all.


def main() -> None:
    """Deliver mail for the process at the other end of the socket whose descriptor is the first argument."""
    be_killed_with_parent()
    os.nice(_NICENESS)
    expect_many_objects()
    expect_busy_threads()
    settings = load_settings()
    set_up_logging(level=settings.log_level, as_json=settings.log_format == "json")
    uvloop.run(_run(settings, socket.socket(fileno=int(sys.argv[1]))))


async def _run(settings: Settings, end: socket.socket) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        # They reach the whole group; it is for the process that started this one to say what they mean here.
        asyncio.get_running_loop().add_signal_handler(number, lambda: None)
    await Mailing(settings, await Link.over(end)).work()


if __name__ == "__main__":
    main()
