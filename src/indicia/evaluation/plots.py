"""Draws a report's figures as SVG, in the colours of the page's style sheet."""

import math
from collections.abc import Iterable, Sequence

from indicia.evaluation import svg
from indicia.evaluation.metrics import Bin, Point, Rate
from indicia.evaluation.report import SignalUse
from indicia.evaluation.tally import FamilyRate

# People are counted from one in ten thousand on; fewer stand at the left edge.
_DECADES = 4
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 12, 496, 286
_ROW = 20
_LABEL = 256
_TRACK = 330
# Whiskers of small families would flatten everything else; a scale ends where one family in ten would be hit.
_SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def thresholds(curve: Sequence[Point], engine: Point, others: Sequence[tuple[str, Point]]) -> str:
    """Draw people called bots (logarithmic) against bots found: the engine at every threshold, published rules."""
    width, height = 520, 330

    def x(point: Point) -> float:
        decades = math.log10(max(point.false_positives, 10.0**-_DECADES)) + _DECADES
        return _LEFT + (_RIGHT - _LEFT) * decades / _DECADES

    def y(point: Point) -> float:
        return _TOP + (_BOTTOM - _TOP) * (1 - point.recall)

    parts = []
    for quarter in range(5):
        at = y(Point(0, quarter / 4))
        parts.append(svg.line(_LEFT, at, _RIGHT, at, "grid") + svg.text(_LEFT - 8, at + 4, f"{quarter / 4:.0%}", "end"))
    for decade, name in enumerate(("≤ 0.01%", "0.1%", "1%", "10%", "100%")):
        at = _LEFT + (_RIGHT - _LEFT) * decade / _DECADES
        parts.append(svg.line(at, _TOP, at, _BOTTOM, "grid") + svg.text(at, _BOTTOM + 20, name, "middle"))
    parts.append(svg.text((_LEFT + _RIGHT) / 2, height - 4, "people called bots", "middle"))
    steps = " ".join(f"{x(point):.1f},{y(point):.1f}" for point in curve)
    parts.append(f'<polyline class="curve" points="{steps}"/>')
    taken: list[tuple[float, float]] = []
    for name, point in others:
        parts.append(svg.dot(x(point), y(point), "other", title=f"{name}: {_both(point)}"))
        parts.append(_name_of(name, x(point), y(point), taken))
    parts.append(svg.dot(x(engine), y(engine), "engine", title=f"Indicia: {_both(engine)}", radius=6))
    return svg.drawing(
        width, height, parts, "Bots found against people called bots, for every threshold and published rule"
    )


def reliability(bins: Sequence[Bin]) -> str:
    """Draw how often bots did what was said to be a bot's, bin by bin; a larger dot is more interactions."""
    inner = 270

    def at(probability: float, share: float) -> tuple[float, float]:
        return _LEFT + inner * probability, _TOP + inner * (1 - share)

    parts = []
    for quarter in range(5):
        place, level = at(quarter / 4, quarter / 4)
        parts.append(svg.line(_LEFT, level, _LEFT + inner, level, "grid"))
        parts.append(svg.line(place, _TOP, place, _TOP + inner, "grid"))
        parts.append(svg.text(_LEFT - 8, level + 4, f"{quarter / 4:.0%}", "end"))
        parts.append(svg.text(place, _TOP + inner + 18, f"{quarter / 4:.0%}", "middle"))
    parts.append(svg.text(_LEFT + inner / 2, _TOP + inner + 38, "probability of a bot", "middle"))
    parts.append(svg.line(*at(0, 0), *at(1, 1), "ideal"))
    total = sum(one.count for one in bins)
    for one in bins:
        title = f"said {one.probability:.1%}, were {one.share:.1%}, of {one.count:,}"
        radius = 3 + 9 * math.sqrt(one.count / total)
        parts.append(svg.dot(*at(one.probability, one.share), "engine", title=title, radius=radius))
    return svg.drawing(340, 330, parts, "Reliability: share of bots against the probability given")


