"""`indicia queue`: look into the mail that waits, hold it back, try it now."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.cli.session import with_store
from indicia.cli.tables import show_list, shown
from indicia.delivery.backlog import Backlog
from indicia.mail.domain_names import ascii_name

T = TypeVar("T")


class _DomainType(click.ParamType[str]):
    name = "DOMAIN"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return value.lower() if value.startswith("[") else ascii_name(value)
        except ValueError:
            self.fail(f"{value!r} is no domain name, such as example.com", param, ctx)


@click.group()
def queue() -> None:
    """Mail that waits to be delivered."""


@queue.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def list_destinations(*, as_json: bool) -> None:
    """List what waits by recipients' domain, the oldest mail first."""
    found = _run(lambda backlog: backlog.destinations())
    show_list([each._asdict() for each in found], as_json=as_json)


@queue.command()
@click.argument("domain", type=_DomainType())
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="The next due first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def show(domain: str, limit: int, *, as_json: bool) -> None:
    """List the messages that wait for a recipients' domain, with the last answer."""
    found = _run(lambda backlog: backlog.copies(domain, limit))
    show_list([each._asdict() for each in found], as_json=as_json)


@queue.command()
@click.argument("message_id", metavar="MESSAGE-ID")
@click.argument("recipient")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def attempts(message_id: str, recipient: str, *, as_json: bool) -> None:
    """Show every attempt for one recipient of a message, with all that was said."""
    found = _run(lambda backlog: backlog.attempts(message_id, recipient))
    if as_json:
        show_list([each._asdict() for each in found], as_json=True)
        return
    for attempt in found:
        click.echo(f"Attempt {attempt.number}, {shown(attempt.started_at)}: {attempt.outcome} {attempt.description}")
        click.echo(f"{attempt.dialogue}\n")
    if not found:
        click.echo("None.")


@queue.command()
@click.argument("domain", type=_DomainType())
@click.option("--reason", default="held by the operator", show_default=True, help="Shown by `queue list`.")
def hold(domain: str, reason: str) -> None:
    """Attempt nothing more to a recipients' domain, until it is released. Held mail still expires."""
    _run(lambda backlog: backlog.hold(domain, reason))
    click.echo(f"Mail to {domain} is held.")


@queue.command()
@click.argument("domain", type=_DomainType())
def release(domain: str) -> None:
    """Attempt mail to a recipients' domain again."""
    if not _run(lambda backlog: backlog.release(domain)):
        raise click.ClickException(f"Mail to {domain} is not held.")
    click.echo(f"Mail to {domain} goes.")


@queue.command()
@click.argument("domain", type=_DomainType(), required=False)
@click.option("--all", "everything", is_flag=True, help="To all domains.")
def retry(domain: str | None, *, everything: bool) -> None:
    """Try now what waits for its next attempt, to one domain or to all.

    What is scheduled for later, or over its domain's limit, stays. A site that keeps failing is still only probed.
    """
    if everything == (domain is not None):
        raise click.UsageError("Name a domain, or take --all.")
    click.echo(f"Due now: {_run(lambda backlog: backlog.retry(domain))}.")


def _run(work: Callable[[Backlog], Awaitable[T]]) -> T:
    async def with_backlog(store: Store) -> T:
        return await work(Backlog(store.database, store.jobs, system_clock))

    return with_store(with_backlog)
