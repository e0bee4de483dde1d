"""Writes what a run found as one page that needs nothing else: no script, no font, no image from anywhere."""

from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

from indicia.archive.parts import Tallies, Tally

_PAGE = resources.files("indicia.archive") / "summary.html"
# A campaign beyond these is looked up in the output itself.
_MOST_ROWS = 100
_HEADINGS = ("opens with", "without", "machines", "clicks with", "without", "machines", "")


def as_page(tallies: Tallies, *, title: str) -> str:
    """Write the page."""
    sections = [
        _figures(tallies.total),
        _table("By day", tallies.days, most=len(tallies.days)),
        _table("By campaign", tallies.campaigns),
        _table("By mailbox provider", tallies.providers),
        _table("By category", tallies.categories),
    ]
    return Template(_PAGE.read_text("utf-8")).substitute(title=escape(title), sections="\n".join(sections))


def share(part: int, whole: int) -> str:
    """Write a share of machines as people read it."""
    return f"{part / whole:.1%}" if whole else "-"


def _figures(total: Tally) -> str:
    figures = (
        ("opens", f"{total.opens:,}"),
        ("of people", f"{total.human_opens:,}"),
        ("by machines", share(total.opens - total.human_opens, total.opens)),
        ("clicks", f"{total.clicks:,}"),
        ("of people", f"{total.human_clicks:,}"),
        ("by machines", share(total.clicks - total.human_clicks, total.clicks)),
    )
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in figures)}</dl>"


def _table(title: str, tallies: Sequence[Tally], *, most: int = _MOST_ROWS) -> str:
    shown = tallies[:most]
    rest = f"<p>{len(tallies) - most:,} more are not shown.</p>" if len(tallies) > most else ""
    longest = max((tally.opens + tally.clicks for tally in shown), default=1)
    head = "".join(f"<th>{heading}</th>" for heading in ("", *_HEADINGS))
    rows = "\n".join(_row(tally, longest) for tally in shown)
    return f"<h2>{title}</h2>\n<table><tr>{head}</tr>\n{rows}\n</table>{rest}"


def _row(tally: Tally, longest: int) -> str:
    people = tally.human_opens + tally.human_clicks
    bots = tally.opens + tally.clicks - people
    cells = (
        f"{tally.opens:,}",
        f"{tally.human_opens:,}",
        share(tally.opens - tally.human_opens, tally.opens),
        f"{tally.clicks:,}",
        f"{tally.human_clicks:,}",
        share(tally.clicks - tally.human_clicks, tally.clicks),
    )
    bar = "".join(
        f'<i class="{kind}" style="width:{100 * count / longest:.2f}%"></i>'
        for kind, count in (("people", people), ("bots", bots))
    )
    name = escape(tally.name or "not given")
    return (
        f'<tr><td title="{name}">{name}</td>{"".join(f"<td>{cell}</td>" for cell in cells)}'
        f'<td class="bar"><div>{bar}</div></td></tr>'
    )
