"""`indicia datasets`: the reference data in use, and getting fresh copies of it."""

import asyncio
import json
from functools import partial

import click

from indicia.base.clock import system_clock
from indicia.config import Settings, load_settings
from indicia.datasets.manifest import find_datasets
from indicia.datasets.refresh import RefreshOutcome, mirrored, refresh
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard
from indicia.net.http import HttpClient

# The largest document, browser-compat-data, has 20 MB.
_MAX_BYTES = 64 * 1024 * 1024
_TIMEOUT_SECONDS = 300.0


@click.group()
def datasets() -> None:
    """Reference data: networks, user agents, mail providers."""


@datasets.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_datasets(*, as_json: bool) -> None:
    """Show every dataset in use: its source, date, rows and licence."""
    found = sorted(find_datasets(load_settings().datasets_path).items())
    rows = [
        {
            "name": name,
            "origin": info.origin,
            "source": info.source,
            "date": info.date.isoformat(),
            "rows": info.rows,
            "licence": info.licence,
            "sha256": info.sha256,
        }
        for name, info in found
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo("{name:22}{origin:10}{date}  {rows:>9,}  {licence:38}{source}".format_map(row))


@datasets.command("refresh")
@click.argument("names", nargs=-1)
@click.option("--mirror", metavar="URL", help="Fetch https://HOST/PATH from URL/HOST/PATH instead.")
@click.pass_context
def refresh_datasets(context: click.Context, names: tuple[str, ...], mirror: str | None) -> None:
    """Fetch fresh copies of NAMES (all by default) from their official sources.

    A running service follows within a minute. Exit code 1 says that some dataset could not be renewed; its last
    good copy stays in use.
    """
    outcomes = asyncio.run(_refresh(load_settings(), names, mirror))
    for outcome in outcomes:
        renewed = f"renewed, {outcome.rows:,} rows" if outcome.refused is None else f"kept: {outcome.refused}"
        click.echo(f"{outcome.name}: {renewed}")
    if any(outcome.refused for outcome in outcomes):
        context.exit(1)


async def _refresh(settings: Settings, names: tuple[str, ...], mirror: str | None) -> list[RefreshOutcome]:
    directory = settings.datasets_path
    resolver = Resolver(system_clock, settings.dns_servers)
    client = HttpClient(EgressGuard(settings.egress_allow), resolver, system_clock)
    fetch = partial(client.download, max_bytes=_MAX_BYTES, timeout_seconds=_TIMEOUT_SECONDS)
    try:
        return await refresh(directory, mirrored(fetch, mirror) if mirror else fetch, system_clock, names or None)
    finally:
        await client.close()
        await resolver.close()
