"""How commands reach the store: opened beside a running service, for one command's work."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from indicia.bootstrap.opening import Store, open_store
from indicia.config import load_settings
from indicia.domains.model import Domain

T = TypeVar("T")


def with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store that the settings name, do `work` with it, close it."""

    async def session() -> T:
        async with open_store(load_settings()) as store:
            return await work(store)

    return asyncio.run(session())


async def named_domain(store: Store, name: str) -> Domain:
    """Answer the domain that a command names.

    Raises:
        UsageError: There is none of that name.
    """
    found = await store.domains.named(name)
    if found is None:
        raise click.UsageError(f"There is no domain {name}; `indicia domain add` makes one")
    return found


def show(fields: dict[str, object], *, as_json: bool) -> None:
    """Print a command's result, for scripts as one JSON object, for people as lines."""
    if as_json:
        click.echo(json.dumps(fields))
        return
    for name, value in fields.items():
        if value is not None:
            click.echo(f"{name.replace('_', ' ')}: {value}")
