"""`indicia explain`: judge one event here and now, and show why."""

import json

import click
from rich.console import Console
from rich.table import Table

from indicia.base.clock import system_clock
from indicia.bootstrap import open_datasets
from indicia.config import load_settings
from indicia.detection.engine import Engine
from indicia.detection.model import Scope, Verdict
from indicia.detection.options import DetectionOptions
from indicia.detection.posted import read_event


@click.command()
@click.option("--event", required=True, help="One event as JSON, as it would be posted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(event: str, *, as_json: bool) -> None:
    """Judge one event by itself, without history or DNS, and show the evidence."""
    interaction, faults = read_event(event.encode(), is_single=True)
    if faults:
        raise click.UsageError("; ".join(faults))
    settings = load_settings()
    now = system_clock()
    engine = Engine(open_datasets(settings), DetectionOptions(settings.settle_seconds), system_clock)
    scope = Scope(account_id=0, domain_id=0)
    engine.observe(scope, [interaction], now)
    verdict = engine.judge(scope, [interaction], now, {})[0]
    if as_json:
        click.echo(json.dumps(_fields(verdict)))
    else:
        Console().print(_table(verdict))


def _fields(verdict: Verdict) -> dict[str, object]:
    return {
        "is_bot": verdict.is_bot,
        "probability": round(verdict.probability, 6),
        "category": str(verdict.category),
        "evidence": [
            {"signal": item.signal, "weight": round(item.weight, 3), "because": item.because}
            for item in verdict.evidence
        ],
    }


def _table(verdict: Verdict) -> Table:
    who = "a bot" if verdict.is_bot else "a person"
    table = Table(title=f"Judged {who}: {verdict.category}, probability of a bot {verdict.probability:.1%}")
    table.add_column("nats", justify="right")
    table.add_column("signal")
    table.add_column("because", overflow="fold")
    for item in verdict.evidence:
        table.add_row(f"{item.weight:+.2f}", item.signal, item.because)
    return table
