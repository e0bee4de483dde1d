"""`indicia explain`: judge one event here and now, and show why."""

import json

import click
from rich.console import Console

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import open_datasets
from indicia.cli.waterfall import waterfall
from indicia.config import load_settings
from indicia.detection.engine import Engine
from indicia.detection.model import Scope, Verdict
from indicia.detection.options import DetectionOptions
from indicia.detection.posted import read_event
from indicia.detection.results import described


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
    options = DetectionOptions(settings.settle_seconds)
    engine = Engine(open_datasets(settings), options, system_clock)
    scope = Scope(account_id=0, domain_id=0)
    engine.observe(scope, [interaction], now)
    verdict = engine.judge(scope, [interaction], now, {})[0]
    if as_json:
        click.echo(json.dumps(_fields(verdict)))
    else:
        Console().print(waterfall(verdict, options.threshold))


def _fields(verdict: Verdict) -> dict[str, object]:
    return {
        "is_bot": verdict.is_bot,
        "probability": round(verdict.probability, 6),
        "category": str(verdict.category),
        "evidence": [described(item) for item in verdict.evidence],
    }
