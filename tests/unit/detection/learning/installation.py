"""Everything from the post of a batch to the revision of its verdicts, in one process, on a clock of its own."""

import json
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from indicia.accounts.keys import Keys
from indicia.accounts.signing_key import SigningKeys
from indicia.base.ids import time_ordered_uuid
from indicia.detection.engine import Engine
from indicia.detection.handover import Handover
from indicia.detection.honeypot import HoneypotVisits
from indicia.detection.judging import Judging
from indicia.detection.learning.learner import Learner
from indicia.detection.options import DetectionOptions
from indicia.detection.posted import read_json
from indicia.detection.recipients import RecipientProviders
from indicia.detection.requests import JOB_KIND, DetectionRequests
from indicia.detection.revisions import Revisions
from indicia.detection.study import Study
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.model import Domain, Feature
from indicia.domains.registry import DomainRegistry
from indicia.net.egress import EgressGuard
from indicia.queue.jobs import Jobs
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import open_vault
from indicia.webhooks.outbox import Outbox
from tests.doubles.clock import FakeClock
from tests.doubles.datasets import FakeDatasets

RECEIVER = "https://hooks.customer.example/bots"


class Installation:
    """One process of the service; made by `installed`."""

    def __init__(self, database: SqliteDatabase, directory: Path, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        datasets: Any = FakeDatasets()
        self.jobs = Jobs(database, clock)
        self.engine = Engine(datasets, DetectionOptions(settle_seconds=0), clock)
        self.learner = Learner(datasets, 10_000)
        vault = open_vault(directory / "secret.key")
        self.domains = DomainRegistry(
            database,
            Keys(database, vault, clock),
            SigningKeys(database, vault, clock),
            DkimKeys(database, vault, clock),
            clock,
        )
        # No interaction of these tests has a domain that DNS would have to be asked about.
        no_resolver: Any = None
        providers = RecipientProviders(no_resolver, datasets)
        outbox = Outbox(self.jobs)
        self.visits = HoneypotVisits(database, self.domains, clock)
        handover = Handover()
        self.requests = DetectionRequests(
            database, self.jobs, guard=EgressGuard(()), clock=clock, ids=time_ordered_uuid, handover=handover
        )
        self.judging = Judging(
            database,
            self.jobs,
            engine=self.engine,
            visits=self.visits,
            providers=providers,
            domains=self.domains,
            outbox=outbox,
            handover=handover,
            clock=clock,
        )
        self.study = Study(database, self.learner, self.engine, clock)
        self.revisions = Revisions(
            database, self.engine, providers=providers, domains=self.domains, outbox=outbox, clock=clock
        )

    async def domain(self, name: str, *, account: str = "ours") -> Domain:
        found = await self.domains.named(name)
        if found is None:
            added = await self.domains.add(name, account=account, features=frozenset({Feature.BOT_DETECTION}))
            found = added.domain
        return found

    async def post(self, domain: Domain, events: Sequence[dict[str, object]], **wishes: object) -> list[str]:
        """Post events in batches and have them judged; answer the requests' ids."""
        ids = []
        for start in range(0, len(events), 500):
            body = msgspec.json.encode({"events": events[start : start + 500], "webhook_url": RECEIVER, **wishes})
            ids.append(await self.requests.accept(domain, read_json(body), body=body))
        for job in await self.jobs.claim(JOB_KIND, {str(domain.account_id): 100}, lease_seconds=60):
            await self.judging.judge(job)
        return ids

    async def result(self, domain: Domain, request_id: str) -> dict[str, Any]:
        """Poll a request."""
        found = await self.requests.result(domain, request_id)
        assert found is not None
        answer: dict[str, Any] = json.loads(found)
        return answer

    async def webhooks(self) -> list[tuple[str, dict[str, Any]]]:
        """Answer what is owed to receivers: ids and bodies, in order."""
        rows = await self.database.fetch("SELECT webhook_id, body FROM deliveries ORDER BY id")
        return [(webhook_id, json.loads(body)) for webhook_id, body in rows]

    async def learn(self) -> int:
        """Make one pass over the history, later on; answer how many verdicts it revised."""
        self.clock.advance(600)
        return await self.revisions.revise(await self.study.advance())


@asynccontextmanager
async def installed(directory: Path, clock: FakeClock):
    """Open an installation in `directory`, new or as the last one left it."""
    database = SqliteDatabase(directory / "store.sqlite3")
    try:
        await migrate(database, clock)
        installation = Installation(database, directory, clock)
        await installation.study.resume()
        yield installation
    finally:
        await database.close()
