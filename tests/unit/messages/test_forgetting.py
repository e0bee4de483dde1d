"""Content: kept while anybody may still get it, then gone with its blobs."""

import os

import pytest

from indicia.delivery.store import begin_uncertainty
from indicia.messages.blobs import LEFTOVER_SECONDS, Blobs
from indicia.messages.leftovers import Leftovers
from indicia.messages.model import Attachment, Content, Message, Options, Recipient, RecipientKind, RecipientState
from indicia.messages.store import (
    contents_of_rows,
    forget_content,
    forget_messages,
    insert_message,
    insert_recipient,
    settle_recipient,
)
from indicia.storage.database import Statement
from tests.doubles.clock import FakeClock

SUBMITTED_AT = 1_790_000_000.0


@pytest.fixture
async def domain(registry):
    return (await registry.add("news.example.com")).domain


@pytest.fixture
def stored(database, domain):
    """Answer what stores a message with one recipient in a state; answers its row."""

    async def store(state, *, digest=None, submitted_at=SUBMITTED_AT):
        [(count,)] = await database.fetch("SELECT count(*) FROM messages")
        message = Message(
            id=0,
            account_id=domain.account_id,
            domain_id=domain.id,
            message_id=f"{count}@news.example.com",
            submitted_at=submitted_at,
            deliver_at=submitted_at,
            size_bytes=1000,
            headers={},
            options=Options(),
        )
        files = (
            ()
            if digest is None
            else (Attachment(name="a.pdf", media_type="application/pdf", size_bytes=3, digest=digest),)
        )
        said = Content(sender="ann@news.example.com", to=("bob@example.org",), attachments=files)
        row = await database.run(insert_message(message, said))
        recipient = Recipient(
            id=0,
            message_row=row,
            domain_id=domain.id,
            address="bob@example.org",
            canonical="bob@example.org",
            kind=RecipientKind.TO,
            state=state,
            expires_at=2e9,
            variables=None,
        )
        await database.run(insert_recipient(recipient))
        return row

    return store


async def forget(database, *, before=SUBMITTED_AT + 1, limit=100):
    await database.run(forget_content(before, limit))


async def test_what_nobody_waits_for_is_forgotten_and_nothing_else(database, stored):
    done = await stored(RecipientState.DELIVERED)
    waiting = await stored(RecipientState.QUEUED)
    young = await stored(RecipientState.DELIVERED, submitted_at=SUBMITTED_AT + 1)

    await forget(database)

    assert (await contents_of_rows(database, [done, waiting, young])).keys() == {waiting, young}


async def test_no_more_is_forgotten_at_once_than_was_asked(database, stored):
    rows = [await stored(RecipientState.FAILED) for _ in range(3)]

    await forget(database, limit=2)

    assert len(await contents_of_rows(database, rows)) == len(rows) - 2


async def test_a_blob_goes_with_the_last_message_that_names_it(database, stored, tmp_path):
    blobs = Blobs(tmp_path / "blobs")
    with blobs.new() as blob:
        blob.write(b"pdf")
        digest = await blob.keep()
    path = tmp_path / "blobs" / digest[:2] / digest
    os.utime(path, (SUBMITTED_AT, SUBMITTED_AT))
    leftovers = Leftovers(database, blobs, FakeClock(SUBMITTED_AT + LEFTOVER_SECONDS + 1))
    await stored(RecipientState.DELIVERED, digest=digest)
    last = await stored(RecipientState.QUEUED, digest=digest)

    await forget(database)
    removed_early = await leftovers.sweep()
    [(recipient,)] = await database.fetch("SELECT id FROM recipients WHERE message_id = $1", last)
    await database.run(settle_recipient(recipient, RecipientState.DELIVERED, SUBMITTED_AT))
    await forget(database)
    removed = await leftovers.sweep()

    assert (removed_early, removed) == (0, 1)
    assert not path.exists()


async def test_looking_for_it_does_not_walk_over_what_is_forgotten(database):
    plan = await database.fetch(
        "EXPLAIN QUERY PLAN SELECT id FROM messages WHERE submitted_at < $1 AND content IS NOT NULL", SUBMITTED_AT
    )

    assert "messages_with_content" in str(plan)


async def test_a_message_goes_with_its_recipients_when_nothing_else_is_left_of_it(database, stored):
    done = await stored(RecipientState.DELIVERED)
    waiting = await stored(RecipientState.QUEUED)
    tried = await stored(RecipientState.FAILED)
    await database.run(_attempt(tried))
    await database.run(forget_content(SUBMITTED_AT + 1, 10))

    await database.run(forget_messages(SUBMITTED_AT + 1, 10))

    assert await database.fetch("SELECT id FROM messages ORDER BY id") == [(waiting,), (tried,)]
    assert await database.fetch("SELECT message_id FROM recipients ORDER BY id") == [(waiting,), (tried,)]
    assert done not in {waiting, tried}


def _attempt(message_row):
    (row,) = yield Statement("SELECT id FROM recipients WHERE message_id = $1", (message_row,))
    yield from begin_uncertainty(row[0], 1, SUBMITTED_AT)
