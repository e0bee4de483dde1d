"""Remembers what asking told, for as long as Postfix does (address_verify_*_time), so that few are asked twice."""

from indicia.base.clock import Clock
from indicia.mail.address import Address
from indicia.storage.database import Database
from indicia.validation import store
from indicia.validation.model import AcceptAll, Finding, Origin, Reason
from indicia.validation.store import Kept

_HOUR = 3600.0
_DAY = 24 * _HOUR
ACCEPTED_SECONDS = 7 * _DAY, 31 * _DAY
"""For how long a yes is repeated, and for how long it stands in when asking again tells nothing."""
REJECTED_SECONDS = 3 * _HOUR, 3 * _DAY
ACCEPT_ALL_SECONDS = 31 * _DAY
# Nothing was learnt; asking again at once would learn no more.
_INCONCLUSIVE_SECONDS = 60.0


class Memory:
    """What earlier probes found."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def recall(self, address: Address) -> Kept | None:
        """Answer what is known of an address.

        Raises:
            StorageError: The store cannot be read.
        """
        kept = await store.finding_of(self._database, address.canonical, self._clock())
        return kept and kept._replace(finding=kept.finding._replace(origin=Origin.MEMORY))

    async def keep(self, address: Address, finding: Finding) -> None:
        """Remember what was found.

        Raises:
            StorageError: It is not remembered.
        """
        fresh, longest = _lifetimes(finding, self._clock())
        now = self._clock()
        await self._database.run(store.keep_finding(address.canonical, Kept(finding, now + fresh, now + longest)))

    async def accept_all(self, domain: str) -> AcceptAll | None:
        """Answer whether a domain takes every address, where that is known.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.accept_all_of(self._database, domain, self._clock())

    async def keep_accept_all(self, domain: str, state: AcceptAll) -> None:
        """Remember whether a domain takes every address; that nothing was learnt is not remembered.

        Raises:
            StorageError: It is not remembered.
        """
        if state is not AcceptAll.UNKNOWN:
            expires_at = self._clock() + ACCEPT_ALL_SECONDS
            await self._database.run(store.keep_accept_all(domain, state, expires_at))


def _lifetimes(finding: Finding, now: float) -> tuple[float, float]:
    if finding.reason is Reason.ACCEPTED_EMAIL:
        return ACCEPTED_SECONDS
    if finding.reason in {Reason.REJECTED_EMAIL, Reason.INVALID_SMTP}:
        return REJECTED_SECONDS
    # A server that greylists knows us by sender, recipient and address: asked again after its wait, it says more.
    wait = _INCONCLUSIVE_SECONDS if finding.ask_again_at is None else finding.ask_again_at - now
    return wait, wait
