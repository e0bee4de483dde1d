"""Records hits durably, all that arrive during one commit with the next: an answer waits for one fsync at most."""

import asyncio

from indicia.storage.database import Database, StorageError
from indicia.tracking import store
from indicia.tracking.model import Hit

# A commit costs as much processor time as twenty answers, so it should be for many of them.
GROWING_SECONDS = 0.005


class HitRecorder:
    """Where tracking addresses leave who asked for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hits: list[Hit] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._writing: asyncio.Task[None] | None = None

    def record(self, hit: Hit) -> asyncio.Future[None]:
        """Store a hit; the future is done once it is on disk, or has a StorageError where it is not stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hits.append(hit)
        self._waiting.append(stored)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return stored

    async def _write(self) -> None:
        """Write group after group until nothing waits; under load a group is given time to grow."""
        size = 0
        while self._hits:
            if size > 1:
                await asyncio.sleep(GROWING_SECONDS)
            hits, self._hits = self._hits, []
            waiting, self._waiting = self._waiting, []
            size = len(hits)
            try:
                await self._database.run(store.add_arrival(hits))
            except StorageError as error:
                _settle(waiting, error)
            else:
                _settle(waiting, None)
        self._writing = None


def _settle(waiting: list[asyncio.Future[None]], error: StorageError | None) -> None:
    for stored in waiting:
        # Whoever hung up meanwhile has cancelled theirs.
        if stored.done():
            continue
        if error is None:
            stored.set_result(None)
        else:
            stored.set_exception(error)
