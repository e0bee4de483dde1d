"""The events of a run in one DuckDB file, in order of time; any range of them can be read, which cuts a run into parts.

DuckDB sorts on disk what does not fit into its memory, so no table has to fit anywhere.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import duckdb
import msgspec

from indicia.archive.loading import Progress, check_labelled, check_unique, load_events, load_visits
from indicia.archive.model import ColumnMap, Row
from indicia.detection.model import Action, Honeypot, Interaction
from indicia.detection.posted import canonical_address
from indicia.domains.model import InvalidDomainError
from indicia.domains.names import canonical_domain

# DuckDB sorts some million rows in this; the rest of a laptop's memory is the engine's and the user's.
_MEMORY = "256MB"
# Sorted rows are read once, one after the other. With more, DuckDB would keep what nobody asks for again.
_READING_MEMORY = "64MB"
_VISITS_AT_ONCE = 10_000
# Rows are stored in their order, and read in it by one thread; asked to sort, DuckDB would not stream them.
_SELECT_ROWS = """
SELECT event_id, ip, uas, kind, domain, recipient_id, message_id, ts, message_ts, delivered_ts, url, link_id, method,
    headers, campaign, label, family
FROM events WHERE rowid >= $1 AND rowid < $2
"""
_SELECT_VISITS = "SELECT message_id, ip, uas, ts FROM honeypots WHERE ts >= $1"
_SELECT_DOMAINS = """
SELECT domain FROM events WHERE domain IS NOT NULL GROUP BY domain ORDER BY count(*) DESC, domain LIMIT $1
"""

_ACTIONS = {"open": Action.OPEN, "click": Action.CLICK}
_headers_decoder = msgspec.json.Decoder(dict[str, str])


def connect(spill: Path, database: str = ":memory:", *, memory: str = _MEMORY) -> duckdb.DuckDBPyConnection:
    """Open DuckDB the way a run needs it: with little memory, and the same rows in every run.

    What does not fit goes to the directory `spill`. One thread keeps rows in their order; extensions, which would be
    fetched over the network, are never loaded.
    """
    connection = duckdb.connect(
        database,
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": memory,
            "temp_directory": str(spill),
            "threads": 1,
        },
    )
    # Times without a zone are taken for UTC, wherever this runs.
    return connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")


class EventStore:
    """The opens and clicks of a run, and visits to hidden links, each in order of time."""

    def __init__(self, path: Path) -> None:
        memory = _READING_MEMORY if path.exists() else _MEMORY
        self._connection = connect(path.with_suffix(".spill"), str(path), memory=memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __len__(self) -> int:
        [(count,)] = self._connection.execute("SELECT count(*) FROM events").fetchall()
        return int(count)

    def load(
        self, files: Sequence[Path], columns: ColumnMap, *, honeypots: Sequence[Path] = (), progress: Progress
    ) -> None:
        """Read tables into an empty store.

        Raises:
            ArchiveError: Something in them cannot be judged.
        """
        load_events(self._connection, files, columns, progress)
        load_visits(self._connection, honeypots, progress)

    def check_unique(self) -> None:
        """Make sure that verdicts can be joined back.

        Raises:
            DuplicateEventError: Some event id stands in more than one row.
        """
        check_unique(self._connection)

    def check_labelled(self) -> None:
        """Make sure that every event says whether a machine did it.

        Raises:
            ColumnError: Some label is missing or not understood.
        """
        check_labelled(self._connection)

    def rows(self, first: int, last: int, *, at_once: int) -> Iterator[list[Row]]:
        """Read the rows numbered from `first` up to before `last`, `at_once` of them a time."""
        cursor = self._connection.cursor().execute(_SELECT_ROWS, [first, last])
        while found := cursor.fetchmany(at_once):
            yield [_row(values) for values in found]

    def visits(self, since: float) -> Iterator[Honeypot]:
        """Read the visits to hidden links from `since` on (unix seconds), in order of time."""
        cursor = self._connection.cursor().execute(_SELECT_VISITS, [since])
        while found := cursor.fetchmany(_VISITS_AT_ONCE):
            for message_id, ip, uas, ts in found:
                yield Honeypot(0, message_id, canonical_address(ip) or ip, uas, ts)

    def recipient_domains(self, most: int) -> list[str]:
        """List the recipients' domains that have the most events, in alphabetical order."""
        found = self._connection.execute(_SELECT_DOMAINS, [most]).fetchall()
        return sorted({name for (text,) in found if (name := _domain(text)) is not None})


def _row(values: tuple[Any, ...]) -> Row:
    """Make a row of what `_SELECT_ROWS` selects; an address or a domain that is none counts as not given."""
    event_id, ip, uas, kind, domain, recipient_id, message_id, ts, message_ts, delivered_ts = values[:10]
    url, link_id, method, headers, campaign, label, family = values[10:]
    return Row(
        Interaction(
            event_id,
            None if ip is None else canonical_address(ip),
            uas,
            _ACTIONS[kind],
            None if domain is None else _domain(domain),
            recipient_id,
            message_id,
            ts,
            message_ts,
            delivered_ts,
            url,
            link_id,
            None if method is None else method.upper(),
            None if headers is None else _headers(headers),
        ),
        campaign,
        None if label is None else label == "bot",
        family,
    )


@lru_cache(maxsize=65_536)
def _domain(text: str) -> str | None:
    try:
        return canonical_domain(text)
    except InvalidDomainError:
        return None


def _headers(text: str) -> dict[str, str] | None:
    try:
        return _headers_decoder.decode(text)
    except msgspec.DecodeError:
        return None
