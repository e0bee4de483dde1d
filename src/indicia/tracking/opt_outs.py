"""Ends a domain's mail to a recipient who asked for it; asked again, nothing more happens."""

from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.detection.honeypot import VISIT_SECONDS
from indicia.detection.model import Honeypot
from indicia.detection.store import has_visited
from indicia.domains.registry import DomainRegistry
from indicia.events.log import EventLog
from indicia.events.model import Event, EventType
from indicia.mail.address import Address, parse_one
from indicia.messages.event_data import event_about
from indicia.messages.model import Message
from indicia.messages.store import copies_of_rows
from indicia.storage.database import Database, Steps
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import SuppressionType

log = get_logger()


class Visitor(NamedTuple):
    """Who asked, over the web; `on_page` says that it was by the button of our page, which scanners can press too."""

    ip: str
    uas: str
    on_page: bool


class OptOuts:
    """The unsubscribes of all domains."""

    def __init__(
        self,
        database: Database,
        domains: DomainRegistry,
        suppressions: Suppressions,
        events: EventLog,
        clock: Clock,
    ) -> None:
        self._database = database
        self._domains = domains
        self._suppressions = suppressions
        self._events = events
        self._clock = clock

    async def opt_out(
        self, domain_name: str, recipient_id: int, address: str | None, *, how: str, visitor: Visitor | None = None
    ) -> bool:
        """Suppress a recipient for a domain, and report the first time that it happens.

        Answers False, and changes nothing, where the button was pressed by who had followed a hidden link of that mail.

        Args:
            domain_name: Whose mail ends.
            recipient_id: The row of the recipient whose copy the wish is about; it may be forgotten by now.
            address: The recipient's address, where the wish carries it; None to take it from the row.
            how: What the suppression's reason says, for people.
            visitor: Who asked, where it is known.

        Raises:
            StorageError: Nothing is stored.
        """
        domain = await self._domains.named(domain_name)
        copy = (await copies_of_rows(self._database, [recipient_id])).get(recipient_id)
        if copy is not None and (domain is None or copy[1].domain_id != domain.id):
            copy = None
        mailbox = parse_one(address if address is not None else copy[1].address if copy else "")
        if domain is None or mailbox is None:
            return True
        event = None
        if copy is not None:
            message, recipient = copy
            if visitor is not None and await self._is_a_machine(visitor, message):
                log.info("opt_out.by_machine", domain=domain_name)
                return False
            details: dict[str, object] = {}
            if visitor is not None:
                details = {"ip": visitor.ip, "client-info": {"user-agent": visitor.uas}}
            event = event_about(message, recipient, EventType.UNSUBSCRIBED, self._clock(), details)
        await self._database.run(self._suppress(domain.id, mailbox, how, event))
        self._events.announce()
        return True

    async def _is_a_machine(self, visitor: Visitor, message: Message) -> bool:
        now = self._clock()
        visit = Honeypot(message.domain_id, message.message_id, visitor.ip, visitor.uas, now)
        return visitor.on_page and await has_visited(self._database, visit, since=now - VISIT_SECONDS)

    def _suppress(self, domain_id: int, mailbox: Address, how: str, event: Event | None) -> Steps[None]:
        is_new = yield from self._suppressions.add_new(domain_id, mailbox, SuppressionType.UNSUBSCRIBE, how)
        if is_new and event is not None:
            yield from self._events.append([event])
