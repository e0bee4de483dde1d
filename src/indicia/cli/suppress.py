"""`indicia suppress`: bring lists of addresses in and out."""

from typing import TextIO

import click

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.cli.session import named_domain, with_store
from indicia.suppressions.csv_files import export_csv, import_csv
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import SuppressionType, UnreadableListError


@click.group()
def suppress() -> None:
    """Addresses that a domain must not mail."""


@suppress.command("import")
@click.argument("domain")
@click.argument("file", type=click.File(encoding="utf-8", errors="strict"))
@click.option(
    "--type",
    "kind",
    type=click.Choice([*map(str, SuppressionType)]),
    default=str(SuppressionType.UNSUBSCRIBE),
    show_default=True,
    help="Where the file does not say it.",
)
def import_(domain: str, file: TextIO, kind: str) -> None:
    """Add the addresses in FILE (- is standard input).

    CSV with a header, of which `address` or `email` is needed and `type`, `error` and `created_at` are read, or one
    address a line. All of it is taken, or nothing.
    """

    async def work(store: Store) -> int:
        domain_id = (await named_domain(store, domain)).id
        suppressions = Suppressions(store.database, system_clock)
        return await import_csv(suppressions, domain_id, text, default=SuppressionType(kind), now=system_clock())

    try:
        text = file.read()
        click.echo(f"Imported: {with_store(work)}.")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8") from error
    except UnreadableListError as error:
        raise click.ClickException("\n".join(error.problems)) from error


@suppress.command()
@click.argument("domain")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
def export(domain: str, file: TextIO) -> None:
    """Write all of a domain's suppressions as CSV into FILE, or print them."""

    async def work(store: Store) -> None:
        domain_id = (await named_domain(store, domain)).id
        async for lines in export_csv(Suppressions(store.database, system_clock), domain_id):
            file.write(lines)

    with_store(work)
