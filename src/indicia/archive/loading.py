"""Bring people's tables into one, in order of time, and refuse what cannot be judged before any of it is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from indicia.archive.model import (
    ColumnError,
    ColumnMap,
    DuplicateEventError,
    Field,
    NothingToJudgeError,
    Source,
    UnreadableFileError,
)
from indicia.archive.tables import Table, reason_of
from indicia.archive.values import MACROS, TIMES, typed
from indicia.detection.posted import canonical_address

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""

# Enough of a column to tell a strange value from the wrong column.
_SAMPLE = 10_000
_HONEYPOT_COLUMNS = ColumnMap(
    {name: Source((name.value,)) for name in (Field.MESSAGE_ID, Field.IP, Field.UAS, Field.TS)},
    demanded=frozenset({Field.MESSAGE_ID, Field.IP, Field.UAS, Field.TS}),
)

_UNSORTED = """
CREATE TABLE unsorted (
    file INTEGER, row BIGINT, kind VARCHAR, event_id VARCHAR, ip VARCHAR, uas VARCHAR, domain VARCHAR,
    recipient_id VARCHAR, message_id VARCHAR, url VARCHAR, link_id VARCHAR, method VARCHAR, headers VARCHAR,
    campaign VARCHAR, label VARCHAR, family VARCHAR,
    ts DOUBLE, message_ts DOUBLE, delivered_ts DOUBLE,
    ts_unit VARCHAR, message_ts_unit VARCHAR, delivered_ts_unit VARCHAR
)
"""
_SORT_EVENTS = """
CREATE TABLE events AS
WITH mailed AS (
    SELECT message_id, coalesce(recipient_id, '') AS recipient,
        min(ts) FILTER (kind = 'sent') AS sent_at, min(ts) FILTER (kind = 'delivered') AS delivered_at
    FROM unsorted WHERE kind IN ('sent', 'delivered') AND message_id IS NOT NULL GROUP BY ALL
)
SELECT unsorted.* EXCLUDE (file, row, ts_unit, message_ts_unit, delivered_ts_unit)
    REPLACE (coalesce(message_ts, sent_at) AS message_ts, coalesce(delivered_ts, delivered_at) AS delivered_ts)
FROM unsorted LEFT JOIN mailed
    ON mailed.message_id = unsorted.message_id AND mailed.recipient = coalesce(unsorted.recipient_id, '')
