"""Measure detection on fresh worlds and write down what came out.

    python -m benchmarks.detection.report              # six worlds; rewrites "Measured" in docs/detection.md
    python -m benchmarks.detection.report --quick      # the same, smaller; writes to benchmarks/results only
    python -m benchmarks.detection.report --seed 7 --events 30000 --mix 1 --details     # for tuning: seeds below 100

Reports use seeds from 9001 on, which are not for tuning.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.detection.goals import goals_of
from benchmarks.detection.labelled import labelled_set
from benchmarks.detection.section import Measured, write_section
from benchmarks.detection.variants import Variant
from benchmarks.detection.world import make_world
from indicia.datasets.registry import Datasets
from indicia.detection.options import DetectionOptions
from indicia.evaluation.measuring import Measuring
from indicia.evaluation.page import as_page
from indicia.evaluation.report import as_json
from indicia.evaluation.terminal import as_text

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
DOCUMENT = ROOT / "docs" / "detection.md"
QUICK_EVENTS = 12_000


def measure(seed: int, events: int, mix: int, variants: Sequence[Variant]) -> Iterator[Measured]:
    """Measure every variant of a world with the natural mix, and of another one with families of equal size.

    The natural mix has `mix` times as many events: some families are a thousandth of it.
    """
    measuring = Measuring(Datasets.open(None), DetectionOptions())
    for balanced in (False, True):
        world = make_world(seed + balanced, events if balanced else mix * events, balanced=balanced)
        for variant in variants:
            source = f"{variant}, {'balanced' if balanced else 'mix'}"
            report = measuring.measure(source, labelled_set(world, variant))
            yield Measured(variant, balanced, msgspec.structs.replace(report, goals=goals_of(report, variant)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=9401)
    parser.add_argument("--events", type=int, default=100_000, help="in the world of equal families")
    parser.add_argument(
        "--mix", type=int, default=3, help="times as many in the natural mix, whose rare families are few"
    )
    parser.add_argument("--variant", type=Variant, choices=list(Variant), action="append", help="default: all")
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_EVENTS:,} events in each world, whatever the other options say"
    )
    parser.add_argument("--details", action="store_true", help="print every report whole")
    chosen = parser.parse_args(arguments)
    events, mix = (QUICK_EVENTS, 1) if chosen.quick else (chosen.events, chosen.mix)
    console = Console(width=None if sys.stdout.isatty() else 120)
    found = []
    for each in measure(chosen.seed, events, mix, chosen.variant or list(Variant)):
        found.append(each)
        console.print(as_text(each.report) if chosen.details else goals_line(each))
    reports = [each.report for each in found]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "detection.json").write_bytes(as_json(reports))
    (RESULTS / "detection.html").write_text(
        as_page(reports, title=f"Detection, measured on seed {chosen.seed}"), "utf-8"
    )
    console.print(f"Reports: {RESULTS / 'detection.html'} and detection.json")
    # Only the whole measurement is worth writing down.
    if chosen == parser.parse_args([]):
        write_section(DOCUMENT, found, seed=chosen.seed, events=events, mix=mix, day=datetime.now(UTC).date())
        console.print(f'Rewritten: "Measured" in {DOCUMENT}')


def goals_line(measured: Measured) -> str:
    """Say in one line what came out."""
    goals = "; ".join(
        f"{goal.name} {goal.measured}{'' if goal.is_met else f' [red](not {goal.limit})[/red]'}"
        for goal in measured.report.goals
    )
    return f"[bold]{measured.report.source}[/bold]: {goals}"


if __name__ == "__main__":
    main()
