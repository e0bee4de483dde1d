"""`indicia stats`: what became of a domain's mail."""

import json

import click
from rich.console import Console
from rich.table import Table

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.cli.session import named_domain, with_store
from indicia.tracking.statistics.model import Grouping
from indicia.tracking.statistics.report import InvalidQuestionError, Statistics

_COLUMNS = ("sent", "delivered", "bounced", "opens", "by people", "clicks", "by people", "unsubscribed", "complained")


@click.command()
@click.argument("domain")
@click.option("--by", type=click.Choice([*map(str, Grouping)]), default=str(Grouping.DAY), show_default=True)
@click.option("--variable", help="The v: variable to group by.")
@click.option("--from", "first", metavar="DATE", help="The first day counted. Default: 30 days up to --to.")
@click.option("--to", "last", metavar="DATE", help="The last day counted. Default: today, in UTC.")
@click.option("--tag", help="Count messages with this tag only.")
@click.option("--message-id", help="Count this message only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(domain: str, *, as_json: bool, **asked: str | None) -> None:
    """Show what became of a domain's mail; opens and clicks of everybody, and of people alone."""
    names = {"first": "from", "last": "to"}
    wanted = {names.get(name, name): value for name, value in asked.items() if value}

    async def work(store: Store) -> dict[str, object]:
        found = await named_domain(store, domain)
        return await Statistics(store.database, system_clock).report(found.id, wanted)

    try:
        report = with_store(work)
    except InvalidQuestionError as error:
        raise click.UsageError("; ".join(error.problems)) from error
    if as_json:
        click.echo(json.dumps(report))
    else:
        _draw(report, str(wanted["by"]))


def _draw(report: dict[str, object], by: str) -> None:
    table = Table(by, *_COLUMNS)
    groups = report["stats"]
    assert isinstance(groups, list)
    for group in [*groups, {by: "total", **report["total"]}]:  # type: ignore[dict-item]
        opens, clicks = group["opens"], group["clicks"]
        numbers = (
            *(group[name] for name in ("sent", "delivered", "bounced")),
            opens["all"],
            opens["human"],
            clicks["all"],
            clicks["human"],
            group["unsubscribed"],
            group["complained"],
        )
        table.add_row(str(group[by]), *map(str, numbers))
    Console().print(table)
