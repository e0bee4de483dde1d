"""Findings and batches as rows."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec

from indicia.storage.database import Database, Statement, StatementForEach, Steps
from indicia.validation.model import AcceptAll, Finding


class Kept(NamedTuple):
    """A finding and how long it holds, in unix seconds."""

    finding: Finding
    fresh_until: float
    expires_at: float


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch without its addresses; times are unix seconds."""

    id: str
    account_id: int
    domain_id: int
    webhook_url: str | None
    explain: bool
    total: int
    created_at: float
    completed_at: float | None


_BATCH_COLUMNS = "id, account_id, domain_id, webhook_url, explain, total, created_at, completed_at"


async def finding_of(database: Database, canonical: str, now: float) -> Kept | None:
    """Answer what is known of an address and has not expired."""
    rows = await database.fetch(
        "SELECT finding, fresh_until, expires_at FROM address_findings WHERE canonical = $1 AND expires_at > $2",
        canonical,
        now,
    )
    if not rows:
        return None
    packed, fresh_until, expires_at = cast("tuple[bytes, float, float]", rows[0])
    return Kept(msgspec.msgpack.decode(packed, type=Finding), fresh_until, expires_at)


def keep_finding(canonical: str, kept: Kept) -> Steps[None]:
    """Keep what was found, instead of what was known."""
    yield Statement(
        """
        INSERT INTO address_findings (canonical, finding, fresh_until, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (canonical) DO UPDATE SET
            finding = excluded.finding, fresh_until = excluded.fresh_until, expires_at = excluded.expires_at
        """,
        (canonical, msgspec.msgpack.encode(kept.finding), kept.fresh_until, kept.expires_at),
    )


async def accept_all_of(database: Database, domain: str, now: float) -> AcceptAll | None:
    """Answer what is known of a domain and has not expired."""
    rows = await database.fetch(
        "SELECT state FROM accept_all_domains WHERE domain = $1 AND expires_at > $2", domain, now
    )
    return AcceptAll(cast(str, rows[0][0])) if rows else None


def keep_accept_all(domain: str, state: AcceptAll, expires_at: float) -> Steps[None]:
    """Keep whether a domain takes every address."""
    yield Statement(
        """
        INSERT INTO accept_all_domains (domain, state, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (domain) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at
        """,
        (domain, state.value, expires_at),
    )


def last_questions(site: str, count: int) -> Steps[list[float]]:
    """Answer when (unix seconds) the last `count` questions to a site are asked, those still to come included."""
    rows = yield Statement(
        "SELECT asked_at FROM booked_questions WHERE site = $1 ORDER BY asked_at DESC LIMIT $2", (site, count)
    )
    return [cast(float, row[0]) for row in rows]


def insert_question(site: str, asked_at: float) -> Steps[None]:
    """Book a question."""
    yield Statement("INSERT INTO booked_questions (site, asked_at) VALUES ($1, $2)", (site, asked_at))


def forget_questions(before: float) -> Steps[None]:
    """Delete questions that were asked before `before`."""
    yield Statement("DELETE FROM booked_questions WHERE asked_at < $1", (before,))


def insert_batch(batch: Batch, addresses: Sequence[str]) -> Steps[None]:
    """Store a batch of which nothing is done yet."""
    yield Statement(
        f"""
        INSERT INTO validation_batches ({_BATCH_COLUMNS}, addresses) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        (
            batch.id,
            batch.account_id,
            batch.domain_id,
            batch.webhook_url,
            int(batch.explain),
            batch.total,
            batch.created_at,
            batch.completed_at,
            msgspec.json.encode(addresses),
        ),
    )


async def batch_of_id(database: Database, batch_id: str) -> Batch | None:
    """Answer the batch of that id."""
    rows = await database.fetch(f"SELECT {_BATCH_COLUMNS} FROM validation_batches WHERE id = $1", batch_id)
    return (
        msgspec.convert(dict(zip(Batch.__struct_fields__, rows[0], strict=True)), Batch, strict=False) if rows else None
    )


async def addresses_of(database: Database, batch_id: str) -> list[str]:
    """Answer the addresses of a batch, in order."""
    rows = await database.fetch("SELECT addresses FROM validation_batches WHERE id = $1", batch_id)
    return msgspec.json.decode(cast(bytes, rows[0][0]), type=list[str]) if rows else []


async def answers_of(database: Database, batch_id: str) -> dict[int, bytes]:
    """Answer what a batch is done with, by position."""
    rows = await database.fetch(
        "SELECT position, answer FROM validation_answers WHERE batch_id = $1 ORDER BY position", batch_id
    )
    return dict(cast("list[tuple[int, bytes]]", rows))


async def count_answers(database: Database, batch_id: str) -> int:
    """Count what a batch is done with."""
    rows = await database.fetch("SELECT COUNT(*) FROM validation_answers WHERE batch_id = $1", batch_id)
    return cast(int, rows[0][0])


def insert_answers(batch_id: str, answers: Sequence[tuple[int, bytes]]) -> Steps[None]:
    """Store answers by position; those that are stored stay."""
    yield StatementForEach(
        "INSERT INTO validation_answers (batch_id, position, answer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(batch_id, position, answer) for position, answer in answers],
    )


def complete_batch(batch_id: str, now: float) -> Steps[None]:
    """Note that a batch is done."""
    yield Statement("UPDATE validation_batches SET completed_at = $2 WHERE id = $1", (batch_id, now))


def forget_findings(now: float) -> Steps[None]:
    """Delete what has expired."""
    yield Statement("DELETE FROM address_findings WHERE expires_at < $1", (now,))
    yield Statement("DELETE FROM accept_all_domains WHERE expires_at < $1", (now,))


def forget_batches(before: float) -> Steps[None]:
    """Delete batches that were made before `before`, with their answers."""
    yield Statement(
        "DELETE FROM validation_answers WHERE batch_id IN (SELECT id FROM validation_batches WHERE created_at < $1)",
        (before,),
    )
    yield Statement("DELETE FROM validation_batches WHERE created_at < $1", (before,))
