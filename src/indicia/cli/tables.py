"""Lists as commands print them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show_list(rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    """Print a command's list, for scripts as one JSON array, for people as a table; fields with fractions are times."""
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("None.")
        return
    # What nobody has would only take room from the rest, none of which is cut off.
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    table = Table()
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(shown(row[name])) for name in names))
    Console().print(table)


def shown(value: object) -> str:
    """Write a value for people; a number with a fraction is a time in unix seconds."""
    if isinstance(value, float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return "" if value is None else str(value)
