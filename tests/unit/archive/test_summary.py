from html.parser import HTMLParser

from indicia.archive.parts import Tallies, Tally
from indicia.archive.summary import as_page, share

TALLY = Tally("spring <sale>", opens=1_000, human_opens=600, clicks=200, human_clicks=50)
TALLIES = Tallies(TALLY, days=[TALLY], campaigns=[TALLY] * 130, providers=[TALLY], categories=[TALLY])


class Reader(HTMLParser):
    """Collects what a page refers to, and checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.links, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name in {"href", "src"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_from_anywhere():
    reader = Reader()

    reader.feed(as_page(TALLIES, title="Verdicts"))

    assert reader.links == []
    assert reader.open == []


def test_names_cannot_become_markup():
    page = as_page(TALLIES, title="<b>")

    assert "<sale>" not in page
    assert "spring &lt;sale&gt;" in page
    assert "<title>&lt;b&gt;</title>" in page


def test_rates_stand_with_and_without_machines():
    page = as_page(TALLIES, title="Verdicts")

    for figure in ("1,000", "600", "40.0%", "200", "50", "75.0%"):
        assert f">{figure}<" in page


def test_a_long_list_says_what_it_leaves_out():
    assert "30 more are not shown" in as_page(TALLIES, title="Verdicts")


def test_a_share_of_nothing_is_no_number():
    assert share(0, 0) == "-"
