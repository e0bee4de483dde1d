"""What is learned, as rows, and how far the stored history is learned."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from indicia.detection.learning.mixes import Mix
from indicia.detection.learning.model import Facts, Label, LabelState, PendingLabel, ReportedLabel
from indicia.detection.learning.reputations import TallyKey
from indicia.detection.learning.tally import Kind, Tally
from indicia.detection.learning.trails import TrailKey, last_at
from indicia.storage.database import Database, Statement, StatementForEach, Steps

_facts_decoder = msgspec.msgpack.Decoder(Facts)

# In the order of a tally's fields.
_TALLY_COLUMNS = (
    "account_id, digest, kind, parent, machines, people, crowd, messages, seen_domains, swept, trapped, counted_at"
)


def save_trails(trails: Iterable[tuple[TrailKey, bytes]]) -> Steps[None]:
    """Store packed trails in place of the older ones of the same recipients."""
    yield StatementForEach(
        """
        INSERT INTO learned_trails (domain_id, recipient, last_at, visits) VALUES ($1, $2, $3, $4)
        ON CONFLICT (domain_id, recipient) DO UPDATE SET last_at = excluded.last_at, visits = excluded.visits
        """,
        [(key.domain_id, key.recipient, last_at(packed), packed) for key, packed in trails],
    )


async def latest_trails(database: Database, limit: int) -> list[tuple[TrailKey, bytes]]:
    """Answer the packed trails of the recipients who came last, the latest of them at the end."""
    rows = await database.fetch(
        "SELECT domain_id, recipient, visits FROM learned_trails ORDER BY last_at DESC LIMIT $1", limit
    )
    return [
        (TrailKey(cast(int, domain_id), cast(int, recipient)), cast(bytes, visits))
        for domain_id, recipient, visits in reversed(rows)
    ]


def save_tallies(tallies: Iterable[tuple[TallyKey, Tally]]) -> Steps[None]:
    """Store tallies in place of the older ones about the same things."""
    yield StatementForEach(
        f"""
        INSERT INTO learned_tallies ({_TALLY_COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (account_id, digest) DO UPDATE SET
            machines = excluded.machines, people = excluded.people, crowd = excluded.crowd,
            messages = excluded.messages, seen_domains = excluded.seen_domains, swept = excluded.swept,
            trapped = excluded.trapped, counted_at = excluded.counted_at
        """,
        [(key.account_id, key.digest, *msgspec.structs.astuple(tally)) for key, tally in tallies],
    )


async def latest_tallies(database: Database, limit: int) -> list[tuple[TallyKey, Tally]]:
    """Answer the tallies that were counted in last, the latest of them at the end."""
    rows = await database.fetch(
        f"SELECT {_TALLY_COLUMNS} FROM learned_tallies ORDER BY counted_at DESC LIMIT $1", limit
    )
    return [
        (TallyKey(cast(int, account_id), cast(int, digest)), Tally(Kind(cast(str, kind)), *cast("list[Any]", counts)))
        for account_id, digest, kind, *counts in reversed(rows)
    ]


def save_offsets(delays: Iterable[tuple[int, bytes]]) -> Steps[None]:
    """Store the packed delays of domains' sweeps in place of the older ones."""
    yield StatementForEach(
        """
        INSERT INTO learned_offsets (domain_id, delays) VALUES ($1, $2)
        ON CONFLICT (domain_id) DO UPDATE SET delays = excluded.delays
        """,
        list(delays),
    )


async def all_offsets(database: Database) -> dict[int, bytes]:
    """Answer the packed delays of every domain's sweeps."""
    rows = await database.fetch("SELECT domain_id, delays FROM learned_offsets")
    return {cast(int, domain_id): cast(bytes, delays) for domain_id, delays in rows}


def save_paces(paces: Iterable[tuple[int, bytes]], now: float) -> Steps[None]:
    """Store how soon domains' mail is clicked, packed, in place of what was stored before."""
    yield StatementForEach(
        """
        INSERT INTO learned_paces (domain_id, changed_at, slots) VALUES ($1, $2, $3)
        ON CONFLICT (domain_id) DO UPDATE SET changed_at = excluded.changed_at, slots = excluded.slots
        """,
        [(domain_id, now, packed) for domain_id, packed in paces],
    )


async def latest_paces(database: Database, limit: int) -> list[tuple[int, bytes]]:
    """Answer the packed paces of the domains whose mail was clicked last, the latest of them at the end."""
    rows = await database.fetch("SELECT domain_id, slots FROM learned_paces ORDER BY changed_at DESC LIMIT $1", limit)
    return [(cast(int, domain_id), cast(bytes, packed)) for domain_id, packed in reversed(rows)]


def save_mixes(mixes: Iterable[tuple[int, Mix]]) -> Steps[None]:
    """Store what follows domains' mail in place of what was stored before."""
    yield StatementForEach(
        """
        INSERT INTO learned_mixes (domain_id, mails, trapped, swept, swept_trapped, returns, counted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (domain_id) DO UPDATE SET
            mails = excluded.mails, trapped = excluded.trapped, swept = excluded.swept,
            swept_trapped = excluded.swept_trapped, returns = excluded.returns, counted_at = excluded.counted_at
        """,
        [(domain_id, *msgspec.structs.astuple(mix)) for domain_id, mix in mixes],
    )


async def latest_mixes(database: Database, limit: int) -> list[tuple[int, Mix]]:
    """Answer the mixes of the domains that were heard of last, the latest of them at the end."""
    rows = await database.fetch(
        "SELECT domain_id, mails, trapped, swept, swept_trapped, returns, counted_at FROM learned_mixes "
        "ORDER BY counted_at DESC LIMIT $1",
        limit,
    )
    return [(cast(int, domain_id), Mix(*cast("list[float]", counts))) for domain_id, *counts in reversed(rows)]


def add_labels(domain_id: int, labels: Iterable[Label], now: float) -> Steps[None]:
    """Store labels to be learned from; one that was learned from already stays as it is."""
    yield StatementForEach(
        """
        INSERT INTO labels (domain_id, event_id, is_bot, reason, state, reported_at, facts)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (domain_id, event_id) DO UPDATE SET
            is_bot = excluded.is_bot, reason = excluded.reason, state = excluded.state,
            reported_at = excluded.reported_at, facts = excluded.facts
        WHERE labels.state <> 'learned' OR labels.is_bot <> excluded.is_bot
        """,
        [
            (
                domain_id,
                label.event_id,
                int(label.is_bot),
                label.reason,
                LabelState.PENDING,
                now,
                None if label.facts is None else msgspec.msgpack.encode(label.facts),
            )
            for label in labels
        ],
    )


async def latest_labels(
    database: Database, domain_id: int, state: LabelState | None, limit: int
) -> list[ReportedLabel]:
    """Answer the labels of a domain that were reported last, in `state` or in any, the latest first."""
    rows = await database.fetch(
        """
        SELECT event_id, is_bot, reason, state, reported_at FROM labels
        WHERE domain_id = $1 AND ($2 = '' OR state = $2) ORDER BY reported_at DESC, event_id LIMIT $3
        """,
        domain_id,
        state or "",
        limit,
    )
    return [
        ReportedLabel(
            Label(cast(str, event_id), bool(is_bot), cast(str, reason)),
            LabelState(cast(str, known)),
            cast(float, reported_at),
        )
        for event_id, is_bot, reason, known, reported_at in rows
    ]


async def pending_labels(database: Database, limit: int) -> list[PendingLabel]:
    """Answer up to `limit` labels whose events are to be found, those of one domain together."""
    rows = await database.fetch(
        """
        SELECT domains.account_id, domain_id, event_id, is_bot, reason, facts
        FROM labels JOIN domains ON domains.id = labels.domain_id
        WHERE labels.state = 'pending' ORDER BY domain_id LIMIT $1
        """,
        limit,
    )
    return [
        PendingLabel(
            cast(int, account_id),
            cast(int, domain_id),
            Label(
                cast(str, event_id),
                bool(is_bot),
                cast(str, reason),
                None if facts is None else _facts_decoder.decode(cast(bytes, facts)),
            ),
        )
        for account_id, domain_id, event_id, is_bot, reason, facts in rows
    ]


def settle_labels(states: Iterable[tuple[PendingLabel, LabelState]]) -> Steps[None]:
    """Store what became of pending labels, unless they were changed meanwhile, and forget what came with them."""
    yield StatementForEach(
        "UPDATE labels SET state = $1, facts = NULL "
        "WHERE domain_id = $2 AND event_id = $3 AND is_bot = $4 AND state = 'pending'",
        [(state, pending.domain_id, pending.label.event_id, int(pending.label.is_bot)) for pending, state in states],
    )


def save_position(stream: str, position: str) -> Steps[None]:
    """Store up to which row `stream` is learned."""
    yield Statement(
        """
        INSERT INTO learned_positions (stream, position) VALUES ($1, $2)
        ON CONFLICT (stream) DO UPDATE SET position = excluded.position
        """,
        (stream, position),
    )


async def position_of(database: Database, stream: str) -> str:
    """Answer up to which row `stream` is learned; "" where nothing of it is."""
    rows = await database.fetch("SELECT position FROM learned_positions WHERE stream = $1", stream)
    return cast(str, rows[0][0]) if rows else ""


def forget(before: float) -> Steps[None]:
    """Delete the trails of recipients who have not come since, and all else that was not heard of since."""
    yield Statement("DELETE FROM learned_trails WHERE last_at < $1", (int(before),))
    yield Statement("DELETE FROM learned_tallies WHERE counted_at < $1", (before,))
    yield Statement("DELETE FROM learned_paces WHERE changed_at < $1", (before,))
    yield Statement("DELETE FROM learned_mixes WHERE counted_at < $1", (before,))
    yield Statement("DELETE FROM labels WHERE reported_at < $1", (before,))
