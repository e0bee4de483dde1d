"""Draws how a verdict came about: from the prior, group by group, to the probability."""

import math
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from indicia.detection.model import Evidence, Verdict
from indicia.detection.weights import HUMAN_CAP, PRIOR, WEIGHTS, Group

_WIDTH = 32
_ROUNDING = 0.005


class _Step(NamedTuple):
    """One step of the sum, in nats."""

    nats: float
    title: str
    because: str


def waterfall(verdict: Verdict, threshold: float) -> Table:
    """Show every step with its nats, and a bar from the sum before it to the sum after it."""
    steps = list(_steps(verdict))
    sums = [0.0]
    for step in steps:
        sums.append(sums[-1] + step.nats)
    lowest, highest = min(sums), max(sums)
    who = "a bot" if verdict.is_bot else "a person"
    table = Table(
        title=f"Judged {who}: {verdict.category}, probability of a bot {verdict.probability:.1%}",
        caption=f"A bot from a probability of {threshold:.0%} on. One nat makes it 2.7 times likelier.",
    )
    table.add_column("nats", justify="right")
    table.add_column("person" + " " * (_WIDTH - 9) + "bot", min_width=_WIDTH, no_wrap=True)
    table.add_column("signal")
    table.add_column("because", overflow="fold")
    for step, (before, after) in zip(steps, pairwise(sums), strict=True):
        table.add_row(f"{step.nats:+.2f}", _bar(before, after, lowest, highest), step.title, step.because)
    table.add_section()
    table.add_row(f"{sums[-1]:+.2f}", _bar(0.0, sums[-1], lowest, highest), "sum", "log-odds of a bot")
    return table


def _steps(verdict: Verdict) -> Iterator[_Step]:
    """Tell the sum in order: the prior, then the groups, each with its findings and what its caps took off."""
    yield _Step(PRIOR, "prior", "what a person is owed before anything speaks")
    by_title = sorted(verdict.evidence, key=lambda one: _group_of(one).title)
    groups = [list(evidence) for _, evidence in groupby(by_title, key=lambda one: _group_of(one).title)]
    groups.sort(key=lambda evidence: -abs(sum(one.weight for one in evidence)))
    steps = [step for evidence in groups for step in _group_steps(_group_of(evidence[0]), evidence)]
    yield from steps
    taken = sum(one.weight for one in verdict.evidence) - sum(step.nats for step in steps)
    if abs(taken) > _ROUNDING:
        yield _Step(taken, "cap", f"all that speaks for a person counts {HUMAN_CAP:+.1f} at most")
    even = _log_odds(verdict.probability) - PRIOR - sum(one.weight for one in verdict.evidence)
    if even > _ROUNDING:
        yield _Step(
            even, "even odds", "without times, what speaks for a machine mostly is one; the verdict is the same"
        )


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability)) if 0 < probability < 1 else 0.0


def _group_steps(group: Group, evidence: list[Evidence]) -> Iterator[_Step]:
    alone = [one.weight if one.uncapped is None else one.uncapped for one in evidence]
    for one, nats in zip(evidence, alone, strict=True):
        yield _Step(nats, one.signal, one.because)
    taken = min(max(sum(alone), group.lowest), group.highest) - sum(alone)
    if abs(taken) > _ROUNDING:
        yield _Step(taken, "cap", f"{group.title} counts from {group.lowest:+.1f} to {group.highest:+.1f}")


def _bar(before: float, after: float, lowest: float, highest: float) -> Text:
    scale = (_WIDTH - 1) / max(highest - lowest, 1.0)
    start, end = sorted((round((before - lowest) * scale), round((after - lowest) * scale)))
    style = "red" if after > before else "green"
    return Text(" " * start) + Text("█" * max(end - start, 1), style=style)


def _group_of(evidence: Evidence) -> Group:
    return WEIGHTS[evidence.signal].group
