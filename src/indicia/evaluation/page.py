"""Writes reports as one page that needs nothing else: no script, no font, no image from anywhere."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources
from string import Template

from indicia.detection.model import Action
from indicia.evaluation import plots
from indicia.evaluation.metrics import Point, Rate
from indicia.evaluation.report import Curve, Report
from indicia.evaluation.tally import FamilyRate, Scores

_PAGE = resources.files("indicia.evaluation").joinpath("page.html")
_MOST_SIGNALS = 25


def as_page(reports: Sequence[Report], *, title: str) -> str:
    """Write a page of one report, or of several behind tabs."""
    sections, tabs = [], []
    for number, report in enumerate(reports):
        checked = " checked" if number == 0 else ""
        tabs.append(
            f'<input type="radio" name="tab" id="tab{number}"{checked}>'
            f'<label for="tab{number}">{escape(report.source)}</label>'
        )
        sections.append(f"<section>{''.join(_section(report))}</section>")
    shown = "".join(f"#tab{number}:checked~main>section:nth-child({number + 1})," for number in range(len(reports)))
    single = " class=single" if len(reports) == 1 else ""
    return Template(_PAGE.read_text("utf-8")).substitute(
        title=escape(title), shown=shown.rstrip(","), single=single, tabs="".join(tabs), sections="".join(sections)
    )


def _section(report: Report) -> Iterator[str]:
    yield f"<h2>{escape(report.source)}</h2>"
    yield _about(report)
    yield _figures(report)
    if report.goals:
        yield "<h3>Goals</h3>" + _goals(report)
    yield "<h3>Against published rules</h3>" + _thresholds(report) + _judges(report)
    people, bots = _by_truth(report.engine.families)
    yield "<h3>People called bots, by family</h3>" + _scrolling(plots.families(people))
    yield "<h3>Bots found, by family</h3>" + _scrolling(plots.families(bots))
    yield "<h3>What misled</h3>" + _misled(report)
    yield "<h3>Calibration</h3>" + _calibration(report)
    yield f"<h3>Evidence by signal</h3>{_EVIDENCE}" + _scrolling(plots.evidence(report.signals[:_MOST_SIGNALS]))
    yield f"<h3>Without one group of weights</h3>{_ABLATION}" + _ablation(report)
    yield "<h3>Precision at other mixes</h3>" + _precision(report)
    yield "<h3>Every family, every rule</h3>" + _everybody(report)


_EVIDENCE = """<p>Mean nats that each signal adds over all interactions, after caps: <b class=bots>bots</b> and
<b class=people>people</b>. To the right speaks for a bot.</p>"""
_ABLATION = "<p>The same findings, weighed again as if one group did not exist.</p>"


def _about(report: Report) -> str:
    visits = f", {report.visits:,} visits to hidden links" if report.visits else ""
    return (
        f"<p>{report.people:,} interactions of people, {report.bots:,} of bots{visits}. "
        f"Called a bot from a probability of {report.threshold:g}, final after {report.settle_seconds:g} s. "
        "Intervals are Wilson's, 95 %; they take interactions for independent, which those of one visitor are not.</p>"
    )


def _figures(report: Report) -> str:
    scores = report.engine.scores
    worst = report.engine.worst_family
    figures = [
        ("people called bots", _percent(scores.people), _interval(scores.people)),
        ("worst family", _percent(worst[1]) if worst else "-", escape(worst[0]) if worst else ""),
        ("bot clicks found", _percent(scores.bot_clicks), _interval(scores.bot_clicks)),
        ("bot opens found", _percent(scores.bot_opens), _interval(scores.bot_opens)),
        ("calibration error", f"{report.calibration.error:.3f}", f"Brier score {report.calibration.brier:.3f}"),
        ("time to verdict", f"{report.waits['median']:.0f} s", _waits(report)),
    ]
    cells = (f"<div><dt>{name}</dt><dd>{value}</dd><small>{more}</small></div>" for name, value, more in figures)
    return f"<dl>{''.join(cells)}</dl>"


def _waits(report: Report) -> str:
    quantiles = report.waits
    return f"median; 99 % within {quantiles['99 %']:.0f} s"


def _goals(report: Report) -> str:
    rows = (
        (
            escape(goal.name),
            goal.limit,
            goal.measured,
            "<b class=good>met</b>" if goal.is_met else "<b class=bad>not met</b>",
        )
        for goal in report.goals
    )
    return _table(("goal", "limit", "measured", ""), rows)


def _thresholds(report: Report) -> str:
    figures = []
    for curve in report.curves:
        if curve.action is None:
            continue
        others = [(judge.name, _point(judge.scores, curve)) for judge in report.baselines]
        drawn = plots.thresholds(curve.points, _point(report.engine.scores, curve), others)
        figures.append(f"<figure><figcaption>{curve.action}s, area {curve.area:.4f}</figcaption>{drawn}</figure>")
    note = f"<p>Better on both axes at once: {', '.join(report.better)}.</p>" if report.better else ""
    return f'<div class="pair">{"".join(figures)}</div>{note}'


def _point(scores: Scores, curve: Curve) -> Point:
    if curve.action is Action.CLICK:
        return Point(scores.people_clicks.share, scores.bot_clicks.share)
    return Point(scores.people_opens.share, scores.bot_opens.share)


def _judges(report: Report) -> str:
    rows = []
    for judge in (report.engine, *report.baselines):
        scores, worst = judge.scores, judge.worst_family
        name = f"{_percent(worst[1])} {escape(worst[0])}" if worst and worst[1].flagged else "none"
        shares = (scores.people, scores.bot_clicks, scores.bot_opens)
        rows.append((judge.name, *(_bounded(share) for share in shares), _percent(scores.precision), name))
    headings = ("", "people called bots", "bot clicks found", "bot opens found", "precision", "worst family of people")
    return _table(headings, rows)


def _misled(report: Report) -> str:
    rows = []
    for one in report.engine.families:
        if one.misled_by:
            why = ", ".join(
                f"{escape(signal) or 'too little spoke'} ({count})" for signal, count in list(one.misled_by.items())[:5]
            )
            who = "a bot" if one.is_bot else "a person"
            rows.append((f"{escape(one.family) or 'any'} · {one.action}", who, f"{sum(one.misled_by.values()):,}", why))
    return _table(("family", "is", "judged wrongly", "the strongest signal on the wrong side"), rows)


def _calibration(report: Report) -> str:
    rows = ((f"{one.probability:.1%}", f"{one.share:.1%}", f"{one.count:,}") for one in report.calibration.bins)
    table = _table(("said", "were", "interactions"), rows)
    return (
        f'<div class="pair"><figure class="square">{plots.reliability(report.calibration.bins)}</figure>{table}</div>'
    )


def _ablation(report: Report) -> str:
    whole = report.engine.scores
    rows = [("nothing", *(_percent(share) for share in _main(whole)))]
    for one in report.ablation:
        cells = (
            f"{_percent(share)} <small>{(share.share - before.share) * 100:+.2f}</small>"
            for share, before in zip(_main(one.scores), _main(whole), strict=True)
        )
        rows.append((one.group, *cells))
    return _table(("left out", "people called bots", "bot clicks found", "bot opens found"), rows)


def _main(scores: Scores) -> tuple[Rate, Rate, Rate]:
    return scores.people, scores.bot_clicks, scores.bot_opens


def _precision(report: Report) -> str:
    rows = ((f"{one.mix:.0%}", f"{one.clicks:.2%}", f"{one.opens:.2%}") for one in report.precision_at)
    return _table(("bots' share", "of clicks called bots' are", "of opens called bots' are"), rows)


def _everybody(report: Report) -> str:
    """Lay all families against all judges; the redder, the more of them are judged wrongly."""
    judges = (report.engine, *report.baselines)
    rates = [{(one.family, one.action, one.is_bot): one for one in judge.families} for judge in judges]
    rows = []
    for one in report.engine.families:
        name = f"{escape(one.family) or 'any'} · {one.action}"
        kind = "bots" if one.is_bot else "people"
        cells = (_heat(found[one.family, one.action, one.is_bot]) for found in rates)
        rows.append((f'<span class="{kind}">{name}</span>', *cells))
    return _table(("share called bots", *(judge.name for judge in judges)), rows)


def _heat(one: FamilyRate) -> str:
    wrong = 1 - one.rate.share if one.is_bot else one.rate.share
    return f'<i style="--wrong:{wrong:.3f}">{one.rate.share:.1%}</i>'


def _by_truth(families: Iterable[FamilyRate]) -> tuple[list[FamilyRate], list[FamilyRate]]:
    listed = list(families)
    return [one for one in listed if not one.is_bot], [one for one in listed if one.is_bot]


def _percent(rate: Rate) -> str:
    return f"{rate.share:.2%}" if rate.total else "-"


def _interval(rate: Rate) -> str:
    return f"{rate.low:.2%} to {rate.high:.2%}" if rate.total else ""


def _bounded(rate: Rate) -> str:
    return f"{_percent(rate)} <small>{_interval(rate)}</small>"


def _scrolling(figure: str) -> str:
    return f'<div class="wide">{figure}</div>'


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
