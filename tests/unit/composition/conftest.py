"""A composer with a store, and readers of what it composes."""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from indicia.accounts.keys import Keys
from indicia.accounts.signing_key import SigningKeys
from indicia.composition.composer import Composer
from indicia.composition.model import Composed
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.model import Domain, DomainState
from indicia.domains.registry import DomainRegistry
from indicia.mail.address import parse_one
from indicia.mail.dkim import record_text
from indicia.messages.model import Attachment, Content, Message, Options, Recipient, RecipientKind, RecipientState
from indicia.messages.store import insert_message
from indicia.storage.database import Database
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import open_vault
from indicia.templates.renderer import Renderer
from tests.doubles.clock import FakeClock
from tests.doubles.foreign_readers import ForeignReaders
from tests.unit.composition.reading import content_of

DOMAIN = "news.example.com"


class NoAdditions:
    """What tracking adds where nothing is tracked."""

    fields: tuple[tuple[str, str], ...] = ()

    def field(self, text: str) -> str:
        return text

    def html(self, document: str) -> str:
        return document

    def text(self, document: str) -> str:
        return document


class PostRoom:
    """Composes copies of messages for one signing domain."""

    def __init__(self, database: Database, domain: Domain, registry: DomainRegistry, keys: DkimKeys) -> None:
        self.database = database
        self.domain = domain
        self.keys = keys
        self.registry = registry
        self.clock = FakeClock()
        self.renderer = Renderer(self.clock)
        self.additions: Any = NoAdditions()
        self.submitted = 0
        self.files: dict[str, bytes] = {}
        self.composer = Composer(
            database,
            domain_of=registry.of_id,
            keys=keys,
            renderer=self.renderer,
            read=self._read,
            additions=self._additions,
            clock=self.clock,
        )

    async def copy(self, address: str = "bob@example.org", **asked: Any) -> bytes:
        """Compose a copy as `compose` does; answer all of its bytes."""
        composed = await self.compose(address, **asked)
        message = await content_of(composed)
        assert len(message) == composed.size_bytes
        return message

    async def compose(
        self,
        address: str = "bob@example.org",
        *,
        kind: RecipientKind = RecipientKind.TO,
        variables: bytes | None = None,
        options: Options | None = None,
        **content: Any,
    ) -> Composed:
        """Compose the copy that `address` gets of a new message with `content`."""
        message = await self.submit(options or Options(), **content)
        return await self.composer.compose(message, self.recipient(message, address, kind, variables))

    async def submit(self, options: Options, **content: Any) -> Message:
        """Store a message with `content`."""
        self.submitted += 1
        message = Message(
            id=0,
            account_id=self.domain.account_id,
            domain_id=self.domain.id,
            message_id=f"20231114.{self.submitted}@news.example.com",
            submitted_at=1_700_000_000.0,
            deliver_at=1_700_000_000.0,
            size_bytes=1000,
            headers={},
            options=options,
        )
        said = Content(**({"sender": "Ann <ann@news.example.com>", "to": ("bob@example.org",)} | content))
        return msgspec.structs.replace(message, id=await self.database.run(insert_message(message, said)))

    def recipient(
        self,
        message: Message,
        address: str = "bob@example.org",
        kind: RecipientKind = RecipientKind.TO,
        variables: bytes | None = None,
    ) -> Recipient:
        """Answer a recipient of `message`."""
        parsed = parse_one(address)
        assert parsed is not None
        return Recipient(
            id=7,
            message_row=message.id,
            domain_id=self.domain.id,
            address=address,
            canonical=parsed.canonical,
            kind=kind,
            state=RecipientState.QUEUED,
            expires_at=2e9,
            variables=variables,
        )

    def stored(self, content: bytes, **fields: Any) -> Attachment:
        """Answer an attachment that lies in the blob store."""
        digest = sha256(content).hexdigest()
        self.files[digest] = content
        return Attachment(digest=digest, size_bytes=len(content), **fields)

    async def records(self) -> dict[str, str]:
        """Answer the DNS records of the domain's keys."""
        return {
            f"{key.selector}._domainkey.{DOMAIN}": record_text(key.algorithm, key.public)
            for key in await self.keys.all_of(self.domain.id)
        }

    async def _additions(self, _message: Message, _recipient: Recipient):
        return self.additions

    async def _read(self, digest: str) -> AsyncIterator[bytes]:
        content = self.files[digest]
        for start in range(0, len(content), 100_000):
            yield content[start : start + 100_000]


@pytest.fixture
async def post(tmp_path) -> AsyncIterator[PostRoom]:
    clock = FakeClock()
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, clock)
    vault = open_vault(tmp_path / "secret.key")
    keys = DkimKeys(database, vault, clock)
    registry = DomainRegistry(database, Keys(database, vault, clock), SigningKeys(database, vault, clock), keys, clock)
    added = await registry.add(DOMAIN, account="ours", state=DomainState.ACTIVE)
    room = PostRoom(database, added.domain, registry, keys)
    yield room
    await room.renderer.close()
    await database.close()


@pytest.fixture(scope="session")
def foreign() -> Iterator[ForeignReaders]:
    with ForeignReaders() as readers:
        yield readers
