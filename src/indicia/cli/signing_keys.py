"""`indicia signing-key`: the key that signs an account's webhooks."""

import click

from indicia.accounts.model import UnknownAccountError
from indicia.bootstrap.opening import Store
from indicia.cli.session import show, with_store


@click.group("signing-key")
def signing_key() -> None:
    """Webhook signing keys."""


@signing_key.command()
@click.option("--account", help="Whose key it is. Default: the first account.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate(account: str | None, *, as_json: bool) -> None:
    """Make a new signing key; the one before it signs beside it for 24 hours."""

    async def work(store: Store) -> None:
        owner = await store.keys.account(account)
        new = await store.database.run(store.signing_keys.rotate(owner.id))
        show({"account": owner.name, "signing_key": new}, as_json=as_json)

    try:
        with_store(work)
    except UnknownAccountError as error:
        raise click.UsageError(f"There is no such account: {error}") from error
