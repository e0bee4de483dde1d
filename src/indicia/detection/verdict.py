"""The arithmetic that turns findings into a verdict: weights, caps, a prior, a probability."""

import math
from collections.abc import Iterable, Mapping

from indicia.detection.model import Category, Evidence, Finding, Verdict
from indicia.detection.weights import HUMAN_CAP, PRIOR, WEIGHTS, Group


def weigh(findings: Iterable[Finding], threshold: float) -> Verdict:
    """Add up what the rules found; a bot from probability `threshold` on."""
    weighed = []
    sums: dict[Group, float] = {}
    for finding in findings:
        row = WEIGHTS[finding.signal]
        group, nats = row.group, row.nats(finding.measure)
        sums[group] = sums.get(group, 0.0) + nats
        weighed.append((finding, group, nats))
    factors = _factors(sums)
    evidence = [
        Evidence(finding.signal, nats * factors[group], finding.sentence, finding.values, nats)
        if group in factors
        else Evidence(finding.signal, nats, finding.sentence, finding.values)
        for finding, group, nats in weighed
    ]
    evidence.sort(key=_strength)
    probability = _probability(sums)
    is_bot = probability >= threshold
    return Verdict(is_bot, probability, _category(evidence) if is_bot else Category.HUMAN, tuple(evidence))


def decide(findings: Iterable[Finding], threshold: float) -> bool:
    """Tell whether `weigh` would call it a bot's, at a third of the cost: for who does not ask why."""
    sums: dict[Group, float] = {}
    for finding in findings:
        row = WEIGHTS[finding.signal]
        sums[row.group] = sums.get(row.group, 0.0) + row.nats(finding.measure)
    return _probability(sums) >= threshold


def _probability(sums: Mapping[Group, float]) -> float:
    machine = human = 0.0
    for group, total in sums.items():
        if total > 0:
            machine += min(total, group.highest)
        else:
            human += max(total, group.lowest)
    return 1 / (1 + math.exp(-(PRIOR + machine + max(human, HUMAN_CAP))))


def _factors(sums: Mapping[Group, float]) -> dict[Group, float]:
    """Find the factors that keep groups, and all that speaks for a person together, within their caps."""
    factors: dict[Group, float] = {}
    human = 0.0
    for group, total in sums.items():
        if total < group.lowest or total > group.highest:
            factors[group] = min(max(total, group.lowest), group.highest) / total
        if total < 0:
            human += max(total, group.lowest)
    if human < HUMAN_CAP:
        for group, total in sums.items():
            if total < 0:
                factors[group] = factors.get(group, 1.0) * HUMAN_CAP / human
    return factors


def _strength(evidence: Evidence) -> float:
    return -abs(evidence.weight)


def _category(evidence: Iterable[Evidence]) -> Category:
    """Name the visitor by the strongest row that speaks for a bot and knows what kind."""
    for one in evidence:
        category = WEIGHTS[one.signal].category
        if one.weight > 0 and category is not Category.UNKNOWN_BOT:
            return category
    return Category.UNKNOWN_BOT
