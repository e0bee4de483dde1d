"""What detection is expected to reach in each variant, and whether it did."""

from dataclasses import dataclass

from benchmarks.detection.families.registry import SCANNER_NAMES
from benchmarks.detection.variants import Variant
from indicia.detection.model import Action
from indicia.evaluation.metrics import Rate, rate
from indicia.evaluation.report import Goal, Report


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares: people called bots at most, bots found at least; None is reported without a limit."""

    people: float
    worst_family: float
    scanner_clicks: float | None
    bot_clicks: float | None
    bot_opens: float


LIMITS = {
    Variant.EVERYTHING: Limits(0.002, 0.01, 0.99, 0.97, 0.995),
    Variant.DOCUMENTED: Limits(0.003, 0.01, 0.97, 0.92, 0.99),
    Variant.MINIMAL: Limits(0.005, 0.02, None, None, 0.98),
}
CALIBRATION_ERROR = 0.03


def goals_of(report: Report, variant: Variant) -> list[Goal]:
    """Compare a report with the limits of its variant."""
    limits, scores = LIMITS[variant], report.engine.scores
    worst = report.engine.worst_family
    goals = [_at_most("people called bots", scores.people, limits.people)]
    if worst is not None:
        family, wronged = worst
        # A few of few may be chance, so the counts stand beside the rate, and what it is at least.
        counted = f" {family}, {wronged.flagged} of {wronged.total:,}, at least {wronged.low:.1%}"
        goals.append(_at_most("worst family of people", wronged, limits.worst_family, counted))
    goals += [
        _at_least("scanner clicks found", scanner_clicks(report), limits.scanner_clicks),
        _at_least("bot clicks found", scores.bot_clicks, limits.bot_clicks),
        _at_least("bot opens found", scores.bot_opens, limits.bot_opens),
    ]
    error = report.calibration.error
    goals.append(Goal("calibration error", f"≤ {CALIBRATION_ERROR}", f"{error:.3f}", error <= CALIBRATION_ERROR))
    goals.append(
        Goal("published rules better on both axes", "none", ", ".join(report.better) or "none", not report.better)
    )
    return goals


def scanner_clicks(report: Report) -> Rate:
    """Add up the clicks of everything that guards a mailbox or a device."""
    rates = [one.rate for one in report.engine.families if one.family in SCANNER_NAMES and one.action is Action.CLICK]
    return rate(sum(one.flagged for one in rates), sum(one.total for one in rates))


def _at_most(name: str, measured: Rate, limit: float, whose: str = "") -> Goal:
    shown = f"{measured.share:.2%}{whose if measured.flagged else ''}"
    return Goal(name, f"≤ {limit:.1%}", shown, measured.share <= limit)


def _at_least(name: str, measured: Rate, limit: float | None) -> Goal:
    shown = f"{measured.share:.2%}"
    if limit is None:
        return Goal(name, "reported", shown, is_met=True)
    return Goal(name, f"≥ {limit:.1%}", shown, measured.share >= limit)
