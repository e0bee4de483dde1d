"""Measure the bot pipeline on this machine: accepting alone beside the whole path, and what both cost.

Run with `make bench`, or `python -m benchmarks.bot_pipeline --quick` for some 40 seconds. Linux only.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.pipeline.costs import ProcessGroup, judging_microseconds, parse_microseconds
from benchmarks.pipeline.load import Client, Receiver, Timings, percentile
from benchmarks.pipeline.traffic import EVENTS_PER_BATCH, Traffic
from indicia.detection.posted import read_json
from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service

DOMAIN = "news.example.com"
# Enough to keep the service busy, and few enough that a batch's own time can be seen.
AT_ONCE = 16
WARM_UP_BATCHES = 40

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    accepted_events: int
    judged_events: int
    half_load_seconds: float


FULL = Plan(accepted_events=300_000, judged_events=1_000_000, half_load_seconds=30)
QUICK = Plan(accepted_events=100_000, judged_events=150_000, half_load_seconds=10)


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase showed: `cpu_us` is the service's processor time per event, latencies are of whole batches."""

    events: int
    events_per_second: float
    cpu_us: float
    accept_p50_ms: float
    accept_p99_ms: float
    verdict_p50_ms: float | None
    verdict_p99_ms: float | None
    resident_mb: float


@dataclass(frozen=True, slots=True)
class Results:
    """Everything one run measured."""

    machine: str
    accept_only: Phase
    whole_path: Phase
    half_load: Phase
    stored_bytes_per_event: float
    judging_us: float
    ua_parse_us: float

    def goals(self) -> list[tuple[str, str, bool]]:
        """List the goals, what was measured, and whether it is enough."""
        whole, half = self.whole_path, self.half_load
        assert half.verdict_p99_ms is not None
        return [
            (
                "judging an event costs less CPU than one uncached ua-parser parse",
                f"{self.judging_us:.1f} µs, {self.judging_us / self.ua_parse_us:.2f} of {self.ua_parse_us:.1f} µs",
                self.judging_us < self.ua_parse_us,
            ),
            (
                "the whole path sustains 10,000 events/s",
                f"{whole.events_per_second:,.0f} events/s",
                whole.events_per_second >= 10_000,
            ),
            (
                f"resident memory is at most 600 MB after {whole.events:,} events",
                f"{half.resident_mb:.0f} MB",
                half.resident_mb <= 600,
            ),
            (
                "99 % of batches are judged and delivered within 1 s at half load",
                f"{half.verdict_p99_ms:.0f} ms",
                half.verdict_p99_ms < 1000,
            ),
        ]


async def measure(plan: Plan) -> Results:
    """Run all phases, one after the other, each service on an empty store of its own."""
    ua_parse_us = parse_microseconds()
    async with DnsZone() as names, Receiver() as receiver:
        traffic = Traffic(receiver.url)
        for company in traffic.companies:
            names.answer(company, "MX", ["10 mx.hosted.example"], ttl=3600)
        bodies = traffic.batches()
        batches = [read_json(body).interactions for body in islice(bodies, 100)]
        judging_us = judging_microseconds(batches)
        settings = {"DNS_SERVERS": names.address, "RATE_LIMITS": "off", "LOG_LEVEL": "warning"}
        with tempfile.TemporaryDirectory(prefix="indicia-bench-") as directory:
            with Service(Path(directory) / "api", command="api", **settings) as service:
                async with _client(service, bodies, None) as client:
                    accept_only = await _saturate(service, client, plan.accepted_events)
            with Service(Path(directory) / "serve", **settings) as service:
                async with _client(service, bodies, receiver) as client:
                    whole_path = await _saturate(service, client, plan.judged_events)
                    stored = sum(file.stat().st_size for file in (Path(directory) / "serve").rglob("*.sqlite3"))
                    half_load = await _half_load(service, client, whole_path, plan.half_load_seconds)
    return Results(
        machine=f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        accept_only=accept_only,
        whole_path=whole_path,
        half_load=half_load,
        stored_bytes_per_event=stored / (WARM_UP_BATCHES * EVENTS_PER_BATCH + whole_path.events),
        judging_us=judging_us,
        ua_parse_us=min(ua_parse_us, parse_microseconds()),
    )


