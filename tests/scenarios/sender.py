"""A customer whose mail is accepted by a running installation, through its store."""

from pathlib import Path
from typing import Any, Self

import msgspec

from indicia.base.clock import system_clock
from indicia.queue.jobs import Jobs
from indicia.storage.sqlite import SqliteDatabase
from tests.doubles.mail_worker import DOMAIN, Owner, accept
from tests.doubles.service import Service


class Sender:
    """Owns news.test at `service` while entered."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __aenter__(self) -> Self:
        self._service.cli("domain", "add", DOMAIN, "--state", "active")
        self._database = SqliteDatabase(Path(self._service.directory) / "data" / "indicia.sqlite3")
        self._jobs = Jobs(self._database, system_clock)
        rows = await self._database.fetch("SELECT account_id, id FROM domains WHERE name = $1", DOMAIN)
        self._owner = Owner(*rows[0])  # type: ignore[arg-type]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._database.close()

    async def submit(self, *addresses: str) -> None:
        """Have one message to these recipients accepted."""
        await self._database.run(accept(self._jobs, self._owner, addresses, now=system_clock()))

    async def waiting(self) -> int:
        """How many copies wait or are under way."""
        return (await self._jobs.counts()).get("delivery", 0)

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """All events of that type so far."""
        rows = await self._database.fetch("SELECT data FROM events WHERE type = $1 ORDER BY id", kind)
        return [msgspec.json.decode(row[0]) for row in rows]