def families(rates: Sequence[FamilyRate]) -> str:
    """Draw a bar with its 95 % interval per family: people called bots, or bots found."""
    is_bot = any(one.is_bot for one in rates)
    scale = 1.0 if is_bot else _scale(one.rate.share for one in rates)
    height = _ROW * len(rates) + 22
    parts = [svg.line(_LABEL + _TRACK * tick, 0, _LABEL + _TRACK * tick, height - 18, "grid") for tick in (0, 0.5, 1)]
    for number, one in enumerate(rates):
        middle = _ROW * number + _ROW / 2
        name = f"{one.family or 'any'} · {one.action}"
        parts.append(svg.text(_LABEL - 8, middle + 4, name, "end"))
        kind = "bots" if is_bot else "people"
        parts.append(
            svg.bar(_LABEL, middle - 6, _TRACK * min(one.rate.share / scale, 1), kind, title=_of(name, one.rate))
        )
        low, high = (_LABEL + _TRACK * min(bound / scale, 1) for bound in (one.rate.low, one.rate.high))
        parts.append(svg.line(low, middle, high, middle, "whisker"))
        parts.append(svg.text(_LABEL + _TRACK + 8, middle + 4, f"{one.rate.share:.2%} of {one.rate.total:,}"))
    parts += [svg.text(_LABEL + _TRACK * tick, height - 4, f"{scale * tick:.1%}", "middle") for tick in (0, 0.5, 1)]
    return svg.drawing(_LABEL + _TRACK + 130, height, parts, "Share per family with 95 % intervals")


def evidence(uses: Sequence[SignalUse]) -> str:
    """Draw what each signal adds on average, to bots and to people; to the right speaks for a bot."""
    moved = [(use, use.bots.share * use.bots_nats, use.people.share * use.people_nats) for use in uses]
    most = max((max(abs(bots), abs(people)) for _, bots, people in moved), default=1.0) or 1.0
    zero = _LABEL + _TRACK * 0.4
    unit = _TRACK * 0.6 / most
    height = _ROW * len(moved) + 4
    parts = [svg.line(zero, 0, zero, height, "axis")]
    for number, (use, bots, people) in enumerate(moved):
        top = _ROW * number
        parts.append(svg.text(_LABEL - 8, top + 14, use.signal, "end"))
        for offset, nats, kind in ((3, bots, "bots"), (10, people, "people")):
            length = min(abs(nats) * unit, zero - _LABEL if nats < 0 else math.inf)
            start = zero if nats >= 0 else zero - length
            title = f"{use.signal}: {nats:+.3f} nats on average of {kind}"
            parts.append(svg.bar(start, top + offset, length, kind, title=title, height=6))
        parts.append(svg.text(_LABEL + _TRACK + 8, top + 14, f"{_signed(bots)} / {_signed(people)}"))
    return svg.drawing(_LABEL + _TRACK + 130, height, parts, "Mean contribution of each signal")


def _signed(nats: float) -> str:
    """Write nats with their sign; what rounds to nothing has none to speak of."""
    return f"{round(nats, 2) + 0.0:+.2f}"


def _scale(shares: Iterable[float]) -> float:
    largest = max(shares, default=0.0)
    return next(scale for scale in _SCALES if scale >= min(largest * 1.2, 1.0))


def _name_of(name: str, x: float, y: float, taken: list[tuple[float, float]]) -> str:
    """Write a name beside its point, or as near to it as the axis and other names allow."""
    anchor, place = ("end", x - 9) if x > _RIGHT - 110 else ("start", x + 9)
    levels = (y + 4 + step * way for step in range(0, 120, 12) for way in (1, -1))
    free = (
        level
        for level in levels
        if level <= _BOTTOM and not any(abs(level - its) < 12 and abs(x - at) < 120 for at, its in taken)
    )
    level = next(free, y)
    taken.append((x, level))
    return f"<g class=name>{svg.text(place, level, name, anchor)}</g>"


def _both(point: Point) -> str:
    return f"{point.false_positives:.2%} of people, {point.recall:.1%} of bots"


def _of(name: str, rate: Rate) -> str:
    return f"{name}: {rate.flagged:,} of {rate.total:,}, {rate.low:.2%} to {rate.high:.2%}"
