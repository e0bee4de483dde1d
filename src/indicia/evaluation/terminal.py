"""Shows a report in the terminal."""

from collections.abc import Iterable, Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from indicia.evaluation.metrics import Rate
from indicia.evaluation.report import Report
from indicia.evaluation.tally import FamilyRate

# Signals beyond these move next to nothing.
_MOST_SIGNALS = 15
# Columns of words stand left, columns of figures right.
_WORDS = {"action", "misled by", "group", "worst family of people"}


def as_text(report: Report) -> RenderableType:
    """Lay a report out: who is judged wrongly first, then what the verdicts hang on."""
    parts = [
        Text(f"\n{report.source}: {report.people:,} interactions of people, {report.bots:,} of bots\n", style="bold"),
        _judges(report),
        *([_goals(report)] if report.goals else []),
        *_families(report.engine.families),
        _signals(report),
        _ablation(report),
        Text("\n".join(_remarks(report)) + "\n"),
    ]
    return Group(*parts)


def _judges(report: Report) -> Table:
    headings = ("", "people", "clicks", "opens", "precision", "worst family of people")
    table = _table("Called bots: people wrongly, bots' clicks and opens rightly", headings)
    for judge in (report.engine, *report.baselines):
        scores, worst = judge.scores, judge.worst_family
        table.add_row(
            judge.name,
            *(_share(rate) for rate in (scores.people, scores.bot_clicks, scores.bot_opens, scores.precision)),
            f"{worst[1].share:.1%} {worst[0]}" if worst and worst[1].flagged else "none",
            style="bold" if judge is report.engine else "",
        )
    return table


def _goals(report: Report) -> Table:
    table = _table("Goals", ("goal", "limit", "measured", ""))
    for goal in report.goals:
        table.add_row(
            goal.name, goal.limit, goal.measured, Text("met", "green") if goal.is_met else Text("not met", "red")
        )
    return table


def _families(families: Iterable[FamilyRate]) -> Iterator[RenderableType]:
    """List the families in which somebody was judged wrongly, and count the others."""
    for is_bot, title in ((False, "People called bots"), (True, "Bots found")):
        ours = [one for one in families if one.is_bot is is_bot]
        wrong = [one for one in ours if one.rate.flagged != (one.rate.total if is_bot else 0)]
        table = _table(title, ("family", "action", "share", "95 % interval", "of", "misled by"))
        for one in wrong:
            misled = ", ".join(f"{signal or 'too little'} {count}" for signal, count in list(one.misled_by.items())[:2])
            shares = (_share(one.rate), _interval(one.rate), f"{one.rate.total:,}")
            table.add_row(one.family or "any", one.action, *shares, misled)
        yield table
        yield Text(f"and {len(ours) - len(wrong)} more without a mistake\n")


def _signals(report: Report) -> Table:
    headings = ("signal", "group", "of bots", "nats", "of people", "nats")
    table = _table("Evidence: how often it speaks, and how loud", headings)
    for use in report.signals[:_MOST_SIGNALS]:
        table.add_row(
            use.signal,
            use.group,
            _share(use.bots),
            f"{use.bots_nats:+.1f}" if use.bots.flagged else "",
            _share(use.people),
            f"{use.people_nats:+.1f}" if use.people.flagged else "",
        )
    return table


def _ablation(report: Report) -> Table:
    table = _table(
        "Without one group of weights", ("without", "people called bots", "bot clicks found", "bot opens found")
    )
    for name, scores in (("nothing", report.engine.scores), *((one.group, one.scores) for one in report.ablation)):
        table.add_row(name, *(_share(each) for each in (scores.people, scores.bot_clicks, scores.bot_opens)))
    return table


def _remarks(report: Report) -> Iterator[str]:
    scores, calibration = report.engine.scores, report.calibration
    yield f"With 95 % confidence, people called bots: {_bounded(scores.people)}; bots found: {_bounded(scores.bots)}."
    yield f"Calibration: ECE {calibration.error:.3f}, Brier score {calibration.brier:.3f}."
    areas = (f"{curve.action or 'all'} {curve.area:.4f}" for curve in report.curves)
    yield f"Area under the curve of all thresholds: {', '.join(areas)}."
    waits = (f"{name} {seconds:.0f} s" for name, seconds in report.waits.items())
    yield f"From an interaction to its final verdict: {', '.join(waits)}."
    mixes = (f"{one.clicks:.1%} where {one.mix:.0%} are bots'" for one in report.precision_at)
    yield f"Of clicks called bots' are: {', '.join(mixes)}."
    if report.better:
        yield f"Better on both axes at once: {', '.join(report.better)}."


def _share(rate: Rate) -> str:
    return f"{rate.share:.2%}" if rate.total else "-"


def _bounded(rate: Rate) -> str:
    return f"{_share(rate)} ({_interval(rate)})"


def _interval(rate: Rate) -> str:
    return f"{rate.low:.2%} to {rate.high:.2%}"


def _table(title: str, headings: Iterable[str]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=SIMPLE_HEAD, pad_edge=False
    )
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 or heading in _WORDS else "right")
    return table
