"""`indicia webhook`: look after deliveries that were given up and URLs that are disabled."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import click
import msgspec

from indicia.accounts.model import UnknownAccountError
from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.webhooks import resending
from indicia.cli.durations import DurationType
from indicia.cli.session import named_domain, with_store
from indicia.cli.tables import show_list
from indicia.events.model import EventFilter
from indicia.webhooks.model import DeadLetter, DeadLetterFilter, DisabledEndpoint
from indicia.webhooks.resending import Resent, from_the_oldest

T = TypeVar("T")


@click.group()
def webhook() -> None:
    """Webhooks that could not be delivered, and their URLs."""


@webhook.command()
@click.option("--account", help="Whose. Default: all accounts'.")
@click.option("--url", help="To this URL alone.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="The last buried first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def dead(account: str | None, url: str | None, limit: int, *, as_json: bool) -> None:
    """List deliveries given up, kept for 30 days."""

    async def work(store: Store) -> list[DeadLetter]:
        wanted = DeadLetterFilter(account_id=await _account_id(store, account), url=url)
        return await store.dead_letters.find(wanted, limit)

    _show(_run(work), as_json=as_json)


@webhook.command()
@click.argument("ids", type=int, nargs=-1, metavar="[ID]...")
@click.option("--url", help="All of this URL.")
@click.option("--all", "everything", is_flag=True, help="All there are.")
@click.option("--account", help="Of these, only this account's.")
@click.option("--since", type=DurationType(), help="Of these, only what was buried within this time, such as 2h.")
@click.option("--domain", help="Instead of dead letters, all events of this domain, delivered or not.")
@click.option("--event", "events", multiple=True, metavar="UID", help="With --domain: this event. May be repeated.")
@click.option("--until", type=DurationType(), help="With --domain: only what happened before this time ago.")
def replay(
    ids: tuple[int, ...],
    url: str | None,
    account: str | None,
    since: int | None,
    domain: str | None,
    events: tuple[str, ...],
    until: int | None,
    *,
    everything: bool,
) -> None:
    """Deliver dead letters after all, or the events of a domain once more.

    Name dead letters by their IDs, or choose them by --url, or take --all. With --domain name events by --event, or
    choose them by --url, --since and --until, or take --all that are stored, which are those of 30 days.

    A running service attempts them within a second, with the webhook-id they had; a URL that has just failed again and
    again is first probed, at the latest after ten minutes. Those of disabled URLs stay: enable the URL first.
    """
    if domain is not None:
        if ids or not (events or url or since or until or everything):
            raise click.UsageError("Name events by --event, or choose them by --url, --since, --until, or take --all.")
        _resend(domain, url, EventFilter(uids=events, begin=_ago(since), end=_ago(until)))
        return
    if events or until is not None:
        raise click.UsageError("--event and --until go with --domain.")
    if sum((bool(ids), url is not None, everything)) != 1:
        raise click.UsageError("Name dead letters by their ids, or choose them by --url, or take --all.")

    async def work(store: Store) -> int:
        chosen = DeadLetterFilter(account_id=await _account_id(store, account), url=url, buried_from=_ago(since))
        wanted = [chosen._replace(id=dead_id) for dead_id in ids] or [chosen]
        return sum([len(await store.dead_letters.replay(each)) for each in wanted])

    replayed = _run(work)
    click.echo(f"Owed anew: {replayed}.")
    if replayed < len(ids):
        raise click.ClickException(f"{len(ids) - replayed} of these ids are no dead letters of an enabled URL.")


@webhook.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def disabled(*, as_json: bool) -> None:
    """List URLs that get nothing.

    Their receivers answered 410, or failed for days; what is owed to them becomes dead letters.
    """
    _show(_run(lambda store: store.webhook_endpoints.disabled()), as_json=as_json)


@webhook.command()
@click.argument("url")
@click.option("--account", help="Whose URL it is. Default: every account's.")
def enable(url: str, account: str | None) -> None:
    """Deliver to a disabled URL again.

    What became dead letters meanwhile can be replayed from then on.
    """

    async def work(store: Store) -> bool:
        return await store.webhook_endpoints.enable(url, await _account_id(store, account))

    if not _run(work):
        raise click.ClickException(f"{url} is not disabled.")
    click.echo(f"{url} is enabled.")


def _resend(domain: str, url: str | None, wanted: EventFilter) -> None:
    async def work(store: Store) -> Resent:
        found = await named_domain(store, domain)
        return await resending(store).resend(
            found.id, from_the_oldest(wanted, system_clock()), only_url=url, most=sys.maxsize
        )

    resent = _run(work)
    click.echo(f"Owed anew: {resent.deliveries} for {resent.events} events.")


def _ago(seconds: int | None) -> float | None:
    return None if seconds is None else system_clock() - seconds


def _run(work: Callable[[Store], Awaitable[T]]) -> T:
    try:
        return with_store(work)
    except UnknownAccountError as error:
        raise click.UsageError(f"There is no such account: {error}") from error


async def _account_id(store: Store, name: str | None) -> int | None:
    return None if name is None else (await store.keys.account(name)).id


def _show(rows: Sequence[DeadLetter] | Sequence[DisabledEndpoint], *, as_json: bool) -> None:
    show_list([msgspec.structs.asdict(row) for row in rows], as_json=as_json)
