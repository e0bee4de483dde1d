"""The arithmetic that turns findings into a verdict: weights, caps, a prior, a probability."""

import math
from collections.abc import Iterable, Mapping

from indicia.detection.model import Category, Evidence, Finding, Verdict
from indicia.detection.weights import EVEN_ODDS_FROM, HUMAN_CAP, PRIOR, WEIGHTS, Group

# How far below the threshold the probability of a person stays at least, so that both say the same.
_SHORT_OF_THRESHOLD = 0.001


def weigh(findings: Iterable[Finding], threshold: float, *, is_undated: bool = False) -> Verdict:
    """Add up what the rules found; a bot from probability `threshold` on.

    The probability of an interaction without times is told from even odds (see `weights`), as far as the verdict
    allows.
    """
    weighed = []
    sums: dict[Group, float] = {}
    for finding in findings:
        row = WEIGHTS[finding.signal]
        group, nats = row.group, row.nats(finding.measure)
        sums[group] = sums.get(group, 0.0) + nats
        weighed.append((finding, group, nats))
    net, factors = _within_caps(sums)
    evidence = [
        Evidence(finding.signal, nats * factors[group], finding.sentence, finding.values, nats)
        if group in factors
        else Evidence(finding.signal, nats, finding.sentence, finding.values)
        for finding, group, nats in weighed
    ]
    evidence.sort(key=_strength)
    probability = _probability(net)
    is_bot = probability >= threshold
    if is_undated and net > 0:
        probability = max(probability, _probability(net - PRIOR * min(1.0, net / EVEN_ODDS_FROM)))
        if not is_bot:
            probability = min(probability, threshold - _SHORT_OF_THRESHOLD)
    return Verdict(is_bot, probability, _category(evidence) if is_bot else Category.HUMAN, tuple(evidence))


def decide(findings: Iterable[Finding], threshold: float) -> bool:
    """Tell whether `weigh` would call it a bot's, at a third of the cost: for who does not ask why."""
    sums: dict[Group, float] = {}
    for finding in findings:
        row = WEIGHTS[finding.signal]
        sums[row.group] = sums.get(row.group, 0.0) + row.nats(finding.measure)
    return _probability(_within_caps(sums)[0]) >= threshold


def _within_caps(sums: Mapping[Group, float]) -> tuple[float, dict[Group, float]]:
    """Add up the groups within their caps, and find the factors that keep them there.

    All that speaks for a person together has a cap as well, and so a factor where that one bites.
    """
    machine = human = 0.0
    factors: dict[Group, float] = {}
    for group, total in sums.items():
        within = total
        if total < group.lowest or total > group.highest:
            within = min(max(total, group.lowest), group.highest)
            factors[group] = within / total
        if total > 0:
            machine += within
        else:
            human += within
    if human < HUMAN_CAP:
        for group, total in sums.items():
            if total < 0:
                factors[group] = factors.get(group, 1.0) * HUMAN_CAP / human
    return machine + max(human, HUMAN_CAP), factors


def _probability(net: float) -> float:
    return 1 / (1 + math.exp(-(PRIOR + net)))


def _strength(evidence: Evidence) -> float:
    return -abs(evidence.weight)


def _category(evidence: Iterable[Evidence]) -> Category:
    """Name the visitor by the strongest row that speaks for a bot and knows what kind."""
    for one in evidence:
        category = WEIGHTS[one.signal].category
        if one.weight > 0 and category is not Category.UNKNOWN_BOT:
            return category
    return Category.UNKNOWN_BOT
