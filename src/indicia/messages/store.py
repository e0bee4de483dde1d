"""Messages and their recipients as rows."""

from collections.abc import Sequence
from typing import cast

import msgspec

from indicia.messages.model import (
    Content,
    Destination,
    Message,
    Options,
    Recipient,
    RecipientKind,
    RecipientState,
    Showing,
)
from indicia.storage.database import Database, Row, Statement, StatementForEach, Steps, Value

_MESSAGE = "id, account_id, domain_id, message_id, submitted_at, deliver_at, size_bytes, headers, options"
_RECIPIENT = "id, message_id, domain_id, address, canonical, kind, state, expires_at, variables"

_pack = msgspec.msgpack.Encoder().encode
_unpack_content = msgspec.msgpack.Decoder(Content).decode
_unpack_options = msgspec.msgpack.Decoder(Options).decode
_unpack_headers = msgspec.msgpack.Decoder(dict[str, str]).decode


def insert_message(message: Message, content: Content) -> Steps[int]:
    """Store a message; `message.id` is ignored, the stored row's is answered."""
    rows = yield Statement(
        """
        INSERT INTO messages
            (account_id, domain_id, message_id, submitted_at, deliver_at, size_bytes, headers, options, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
        """,
        (
            message.account_id,
            message.domain_id,
            message.message_id,
            message.submitted_at,
            message.deliver_at,
            message.size_bytes,
            _pack(message.headers),
            _pack(message.options),
            _pack(content),
        ),
    )
    row = cast(int, rows[0][0])
    digests = {attachment.digest for attachment in content.attachments if attachment.digest is not None}
    if digests:
        yield StatementForEach(
            "INSERT INTO message_blobs (digest, message_id) VALUES ($1, $2)",
            [(digest, row) for digest in sorted(digests)],
        )
    return row


def insert_recipient(recipient: Recipient) -> Steps[int]:
    """Store a recipient; `recipient.id` is ignored, the stored row's is answered."""
    rows = yield Statement(
        """
        INSERT INTO recipients (message_id, domain_id, address, canonical, kind, state, expires_at, variables)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
        """,
        (
            recipient.message_row,
            recipient.domain_id,
            recipient.address,
            recipient.canonical,
            recipient.kind.value,
            recipient.state.value,
            recipient.expires_at,
            recipient.variables,
        ),
    )
    return cast(int, rows[0][0])


async def messages_of_rows(database: Database, rows: Sequence[int]) -> dict[int, Message]:
    """Answer the messages of those rows, by row."""
    wanted = msgspec.json.encode(rows).decode()
    found = await database.fetch(
        f"SELECT {_MESSAGE} FROM messages WHERE id IN (SELECT value FROM json_each($1))", wanted
    )
    return {message.id: message for message in map(_message, found)}


async def contents_of_rows(database: Database, rows: Sequence[int]) -> dict[int, Content]:
    """Answer what the messages of those rows say, of those of which it is still kept."""
    wanted = msgspec.json.encode(rows).decode()
    found = await database.fetch(
        "SELECT id, content FROM messages WHERE id IN (SELECT value FROM json_each($1)) AND content IS NOT NULL", wanted
    )
    return {cast(int, row): _unpack_content(cast(bytes, content)) for row, content in found}


async def recipients_of_rows(database: Database, rows: Sequence[int]) -> list[Recipient]:
    """Answer the recipients of those rows, in no order."""
    wanted = msgspec.json.encode(rows).decode()
    found = await database.fetch(
        f"SELECT {_RECIPIENT} FROM recipients WHERE id IN (SELECT value FROM json_each($1))", wanted
    )
    return [_recipient(row) for row in found]


async def copies_of_rows(database: Database, rows: Sequence[int]) -> dict[int, tuple[Message, Recipient]]:
    """Answer the recipients of those rows with the message that each got, by the recipient's row."""
    recipients = await recipients_of_rows(database, rows)
    messages = await messages_of_rows(database, sorted({recipient.message_row for recipient in recipients}))
    return {recipient.id: (messages[recipient.message_row], recipient) for recipient in recipients}


