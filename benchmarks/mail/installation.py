"""Indicia as its users run it: `indicia serve` on the embedded store, every message signed twice."""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self

from benchmarks.mail.load import Endpoint, request, submit, text_of
from benchmarks.mail.sides import Load
from benchmarks.pipeline.costs import ProcessGroup
from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service

DOMAIN = "news.example.com"
# No two messages are the same, or the second would be taken for a repeat of the first.
_numbers = count(1)


class Indicia:
    """A side: HTTP in, and out to the exchanger of each recipient's domain, all of which is on `sink_port`."""

    def __init__(
        self, sink_port: int, zone: DnsZone, *, command: str = "serve", with_worker: bool = False, **settings: str
    ) -> None:
        """Run `command`; `with_worker` runs `indicia api` and `indicia worker` beside each other in its place."""
        self.name = "Indicia, api and worker apart" if with_worker else "Indicia"
        self._command = "api" if with_worker else command
        self._with_worker = with_worker
        self._workers: list[Service] = []
        self._settings = {
            "DNS_SERVERS": zone.address,
            "SMTP_PORT": str(sink_port),
            "EGRESS_ALLOW": "127.0.0.0/8:*",
            "RATE_LIMITS": "off",
            **settings,
        }

    async def __aenter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory(prefix="indicia-bench-")
        self.service = Service(Path(self._home.name), command=self._command, **self._settings)
        await asyncio.to_thread(self.service.start)
        added = await asyncio.to_thread(self.service.cli, "domain", "add", DOMAIN, "--state", "active")
        self.endpoint = Endpoint(self.service.port, f"/{DOMAIN}/messages", added["sending_key"])
        self.group = ProcessGroup(self.service.pid)
        if self._with_worker:
            worker = Service(Path(self._home.name), command="worker", **self._settings)
            await asyncio.to_thread(worker.start)
            self._workers.append(worker)
        return self

    async def __aexit__(self, *_: object) -> None:
        for service in (*self._workers, self.service):
            await asyncio.to_thread(service.stop)
        self._home.cleanup()

    def load(self, messages: int, size_bytes: int) -> Load:
        """Prepare to hand over so many messages."""
        recipients = [f"r{next(_numbers)}@dest.test" for _ in range(messages)]
        return partial(submit, self.service.port, iter([*self.requests(recipients, size_bytes)]))

    def requests(self, recipients: list[str], size_bytes: int) -> Iterator[bytes]:
        """Write one request for each recipient."""
        text = text_of(size_bytes)
        for recipient in recipients:
            fields = {"to": recipient.encode(), "subject": b"Message %d" % next(_numbers), "text": text}
            yield self.request(fields)

    def request(self, fields: dict[str, bytes]) -> bytes:
        """Write a request with these fields and a sender's."""
        return request(self.endpoint, {"from": f"News <news@{DOMAIN}>".encode(), "o:tracking": b"no", **fields})

    def cpu_seconds(self) -> float:
        """Answer the processor time of all its processes."""
        return self.group.cpu_seconds() + sum(ProcessGroup(worker.pid).cpu_seconds() for worker in self._workers)

    def waits(self) -> list[tuple[str, float]]:
        """Answer each delivered copy's recipient and how many seconds it took from the request to its outcome."""
        return self._rows("""
            SELECT recipients.address, recipients.settled_at - messages.submitted_at
            FROM recipients JOIN messages ON messages.id = recipients.message_id WHERE recipients.state = 'delivered'
        """)

    def attempts(self) -> int:
        """Answer how many attempts have ended."""
        return int(self._rows("SELECT count(*) FROM attempts WHERE phase = 'settled'")[0][0])

    def _rows(self, sql: str) -> list[tuple]:
        path = Path(self._home.name) / "data" / "indicia.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as database:
            return database.execute(sql).fetchall()
