"""Suppressions as CSV, as other platforms write and spreadsheets show them."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from indicia.base.clock import http_date, unix_time
from indicia.mail.address import parse_one
from indicia.suppressions.guard import Suppressions, suppression
from indicia.suppressions.model import Suppression, SuppressionType, UnreadableListError
from indicia.suppressions.store import START, Position

COLUMNS = ("address", "type", "error", "created_at")
MOST_PROBLEMS = 20
# So many lines are stored, or read, in one go; nobody else waits long for the store.
_AT_ONCE = 1000

# What other platforms call these.
_OTHER_NAMES = {
    "address": ("email", "email_address", "recipient"),
    "type": ("reason_type", "list"),
    "error": ("reason", "description"),
    "created_at": ("created", "date", "timestamp"),
}
# A spreadsheet would take a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def import_csv(
    suppressions: Suppressions, domain_id: int, text: str, *, default: SuppressionType, now: float
) -> int:
    """Suppress what `read_csv` reads in `text`; answer how many lines that are.

    Raises:
        UnreadableListError: Lines are at fault, and none is stored.
        StorageError: Not all are stored; the same file again stores the rest.
    """
    read = read_csv(text, default, now)
    for start in range(0, len(read), _AT_ONCE):
        await suppressions.put(domain_id, read[start : start + _AT_ONCE])
    return len(read)


async def export_csv(
    suppressions: Suppressions, domain_id: int, kind: SuppressionType | None = None
) -> AsyncIterator[str]:
    """Write a domain's suppressions, or those of type `kind`, some at a time.

    Raises:
        StorageError: The store cannot be read; what was written is not all.
    """
    after: Position | None = START
    is_first = True
    while after is not None:
        page = await suppressions.page(domain_id, kind=kind, after=after, limit=_AT_ONCE)
        yield write_csv(page.items, with_header=is_first)
        after, is_first = page.after, False


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
            return unix_time(read(text))
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"{text[:40]!r} is no date")
