"""Suppressions as CSV, as other platforms write and spreadsheets show them."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from indicia.base.clock import http_date
from indicia.mail.address import parse_one
from indicia.suppressions.guard import suppression
from indicia.suppressions.model import Suppression, SuppressionType, UnreadableListError

COLUMNS = ("address", "type", "error", "created_at")
MOST_PROBLEMS = 20

# What other platforms call these.
_OTHER_NAMES = {
    "address": ("email", "email_address", "recipient"),
    "type": ("reason_type", "list"),
    "error": ("reason", "description"),
    "created_at": ("created", "date", "timestamp"),
}
# A spreadsheet would take a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(pages: Iterable[Suppression], *, with_header: bool) -> str:
    """Write suppressions as lines; a cell that a spreadsheet would compute gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if with_header:
        writer.writerow(COLUMNS)
    for each in pages:
        cells = (each.address, each.type.value, each.error, http_date(each.created_at))
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue()


def read_csv(text: str, default: SuppressionType, now: float) -> list[Suppression]:
    """Read a CSV file with a header, or a plain list of addresses.

    Columns that are missing mean `default`, no error, and `now`.

    Raises:
        UnreadableListError: Lines are at fault; the first 20 of them are named.
    """
    rows = list(_rows(text))
    read: list[Suppression] = []
    problems: list[str] = []
    for number, row in rows:
        try:
            read.append(_suppression(row, default, now))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
            if len(problems) == MOST_PROBLEMS:
                break
    if problems:
        raise UnreadableListError(problems)
    return read


def parse_type(text: str) -> SuppressionType:
    """Read a type in singular or plural, in any case.

    Raises:
        ValueError: It is none.
    """
    name = text.strip().lower()
    try:
        return SuppressionType(name.removesuffix("s"))
    except ValueError:
        raise ValueError(f"type must be one of {', '.join(sorted(SuppressionType))}") from None


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = _columns(cells)
                if names is not None:
                    continue
                names = ["address"]
            yield reader.line_num, dict(zip(names, map(_plain, cells), strict=False))
    except csv.Error as error:
        raise UnreadableListError([f"line {reader.line_num}: {error}"]) from error


def _columns(header: list[str]) -> list[str] | None:
    """Answer what each column is; None where the first line is an address already."""
    known = {other: name for name, others in _OTHER_NAMES.items() for other in (name, *others)}
    names = [known.get(cell.strip().lower().replace(" ", "_"), "") for cell in header]
    return names if "address" in names else None


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _suppression(row: dict[str, str], default: SuppressionType, now: float) -> Suppression:
    address = parse_one(row.get("address", ""))
    if address is None:
        raise ValueError(f"{row.get('address', '')[:100]!r} is no address")
    kind = parse_type(row["type"]) if row.get("type") else default
    created_at = _moment(row["created_at"]) if row.get("created_at") else now
    return suppression(address, kind, row.get("error", ""), min(created_at, now))


def _moment(text: str) -> float:
    """Read unix seconds, an ISO 8601 or an RFC 1123 date."""
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return float(text)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"{text[:40]!r} is no date")
