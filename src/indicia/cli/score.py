"""`indicia score`: judge stored history, from files to a file."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from indicia.archive.model import ColumnMap, OutputError, Request
from indicia.archive.parts import Tallies
from indicia.archive.providers import look_up_providers
from indicia.archive.scoring import LookUp
from indicia.archive.scoring import score as score_files
from indicia.archive.summary import as_page, share
from indicia.base.clock import system_clock
from indicia.base.interpreter import expect_many_objects
from indicia.bootstrap.opening import open_datasets
from indicia.cli.columns import column_options
from indicia.cli.progress import progress_bar
from indicia.config import Settings, load_settings
from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.detection.model import Category
from indicia.net.dns import Resolver

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE, help="Where verdicts go: .parquet, .csv or .jsonl.")
@column_options
@click.option("--honeypots", multiple=True, type=_FILE, help="Visits to hidden links; may be repeated.")
@click.option("--explain", is_flag=True, help="Add a sentence to each piece of evidence.")
@click.option("--learn", is_flag=True, help="Read everything twice, to find who only acts together; a quarter slower.")
@click.option("--allow-duplicates", is_flag=True, help="Judge every row, even those that share an event_id.")
@click.option("--dns", is_flag=True, help="Look up who receives the mail of recipients' domains.")
@click.option("--force", is_flag=True, help="Write over an output that exists.")
def score(
    *,
    files: tuple[Path, ...],
    output: Path,
    columns: ColumnMap,
    honeypots: tuple[Path, ...],
    dns: bool,
    force: bool,
    **wishes: bool,
) -> None:
    """Judge the opens and clicks in FILES (Parquet, CSV, JSON) and write a verdict for each.

    The output joins back by event_id. A page beside it, with the suffix .html, sums it up. An interrupted run goes
    on when the same command is given again.
    """
    expect_many_objects()
    settings = load_settings()
    datasets = open_datasets(settings)
    request = Request(
        files,
        output,
        columns,
        honeypots=honeypots,
        replace=force,
        **wishes,
    )
    page = output.with_suffix(".html")
    if page.exists() and not force:
        raise OutputError(f"{page}, the summary, exists; --force writes over it")
    with progress_bar() as progress:
        tallies = score_files(
            request, datasets, look_up=_look_up(settings, datasets) if dns else None, progress=progress
        )
    try:
        page.write_text(as_page(tallies, title=f"Verdicts in {output.name}"), "utf-8")
    except OSError as error:
        raise OutputError(f"{page} cannot be written: {error.strerror}") from error
    Console().print(_table(tallies))
    click.echo(f"Verdicts: {output}\nSummary: {page}")


def _look_up(settings: Settings, datasets: Datasets) -> LookUp:
    async def ask(domains: Sequence[str]) -> dict[str, MailProvider]:
        resolver = Resolver(system_clock, settings.dns_servers)
        try:
            return await look_up_providers(domains, resolver, datasets)
        finally:
            await resolver.close()

    return lambda domains: asyncio.run(ask(domains))


def _table(tallies: Tallies) -> Table:
    table = Table(title="Opens and clicks, with and without machines")
    table.add_column(no_wrap=True, min_width=max(map(len, Category)))
    for heading in ("opens", "of people", "machines", "clicks", "of people", "machines"):
        table.add_column(heading, justify="right")
    for name, tally in [("all", tallies.total), *((str(each.name), each) for each in tallies.categories)]:
        table.add_row(
            name,
            f"{tally.opens:,}",
            f"{tally.human_opens:,}",
            share(tally.opens - tally.human_opens, tally.opens),
            f"{tally.clicks:,}",
            f"{tally.human_clicks:,}",
            share(tally.clicks - tally.human_clicks, tally.clicks),
            end_section=name == "all",
        )
    return table
