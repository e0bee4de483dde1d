"""`indicia key`: create, list and revoke API keys."""

from ipaddress import ip_network

import click

from indicia.accounts.model import KeyNotFoundError, KnownKey, Network, Role, UnknownAccountError
from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.cli.durations import DurationType
from indicia.cli.session import show, with_store
from indicia.cli.tables import show_list
from indicia.domains.model import Domain


class _NetworkType(click.ParamType[Network]):
    name = "CIDR"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Network:
        try:
            return ip_network(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def key() -> None:
    """API keys."""


@key.command()
@click.option("--role", type=click.Choice([*map(str, Role)]), required=True)
@click.option("--account", help="Whose key it is. Default: the first account.")
@click.option("--domain", "domain_name", help="The one domain that a sending key opens.")
@click.option("--allow-ip", "networks", multiple=True, type=_NetworkType(), help="From where alone; may be repeated.")
@click.option("--expires-in", type=DurationType(), help="Such as 30d.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def create(
    role: Role,
    account: str | None,
    domain_name: str | None,
    networks: tuple[Network, ...],
    expires_in: int | None,
    *,
    as_json: bool,
) -> None:
    """Create a key and show it this once."""
    if (Role(role) is Role.SENDING) != (domain_name is not None):
        raise click.UsageError("A sending key needs --domain, and a primary key has none.")
    if expires_in == 0:
        raise click.UsageError("A key that expires in no time would open nothing.")

    async def work(store: Store) -> None:
        domain = None if domain_name is None else await _domain(store, domain_name, account)
        account_id = domain.account_id if domain is not None else (await store.keys.account(account)).id
        domain_id = None if domain is None else domain.id
        key_id, new = await store.database.run(
            store.keys.issue(account_id, Role(role), domain_id=domain_id, networks=networks, expires_in=expires_in)
        )
        name = None if domain is None else domain.name
        show({"id": key_id, "key": new, "role": str(role), "domain": name}, as_json=as_json)

    try:
        with_store(work)
    except UnknownAccountError as error:
        raise click.UsageError(
            f"There is no such account: {error}. Accounts are made by: indicia domain add"
        ) from error


async def _domain(store: Store, name: str, account: str | None) -> Domain:
    """Answer the domain of that name, of that account if one is named."""
    domain = await store.domains.named(name)
    if domain is None:
        raise click.UsageError(f"There is no domain {name}; add it with: indicia domain add {name}")
    if account is not None and (await store.keys.account(account)).id != domain.account_id:
        raise click.UsageError(f"{domain.name} does not belong to the account {account}.")
    return domain


@key.command(name="list")
@click.option("--account", help="Whose. Default: all accounts'.")
@click.option("--all", "everything", is_flag=True, help="Revoked and expired ones too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def list_(account: str | None, *, everything: bool, as_json: bool) -> None:
    """List keys: whose they are and what they end in. A key itself is stored nowhere."""

    async def work(store: Store) -> None:
        now = system_clock()
        names = {domain.id: domain.name for _, domain in await store.domains.all_owned()}
        show_list(
            [
                _row(known, None if known.key.domain_id is None else names[known.key.domain_id])
                for known in await store.keys.known()
                if account in {None, known.account} and (everything or known.key.is_open(now))
            ],
            as_json=as_json,
        )

    with_store(work)


def _row(known: KnownKey, domain: str | None) -> dict[str, object]:
    key = known.key
    return {
        "id": key.id,
        "ends_in": known.hint,
        "role": str(key.role),
        "account": known.account,
        "domain": domain,
        "allowed_from": ", ".join(map(str, key.networks)) or None,
        "created_at": known.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


@key.command()
@click.argument("key_id", type=int, metavar="ID")
def revoke(key_id: int) -> None:
    """Close a key for good; it opens nothing from the next request on."""
    try:
        with_store(lambda store: store.keys.revoke(key_id))
    except KeyNotFoundError as error:
        raise click.ClickException(f"There is no open key with the id {key_id}.") from error
    click.echo(f"Key {key_id} is revoked.")
