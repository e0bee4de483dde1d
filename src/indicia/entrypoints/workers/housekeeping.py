"""Forget what has outlived its purpose, and pick up refreshed reference data."""

import asyncio
from collections.abc import Callable, Sequence

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.storage.database import Database, Steps, StorageError

log = get_logger()

INTERVAL_SECONDS = 60.0
DEAD_JOB_SECONDS = 30 * 24 * 3600

Chore = Callable[[float], Steps[None]]
"""A transaction that deletes what is past its time at the given unix time."""


class Housekeeping:
    """Runs once a minute."""

    def __init__(
        self, database: Database, chores: Sequence[Chore], *, follow_datasets: Callable[[], object], clock: Clock
    ) -> None:
        self._database = database
        self._chores = chores
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
        """Do every chore, each in a transaction of its own, so that none holds up the writer for long."""
        now = self._clock()
        for chore in self._chores:
            await self._database.run(chore(now))
