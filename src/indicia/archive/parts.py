"""Verdicts on disk: a run is judged in parts, each a Parquet file, and the output is put together of them.

A part is written beside its place and renamed when it is whole, so a part that exists is done. Nothing else has to be
noted for a run to be resumed.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from indicia.archive.model import OutputError
from indicia.archive.store import connect
from indicia.archive.tables import literal
from indicia.detection.model import Evidence

_FORMATS = {
    ".parquet": ("*", "FORMAT parquet, COMPRESSION zstd"),
    # A CSV cell holds no list.
    ".csv": ("* REPLACE (CAST(to_json(evidence) AS VARCHAR) AS evidence)", "FORMAT csv, HEADER"),
    ".jsonl": ("*", "FORMAT json"),
}
_ROWS_AT_ONCE = 1_000
_COLUMNS = (
    "event_id: 'VARCHAR', is_bot: 'BOOLEAN', probability: 'DOUBLE', category: 'VARCHAR', evidence: '{evidence}',"
    " day: 'VARCHAR', action: 'VARCHAR', campaign: 'VARCHAR', provider: 'VARCHAR'"
)
_REASONS = "STRUCT(signal VARCHAR, weight DOUBLE)[]"
_EXPLAINED_REASONS = "STRUCT(signal VARCHAR, weight DOUBLE, because VARCHAR)[]"
# Eleven years of days; of longer lists the rest is not worth a page.
_MOST_NAMES = 4_000
_TALLY = """
SELECT {column}, count(*) FILTER (action = 'open'), count(*) FILTER (action = 'open' AND NOT is_bot),
    count(*) FILTER (action = 'click'), count(*) FILTER (action = 'click' AND NOT is_bot)
FROM read_parquet([{parts}]) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {limit}
"""

_encode_lines = msgspec.json.Encoder().encode_lines


class Tally(NamedTuple):
    """How many events had something in common: all of them, and those of people."""

    name: str | None
    opens: int
    human_opens: int
    clicks: int
    human_clicks: int


class Tallies(NamedTuple):
    """What a run found: in all, and by what events have in common, most events first but days in their order."""

    total: Tally
    days: list[Tally]
    campaigns: list[Tally]
    providers: list[Tally]
    categories: list[Tally]


class Reason(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One piece of evidence, its weight in nats; `because` only if it was asked for."""

    signal: str
    weight: float
    because: str | None = None


class Judged(msgspec.Struct, frozen=True, gc=False):
    """One row of a part: what the output holds of a verdict, and what the summary counts by.

    `day` is a date in UTC, `provider` who receives the recipient's mail.
    """

    event_id: str
    is_bot: bool
    probability: float
    category: str
    evidence: list[Reason]
    day: str | None
    action: str
    campaign: str | None
    provider: str


class Parts:
    """The parts of one run, in its working directory."""

    def __init__(self, directory: Path, *, explain: bool) -> None:
        self._directory = directory
        self._columns = _COLUMNS.format(evidence=_EXPLAINED_REASONS if explain else _REASONS)
        self._connection = connect(directory / "parts.spill")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def is_done(self, number: int) -> bool:
        """Tell whether a part was written whole."""
        return self._path(number).exists()

    def write(self, number: int, rows: Iterable[Judged]) -> None:
        """Write a part."""
        lines, unfinished = self._directory / "part.jsonl", self._directory / "part.unfinished"
        rows = iter(rows)
        with lines.open("wb") as file:
            while batch := list(islice(rows, _ROWS_AT_ONCE)):
                file.write(_encode_lines(batch))
        self._connection.execute(
            f"COPY (FROM read_json({literal(str(lines))}, format = 'newline_delimited', columns = {{{self._columns}}}))"
            f" TO {literal(str(unfinished))} (FORMAT parquet, COMPRESSION zstd)"
        )
        unfinished.rename(self._path(number))

    def combine(self, count: int, output: Path) -> None:
        """Write the output, in the format of its suffix, of the first `count` parts; all of it or nothing."""
        columns, options = _FORMATS[output.suffix]
        unfinished = self._directory / "output.unfinished"
        self._connection.execute(
            f"COPY (SELECT {columns} FROM (SELECT event_id, is_bot, probability, category, evidence"
            f" FROM read_parquet([{self._paths(count)}]))) TO {literal(str(unfinished))} ({options})"
        )
        unfinished.rename(output)

    def tallies(self, count: int) -> Tallies:
        """Count what the first `count` parts hold."""
        [total] = self._tally("NULL", count)
        return Tallies(
            total,
            days=sorted(self._tally("day", count), key=lambda tally: tally.name or ""),
            campaigns=self._tally("campaign", count),
            providers=self._tally("provider", count),
            categories=self._tally("category", count),
        )

    def _tally(self, column: str, count: int) -> list[Tally]:
        query = _TALLY.format(column=column, parts=self._paths(count), limit=_MOST_NAMES)
        return [Tally(*values) for values in self._connection.execute(query).fetchall()]

    def _path(self, number: int) -> Path:
        return self._directory / f"part-{number:06d}.parquet"

    def _paths(self, count: int) -> str:
        return ", ".join(literal(str(self._path(number))) for number in range(count))


def check_suffix(output: Path) -> None:
    """Make sure that the output's format can be told by its name.

    Raises:
        OutputError: It cannot.
    """
    if output.suffix not in _FORMATS:
        raise OutputError(f"{output} must end in {', '.join(_FORMATS)}: that is its format")


def reasons_of(evidence: Sequence[Evidence], *, explain: bool) -> list[Reason]:
    """Write evidence as the output shows it, strongest first."""
    if explain:
        return [Reason(one.signal, round(one.weight, 3), one.because) for one in evidence]
    return [Reason(one.signal, round(one.weight, 3)) for one in evidence]
