"""Measure `indicia score` on this machine: events a second on one core, and memory, at growing sizes.

python -m benchmarks.score --quick     # 50,000 and 200,000 events, a minute
python -m benchmarks.score             # up to 10 million events: half an hour, and 6 GB of disk

Linux only.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain, count, islice
from multiprocessing import get_context
from pathlib import Path

import duckdb
import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.pipeline.costs import judging_microseconds
from benchmarks.pipeline.traffic import EVENTS_PER_BATCH, Traffic
from indicia.detection.model import Interaction

QUICK = (50_000, 200_000)
FULL = (100_000, 1_000_000, 10_000_000)
GOAL_EVENTS_PER_SECOND = 15_000
# A sender of some size: ten million events are a quarter of a year.
BATCHES_PER_DAY = 200
_BATCHES_PER_FILE = 1_000
_TIMES = ("ts", "message_ts", "delivered_ts")
_DAY = 86_400

_encode_lines = msgspec.json.Encoder().encode_lines
console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Run:
    """What judging so many events cost: seconds by the clock and of the processor, megabytes at the peak."""

    events: int
    took: float
    cpu: float
    memory: float

    @property
    def events_per_second(self) -> float:
        """Events by processor time, which is one core's worth whatever else this machine is doing."""
        return self.events / self.cpu


def history() -> Iterator[list[dict[str, object]]]:
    """Make batches of events without end: one day's traffic after the other, each event with an id of its own."""
    numbers = count(1)
    for position, body in enumerate(Traffic("").batches()):
        events = msgspec.json.decode(body)["events"]
        shift = position // BATCHES_PER_DAY * _DAY
        for event in events:
            event["event_id"] = f"event-{next(numbers)}"
            event |= {name: event[name] + shift for name in _TIMES if name in event}
        yield events


def write_files(directory: Path, events: int) -> list[Path]:
    """Write so many events as Parquet files, as an export would be."""
    batches = islice(history(), events // EVENTS_PER_BATCH)
    lines, files = directory / "lines.jsonl", []
    for first in batches:
        with lines.open("wb") as file:
            for batch in chain([first], islice(batches, _BATCHES_PER_FILE - 1)):
                file.write(_encode_lines(batch))
        files.append(directory / f"events-{len(files):03d}.parquet")
        duckdb.execute(f"COPY (FROM read_json('{lines}', format = 'newline_delimited')) TO '{files[-1]}'")
    lines.unlink()
    return files


def measure(files: Sequence[Path], output: Path, events: int) -> Run:
    """Run the command on one core and see what it cost."""
    began = os.times().elapsed
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "indicia", "score", *map(str, files), "-o", str(output)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_WRONLY, 0) for descriptor in (1, 2)],
    )
    os.sched_setaffinity(child, {min(os.sched_getaffinity(0))})
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit("indicia score failed")
    # Linux counts the peak in KiB.
    return Run(events, os.times().elapsed - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def engine_microseconds() -> float:
    """Measure the engine alone on the same traffic."""
    return judging_microseconds(
        [[msgspec.convert(event, Interaction) for event in events] for events in islice(history(), 100)]
    )


def _show(runs: Sequence[Run], engine: float) -> None:
    table = Table(title="indicia score")
    for heading in ("events", "seconds", "events/s of one core", "us an event", "MB at the peak"):
        table.add_column(heading, justify="right")
    for run in runs:
        cost = 1e6 / run.events_per_second
        table.add_row(
            f"{run.events:,}", f"{run.took:.0f}", f"{run.events_per_second:,.0f}", f"{cost:.0f}", f"{run.memory:.0f}"
        )
    console.print(table)
    console.print(f"The engine alone: {engine:.0f} us an event.")
    verdict = "met" if runs[-1].events_per_second >= GOAL_EVENTS_PER_SECOND else "missed"
    console.print(f"Goal of {GOAL_EVENTS_PER_SECOND:,} events/s on one core: {verdict}.")


def main() -> None:
    """Measure, print, and write the figures down if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="only small histories")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    runs = []
    for events in QUICK if arguments.quick else FULL:
        with tempfile.TemporaryDirectory() as directory:
            # Linux lets a child's peak begin at that of its parent, so this process stays small.
            with ProcessPoolExecutor(1, get_context("spawn")) as apart:
                files = apart.submit(write_files, Path(directory), events).result()
            runs.append(measure(files, Path(directory) / "verdicts.parquet", events))
    engine = engine_microseconds()
    _show(runs, engine)
    if arguments.json is not None:
        figures = {"engine_us": engine, "runs": [asdict(run) for run in runs]}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
