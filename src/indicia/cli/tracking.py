"""`indicia tracking`: how a domain tracks, and the keys of its links."""

import click
import msgspec

from indicia.bootstrap.opening import Store
from indicia.cli.session import named_domain, with_store
from indicia.cli.session import show as print_fields
from indicia.domains.model import Domain
from indicia.tracking.model import BotEvents, KeysUsedUpError
from indicia.tracking.return_paths import WHOLE_DOMAIN, ReturnPaths
from indicia.tracking.store import save_settings, settings_of


@click.group()
def tracking() -> None:
    """Links, pixels, and what becomes of machines' opens and clicks."""


@tracking.command("set")
@click.argument("domain")
@click.option("--host", type=click.Choice(["on", "off"]), help="Whether links are at email.DOMAIN, which leads here.")
@click.option(
    "--bot-events",
    type=click.Choice([*map(str, BotEvents)]),
    help="Send machines' events marked, drop them, or give them types of their own.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def set_(domain: str, host: str | None, bot_events: BotEvents | None, *, as_json: bool) -> None:
    """Change how a domain tracks, from its next mail and verdict on."""

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        settings = await settings_of(store.database, found.id)
        if host is not None:
            settings = msgspec.structs.replace(settings, has_host=host == "on")
        if bot_events is not None:
            settings = msgspec.structs.replace(settings, bot_events=BotEvents(bot_events))
        await store.database.run(save_settings(found.id, settings))
        await _show(store, found, as_json=as_json)

    with_store(work)


@tracking.command()
@click.argument("domain")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(domain: str, *, as_json: bool) -> None:
    """Show how a domain tracks, and the address for feedback loops."""

    async def work(store: Store) -> None:
        await _show(store, await named_domain(store, domain), as_json=as_json)

    with_store(work)


@tracking.command("rotate-key")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate_key(*, as_json: bool) -> None:
    """Make a new key for links and return paths; those of mail that was sent keep working."""

    async def work(store: Store) -> None:
        print_fields({"key": await store.keyring.rotate()}, as_json=as_json)

    try:
        with_store(work)
    except KeysUsedUpError as error:
        raise click.ClickException("there were 255 keys already, and a link has no room for more") from error


async def _show(store: Store, domain: Domain, *, as_json: bool) -> None:
    settings = await settings_of(store.database, domain.id)
    fields: dict[str, object] = {
        "domain": domain.name,
        "host": f"email.{domain.name}" if settings.has_host else None,
        "bot_events": str(settings.bot_events),
        "feedback_address": ReturnPaths(store.keyring.sealing).feedback_address(domain.name, WHOLE_DOMAIN),
    }
    print_fields(fields, as_json=as_json)
