"""Forget what has outlived its purpose, and pick up refreshed reference data."""

import asyncio
from collections.abc import Callable

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.detection.honeypot import VISIT_SECONDS
from indicia.detection.requests import RESULT_SECONDS
from indicia.detection.store import forget
from indicia.queue.store import forget_dead_jobs
from indicia.storage.database import Database, StorageError
from indicia.webhooks.dead_letters import KEPT_SECONDS as DEAD_LETTER_SECONDS
from indicia.webhooks.store import forget as forget_webhooks

log = get_logger()

INTERVAL_SECONDS = 60.0
DEAD_JOB_SECONDS = 30 * 24 * 3600


class Housekeeping:
    """Runs once a minute."""

    def __init__(self, database: Database, *, follow_datasets: Callable[[], object], clock: Clock) -> None:
        self._database = database
        self._follow_datasets = follow_datasets
        self._clock = clock

    async def run(self) -> None:
        """Tidy up every minute until cancelled; a minute that fails is made up for by the next."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await self.tidy()
            except StorageError as error:
                log.warning("housekeeping.failed", error=str(error))
            # Reading refreshed tables takes half a second, which the event loop must not wait for.
            await asyncio.to_thread(self._follow_datasets)

    async def tidy(self) -> None:
        """Delete what is past its time: results, honeypot visits, repeat keys, dead jobs and dead letters."""
        now = self._clock()
        await self._database.run(
            forget(requests_before=now - RESULT_SECONDS, visits_before=now - VISIT_SECONDS, repeats_before=now)
        )
        await self._database.run(forget_dead_jobs(now - DEAD_JOB_SECONDS))
        await self._database.run(forget_webhooks(now - DEAD_LETTER_SECONDS))
