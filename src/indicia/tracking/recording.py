"""Records hits durably, all that arrive during one commit with the next: an answer waits for one fsync at most."""

import asyncio

from indicia.storage.database import Database
from indicia.tracking import store
from indicia.tracking.model import Hit


class HitRecorder:
    """Where tracking addresses leave who asked for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Hit] = []
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def record(self, hit: Hit) -> None:
        """Store a hit.

        Raises:
            StorageError: It is not stored.
        """
        self._waiting.append(hit)
        if self._next is None:
            self._next = asyncio.create_task(self._write())
        # Whoever hangs up while waiting must not take the others' hits along.
        await asyncio.shield(self._next)

    async def _write(self) -> None:
        async with self._turn:
            hits, self._waiting, self._next = self._waiting, [], None
            await self._database.run(store.insert_hits(hits))
