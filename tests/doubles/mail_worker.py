"""The delivery of mail as `serve` builds it, without the rest of the service."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
from prometheus_client import CollectorRegistry

from indicia.accounts.store import find_or_add_account
from indicia.base.clock import Clock
from indicia.composition.model import Composed, ContentGoneError, StoredFile
from indicia.delivery.errands import Errands
from indicia.delivery.expiry import Expiry
from indicia.delivery.letters import Letters
from indicia.delivery.metrics import DeliveryMetrics
from indicia.delivery.model import JOB_KIND
from indicia.delivery.pacing import Pacing
from indicia.delivery.policies import Policies
from indicia.delivery.pool import Pool
from indicia.delivery.recording import Recording
from indicia.delivery.relays import Relay, parse_relay
from indicia.delivery.routes import Routes
from indicia.delivery.schedule import RetrySchedule
from indicia.delivery.sites import Sites
from indicia.delivery.store import AttemptRow, attempts_of
from indicia.delivery.transport import Transport
from indicia.domains.model import DomainState
from indicia.entrypoints.workers.deliveries import AT_ONCE, LEASE_SECONDS, Desk, MailDeliveries
from indicia.entrypoints.workers.runner import Pace, Runner
from indicia.events.log import EventLog
from indicia.mail.address import parse_one
from indicia.messages.destinations import Destinations
from indicia.messages.model import Content, Message, Options, Recipient, RecipientKind, RecipientState
from indicia.messages.store import insert_message, insert_recipient
from indicia.net.dns import Resolver, parse_servers
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.http import HttpClient
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.model import Timeouts
from indicia.queue.jobs import Jobs
from indicia.storage.database import Statement, Steps
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.suppressions.guard import Suppressions
from tests.doubles.clock import FakeClock
from tests.doubles.webhook_worker import until

DOMAIN = "news.test"
FILE = bytes(range(256)) * 4000
HASTY = Timeouts(connect=1, banner=1, command=1, data=1, block=1, dot=1, quit=0.1, opening=2, sending=3)


async def compose(message: Message, recipient: Recipient) -> Composed:
    """Write a mail that shows whose copy it is, with a file where its subject is `a file`; none where it is `gone`."""
    if message.headers["subject"] == "gone":
        raise ContentGoneError(message.id)
    address = parse_one(recipient.address)
    assert address is not None
    text = f"Message-ID: <{message.message_id}>\r\nTo: {address.envelope}\r\n\r\n.\r\nThe end.\r\n".encode()
    files = (StoredFile("digest", len(FILE)),) if message.headers["subject"] == "a file" else ()
    return Composed((text, *files), len(text), needs_smtputf8=False, read=_read)


async def _read(digest: str) -> AsyncIterator[bytes]:
    assert digest == "digest"
    yield FILE


def return_path(domain: str, recipient_id: int) -> str:
    return f"bounce-{recipient_id}@{domain}"


class Owner(NamedTuple):
    """Whose mail it is."""

    account_id: int
    domain_id: int


def accept(
    jobs: Jobs,
    owner: Owner,
    addresses: Sequence[str],
    *,
    now: float,
    options: Options | None = None,
    due_in: float = 0.0,
    expires_in: float = 72 * 3600.0,
    subject: str = "hello",
) -> Steps[list[int]]:
    """Accept one message to these recipients; answer their rows."""
    count = yield Statement("SELECT count(*) FROM messages")
    message = Message(
        id=0,
        account_id=owner.account_id,
        domain_id=owner.domain_id,
        message_id=f"{int(count[0][0]) + 1}@{DOMAIN}",  # type: ignore[arg-type]
        submitted_at=now,
        deliver_at=now + due_in,
        size_bytes=100,
        headers={"subject": subject},
        options=options or Options(),
    )
    content = Content(sender=f"us@{DOMAIN}", to=tuple(addresses), subject=subject, text="hello")
    row = yield from insert_message(message, content)
    rows = []
    for address in addresses:
        parsed = parse_one(address)
        assert parsed is not None
        recipient = Recipient(
            id=0,
            message_row=row,
            domain_id=owner.domain_id,
            address=address,
            canonical=parsed.canonical,
            kind=RecipientKind.TO,
            state=RecipientState.QUEUED,
            expires_at=now + due_in + expires_in,
        )
        rows.append((yield from insert_recipient(recipient)))
        yield from jobs.enqueue(JOB_KIND, parsed.ascii_domain, str(rows[-1]).encode(), due_at=now + due_in)
    return rows


class MailWorker:
    """Delivers what is submitted to the store in `directory`, for the domain news.test, while entered."""

    def __init__(
        self,
        directory: Path,
        servers: str,
        clock: Clock | None = None,
        *,
        port: int = 25,
        allow: str = "127.0.0.0/8:*",
        relay: str | None = None,
        schedule: RetrySchedule | None = None,
        timeouts: Timeouts = HASTY,
        sources: Sequence[str] = (),
        policy_url: str | None = None,
        **trust: Any,
    ) -> None:
        """Take `smtp_trust` and `https_trust`, TLS contexts, where a certificate is to be believed."""
        clock = clock or FakeClock()
        self.clock = clock
        self.database = SqliteDatabase(directory / "store.sqlite3")
        self.jobs = Jobs(self.database, clock)
        self.events = EventLog()
        self.suppressions = Suppressions(self.database, clock)
        self.registry = CollectorRegistry()
        guard = EgressGuard(parse_allow(allow))
        self._resolver = Resolver(clock, parse_servers(servers))
        self._http = HttpClient(guard, self._resolver, clock, tls=trust.get("https_trust"))
        client = SmtpClient(guard, hello_name="us.test", timeouts=timeouts, trust=trust.get("smtp_trust"))
        self.pool = Pool(client, self._resolver, sources=sources)
        urls = {} if policy_url is None else {"url_of": lambda _: policy_url}
        self._policies = policies = Policies(self.database, self._resolver, self._http, clock, **urls)
        self.routes = Routes(
            self._resolver, policies, port=port, own_name="us.test", relay=parse_relay(relay) if relay else None
        )
        self.sites = Sites(self.routes.site_of, clock, most_in_flight=AT_ONCE)
        self.metrics = DeliveryMetrics(self.registry, self.jobs, sites=self.sites, clock=clock)
        self.metrics.watch(self.pool)
        self.errands = Errands(self.database, self.suppressions)
        self.recording = Recording(
            self.database,
            self.jobs,
            self.events,
            self.suppressions,
            clock,
            destinations=Destinations(),
            schedule=schedule,
            chance=lambda: 0.5,
        )
        self.expiry = Expiry(self.database, self.errands, self.recording, self.metrics, clock)
        desk = Desk(
            errands=self.errands,
            letters=Letters(compose, return_path),
            routes=self.routes,
            transport=Transport(self.pool),
            recording=self.recording,
            sites=self.sites,
            pacing=Pacing(),
            metrics=self.metrics,
            unseal_relay=_unsealed,
        )
        self.deliveries = MailDeliveries(self.database, self.jobs, desk, clock)
        pace = Pace(AT_ONCE, LEASE_SECONDS, self.deliveries.rooms, most_claims=None, hurry=self.deliveries.hurry)
        self.runner = Runner(
            self.jobs, self.database, kind=JOB_KIND, handle=self.deliveries.deliver, pace=pace, clock=clock
        )

    async def __aenter__(self) -> Self:
        await migrate(self.database, self.clock)
        account, _ = await self.database.run(find_or_add_account("acme", self.clock()))
        self.account_id = account.id
        self.domain_id = await self.database.run(self._domain())
        self._working = asyncio.create_task(self.runner.run())
        self._following = asyncio.create_task(self.deliveries.follow_holds())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        await self.pool.close()
        await self._policies.close()
        await self._http.close()
        await self._resolver.close()
        await self.database.close()

    async def stop(self) -> None:
        """Stop as `serve` does at SIGTERM."""
        self.runner.stop()
        await self._working

    async def kill(self) -> None:
        """Let everything go at once, as when the process ends; whatever was in flight is not recorded."""
        tasks = [self._working, self._following, *self.runner._in_flight]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def submit(
        self,
        *addresses: str,
        options: Options | None = None,
        due_in: float = 0.0,
        expires_in: float = 72 * 3600.0,
        subject: str = "hello",
    ) -> list[int]:
        """Accept one message to these recipients; answer their rows."""
        rows = await self.database.run(
            accept(
                self.jobs,
                Owner(self.account_id, self.domain_id),
                addresses,
                now=self.clock(),
                options=options,
                due_in=due_in,
                expires_in=expires_in,
                subject=subject,
            )
        )
        self.jobs.announce(JOB_KIND)
        return rows

    async def run(self, sql: str, *parameters: Any) -> None:
        def steps() -> Steps[None]:
            yield Statement(sql, parameters)

        await self.database.run(steps())

    async def pass_time(self, seconds: float) -> None:
        """Advance the clock, and let the worker see what came due by it."""
        assert isinstance(self.clock, FakeClock)
        self.clock.advance(seconds)
        self.jobs.announce(JOB_KIND)

    async def events_about(self, address: str) -> list[dict[str, Any]]:
        rows = await self.database.fetch("SELECT data FROM events WHERE recipient = $1 ORDER BY id", address)
        return [msgspec.json.decode(row[0]) for row in rows]

    async def until_events(self, address: str, count: int) -> list[dict[str, Any]]:
        """Wait until so many events about a recipient are stored."""

        async def hold() -> bool:
            return len(await self.events_about(address)) >= count

        await until(hold)
        return await self.events_about(address)

    async def attempts(self, recipient_id: int) -> list[AttemptRow]:
        return await attempts_of(self.database, recipient_id)

    async def state(self, recipient_id: int) -> str:
        rows = await self.database.fetch("SELECT state FROM recipients WHERE id = $1", recipient_id)
        return str(rows[0][0])

    async def jobs_left(self) -> int:
        return (await self.jobs.counts()).get(JOB_KIND, 0)

    async def next_due_in(self) -> float:
        rows = await self.database.fetch("SELECT min(due_at) FROM jobs WHERE kind = $1 AND lease IS NULL", JOB_KIND)
        return float(rows[0][0]) - self.clock()  # type: ignore[arg-type]

    def _domain(self) -> Steps[int]:
        yield Statement(
            """
            INSERT INTO domains (account_id, name, state, bot_detection, validation, tracking, seed_token,
                created_at, updated_at)
            VALUES ($1, $2, $3, 0, 0, 1, 'seed', $4, $4) ON CONFLICT (name) DO NOTHING
            """,
            (self.account_id, DOMAIN, DomainState.ACTIVE.value, self.clock()),
        )
        rows = yield Statement("SELECT id FROM domains WHERE name = $1", (DOMAIN,))
        return int(rows[0][0])  # type: ignore[arg-type]


def _unsealed(sealed: bytes) -> Relay:
    return parse_relay(sealed.decode())
