"""What a process group costs, as Linux counts it, and what one user agent costs to parse."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from ua_parser import Parser
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

from benchmarks.pipeline.traffic import agents
from indicia.base.clock import system_clock
from indicia.datasets.registry import Datasets
from indicia.detection.engine import Engine
from indicia.detection.model import Interaction, Scope
from indicia.detection.options import DetectionOptions

_TICKS = os.sysconf("SC_CLK_TCK")
# The best of them is the least disturbed by other programs.
_ROUNDS = 5


class ProcessGroup:
    """All processes of one group; those that have ended count for whoever waited for them."""

    def __init__(self, group_id: int) -> None:
        self._group_id = group_id

    def cpu_seconds(self) -> float:
        """Add up the processor time of all members, user and system."""
        # proc(5), stat: utime, stime, cutime and cstime, counted here from the field after the command's name.
        return sum(int(field) for fields in self._members() for field in fields[11:15]) / _TICKS

    def resident_megabytes(self) -> float:
        """Add up the resident memory of all members; what two share counts twice."""
        pages = sum(int(fields[21]) for fields in self._members())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _members(self) -> Iterator[list[str]]:
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                fields = (directory / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self._group_id:
                yield fields


def parse_microseconds() -> float:
    """Measure one uncached `ua-parser` parse with its fastest engine: the mean of the best round over all agents."""
    parser = Parser(Resolver(load_builtins()))
    texts, _ = agents()
    for text in texts:
        parser.parse(text)
    best = min(_cpu_seconds_of_parsing(parser, texts) for _ in range(_ROUNDS))
    return best / len(texts) * 1e6


def _cpu_seconds_of_parsing(parser: Parser, texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        parser.parse(text)
    return time.process_time() - began


def judging_microseconds(batches: list[list[Interaction]]) -> float:
    """Measure observing and judging one interaction in this process, without the service around it: the best round."""
    engine = Engine(Datasets.open(None), DetectionOptions(), system_clock)
    scope = Scope(account_id=1, domain_id=1)
    size = len(batches) // _ROUNDS
    rounds = (batches[start : start + size] for start in range(0, len(batches), size))
    return min(_cpu_seconds_of_judging(engine, scope, part) / sum(map(len, part)) for part in rounds) * 1e6


def _cpu_seconds_of_judging(engine: Engine, scope: Scope, batches: list[list[Interaction]]) -> float:
    now = system_clock()
    began = time.process_time()
    for interactions in batches:
        engine.observe(scope, interactions, now)
        engine.judge(scope, interactions, now, {})
    return time.process_time() - began