def _client(service: Service, bodies: Iterator[bytes], receiver: Receiver | None) -> Client:
    added = service.cli("domain", "add", DOMAIN, "--state", "active", "--enable", "bot-detection")
    return Client(f"{service.url}/{DOMAIN}/bot", added["sending_key"], bodies, receiver)


async def _saturate(service: Service, client: Client, events: int) -> Phase:
    await client.saturate(WARM_UP_BATCHES, at_once=AT_ONCE)
    group = ProcessGroup(service.pid)
    spent = group.cpu_seconds()
    timings = await client.saturate(events // EVENTS_PER_BATCH, at_once=AT_ONCE)
    return _phase(timings, group, group.cpu_seconds() - spent)


async def _half_load(service: Service, client: Client, saturated: Phase, seconds: float) -> Phase:
    group = ProcessGroup(service.pid)
    spent = group.cpu_seconds()
    timings = await client.pace(saturated.events_per_second / EVENTS_PER_BATCH / 2, seconds)
    return _phase(timings, group, group.cpu_seconds() - spent)


def _phase(timings: Timings, group: ProcessGroup, cpu_seconds: float) -> Phase:
    events = timings.batches * EVENTS_PER_BATCH
    return Phase(
        events=events,
        events_per_second=timings.events_per_second,
        cpu_us=cpu_seconds / events * 1e6,
        accept_p50_ms=percentile(timings.accepted, 50),
        accept_p99_ms=percentile(timings.accepted, 99),
        verdict_p50_ms=percentile(timings.judged, 50) if timings.judged else None,
        verdict_p99_ms=percentile(timings.judged, 99) if timings.judged else None,
        resident_mb=group.resident_megabytes(),
    )


def _show(results: Results) -> None:
    phases = {
        "accept only": results.accept_only,
        "whole path": results.whole_path,
        "whole path, half load": results.half_load,
    }
    table = Table("", title=f"Batches of {EVENTS_PER_BATCH} events on {results.machine}", title_justify="left")
    for name in phases:
        table.add_column(name, justify="right")
    for title, show in _ROWS.items():
        table.add_row(title, *(show(phase) for phase in phases.values()))
    in_parses = (f"{phase.cpu_us / results.ua_parse_us:.2f}" for phase in phases.values())
    table.add_row("the same in uncached ua-parser parses", *in_parses)
    console.print(table)
    ratio = results.accept_only.events_per_second / results.whole_path.events_per_second
    console.print(
        f"Accepting alone is {ratio:.1f} times the whole path; judging alone costs {results.judging_us:.1f} µs an "
        f"event, an uncached ua-parser parse {results.ua_parse_us:.1f} µs; {results.stored_bytes_per_event:.0f} bytes "
        "are stored for an event."
    )
    for goal, measured, is_met in results.goals():
        console.print(f"[{'green' if is_met else 'red'}]{'✓' if is_met else '✗'}[/] {goal}: {measured}")


_ROWS: dict[str, Callable[[Phase], str]] = {
    "events": lambda phase: f"{phase.events:,}",
    "events/s": lambda phase: f"{phase.events_per_second:,.0f}",
    "time to 202, p50, ms": lambda phase: f"{phase.accept_p50_ms:.0f}",
    "time to 202, p99, ms": lambda phase: f"{phase.accept_p99_ms:.0f}",
    "time to verdict at the receiver, p50, ms": lambda phase: _milliseconds(phase.verdict_p50_ms),
    "time to verdict at the receiver, p99, ms": lambda phase: _milliseconds(phase.verdict_p99_ms),
    "resident memory after it, MB": lambda phase: f"{phase.resident_mb:.0f}",
    "CPU of the service per event, µs": lambda phase: f"{phase.cpu_us:.1f}",
}


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def main() -> None:
    """Measure, print, and write the figures down if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a seventh of the events, about 40 seconds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    results = asyncio.run(measure(QUICK if arguments.quick else FULL))
    _show(results)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(asdict(results), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
