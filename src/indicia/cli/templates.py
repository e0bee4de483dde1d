"""`indicia template`: a domain's templates."""

import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.cli.session import named_domain, with_store
from indicia.cli.tables import show_list
from indicia.templates.model import Builtins, TemplatesError

T = TypeVar("T")


@click.group()
def template() -> None:
    """Templates in Liquid, of which mail is made."""


@template.command()
@click.argument("domain")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--name", help="What to call it. Default: the name of FILE.")
def put(domain: str, file: Path, name: str | None) -> None:
    """Save FILE as a template of DOMAIN, or as its next version.

    NAME.txt beside NAME.html is the plain text of the same mail. A FILE of `-` is read from standard input.
    """
    if name is None and str(file) == "-":
        raise click.UsageError("Say with --name what to call it.")
    try:
        source = (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8") from error

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        saved = await _explained(store.templates.put(found.id, name or file.name, source))
        click.echo(f"{saved.name}: version {saved.version}")

    with_store(work)


@template.command()
@click.argument("domain")
@click.argument("name")
@click.option("--version", type=click.IntRange(min=1), help="Default: the newest.")
def get(domain: str, name: str, version: int | None) -> None:
    """Print the source of a template."""

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        click.echo((await _explained(store.templates.get(found.id, name, version))).source, nl=False)

    with_store(work)


@template.command("list")
@click.argument("domain")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def list_(domain: str, *, as_json: bool) -> None:
    """List the templates of DOMAIN, each as it was last saved."""

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        listed = await store.templates.all_of(found.id)
        show_list([msgspec.structs.asdict(each) for each in listed], as_json=as_json)

    with_store(work)


@template.command()
@click.argument("domain")
@click.argument("name")
def delete(domain: str, name: str) -> None:
    """Delete a template with all its versions; what was accepted before is still sent."""

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        await _explained(store.templates.delete(found.id, name))
        click.echo(f"{name}: deleted")

    with_store(work)


@template.command()
@click.argument("domain")
@click.argument("name")
@click.option("--variables", default="{}", show_default=True, help="A JSON object.")
@click.option("--recipient", default="recipient@example.com", show_default=True, help="What `rcpt` is.")
@click.option("--subject", default="Subject", show_default=True, help="What `subject` is.")
@click.option("--strict", is_flag=True, help="Fail where a variable is missing.")
@click.option("--text", is_flag=True, help="Print the plain text in place of the HTML.")
def render(domain: str, name: str, variables: str, recipient: str, subject: str, *, strict: bool, text: bool) -> None:
    """Print what a template makes of variables."""
    try:
        given = msgspec.json.encode(msgspec.json.decode(variables, type=dict[str, object]))
    except msgspec.DecodeError as error:
        raise click.UsageError(f"--variables is not a JSON object: {error}") from error

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        builtins = Builtins(
            sender=f"sender@{found.name}",
            recipient=recipient,
            subject=subject,
            sent_at=system_clock(),
            domain=found.name,
            tracks_opens=found.tracking,
            tracks_clicks=found.tracking,
        )
        snapshot = await _explained(store.templates.snapshot(found.id, name, given, is_strict=strict))
        rendered = await _explained(store.renderer.render(snapshot, builtins, found.id))
        click.echo(rendered.text if text or rendered.html is None else rendered.html, nl=False)

    with_store(work)


async def _explained(work: Awaitable[T]) -> T:
    """Answer what `work` does; what is wrong with a template is one sentence."""
    try:
        return await work
    except TemplatesError as error:
        raise click.ClickException(error.explanation) from error
