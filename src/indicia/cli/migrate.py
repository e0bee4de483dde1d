"""`indicia migrate`: bring the store's schema up to date by hand; `serve` does so by itself."""

import asyncio

import click

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import open_database
from indicia.config import load_settings
from indicia.storage.migrate import migrate as bring_up_to_date


@click.command()
def migrate() -> None:
    """Apply the migrations that the store lacks."""

    async def work() -> list[str]:
        database = open_database(load_settings())
        try:
            return await bring_up_to_date(database, system_clock)
        finally:
            await database.close()

    applied = asyncio.run(work())
    click.echo(f"Applied: {', '.join(applied)}." if applied else "The schema is up to date.")
