"""Delete blobs that no message names: of messages that are done, and of submissions that failed."""

import asyncio
from contextlib import suppress

from indicia.base.clock import Clock
from indicia.messages.blobs import LEFTOVER_SECONDS, Blobs
from indicia.messages.store import is_blob_named
from indicia.storage.database import Database, StorageError

INTERVAL_SECONDS = 3600.0


class Leftovers:
    """Runs once an hour."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock

    async def run(self) -> None:
        """Sweep every hour until cancelled; an hour that fails is made up for by the next."""
        while True:
            with suppress(StorageError, OSError):
                await self.sweep()
            await asyncio.sleep(INTERVAL_SECONDS)

    async def sweep(self) -> int:
        """Delete what nothing has named for a day; answer how many blobs.

        Raises:
            StorageError: The store cannot be read; what was not looked at yet is kept.
            OSError: A file cannot be deleted.
        """
        removed = 0
        for digest in await asyncio.to_thread(lambda: list(self._blobs.older_than(self._clock() - LEFTOVER_SECONDS))):
            if not await is_blob_named(self._database, digest):
                await asyncio.to_thread(self._blobs.remove, digest)
                removed += 1
        return removed
