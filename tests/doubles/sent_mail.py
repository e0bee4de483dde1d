"""Mail that was sent by a running service: stored beside it, with the addresses that its copies would carry."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from indicia.base.clock import system_clock
from indicia.events.log import EventLog
from indicia.events.model import Event, EventType
from indicia.messages.event_data import event_about
from indicia.messages.model import Content, Message, Options, Recipient, RecipientKind, RecipientState
from indicia.messages.store import insert_message, insert_recipient, settle_recipient
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import open_vault
from indicia.tracking.keys import Keyring
from indicia.tracking.links import CopyLinks
from indicia.tracking.model import Hit
from indicia.tracking.return_paths import ReturnPaths
from indicia.tracking.statistics.results import Results
from indicia.tracking.store import read_hits


class SentCopy(NamedTuple):
    """One recipient's copy."""

    message: Message
    recipient: Recipient
    links: CopyLinks
    return_path: str
    unsubscribe_address: str
    feedback_address: str


class SentMail:
    """Puts delivered mail into the data directory of a service, while entered."""

    def __init__(self, data_dir: Path, base_url: str) -> None:
        self._data_dir = data_dir
        self._base_url = base_url

    async def __aenter__(self) -> Self:
        self.database = SqliteDatabase(self._data_dir / "indicia.sqlite3")
        self.keyring = await Keyring.open(self.database, open_vault(self._data_dir / "secret.key"), system_clock)
        self._log = EventLog()
        self._log.subscribe(Results().follow, lambda: None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.database.close()

    async def send(
        self, domain: str, *addresses: str, message_id: str, ago: float = 3600.0, options: Options | None = None
    ) -> list[SentCopy]:
        """Store a message that was delivered to `addresses` so many seconds ago."""
        rows = await self.database.fetch("SELECT id, account_id FROM domains WHERE name = $1", domain)
        (domain_id, account_id) = rows[0]
        sent_at = system_clock() - ago
        message = Message(
            id=0,
            account_id=account_id,
            domain_id=domain_id,
            message_id=message_id,
            submitted_at=sent_at,
            deliver_at=sent_at,
            size_bytes=1000,
            headers={"subject": "News"},
            options=options or Options(),
        )
        content = Content(sender=f"news@{domain}", to=addresses, subject="News", text="x")

        def steps():
            row = yield from insert_message(message, content)
            stored = Message(**{**{name: getattr(message, name) for name in message.__struct_fields__}, "id": row})
            copies = []
            for address in addresses:
                recipient = Recipient(
                    id=0,
                    message_row=row,
                    domain_id=domain_id,
                    address=address,
                    canonical=address.lower(),
                    kind=RecipientKind.TO,
                    state=RecipientState.QUEUED,
                    expires_at=sent_at + 3 * 86_400,
                )
                identifier = yield from insert_recipient(recipient)
                fields = {name: getattr(recipient, name) for name in recipient.__struct_fields__}
                recipient = Recipient(**{**fields, "id": identifier})
                yield from settle_recipient(identifier, RecipientState.DELIVERED, sent_at + 2)
                yield from self._log.append(list(_history(stored, recipient, sent_at)))
                copies.append((stored, recipient))
            return copies

        return [self._copy(domain, *copy) for copy in await self.database.run(steps())]

    async def events(self, domain: str, *types: str) -> list[dict[str, Any]]:
        """Answer the `event-data` of a domain's events of those types, in their order."""
        rows = await self.database.fetch(
            "SELECT data FROM events WHERE domain_id = (SELECT id FROM domains WHERE name = $1) ORDER BY id", domain
        )
        events = [json.loads(row[0]) for row in rows]
        return [event for event in events if not types or event["event"] in types]

    async def hits(self, recipient_id: int | None = None) -> list[Hit]:
        """Answer the hits of one copy, or of all, whether or not detection has them."""
        fields = ", ".join(Hit._fields)
        # In one query, or a hit would be seen twice that moves meanwhile.
        rows = await self.database.fetch(
            f"SELECT hits, {'NULL, ' * (len(Hit._fields) - 1)}NULL FROM tracking_arrivals "
            f"UNION ALL SELECT NULL, {fields} FROM tracking_hits"
        )
        found = []
        for packed, *handed in rows:
            found += read_hits(packed) if packed is not None else [Hit(*handed)]
        return [hit for hit in found if recipient_id in {None, hit.recipient_id}]

    def _copy(self, domain: str, message: Message, recipient: Recipient) -> SentCopy:
        sealing = self.keyring.sealing
        paths = ReturnPaths(sealing)
        return SentCopy(
            message,
            recipient,
            CopyLinks(sealing, f"{self._base_url}/{domain}", domain, recipient.id, recipient.address),
            paths.return_path(domain, recipient.id),
            paths.unsubscribe_address(domain, recipient.id),
            paths.feedback_address(domain, recipient.id),
        )


def _history(message: Message, recipient: Recipient, sent_at: float) -> list[Event]:
    status = {"delivery-status": {"code": 250, "mx-host": "mx.example.org"}}
    return [
        event_about(message, recipient, EventType.ACCEPTED, sent_at, {}),
        event_about(message, recipient, EventType.DELIVERED, sent_at + 2, status),
    ]
