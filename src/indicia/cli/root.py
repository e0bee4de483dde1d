"""The `indicia` command and its groups."""

import sys
from importlib import import_module

import click

from indicia.base.errors import AppError
from indicia.cli.datasets import datasets
from indicia.cli.dkim import dkim
from indicia.cli.domains import domain
from indicia.cli.explain import explain
from indicia.cli.keys import key
from indicia.cli.migrate import migrate
from indicia.cli.queue import queue
from indicia.cli.serve import api, serve, smtpd, worker
from indicia.cli.signing_keys import signing_key
from indicia.cli.stats import stats
from indicia.cli.suppress import suppress
from indicia.cli.templates import template
from indicia.cli.tracking import tracking
from indicia.cli.webhooks import webhook

# Each is loaded when it is asked for: they work on files with DuckDB, and no other command needs its 15 MB and 65 ms.
_OF_FILES = ("evaluate", "score", "validate")
# Both are natural to say; the help lists one.
_OTHER_NAMES = {"webhooks": "webhook"}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_OF_FILES])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _OF_FILES:
            return super().get_command(ctx, _OTHER_NAMES.get(cmd_name, cmd_name))
        command: click.Command = getattr(import_module(f"indicia.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="indicia")
def indicia() -> None:
    """An email API that knows humans from bots."""


for command in (
    serve,
    api,
    smtpd,
    worker,
    migrate,
    domain,
    dkim,
    template,
    key,
    signing_key,
    queue,
    tracking,
    stats,
    suppress,
    webhook,
    datasets,
    explain,
):
    indicia.add_command(command)


def main() -> None:
    """Run the command line; what an operator did wrong is one sentence and exit code 2, never a traceback."""
    try:
        indicia()
    except AppError as error:
        click.echo(f"indicia: {error}", err=True)
        sys.exit(2)
