"""The arithmetic of measuring: shares with intervals, precision, calibration, the curve of all thresholds."""

import math
from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise

import msgspec

# The normal quantile of a two-sided 95 % interval.
_Z = 1.959964

# As many as Guo et al. (2017) use, so that errors compare.
_BINS = 15

# A curve is shown in two hundred steps, over four powers of ten of false positives.
_STEP = 0.005
_DECADES = 4


class Rate(msgspec.Struct, frozen=True, gc=False):
    """How many of `total` interactions were called a bot's, as a share with its 95 % interval."""

    flagged: int
    total: int
    share: float
    low: float
    high: float


class Bin(msgspec.Struct, frozen=True, gc=False):
    """Interactions of similar probability: how likely they were said to be bots', and how many were."""

    count: int
    probability: float
    share: float


class Point(msgspec.Struct, frozen=True, gc=False):
    """What one threshold does to people (false positives) and to bots (recall)."""

    false_positives: float
    recall: float


def rate(flagged: int, total: int) -> Rate:
    """Bound a share by Wilson's score interval (Wilson 1927); of nothing it is 0, between 0 and 1."""
    if not total:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    p, z2 = flagged / total, _Z * _Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total))
    # Rounding must not move a bound past the share itself, nor out of a share's range.
    return Rate(flagged, total, p, max(min(middle - half, p), 0.0), min(max(middle + half, p), 1.0))


def precision(recall: float, false_positives: float, mix: float) -> float:
    """Tell which share of those called bots are, where `mix` is the bots' share of all; 1 where nobody is called so."""
    caught, wronged = recall * mix, false_positives * (1 - mix)
    return caught / (caught + wronged) if caught + wronged else 1.0


def reliability(probabilities: Sequence[float], are_bots: Sequence[bool]) -> list[Bin]:
    """Compare probabilities with the truth in bins of equal width; empty bins are left out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for probability, is_bot in zip(probabilities, are_bots, strict=True):
        groups.setdefault(min(int(probability * _BINS), _BINS - 1), []).append((probability, is_bot))
    return [
        Bin(len(group), math.fsum(p for p, _ in group) / len(group), sum(bot for _, bot in group) / len(group))
        for _, group in sorted(groups.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Average how far the bins lie from the truth (the expected calibration error, ECE); 0 of nothing."""
    total = sum(one.count for one in bins)
    return math.fsum(one.count * abs(one.probability - one.share) for one in bins) / total if total else 0.0


def roc(probabilities: Sequence[float], are_bots: Sequence[bool]) -> list[Point]:
    """Try every threshold from the strictest to the laxest; needs people and bots, else there is no curve."""
    bots = sum(are_bots)
    people = len(are_bots) - bots
    if not bots or not people:
        return []
    ranked = sorted(zip(probabilities, are_bots, strict=True), key=lambda each: -each[0])
    steps = [[is_bot for _, is_bot in tied] for _, tied in groupby(ranked, key=lambda each: each[0])]
    caught = accumulate(sum(step) for step in steps)
    wronged = accumulate(len(step) - sum(step) for step in steps)
    points = [Point(false / people, true / bots) for false, true in zip(wronged, caught, strict=True)]
    return [Point(0.0, 0.0), *points]


def thinned(points: Sequence[Point]) -> list[Point]:
    """Leave out points of a curve that no eye could tell from their neighbours; both ends stay."""
    kept = list(points[:1])
    for point in points[1:-1]:
        rise = abs(point.recall - kept[-1].recall)
        if rise >= _STEP or abs(_decades(point) - _decades(kept[-1])) >= _STEP * _DECADES:
            kept.append(point)
    return [*kept, *points[1:][-1:]]


def area(points: Sequence[Point]) -> float:
    """Measure the area under a curve of `roc`: how often a bot looks more like one than a person does."""
    return math.fsum(
        (after.false_positives - before.false_positives) * (after.recall + before.recall) / 2
        for before, after in pairwise(points)
    )


def _decades(point: Point) -> float:
    """Place false positives on the logarithmic scale on which they are read, from one in 10,000 on."""
    return math.log10(max(point.false_positives, 10.0**-_DECADES))
