"""What our own mail has shown about an address and its domain: better evidence than any question."""

from indicia.base.clock import Clock
from indicia.mail.address import Address
from indicia.messages.model import Destination
from indicia.messages.store import destination_of, last_delivered_at
from indicia.storage.database import Database
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import NotSuppressedError, SuppressionType
from indicia.validation.model import AcceptAll, Finding, Origin, Reason

# Servers that say yes to everything, and relays, report within minutes what they could not deliver.
_SETTLED_SECONDS = 3600.0


class Deliveries:
    """Reads what became of a domain's mail."""

    def __init__(self, database: Database, suppressions: Suppressions, clock: Clock) -> None:
        self._database = database
        self._suppressions = suppressions
        self._clock = clock

    async def about(self, domain_id: int, address: Address) -> Finding | None:
        """Answer what is known from mail of this domain, or None where none was sent or it came to nothing.

        Raises:
            StorageError: The store cannot be read.
        """
        delivered_at = await last_delivered_at(self._database, domain_id, address.canonical)
        if await self._suppressed_at(domain_id, address, SuppressionType.COMPLAINT) is not None:
            return _delivered("Its owner has complained about mail from this domain", has_complained=True)
        bounced_at = await self._suppressed_at(domain_id, address, SuppressionType.BOUNCE)
        if bounced_at is not None and bounced_at >= (delivered_at or 0.0):
            detail = "Mail from this domain has bounced"
            return Finding(Reason.REJECTED_EMAIL, Origin.DELIVERIES, detail=detail)
        if delivered_at is None:
            return None
        found = _delivered("Mail from this domain was delivered")
        if self._clock() - delivered_at >= _SETTLED_SECONDS:
            return found
        detail = "Mail from this domain was delivered less than an hour ago, and may still come back"
        return found._replace(accept_all=AcceptAll.UNKNOWN, detail=detail)

    async def at(self, domain_id: int, address: Address) -> Destination | None:
        """Answer what mail of this domain has shown about the domain of `address`; None where it showed nothing.

        Raises:
            StorageError: The store cannot be read.
        """
        return await destination_of(self._database, domain_id, address.ascii_domain)

    async def _suppressed_at(self, domain_id: int, address: Address, kind: SuppressionType) -> float | None:
        try:
            return (await self._suppressions.gravest(domain_id, address, kind)).created_at
        except NotSuppressedError:
            return None


def _delivered(detail: str, *, has_complained: bool = False) -> Finding:
    # Mail that was taken and did not come back: whether the server says yes to all does not matter any more.
    return Finding(Reason.ACCEPTED_EMAIL, Origin.DELIVERIES, AcceptAll.NO, has_complained=has_complained, detail=detail)
