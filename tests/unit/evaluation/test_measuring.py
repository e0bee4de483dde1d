"""A labelled set becomes a report that adds up, and that terminal, page and JSON can show."""

import json
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from indicia.datasets.registry import Datasets
from indicia.detection.model import Action, Honeypot, Interaction
from indicia.detection.options import DetectionOptions
from indicia.evaluation.baselines.registry import BASELINES
from indicia.evaluation.measuring import Measuring
from indicia.evaluation.model import Labelled, LabelledSet, UnmeasurableError
from indicia.evaluation.page import as_page
from indicia.evaluation.report import as_json
from indicia.evaluation.terminal import as_text
from tests.doubles.history import CHROME, START

HOURS = 3600.0


def labelled(family, *, is_bot, ts, action=Action.CLICK, **fields):
    number = labelled.count = getattr(labelled, "count", 0) + 1
    interaction = Interaction(
        f"e{number}", uas=CHROME.format(150), action=action, ts=ts, message_ts=START, message_id="m", **fields
    )
    return Labelled(interaction, ts, is_bot, action, family)


@pytest.fixture(scope="module")
def some():
    """A gateway's sweep, a script, readers at home, and one reader whose agent says that it is a script."""
    sweep = [
        labelled("sweep", is_bot=True, ts=START + 40 + n / 10, ip="164.92.241.1", recipient_id="g", link_id=f"l{n}")
        for n in range(5)
    ]
    readers = [
        labelled(
            "<home>", is_bot=False, ts=START + 2 * HOURS + n, ip=f"73.162.1.{n}", recipient_id=f"r{n}", action=each
        )
        for n in range(6)
        for each in Action
    ]
    odd = labelled("odd", is_bot=False, ts=START + 5 * HOURS, ip="73.162.9.9", recipient_id="o")
    odd.interaction.uas = "curl/8.16.0"
    visits = [Honeypot(0, "m", "164.92.241.1", CHROME.format(150), START + 40)]
    return LabelledSet([*sweep, *readers, odd], visits)


@pytest.fixture(scope="module")
def measuring():
    return Measuring(Datasets.open(None), DetectionOptions())


@pytest.fixture(scope="module")
def report(measuring, some):
    return measuring.measure("some <data>", some)


def test_people_and_bots_are_counted_apart(report):
    scores = report.engine.scores

    assert (report.people, report.bots, report.visits) == (13, 5, 1)
    assert (scores.people.flagged, scores.bots.flagged) == (1, 5)
    assert (scores.bot_clicks.share, scores.bot_opens.total) == (1.0, 0)


def test_a_wrong_verdict_names_what_misled(report):
    [odd] = [one for one in report.engine.families if one.family == "odd"]

    assert odd.misled_by == {"declared_library": 1}


def test_leaving_out_a_group_shows_what_hangs_on_it(report):
    without = {one.group: one.scores for one in report.ablation}

    assert without["identity"].people.flagged == 0
    assert without["request"].people.flagged == 1


def test_every_published_rule_is_measured_on_the_same_rows(report):
    assert [judge.name for judge in report.baselines] == list(BASELINES)
    assert {judge.scores.people.total for judge in report.baselines} == {13}


def test_a_rule_that_is_better_on_both_axes_is_named(report):
    assert report.better == []
    assert any(judge.scores.bots.flagged == 5 for judge in report.baselines)


def test_signals_are_counted_on_both_sides(report):
    [sweep] = [use for use in report.signals if use.signal == "link_sweep"]

    assert (sweep.bots.share, sweep.people.share, sweep.group) == (1.0, 0.0, "sweep")
    assert sweep.bots_nats > 5


def test_waits_are_those_of_the_settle_window_and_the_batch(report):
    assert report.waits["least"] == pytest.approx(10.0)
    assert report.waits["most"] < 71


@pytest.mark.parametrize("is_bot", [False, True])
def test_people_alone_or_bots_alone_cannot_be_measured(measuring, some, is_bot):
    rows = [row for row in some.rows if row.is_bot is is_bot]

    with pytest.raises(UnmeasurableError, match="holds no people" if is_bot else "holds no bots"):
        measuring.measure("half", LabelledSet(rows))


def test_nothing_cannot_be_measured(measuring):
    with pytest.raises(UnmeasurableError, match="holds no interactions"):
        measuring.measure("nothing", LabelledSet([]))


def test_terminal_shows_rules_families_and_what_misled(report):
    shown = StringIO()

    Console(width=100, file=shown).print(as_text(report))

    text = shown.getvalue()
    assert all(name in text for name in (*BASELINES, "odd", "declared_library", "ECE"))


def test_json_holds_the_report(report):
    found = json.loads(as_json(report))

    assert found["engine"]["scores"]["people"]["flagged"] == 1
    assert found["engine"]["scores"]["people"]["share"] == pytest.approx(1 / 13, abs=1e-6)


class _Page(HTMLParser):
    """Notes tags that are left open, and everything that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.fetched, self.drawings = [], [], 0

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in {"src", "href", "srcset", "action"}]
        self.drawings += tag == "svg"
        # What HTML never closes; shapes close themselves.
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_is_whole_and_needs_nothing_from_anywhere(report):
    page = as_page([report, report], title="Two <reports>")

    parser = _Page()
    parser.feed(page)

    assert parser.open == []
    assert parser.fetched == []
    assert "url(" not in page
    assert parser.drawings == 2 * 5


def test_names_in_the_data_are_no_markup(report):
    page = as_page([report], title="Two <reports>")

    assert "&lt;home&gt;" in page
    assert "some &lt;data&gt;" in page
    assert not any(name in page for name in ("<home>", "<data>", "<reports>"))
