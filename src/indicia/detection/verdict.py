"""The arithmetic that turns findings into a verdict: weights, caps, a prior, a probability."""

import math
from collections.abc import Iterable, Mapping

from indicia.detection.model import Category, Evidence, Finding, Verdict
from indicia.detection.weights import GROUPS, HUMAN_CAP, PRIOR, WEIGHTS


def weigh(findings: Iterable[Finding], threshold: float) -> Verdict:
    """Add up what the rules found; a bot from probability `threshold` on."""
    weighed = []
    sums: dict[str, float] = {}
    for finding in findings:
        row = WEIGHTS[finding.signal]
        nats = row.nats(finding.measure)
        title = row.group.title
        sums[title] = sums.get(title, 0.0) + nats
        weighed.append((nats, title, finding))
    factors = _factors(sums)
    evidence = [
        Evidence(finding.signal, nats * factors[title], finding.sentence, finding.values, nats)
        if title in factors
        else Evidence(finding.signal, nats, finding.sentence, finding.values)
        for nats, title, finding in weighed
    ]
    evidence.sort(key=_strength)
    log_odds = PRIOR + sum([one.weight for one in evidence])
    probability = 1 / (1 + math.exp(-log_odds))
    is_bot = probability >= threshold
    return Verdict(is_bot, probability, _category(evidence) if is_bot else Category.HUMAN, tuple(evidence))


def _factors(sums: Mapping[str, float]) -> dict[str, float]:
    """Find the factors that keep groups, and all that speaks for a person together, within their caps."""
    factors: dict[str, float] = {}
    human = 0.0
    for title, total in sums.items():
        group = GROUPS[title]
        if total < group.lowest or total > group.highest:
            factors[title] = min(max(total, group.lowest), group.highest) / total
        if total < 0:
            human += max(total, group.lowest)
    if human < HUMAN_CAP:
        for title, total in sums.items():
            if total < 0:
                factors[title] = factors.get(title, 1.0) * HUMAN_CAP / human
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
