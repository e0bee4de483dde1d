"""`indicia domain`: add sending domains and change their settings."""

import click

from indicia.bootstrap.opening import Store
from indicia.cli.session import show, with_store
from indicia.domains.model import DomainState, DomainTakenError, Feature, InvalidDomainError


@click.group()
def domain() -> None:
    """Sending domains."""


@domain.command()
@click.argument("name")
@click.option("--account", help="Whose domain it is; made at its first use. Default: the first account.")
@click.option(
    "--state", type=click.Choice([*map(str, DomainState)]), default=str(DomainState.UNVERIFIED), show_default=True
)
@click.option("--enable", "features", multiple=True, type=click.Choice([*map(str, Feature)]), help="May be repeated.")
@click.option("--tracking", type=click.Choice(["on", "off"]), default="on", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(
    name: str, account: str | None, state: DomainState, features: tuple[Feature, ...], tracking: str, *, as_json: bool
) -> None:
    """Add a domain, or change the settings of one that the account has.

    Prints a new sending key each time, and for a new account its primary key: keys are not shown again.
    """

    async def work(store: Store) -> None:
        added = await store.domains.add(
            name,
            account=account,
            state=DomainState(state),
            features=frozenset(map(Feature, features)),
            tracking=tracking == "on",
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
