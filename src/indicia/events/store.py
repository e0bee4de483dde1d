"""The event log as rows."""

from collections.abc import Sequence
from typing import cast

import msgspec

from indicia.events.model import Event, EventFilter, EventType, Position, Severity
from indicia.storage.database import Database, Row, Statement, StatementForEach, Steps, Value

_COLUMNS = "uid, account_id, domain_id, type, severity, happened_at, recipient, message_id, callback_url, data"


def insert_events(events: Sequence[Event]) -> Steps[None]:
    """Append `events` in their order."""
    yield StatementForEach(
        f"""
        INSERT INTO events ({_COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                event.uid,
                event.account_id,
                event.domain_id,
                event.type.value,
                event.severity.value,
                event.happened_at,
                event.recipient,
                event.message_id,
                event.callback_url,
                event.data,
            )
            for event in events
        ],
    )


def has_failed_for_now(domain_id: int, message_id: str, recipient: str, since: float) -> Steps[bool]:
    """Tell whether a temporary failure of a recipient's copy is known from then or later."""
    rows = yield Statement(
        """
        SELECT 1 FROM events
        WHERE domain_id = $1 AND message_id = $2 AND recipient = $3 AND type = $4 AND severity = $5
            AND happened_at >= $6 LIMIT 1
        """,
        (domain_id, message_id, recipient, EventType.FAILED.value, Severity.TEMPORARY.value, since),
    )
    return bool(rows)


def forget_events(before: float) -> Steps[None]:
    """Delete what happened before `before`."""
    yield Statement("DELETE FROM events WHERE happened_at < $1", (before,))


async def events_in_order(
    database: Database,
    domain_id: int,
    wanted: EventFilter,
    *,
    after: Position | None,
    until: Position | None,
    is_ascending: bool,
    limit: int,
) -> list[tuple[Position, Event]]:
    """Answer up to `limit` events by time: those after `after`, or from the first on, up to `until`, or to the last."""
    parameters = _Parameters([domain_id])
    narrow = [sql for sql, value in _narrow(wanted) for sql in parameters.filled(sql, value)]
    conditions = [sql for sql, value in _wide(wanted) for sql in parameters.filled(sql, value)]
    conditions += [parameters.alternatives("(type = {} AND severity = {})", kinds) for kinds in _kinds(wanted)]
    conditions += parameters.between(after, until, is_ascending=is_ascending)
    order = "ASC" if is_ascending else "DESC"
    if wanted.is_rare:
        return await _of_rare_types(database, wanted, conditions, parameters, order=order, limit=limit)
    # Few rows are of one recipient or message. Asked for in one go, SQLite would rather walk all of them by time.
    source = "WITH found AS MATERIALIZED (SELECT * FROM events WHERE {}) " if narrow else ""
    rows = await database.fetch(
        f"""
        {source.format(" AND ".join(narrow))}
        SELECT id, {_COLUMNS} FROM {"found" if narrow else "events"}
        WHERE {" AND ".join(["domain_id = $1", *conditions])}
        ORDER BY happened_at {order}, id {order} LIMIT {parameters.placeholder(limit)}
        """,
        *parameters.values,
    )
    return [_positioned(row) for row in rows]


async def _of_rare_types(
    database: Database,
    wanted: EventFilter,
    conditions: Sequence[str],
    parameters: "_Parameters",
    *,
    order: str,
    limit: int,
) -> list[tuple[Position, Event]]:
    """Answer up to `limit` events of each type from the index in which it stands by itself, in order."""
    ending = f"ORDER BY happened_at {order}, id {order} LIMIT {parameters.placeholder(limit)}"
    # SQLite takes a partial index only where the statement says the very words of its condition.
    of_each = [
        f"""
        SELECT * FROM (
            SELECT id, {_COLUMNS} FROM events INDEXED BY events_of_rare_types
            WHERE {" AND ".join(["domain_id = $1", *conditions])}
                AND type NOT IN ('accepted', 'delivered') AND type = {parameters.placeholder(kind.value)} {ending}
        )
        """
        for kind in sorted({kind.type for kind in wanted.kinds})
    ]
    rows = await database.fetch(f"{' UNION ALL '.join(of_each)} {ending}", *parameters.values)
    return [_positioned(row) for row in rows]


async def position_after(
    database: Database, domain_id: int, wanted: EventFilter, *, after: Position | None, is_ascending: bool, count: int
) -> Position | None:
    """Answer where the `count`-th event after `after` stands, of whatever kind; None where there are fewer."""
    parameters = _Parameters([domain_id])
    conditions = [sql for sql, value in _spans(wanted) for sql in parameters.filled(sql, value)]
    conditions += parameters.between(after, None, is_ascending=is_ascending)
    order = "ASC" if is_ascending else "DESC"
    rows = await database.fetch(
        f"""
        SELECT happened_at, id FROM events WHERE {" AND ".join(["domain_id = $1", *conditions])}
        ORDER BY happened_at {order}, id {order} LIMIT 1 OFFSET {parameters.placeholder(count - 1)}
        """,
        *parameters.values,
    )
    return Position(*cast("tuple[float, int]", rows[0])) if rows else None


class _Parameters:
    """The parameters of a statement whose conditions depend on what is asked."""

    def __init__(self, values: list[Value]) -> None:
        self.values = values

    def placeholder(self, value: Value) -> str:
        """Add a parameter; answer what stands for it."""
        self.values.append(value)
        return f"${len(self.values)}"

    def filled(self, condition: str, value: Value) -> list[str]:
        """Answer the condition about `value`, or none about None."""
        return [] if value is None else [condition.format(self.placeholder(value))]

    def between(self, after: Position | None, until: Position | None, *, is_ascending: bool) -> list[str]:
        """Answer the conditions that keep to a stretch of the log."""
        forward = ">" if is_ascending else "<"
        back = "<=" if is_ascending else ">="
        ends = [(forward, after), (back, until)]
        return [
            f"(happened_at, id) {sign} ({self.placeholder(end.happened_at)}, {self.placeholder(end.row)})"
            for sign, end in ends
            if end is not None
        ]

    def alternatives(self, condition: str, rows: Sequence[Sequence[Value]]) -> str:
        """Answer that the condition holds for one of `rows`."""
        each = [condition.format(*(self.placeholder(value) for value in row)) for row in rows]
        return f"({' OR '.join(each)})"


def _narrow(wanted: EventFilter) -> list[tuple[str, Value]]:
    uids = msgspec.json.encode(wanted.uids).decode() if wanted.uids else None
    return [
        ("uid IN (SELECT value FROM json_each({}))", uids),
        ("domain_id = $1 AND message_id = {}", wanted.message_id),
        ("domain_id = $1 AND recipient = {}", wanted.recipient),
    ]


def _wide(wanted: EventFilter) -> list[tuple[str, Value]]:
    tagged = "EXISTS (SELECT 1 FROM json_each(CAST(data AS TEXT), '$.tags') WHERE LOWER(value) = LOWER({}))"
    return [*_spans(wanted), *((tagged, tag) for tag in wanted.tags)]


def _spans(wanted: EventFilter) -> list[tuple[str, Value]]:
    return [("happened_at >= {}", wanted.begin), ("happened_at <= {}", wanted.end)]


def _kinds(wanted: EventFilter) -> list[list[tuple[Value, ...]]]:
    kinds = [(kind.type.value, each.value) for kind in wanted.kinds for each in _severities(kind.severity)]
    return [list(kinds)] if kinds else []


def _severities(severity: Severity | None) -> Sequence[Severity]:
    return tuple(Severity) if severity is None else (severity,)


def _positioned(row: Row) -> tuple[Position, Event]:
    identifier, uid, account_id, domain_id, kind, severity, happened_at, recipient, message_id, callback_url, data = row
    event = Event(
        uid=cast(str, uid),
        account_id=cast(int, account_id),
        domain_id=cast(int, domain_id),
        type=EventType(cast(str, kind)),
        severity=Severity(cast(str, severity)),
        happened_at=cast(float, happened_at),
        recipient=cast(str, recipient),
        message_id=cast(str, message_id),
        callback_url=cast("str | None", callback_url),
        data=cast(bytes, data),
    )
    return Position(event.happened_at, cast(int, identifier)), event
