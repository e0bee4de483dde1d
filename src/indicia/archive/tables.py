"""Open people's files as tables: whatever their format, one SQL query each that yields a text for every field.

Everything is read as text first: a CSV file and a JSON object have nothing else to offer, and what a text means is
then decided in one place (see `values`). A path with dots leads into a JSON object, a nested Parquet column, or a text
column that holds JSON.
"""

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import duckdb
import zstandard

from indicia.archive.model import ColumnError, ColumnMap, Field, Kind, Source, UnreadableFileError

_OWN_KINDS = {"open": Kind.OPEN, "click": Kind.CLICK}
_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 1_000_000
# Of a file's name: what says how it is packed, and what says how it is written.
_PACKINGS = {".gz", ".zst"}
_PARQUET, _CSV, _JSON = {".parquet", ".pq"}, {".csv", ".tsv"}, {".jsonl", ".ndjson", ".json"}


class Table:
    """One file, opened far enough to know its columns."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        """Find out what the file is and which columns it has.

        Raises:
            UnreadableFileError: It is missing, damaged, or of an unknown format.
        """
        self._path = path
        suffix = _suffix(path)
        if not path.is_file():
            raise UnreadableFileError(path, "there is no such file")
        try:
            self._relation = _relation(path, suffix)
            described = connection.execute(f"DESCRIBE FROM {self._relation}").fetchall()
        except duckdb.Error as error:
            raise UnreadableFileError(path, reason_of(error)) from error
        self._is_json = suffix in _JSON
        self._types = {name: str(kind) for name, kind, *_ in described}

    def query(self, columns: ColumnMap) -> str:
        """Write the SQL that yields each row's number, its kind, and its fields as texts.

        Raises:
            ColumnError: A column that a person named is not there.
        """
        # A JSON object is parsed once for all paths; asked one by one, they would take most of a run's time.
        paths = [path for source in columns.sources.values() for path in source.paths] if self._is_json else []
        texts = {name: self._text(name, columns, paths) for name in Field}
        kind = _kind(texts.pop(Field.ACTION), columns)
        fields = ", ".join(f"{text} AS {name}" for name, text in texts.items())
        return f"SELECT row_number() OVER () AS row, {kind} AS kind, {fields} FROM {self._source(paths)}"

    def _source(self, paths: Sequence[str]) -> str:
        if not paths:
            return self._relation
        steps = ", ".join(_steps(path.split(".")) for path in paths)
        return f"(SELECT json_extract_string(json, [{steps}]) AS found FROM {self._relation})"

    def _text(self, name: Field, columns: ColumnMap, paths: Sequence[str]) -> str:
        source = columns.sources.get(name)
        if source is None:
            return "CAST(NULL AS VARCHAR)"
        found = [text for path in source.paths if (text := self._value(path, paths)) is not None]
        if not found:
            if name in columns.demanded:
                raise self._missing(name, source)
            return "CAST(NULL AS VARCHAR)"
        if source.is_joined:
            return f"nullif(concat_ws('/', {', '.join(found)}), '')"
        # An empty User-Agent is one that was sent empty; an empty anything else is nothing.
        if name is not Field.UAS:
            found = [f"nullif({text}, '')" for text in found]
        return f"coalesce({', '.join(found)})"

    def _value(self, path: str, paths: Sequence[str]) -> str | None:
        """Write the SQL for the text at `path`; None where the table has no such column."""
        if self._is_json:
            return f"found[{paths.index(path) + 1}]"
        if path in self._types:
            return f"CAST({self._column(path)} AS VARCHAR)"
        first, *rest = path.split(".")
        if not rest or first not in self._types:
            return None
        return f"(TRY_CAST({self._column(first)} AS JSON) ->> {_steps(rest)})"

    def _column(self, name: str) -> str:
        column = '"' + name.replace('"', '""') + '"'
        kind = self._types[name]
        is_nested = kind.startswith(("STRUCT", "MAP")) or kind.endswith("]")
        return f"to_json({column})" if is_nested else column

    def _missing(self, name: Field, source: Source) -> ColumnError:
        close = get_close_matches(source.paths[0], self._types, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(self._types)}"
        return ColumnError(name, f"{self._path} has no column {source.paths[0]!r}; {hint}")


# What DuckDB says of a Parquet file whose end was cut off, where its description stands.
_WITHOUT_END = ("No magic bytes found", "too small to be a Parquet file")


def reason_of(error: duckdb.Error) -> str:
    """Put what DuckDB says into one line: without its class, its advice on options and its quotation of our SQL."""
    if any(said in str(error) for said in _WITHOUT_END):
        return "it is no Parquet file, or its end is missing"
    lines = []
    for line in str(error).partition(": ")[2].splitlines():
        if not line.strip() or line.startswith(("Possible", "LINE ")):
            break
        lines.append(line.strip().rstrip("."))
    return ", ".join(lines) or type(error).__name__


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def _kind(action: str, columns: ColumnMap) -> str:
    """Write the SQL for what a row tells of; NULL for what is no business of ours."""
    if columns.every_row is not None:
        return literal(columns.every_row)
    kinds = columns.kinds or _OWN_KINDS
    cases = " ".join(f"WHEN {literal(value)} THEN {literal(kind)}" for value, kind in kinds.items())
    # In the API, what does not say what it is is a click.
    value = f"lower({action})" if columns.kinds else f"coalesce(lower({action}), {literal(Kind.CLICK)})"
    return f"CASE {value} {cases} END"


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _PACKINGS]
    return suffixes[-1] if suffixes else ""


def _relation(path: Path, suffix: str) -> str:
    if suffix in _PARQUET:
        return f"read_parquet({literal(str(path))})"
    if suffix in _JSON:
        return f"read_json_objects({literal(str(path))}, format = 'auto')"
    if suffix in _CSV:
        return _csv_relation(path)
    raise UnreadableFileError(path, "its name must end in .parquet, .csv, .tsv, .jsonl or .json")


def _csv_relation(path: Path) -> str:
    """Describe a CSV file exactly: a reader that guesses may take bad rows for a long header and drop them."""
    header = _first_line(path)
    if not header:
        raise UnreadableFileError(path, "it is empty")
    readings = {delimiter: next(csv.reader([header], delimiter=delimiter)) for delimiter in _DELIMITERS}
    delimiter, names = max(readings.items(), key=lambda reading: len(reading[1]))
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise UnreadableFileError(path, f"its header names the column {min(repeated)!r} more than once")
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)},"
        f" quote = '\"', escape = '\"', strict_mode = true, columns = {{{columns}}})"
    )


def _first_line(path: Path) -> str:
    openers: dict[str, Callable[..., TextIO]] = {".gz": gzip.open, ".zst": zstandard.open}
    opener = openers.get(path.suffix.lower(), open)
    try:
        # Whether the rest is text at all is said when it is read.
        with opener(path, "rt", encoding="utf-8-sig", errors="replace") as file:
            return str(file.readline(_LONGEST_HEADER)).rstrip("\r\n")
    except (OSError, ValueError, EOFError, zstandard.ZstdError) as error:
        raise UnreadableFileError(path, str(error)) from error


def _steps(parts: Sequence[str]) -> str:
    """Write the way to a value in JSON; a number leads into an array."""
    steps = (f"[{part}]" if part.isdecimal() else f".{json.dumps(part, ensure_ascii=False)}" for part in parts)
    return literal("$" + "".join(steps))
