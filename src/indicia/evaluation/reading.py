"""Reads labelled tables, with the archive's eyes: same formats, same columns, same complaints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from indicia.archive.loading import Progress
from indicia.archive.model import ColumnMap, Row
from indicia.archive.store import EventStore
from indicia.evaluation.model import Labelled, LabelledSet, ZoneFileError

_ROWS_AT_ONCE = 10_000


class LabelledTables(msgspec.Struct, frozen=True, kw_only=True):
    """What to read: tables of opens and clicks, tables of visits to hidden links, what their columns are.

    Rows without a time are taken to have been received at `undated_at` (unix seconds).
    """

    files: Sequence[Path]
    columns: ColumnMap
    honeypots: Sequence[Path] = ()
    allow_duplicates: bool = False
    undated_at: float = 0.0


def read_labelled(tables: LabelledTables, zone: Mapping[str, Sequence[str]], progress: Progress) -> LabelledSet:
    """Read tables into memory, about two kilobytes a row.

    Raises:
        ArchiveError: Something cannot be read, a label is missing, or an event id stands twice.
    """
    with TemporaryDirectory() as directory, EventStore(Path(directory) / "events.duckdb") as events:
        events.load(tables.files, tables.columns, honeypots=tables.honeypots, progress=progress)
        events.check_labelled()
        if not tables.allow_duplicates:
            events.check_unique()
        rows = [
            _labelled(row, tables.undated_at)
            for chunk in events.rows(0, len(events), at_once=_ROWS_AT_ONCE)
            for row in chunk
        ]
        return LabelledSet(rows, list(events.visits(since=0.0)), zone)


def read_zone(path: Path) -> Mapping[str, Sequence[str]]:
    """Read the MX hosts of domains: a JSON object that maps each domain to a list of hosts, preferred first.

    Raises:
        ZoneFileError: The file cannot be read or holds something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise ZoneFileError(path, error.strerror or "it cannot be read") from error
    except msgspec.DecodeError as error:
        raise ZoneFileError(path, "it must be a JSON object of domains, each with a list of MX hosts") from error


def _labelled(row: Row, undated_at: float) -> Labelled:
    interaction = row.interaction
    return Labelled(
        interaction=interaction,
        received_at=undated_at if interaction.ts is None else interaction.ts,
        is_bot=bool(row.is_bot),
        action=interaction.action,
        family=row.family or "",
    )
