"""Honeypot links: remember who followed one, for as long as it says something.

The visits are kept in the database, so that a process that only judges sees what another one recorded, and a restart
forgets nothing. The engine is told of each once, before it judges.
"""

import asyncio

from indicia.base.clock import Clock
from indicia.detection import store
from indicia.detection.engine import Engine
from indicia.detection.model import Honeypot
from indicia.domains.registry import DomainRegistry
from indicia.storage.database import Database

# "The honeypots record only the IP address and User-Agent string of the visitor in a temporary cache for 30 minutes."
VISIT_SECONDS = 30 * 60
LONGEST_MESSAGE_ID = 1024
LONGEST_USER_AGENT = 1024
_PAGE = 5_000


class HoneypotVisits:
    """Records visits, and brings them to the engine."""

    def __init__(self, database: Database, domains: DomainRegistry, clock: Clock) -> None:
        self._database = database
        self._domains = domains
        self._clock = clock
        self._told_up_to = 0

    async def record(self, domain_name: str, message_id: str, *, ip: str, uas: str) -> None:
        """Store a visit to a honeypot of one of our domains; one of any other domain changes nothing.

        Raises:
            StorageError: The visit is not stored.
        """
        domain = await self._domains.named(domain_name)
        if domain is None or not 0 < len(message_id) <= LONGEST_MESSAGE_ID:
            return
        visit = Honeypot(domain.id, message_id, ip, uas[:LONGEST_USER_AGENT], self._clock())
        await self._database.run(store.add_visit(visit))

    async def tell(self, engine: Engine) -> None:
        """Let `engine` see every live visit that it has not seen yet."""
        since = self._clock() - VISIT_SECONDS
        while True:
            page = await store.visits_after(self._database, self._told_up_to, since=since, limit=_PAGE)
            for visit_id, visit in page:
                engine.visit(visit)
                self._told_up_to = visit_id
            if len(page) < _PAGE:
                return
            # After a flood there are many pages, and others wait for their answers.
            await asyncio.sleep(0)
