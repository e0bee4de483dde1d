"""Writes the section "Measured" of the documentation, failures included."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.detection.goals import LIMITS
from benchmarks.detection.variants import Variant
from indicia.evaluation.report import Report
from indicia.evaluation.tally import FamilyRate

BEGIN = "<!-- measured: written by make bench-detection -->"
END = "<!-- end of measured -->"
# Below this share a family of bots is listed as one that is missed.
_FOUND = 0.99


@dataclass(frozen=True, slots=True)
class Measured:
    """One world's report."""

    variant: Variant
    balanced: bool
    report: Report


def write_section(document: Path, found: Sequence[Measured], *, seed: int, events: int, mix: int, day: date) -> None:
    """Replace what stands between the markers.

    Raises:
        ValueError: The document has no markers; it stays as it is.
    """
    before, begin, rest = document.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} needs the lines {BEGIN!r} and {END!r}")
    section = "\n".join(_lines(found, seed=seed, events=events, mix=mix, day=day))
    document.write_text(f"{before}{BEGIN}\n{section}\n{END}{after}", "utf-8")


def _lines(found: Sequence[Measured], *, seed: int, events: int, mix: int, day: date) -> Iterator[str]:
    mixed = {each.variant: each.report for each in found if not each.balanced}
    balanced = {each.variant: each.report for each in found if each.balanced}
    yield ""
    yield (
        f"Measured on {day} in the labelled world of `benchmarks/detection/`: about {mix * events:,} interactions in "
        f"the natural mix (seed {seed}), {events:,} of families of equal size (seed {seed + 1}); neither was used for "
        "tuning. Shares of interactions called bots'; goals not met are **bold**. Of the worst family of people it "
        "says how many of how many they were, and by Wilson's 95 % bound what their rate is at least: a few of few "
        "may be chance."
    )
    yield from ("", "### Goals", "")
    yield from _goals(found)
    yield from ("", "### Against published rules, natural mix", "")
    yield from _rules(mixed)
    yield from ("", "### Who is judged wrongly, families of equal size", "")
    yield from _families(balanced)
    yield from ("", "### What the verdicts hang on, natural mix", "")
    yield from _ablation(mixed)
    yield from ("", "### Precision, calibration, time", "")
    yield from _remarks(mixed)
    yield ""


def _goals(found: Iterable[Measured]) -> Iterator[str]:
    headings = ("variant", "people", "worst family", "scanner clicks", "bot clicks", "bot opens", "ECE")
    yield from _head(headings)
    for variant, limits in LIMITS.items():
        least = (f"≥ {limit:.1%}" if limit else "" for limit in (limits.scanner_clicks, limits.bot_clicks))
        cells = (
            f"≤ {limits.people:.1%}",
            f"≤ {limits.worst_family:.1%}",
            *least,
            f"≥ {limits.bot_opens:.1%}",
            "≤ 0.03",
        )
        yield _row(f"*{variant}: goal*", *cells)
        for each in found:
            if each.variant is variant:
                world = "equal families" if each.balanced else "natural mix"
                # The last goal is about published rules, which have a table of their own.
                goals = each.report.goals[:6]
                yield _row(world, *(goal.measured if goal.is_met else f"**{goal.measured}**" for goal in goals))


def _rules(reports: dict[Variant, Report]) -> Iterator[str]:
    headings = ("rule", *(f"{variant}: people · clicks · opens" for variant in reports))
    yield from _head(headings)
    judges = [(report.engine, *report.baselines) for report in reports.values()]
    for same in zip(*judges, strict=True):
        cells = (
            f"{scores.people.share:.2%} · {scores.bot_clicks.share:.1%} · {scores.bot_opens.share:.1%}"
            for scores in (judge.scores for judge in same)
        )
        yield _row(same[0].name, *cells)
    better = {name for report in reports.values() for name in report.better}
    yield ""
    yield (
        f"Fewer people and more bots at once: {', '.join(sorted(better))}."
        if better
        else "No rule calls fewer people and more bots so at once, neither over all, nor over clicks, nor over opens."
    )


def _families(reports: dict[Variant, Report]) -> Iterator[str]:
    """List every family of which somebody is judged wrongly, beyond a hundredth for bots."""
    rates = [{(one.family, one.action): one for one in report.engine.families} for report in reports.values()]
    keys = {key: one.is_bot for families in rates for key, one in families.items() if _is_listed(one)}
    yield from _head(("family", "action", *(f"{variant}" for variant in reports), "misled most by"))
    for (family, action), is_bot in sorted(keys.items(), key=lambda each: (each[1], each[0])):
        ours = [families[family, action] for families in rates]
        cells = (f"{one.rate.share:.1%} [{one.rate.low:.1%}, {one.rate.high:.1%}]" for one in ours)
        signal = next((next(iter(one.misled_by)) for one in ours if one.misled_by), "")
        misled = f"`{signal}`" if signal else "too little evidence"
        yield _row(f"{'bot' if is_bot else 'person'}: {family}", action, *cells, misled)


def _is_listed(one: FamilyRate) -> bool:
    return one.rate.share < _FOUND if one.is_bot else one.rate.flagged > 0


def _ablation(reports: dict[Variant, Report]) -> Iterator[str]:
    yield from _head(("left out", *(f"{variant}: people · clicks · opens" for variant in reports)))
    rows = [
        [("nothing", report.engine.scores), *((one.group, one.scores) for one in report.ablation)]
        for report in reports.values()
    ]
    for same in zip(*rows, strict=True):
        cells = (
            f"{scores.people.share:.2%} · {scores.bot_clicks.share:.1%} · {scores.bot_opens.share:.1%}"
            for _, scores in same
        )
        yield _row(same[0][0], *cells)


def _remarks(reports: dict[Variant, Report]) -> Iterator[str]:
    for variant, report in reports.items():
        scores, calibration, waits = report.engine.scores, report.calibration, report.waits
        at = ", ".join(f"{one.clicks:.1%} at {one.mix:.0%}" for one in report.precision_at)
        areas = ", ".join(
            f"{f'{curve.action}s' if curve.action else 'all'} {curve.area:.4f}" for curve in report.curves
        )
        yield (
            f"- *{variant}*: {scores.precision.share:.2%} of those called bots are; of clicks, by the bots' share of "
            f"them: {at}. ECE {calibration.error:.3f}, Brier score {calibration.brier:.3f}; area under the curve: "
            f"{areas}. Final after {waits['median']:.0f} s (median), {waits['99 %']:.0f} s (99 %), if posted "
            "once a minute."
        )


def _head(headings: Sequence[str]) -> Iterator[str]:
    yield _row(*headings)
    yield _row(*("---" for _ in headings)).replace(" ", "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