async def delivered_at_of_rows(database: Database, rows: Sequence[int]) -> dict[int, float]:
    """Answer when (unix seconds) the copies of those recipients were taken, of those that were."""
    wanted = msgspec.json.encode(rows).decode()
    found = await database.fetch(
        "SELECT id, settled_at FROM recipients WHERE id IN (SELECT value FROM json_each($1)) AND state = $2",
        wanted,
        RecipientState.DELIVERED.value,
    )
    return {cast(int, row): cast(float, settled_at) for row, settled_at in found}


async def last_delivered_at(database: Database, domain_id: int, canonical: str) -> float | None:
    """Answer when a domain's mail last reached an address, in unix seconds; None where it never did."""
    rows = await database.fetch(
        "SELECT MAX(settled_at) FROM recipients WHERE domain_id = $1 AND canonical = $2 AND state = $3",
        domain_id,
        canonical,
        RecipientState.DELIVERED.value,
    )
    return cast("float | None", rows[0][0])


async def destination_of(database: Database, domain_id: int, destination: str) -> Destination | None:
    """Answer what a domain's mail has shown about a recipients' domain (A-labels); None where it showed nothing."""
    rows = await database.fetch(
        f"SELECT {', '.join(Destination._fields)} FROM destinations WHERE domain_id = $1 AND destination = $2",
        domain_id,
        destination,
    )
    if not rows:
        return None
    row = cast("tuple[float | None, float | None, int, float | None, float | None, float | None]", rows[0])
    return Destination(*row)


def note_destination(
    domain_id: int, destination: str, showing: Showing, now: float, *, since: float, forgotten: float
) -> Steps[None]:
    """Store what a domain's mail has shown about a recipients' domain, forgetting what came back before `forgotten`."""
    yield Statement(_NOTES[showing], (domain_id, destination, now, *_more(showing, since, forgotten)))


def forget_destinations(before: float) -> Steps[None]:
    """Delete what has shown nothing new since `before`."""
    yield Statement("DELETE FROM destinations WHERE noted_at < $1", (before,))


def options_of(domain_id: int, message_id: str) -> Steps[Options | None]:
    """Answer what was asked for a message, in the caller's transaction."""
    rows = yield Statement(
        "SELECT options FROM messages WHERE domain_id = $1 AND message_id = $2", (domain_id, message_id)
    )
    return _unpack_options(cast(bytes, rows[0][0])) if rows else None


def settle_recipient(row: int, state: RecipientState, now: float) -> Steps[None]:
    """Write a recipient's final state; one that is final already stays as it is."""
    yield Statement(
        "UPDATE recipients SET state = $1, settled_at = $2 WHERE id = $3 AND state = $4",
        (state.value, now, row, RecipientState.QUEUED.value),
    )


def fail_delivered(row: int, now: float) -> Steps[bool]:
    """Note that a copy which a server had taken failed after all; answer whether that is news."""
    rows = yield Statement(
        "UPDATE recipients SET state = $1, settled_at = $2 WHERE id = $3 AND state = $4 RETURNING id",
        (RecipientState.FAILED.value, now, row, RecipientState.DELIVERED.value),
    )
    return bool(rows)


def forget_content(before: float, limit: int) -> Steps[None]:
    """Empty up to `limit` messages submitted before `before` of which no recipient waits any more."""
    yield Statement(
        """
        UPDATE messages SET content = NULL WHERE id IN (
            SELECT id FROM messages WHERE submitted_at < $1 AND content IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM recipients WHERE recipients.message_id = messages.id AND recipients.state = $2
            ) LIMIT $3
        )
        """,
        (before, RecipientState.QUEUED.value, limit),
    )
    # Rows of messages stay when their content goes: looking among them would take longer from day to day.
    yield Statement(
        """
        DELETE FROM message_blobs WHERE NOT EXISTS (
            SELECT 1 FROM messages WHERE messages.id = message_blobs.message_id AND messages.content IS NOT NULL
        )
        """
    )


