"""`indicia domain`: add and list sending domains and change their settings."""

import click

from indicia.bootstrap.opening import Store
from indicia.cli.domain_check import check
from indicia.cli.durations import DurationType
from indicia.cli.session import show, with_store
from indicia.cli.tables import show_list
from indicia.delivery.model import RelayUrlError
from indicia.delivery.terms import DomainTerms
from indicia.domains.model import DomainState, DomainTakenError, Feature, InvalidDomainError
from indicia.submissions.store import set_repeat_seconds


@click.group()
def domain() -> None:
    """Sending domains."""


domain.add_command(check)


@domain.command()
@click.argument("name")
@click.option("--account", help="Whose domain it is; made at its first use. Default: the first account.")
@click.option("--state", type=click.Choice([*map(str, DomainState)]), help="Default for a new domain: unverified.")
@click.option("--enable", "features", multiple=True, type=click.Choice([*map(str, Feature)]), help="May be repeated.")
@click.option("--disable", "without", multiple=True, type=click.Choice([*map(str, Feature)]), help="May be repeated.")
@click.option("--tracking", type=click.Choice(["on", "off"]), help="Default for a new domain: on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(
    name: str,
    account: str | None,
    state: str | None,
    features: tuple[str, ...],
    without: tuple[str, ...],
    tracking: str | None,
    *,
    as_json: bool,
) -> None:
    """Add a domain, or change the settings of one that the account has; what is not said stays as it is.

    Prints a new sending key each time, and for a new account its primary key: keys are not shown again.
    """

    async def work(store: Store) -> None:
        added = await store.domains.add(
            name,
            account=account,
            state=None if state is None else DomainState(state),
            features=frozenset(map(Feature, features)),
            without=frozenset(map(Feature, without)),
            tracking=None if tracking is None else tracking == "on",
        )
        fields: dict[str, object] = {"domain": added.domain.name, "sending_key": added.sending_key}
        if added.primary_key is not None:
            fields["primary_key"] = added.primary_key
        show(fields | {"signing_key": added.signing_key}, as_json=as_json)

    try:
        with_store(work)
    except InvalidDomainError as error:
        raise click.UsageError(f"{name!r} is not a domain name, such as news.example.com") from error
    except DomainTakenError as error:
        raise click.ClickException(f"{name} belongs to another account; name it with --account") from error


@domain.command(name="list")
@click.option("--account", help="Whose. Default: all accounts'.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def list_(account: str | None, *, as_json: bool) -> None:
    """List domains with their settings."""

    async def work(store: Store) -> None:
        rows: list[dict[str, object]] = [
            {
                "domain": each.name,
                "account": owner,
                "state": str(each.state),
                "features": ", ".join(sorted(each.features)) or None,
                "tracking": "on" if each.tracking else "off",
                "created_at": each.created_at,
            }
            for owner, each in await store.domains.all_owned()
            if account in {None, owner}
        ]
        show_list(rows, as_json=as_json)

    with_store(work)


@domain.command()
@click.argument("name")
@click.argument("url", required=False)
@click.option("--remove", is_flag=True, help="Send as the installation does.")
def relay(name: str, url: str | None, *, remove: bool) -> None:
    """Send one domain's mail through a relay of its own, at smtp[s]://user:password@host:port.

    The URL is stored encrypted.
    """
    if remove == (url is not None):
        raise click.UsageError("Give the relay's URL, or --remove.")

    async def work(store: Store) -> None:
        await DomainTerms(store.database, store.vault).set_relay(await _id_of(store, name), url)

    try:
        with_store(work)
    except RelayUrlError as error:
        raise click.UsageError(f"The URL {error}") from error
    click.echo(f"{name} sends {'as the installation does' if remove else 'through its relay'}.")


@domain.command()
@click.argument("name")
@click.argument("limit", metavar="MESSAGES/SECONDS|none")
def limit(name: str, limit: str) -> None:
    """Hold what a domain sends to so many messages in so many seconds, such as 5000/86400. Nothing is dropped."""
    messages, _, seconds = ("0", "/", "0") if limit == "none" else limit.partition("/")
    if not (messages.isdecimal() and seconds.isdecimal()) or (limit != "none" and "0" in {messages, seconds}):
        raise click.UsageError(f"{limit!r} is not MESSAGES/SECONDS, such as 5000/86400, or none.")

    async def work(store: Store) -> None:
        await DomainTerms(store.database, store.vault).set_limit(await _id_of(store, name), int(messages), int(seconds))

    with_store(work)
    click.echo(f"{name} sends without a limit." if limit == "none" else f"{name} sends {limit} at most.")


@domain.command()
@click.argument("name")
@click.argument("window", type=DurationType())
def repeats(name: str, window: int) -> None:
    """Answer an identical submission within WINDOW, such as 60s, with the first one's id. 0s sends each."""

    async def work(store: Store) -> None:
        await store.database.run(set_repeat_seconds(await _id_of(store, name), window))

    with_store(work)
    click.echo(f"{name} sends every submission." if window == 0 else f"{name} sends equal ones within {window} s once.")


async def _id_of(store: Store, name: str) -> int:
    found = await store.domains.named(name)
    if found is None:
        raise click.ClickException(f"There is no domain {name}.")
    return found.id
