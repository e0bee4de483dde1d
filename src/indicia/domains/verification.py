"""Find out whether a domain's owner wants us to send, by the DNS records that only they can publish."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.domains import store
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.dns_records import Ask, CheckedRecord, Installation, check, expected_records, may_send
from indicia.domains.model import Domain, DomainState
from indicia.storage.database import Database

# Whoever is setting a domain up need not wait for it: they check by command or by request.
UNVERIFIED_SECONDS = 3600.0
ACTIVE_SECONDS = 24 * 3600.0


class Verified(NamedTuple):
    """A domain as it is after a check, and what was seen."""

    domain: Domain
    records: list[CheckedRecord]

    @property
    def may_send(self) -> bool:
        """Whether the records prove that the owner wants us to send."""
        return may_send(self.records)


class Verification:
    """Checks domains.

    An unverified domain becomes active once SPF and one DKIM record are valid. No check ever takes a state away: DNS
    fails, and people mistype, more often than a domain changes hands. That is for the operator.
    """

    def __init__(self, database: Database, keys: DkimKeys, ask: Ask, installation: Installation, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._ask = ask
        self._installation = installation
        self._clock = clock

    async def look(self, domain: Domain) -> list[CheckedRecord]:
        """Answer what the domain has to publish and what it does, changing nothing; it takes some seconds at most.

        Raises:
            StorageError: Its keys cannot be read.
        """
        keys = await self._keys.all_of(domain.id)
        expected = expected_records(domain.name, keys, self._installation)
        return list(await asyncio.gather(*(check(record, self._installation, self._ask) for record in expected)))

    async def verify(self, domain: Domain) -> Verified:
        """Look, and let an unverified domain send if its records allow it.

        Raises:
            StorageError: Nothing is changed.
        """
        records = await self.look(domain)
        is_proven = domain.state is DomainState.UNVERIFIED and may_send(records)
        await self._database.run(store.note_check(domain.id, self._clock(), activate=is_proven))
        return Verified(await store.domain_of_id(self._database, domain.id) or domain, records)

    async def verify_due(self, limit: int, report: Callable[[Verified], Awaitable[None]]) -> int:
        """Verify up to `limit` domains that were not looked at for long, and `report` each; answer how many.

        Raises:
            StorageError: Some were not verified; they stay due.
        """
        now = self._clock()
        due = await store.domains_to_check(
            self._database,
            unverified_before=now - UNVERIFIED_SECONDS,
            active_before=now - ACTIVE_SECONDS,
            limit=limit,
        )
        for domain in due:
            await report(await self.verify(domain))
        return len(due)