def forget_messages(before: float, limit: int) -> Steps[None]:
    """Delete up to `limit` messages submitted before `before`, with their recipients, once content and attempts are."""
    rows = yield Statement(
        """
        SELECT id FROM messages WHERE submitted_at < $1 AND content IS NULL AND NOT EXISTS (
            SELECT 1 FROM recipients JOIN attempts ON attempts.recipient_id = recipients.id
            WHERE recipients.message_id = messages.id
        ) ORDER BY submitted_at LIMIT $2
        """,
        (before, limit),
    )
    if rows:
        yield StatementForEach("DELETE FROM recipients WHERE message_id = $1", rows)
        yield StatementForEach("DELETE FROM messages WHERE id = $1", rows)


async def is_blob_named(database: Database, digest: str) -> bool:
    """Tell whether any message still needs that blob."""
    return bool(await database.fetch("SELECT 1 FROM message_blobs WHERE digest = $1 LIMIT 1", digest))


def _message(row: Row) -> Message:
    identifier, account_id, domain_id, message_id, submitted_at, deliver_at, size_bytes, headers, options = row
    return Message(
        id=cast(int, identifier),
        account_id=cast(int, account_id),
        domain_id=cast(int, domain_id),
        message_id=cast(str, message_id),
        submitted_at=cast(float, submitted_at),
        deliver_at=cast(float, deliver_at),
        size_bytes=cast(int, size_bytes),
        headers=_unpack_headers(cast(bytes, headers)),
        options=_unpack_options(cast(bytes, options)),
    )


def _recipient(row: Row) -> Recipient:
    identifier, message_row, domain_id, address, canonical, kind, state, expires_at, variables = row
    return Recipient(
        id=cast(int, identifier),
        message_row=cast(int, message_row),
        domain_id=cast(int, domain_id),
        address=cast(str, address),
        canonical=cast(str, canonical),
        kind=RecipientKind(cast(str, kind)),
        state=RecipientState(cast(str, state)),
        expires_at=cast(float, expires_at),
        variables=cast("bytes | None", variables),
    )


def _more(showing: Showing, since: float, forgotten: float) -> tuple[Value, ...]:
    return {Showing.UNREACHED: (since,), Showing.CAME_BACK: (forgotten,)}.get(showing, ())


# A server that was spoken to ends what could not be reached.
_NOTES = {
    Showing.TOOK: """
        INSERT INTO destinations (domain_id, destination, took_at, noted_at) VALUES ($1, $2, $3, $3)
        ON CONFLICT (domain_id, destination) DO UPDATE SET
            took_at = $3, noted_at = $3, unreached_since = NULL, unreached_at = NULL
    """,
    Showing.REFUSED: """
        INSERT INTO destinations (domain_id, destination, refused_at, noted_at) VALUES ($1, $2, $3, $3)
        ON CONFLICT (domain_id, destination) DO UPDATE SET
            refused_at = $3, noted_at = $3, unreached_since = NULL, unreached_at = NULL
    """,
    Showing.CAME_BACK: """
        INSERT INTO destinations (domain_id, destination, came_back, came_back_at, noted_at) VALUES ($1, $2, 1, $3, $3)
        ON CONFLICT (domain_id, destination) DO UPDATE SET
            came_back = CASE WHEN came_back_at > $4 THEN came_back + 1 ELSE 1 END, came_back_at = $3, noted_at = $3
    """,
    Showing.UNREACHED: """
        INSERT INTO destinations (domain_id, destination, unreached_since, unreached_at, noted_at)
        VALUES ($1, $2, $4, $3, $3)
        ON CONFLICT (domain_id, destination) DO UPDATE SET
            unreached_since = COALESCE(unreached_since, $4), unreached_at = $3, noted_at = $3
    """,
}
