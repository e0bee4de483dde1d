"""`indicia validate`: verify the addresses of a file."""

import asyncio
import csv
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TextIO

import click

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import open_store
from indicia.bootstrap.outside import open_outside
from indicia.bootstrap.validation import verifier
from indicia.cli.progress import progress_bar
from indicia.cli.session import named_domain
from indicia.config import load_settings
from indicia.net.smtp.way_out import Trial, WayOutState
from indicia.validation.answers import answer
from indicia.validation.bulk import PATIENCE_SECONDS, Bulk, Item
from indicia.validation.model import Verification

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_COLUMNS = (
    *("line", "address", "result", "reason", "sendex", "did_you_mean", "role", "free", "disposable", "accept_all"),
    *("email", "message"),
)
_LARGEST_CELL = 16 * 1024 * 1024


@click.command()
@click.argument("file", type=_FILE)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A CSV file.")
@click.option("--domain", help="A sending domain whose deliveries count as evidence.")
@click.option(
    "--patience", default=PATIENCE_SECONDS, show_default=True, help="Seconds to wait for hosts that ask for it."
)
def validate(file: Path, output: Path, domain: str | None, patience: float) -> None:
    """Verify the addresses in FILE, one a line or the first column of a CSV, and write what is known about each.

    Rows are written as they are found, with the number of their line; an interrupted run goes on when the same
    command is given again. No mail host is asked more often than INDICIA_PROBES_PER_MINUTE allows.
    """
    items = list(_items(file))
    finished = _finished(output)
    closed = asyncio.run(_validate(items, finished, output, domain, patience))
    click.echo(f"{len(items)} addresses: {output}")
    if closed is not None:
        click.echo(
            f"Port 25 is closed: {closed.because}. Addresses whose mail hosts had to be asked are unknown, no_connect.",
            err=True,
        )


async def _validate(
    items: list[Item], finished: set[int], output: Path, domain: str | None, patience: float
) -> Trial | None:
    """Answer why no mail host could be reached, where that is so."""
    settings = load_settings()
    async with AsyncExitStack() as closing:
        store = await closing.enter_async_context(open_store(settings))
        with output.open("a", encoding="utf-8", newline="") as file, progress_bar() as progress:
            rows = _Rows(file, is_new=file.tell() == 0)

            async def done(item: Item, found: Verification) -> None:
                rows.write(item, found)
                progress("verifying", len(finished) + rows.count, len(items))

            asked = verifier(settings, store, open_outside(settings, closing), None)
            closing.push_async_callback(asked.close)
            on_behalf = None if domain is None else await named_domain(store, domain)
            left = [item for item in items if item.position not in finished]
            await Bulk(asked, on_behalf, done, system_clock).run(left, give_up_at=system_clock() + patience)
        way_out = asked.way_out
        return way_out.last if way_out is not None and way_out.last.state is WayOutState.CLOSED else None


class _Rows:
    """Writes rows, each whole and at once, so that an end at any moment leaves whole ones."""

    def __init__(self, file: TextIO, *, is_new: bool) -> None:
        self._file = file
        self._writer = csv.writer(file, lineterminator="\n")
        self.count = 0
        if is_new:
            self._writer.writerow(_COLUMNS)

    def write(self, item: Item, found: Verification) -> None:
        shown = answer(found, explain=False) | {"line": item.position, "address": item.text}
        self._writer.writerow([_cell(shown[column]) for column in _COLUMNS])
        self._file.flush()
        self.count += 1


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _items(file: Path) -> Iterator[Item]:
    """Read addresses with the numbers of their lines; a heading without an `@` is none."""
    # Whatever a cell holds is an address or is told to be none; only a file without any lines is too much.
    csv.field_size_limit(_LARGEST_CELL)
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, strict=False), 1):
            text = " ".join(row[0].split()) if row else ""
            if text and not (number == 1 and "@" not in text):
                yield Item(number, text)


def _finished(output: Path) -> set[int]:
    """Answer which lines an earlier run is done with; a row that it did not finish is cut off."""
    if not output.exists():
        return set()
    content = output.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole and not whole.startswith(b"line,address,"):
        raise click.UsageError(f"{output} exists and is no output of this command; name another file")
    if len(whole) < len(content):
        output.write_bytes(whole)
    rows = csv.reader(whole.decode("utf-8", "replace").splitlines())
    return {int(row[0]) for row in rows if row and row[0].isdecimal()}
