"""The `indicia` command and its groups."""

import sys

import click

from indicia.base.errors import AppError
from indicia.cli.datasets import datasets
from indicia.cli.dkim import dkim
from indicia.cli.domains import domain
from indicia.cli.evaluate import evaluate
from indicia.cli.explain import explain
from indicia.cli.keys import key
from indicia.cli.migrate import migrate
from indicia.cli.queue import queue
from indicia.cli.score import score
from indicia.cli.serve import api, serve, smtpd, worker
from indicia.cli.signing_keys import signing_key
from indicia.cli.stats import stats
from indicia.cli.templates import template
from indicia.cli.tracking import tracking
from indicia.cli.webhooks import webhook


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
    webhook,
    datasets,
    explain,
    score,
    evaluate,
):
    indicia.add_command(command)


def main() -> None:
    """Run the command line; what an operator did wrong is one sentence and exit code 2, never a traceback."""
    try:
        indicia()
    except AppError as error:
        click.echo(f"indicia: {error}", err=True)
        sys.exit(2)
