"""The outbox and its worker as `serve` builds them, without the rest of the service."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry

from indicia.accounts.signing_key import SigningKeys
from indicia.accounts.store import find_or_add_account
from indicia.aggregates.rate_limits import RateLimits
from indicia.base.clock import Clock
from indicia.domains.model import Domain, DomainState
from indicia.domains.store import save_domain
from indicia.entrypoints.workers.runner import Pace, Runner
from indicia.entrypoints.workers.webhooks import AT_ONCE, LEASE_SECONDS, WebhookDeliveries
from indicia.net.dns import Resolver, parse_servers
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.http import HttpClient
from indicia.queue.jobs import Jobs
from indicia.storage.database import Row, Steps
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault
from indicia.webhooks.attempt import Attempts
from indicia.webhooks.dead_letters import DeadLetters
from indicia.webhooks.endpoints import Endpoints
from indicia.webhooks.lanes import Lanes
from indicia.webhooks.metrics import WebhookMetrics
from indicia.webhooks.model import DeadLetterFilter
from indicia.webhooks.outbox import JOB_KIND, Outbox
from tests.doubles.clock import FakeClock

PAYLOAD = b'{"batch":{"id":"r1"},"events":[{"is_bot":true}]}'
_PATIENCE_SECONDS = 10.0


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another task does to the store, which tells nobody."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - a table has no event to wait for.
            await asyncio.sleep(0.01)


class WebhookWorker:
    """The outbox and its worker over the store in `directory`; works while entered, for the account acme."""

    def __init__(
        self,
        directory: Path,
        servers: str,
        clock: Clock | None = None,
        *,
        allow: str = "127.0.0.1:*",
        hosts: RateLimits | None = None,
    ) -> None:
        clock = clock or FakeClock()
        self.clock = clock
        self.database = SqliteDatabase(directory / "store.sqlite3")
        self.jobs = Jobs(self.database, clock)
        self.keys = SigningKeys(self.database, Vault(bytes(32)), clock)
        self.outbox = Outbox(self.jobs)
        self._resolver = Resolver(clock, parse_servers(servers))
        self._client = HttpClient(EgressGuard(parse_allow(allow)), self._resolver, clock)
        self.dead_letters = DeadLetters(self.database, self.outbox, clock)
        self.endpoints = Endpoints(self.database)
        self.registry = CollectorRegistry()
        self.lanes = lanes = Lanes(most_in_flight=AT_ONCE, hosts=hosts)
        self.metrics = WebhookMetrics(self.registry, self.database, self.jobs, lanes=lanes, clock=clock)
        attempts = Attempts(self._client, self.keys, clock, chance=lambda: 0.5)
        deliveries = WebhookDeliveries(self.database, self.jobs, attempts, clock, lanes=lanes, metrics=self.metrics)
        pace = Pace(AT_ONCE, LEASE_SECONDS, deliveries.rooms, most_claims=None)
        self._runner = Runner(
            self.jobs, self.database, kind=JOB_KIND, handle=deliveries.deliver, pace=pace, clock=clock
        )

    async def __aenter__(self) -> Self:
        await migrate(self.database, self.clock)
        self.account_id = await self.add_account("acme")
        self._working = asyncio.create_task(self._runner.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._working.cancel()
        for task in tuple(self._runner._in_flight):
            task.cancel()
        await asyncio.gather(self._working, *self._runner._in_flight, return_exceptions=True)
        await self._client.close()
        await self._resolver.close()
        await self.database.close()

    async def add_account(self, name: str) -> int:
        account, is_new = await self.database.run(find_or_add_account(name, self.clock()))
        if is_new:
            await self.database.run(self.keys.rotate(account.id))
        return account.id

    async def add_domain(self, name: str) -> int:
        now = self.clock()
        domain = Domain(
            id=0,
            account_id=self.account_id,
            name=name,
            state=DomainState.ACTIVE,
            features=frozenset(),
            tracking=True,
            seed_token="",
            created_at=now,
            updated_at=now,
        )
        stored = await self.database.run(save_domain(domain))
        assert stored is not None
        return stored.id

    async def owe(self, url: str, *webhook_ids: str, body: bytes = PAYLOAD) -> None:
        def steps() -> Steps[None]:
            for webhook_id in webhook_ids:
                yield from self.outbox.enqueue(self.account_id, url, webhook_id, body)

        await self.database.run(steps())
        self.outbox.announce()

    async def pass_time(self, seconds: float) -> None:
        """Advance the clock, and let the worker see what came due by it."""
        assert isinstance(self.clock, FakeClock)
        self.clock.advance(seconds)
        self.outbox.announce()

    async def measured(self, name: str, **labels: str) -> float | None:
        await self.metrics.refresh()
        return self.registry.get_sample_value(name, labels)

    async def rows(self, table: str, columns: str, key: str = "id") -> list[Row]:
        return await self.database.fetch(f"SELECT {columns} FROM {table} ORDER BY {key}")

    async def until_idle(self) -> None:
        """Wait until no attempt is under way: its outcome is stored before its lane is free."""

        async def hold() -> bool:
            return self.lanes.in_flight == 0

        await until(hold)

    async def until_buried(self, *expected: Row) -> None:
        """Wait until the dead letters are exactly these, as attempts and reason."""

        async def hold() -> bool:
            letters = await self.dead_letters.find(DeadLetterFilter(), 100)
            return [(letter.attempts, letter.reason) for letter in letters] == list(expected)

        await until(hold)

    async def until_rows(self, table: str, columns: str, *expected: Row, key: str = "id") -> None:
        """Wait until a table holds exactly these rows."""

        async def hold() -> bool:
            return await self.rows(table, columns, key) == list(expected)

        await until(hold)