WHERE kind IN ('open', 'click')
ORDER BY ts NULLS LAST, file, row
"""
_SORT_VISITS = """
CREATE TABLE honeypots AS SELECT message_id, ip, coalesce(uas, '') AS uas, ts FROM unsorted
WHERE message_id IS NOT NULL AND ip IS NOT NULL AND ts IS NOT NULL
ORDER BY ts, file, row
"""


def load_events(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], columns: ColumnMap, progress: Progress
) -> None:
    """Make the table `events` of all opens and clicks in `files`, in order of time and then as they were read.

    Rows without a time come last. Deliveries and sendings are no events; their times go to the events of the same
    message and recipient that have none.

    Raises:
        ArchiveError: Something cannot be judged; the message says what, and where first.
    """
    connection.execute(MACROS)
    _read(connection, files, columns, progress)
    _check_fields(connection, columns)
    _check_times(connection)
    progress("sorting", 0, 1)
    connection.execute(_SORT_EVENTS)
    connection.execute("DROP TABLE unsorted")
    _check_addresses(connection)
    progress("sorting", 1, 1)


def load_visits(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], progress: Progress) -> None:
    """Make the table `honeypots` of all visits in `files`, in order of time; `load_events` comes first.

    Raises:
        ArchiveError: A column is missing or cannot be read.
    """
    _read(connection, files, _HONEYPOT_COLUMNS, progress)
    _check_times(connection)
    connection.execute(_SORT_VISITS)
    [(rows, visits)] = connection.execute(
        "SELECT (SELECT count(*) FROM unsorted), (SELECT count(*) FROM honeypots)"
    ).fetchall()
    if rows and not visits:
        raise ColumnError(Field.MESSAGE_ID, "no visit to a hidden link has all of message_id, ip and ts")
    connection.execute("DROP TABLE unsorted")


def check_unique(connection: duckdb.DuckDBPyConnection) -> None:
    """Make sure that every event can be joined back.

    Raises:
        DuplicateEventError: Some id stands in more than one row.
    """
    [(duplicates, event_id)] = connection.execute(
        "SELECT count(*), arg_min(event_id, first) FROM"
        " (SELECT event_id, min(rowid) AS first FROM events GROUP BY event_id HAVING count(*) > 1)"
    ).fetchall()
    if duplicates:
        raise DuplicateEventError(event_id, duplicates)


def check_labelled(connection: duckdb.DuckDBPyConnection) -> None:
    """Make sure that every event says whether a machine did it.

    Raises:
        ColumnError: Some label is missing or not understood.
    """
    [(rows, labelled, unreadable, event_id)] = connection.execute(
        "SELECT count(*), count(label), count(*) FILTER (label = 'unreadable'),"
        " arg_min(event_id, rowid) FILTER (label IS NULL OR label = 'unreadable') FROM events"
    ).fetchall()
    if labelled == 0:
        raise ColumnError(Field.LABEL, "no row has one; --map label=COLUMN names the column that says bot or human")
    if labelled < rows:
        raise ColumnError(Field.LABEL, f"{rows - labelled:,} of {rows:,} rows have none, the first is {event_id!r}")
    if unreadable:
        reason = f"{unreadable:,} of {rows:,} are neither bot nor human, the first is that of {event_id!r}"
        raise ColumnError(Field.LABEL, f"{reason}; write true/false, 1/0 or bot/human")


def _read(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], columns: ColumnMap, progress: Progress) -> None:
    connection.execute(_UNSORTED)
    for number, path in enumerate(files):
        query = typed(Table(path, connection).query(columns))
        try:
            connection.execute(f"INSERT INTO unsorted BY NAME SELECT {number} AS file, * FROM ({query})")
        except duckdb.Error as error:
            raise UnreadableFileError(path, reason_of(error)) from error
        progress("reading", number + 1, len(files))


def _check_fields(connection: duckdb.DuckDBPyConnection, columns: ColumnMap) -> None:
    names = [name for name in Field if name is not Field.ACTION]
    counts = ", ".join(f"count({name})" for name in names)
    [(rows, *found)] = connection.execute(
        f"SELECT count(*), {counts} FROM unsorted WHERE kind IN ('open', 'click')"
    ).fetchall()
    given = dict(zip(names, found, strict=True))
    if not rows:
        [(any_rows,)] = connection.execute("SELECT count(*) FROM unsorted").fetchall()
        if not any_rows:
            raise NothingToJudgeError("the files hold no rows")
        raise ColumnError(Field.ACTION, "no row is an open or a click; is it the right profile?")
    for name in sorted(columns.demanded - {Field.ACTION}):
        if not given[name]:
            raise ColumnError(name, f"no row has anything at {columns.sources[name].paths[0]!r}")
    if given[Field.EVENT_ID] < rows:
        missing = rows - given[Field.EVENT_ID]
        raise ColumnError(Field.EVENT_ID, f"{missing:,} of {rows:,} rows have none; --map event_id=COLUMN names it")
    if not given[Field.IP] and not given[Field.UAS]:
        raise ColumnError(Field.IP, "no row has an address, nor a User-Agent (uas); --map ip=COLUMN names it")


def _check_times(connection: duckdb.DuckDBPyConnection) -> None:
    for name in TIMES:
        units = connection.execute(
            f"SELECT {name}_unit, count(*), arg_min(coalesce(event_id, message_id), (file, row)) FROM unsorted"
            f" WHERE {name}_unit IS NOT NULL GROUP BY 1 ORDER BY {name}_unit = 'unreadable' DESC, 2, 1"
        ).fetchall()
        if not units:
            continue
        unit, count, event_id = units[0]
        if unit == "unreadable":
            raise ColumnError(name, f"{count:,} values are no times, the first is that of {event_id!r}")
        if len(units) > 1:
            mixed = " and ".join(f"{unit} ({count:,} rows)" for unit, count, _ in units)
            raise ColumnError(name, f"mixes {mixed}; the first of the fewer ones is that of {event_id!r}")


def _check_addresses(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(f"SELECT ip FROM events WHERE ip IS NOT NULL LIMIT {_SAMPLE}").fetchall()
    strange = [ip for (ip,) in found if canonical_address(ip) is None]
    if 2 * len(strange) > len(found):
        what = f"{len(strange):,} of the first {len(found):,} values are no IP addresses"
        raise ColumnError(Field.IP, f"{what}, such as {strange[0]!r}; is it the right column?")
