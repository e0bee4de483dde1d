"""Rewriting: what is a link leads through us, and no other byte changes, whatever customers write."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.tracking.links import (
    LINK_PURPOSE,
    LONGEST_URL_BYTES,
    OPEN_PURPOSE,
    UNSUBSCRIBE_PURPOSE,
    CopyLinks,
    OptOut,
    read_link,
    read_open,
    read_opt_out,
    read_token,
)
from indicia.tracking.rewriting import Wanted, destination, rewrite_html, rewrite_text

BASE = "https://email.news.example.com"
CLICKS = Wanted(opens=False, clicks=True, hidden_links=False)
OPENS = Wanted(opens=True, clicks=False, hidden_links=False)
HIDDEN = Wanted(opens=False, clicks=False, hidden_links=True)
ALL = Wanted(opens=True, clicks=True, hidden_links=True)
NOTHING = Wanted(opens=False, clicks=False, hidden_links=False)
OURS = re.compile(re.escape(BASE) + r"/(?P<segment>[ocu])/(?P<token>[A-Za-z0-9_-]+)")
FROM_WORD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml"><head>
<style>@import "http://style.example"; /* <a href='http://style.example'> */</style>
<title><a href="http://title.example"></title></head>
<BODY bgcolor=#ffffff><!-- <a href="http://comment.example">not a link</a> -->
<!--[if mso]><v:roundrect href="http://mso.example"><a href="http://mso.example">x</a></v:roundrect><![endif]-->
<!--[if !mso]><!--><a class=b href={}>unquoted</a><!--<![endif]-->
<img alt='<a href="http://alt.example">' src="http://img.example/x.png"/>
<p data-x=">"><A HREF='{}' Title = "a > b">quoted</A><br/><a
  target=_blank href = "{}" href="http://second.example">spaced</a>
<a href="mailto:x@example.com">m</a><a href="#top">t</a><a name=x>n</a><a href="tel:+1">c</a><a href="">e</a>
<map><area shape=rect href="{}"></map><script>"<a href='http://script.example'>"</script>
<a href="http://kept.example" disable-tracking=true>k</a><a disable-tracking="TRUE" href="https://kept.example">k</a>
</BODY></html>
"""


@pytest.fixture
def links(sealing):
    return CopyLinks(sealing, BASE, "news.example.com", 7, "ann@example.org")


@pytest.fixture
def led(sealing):
    """Answer what each of our click addresses in a text says, in their order."""

    def read(document):
        tokens = [read_token(found["token"]) for found in OURS.finditer(document) if found["segment"] == "c"]
        return [read_link(sealing.open(LINK_PURPOSE, "news.example.com", token)) for token in tokens]

    return read


def test_every_link_is_tracked_and_every_other_byte_stays(links, led):
    urls = [
        "http://a.example/x?b=1",
        "https://b.example/",
        "HTTPS://c.example/p?utm_source=x&utm_medium=y",
        "http://d.x",
    ]
    escaped = [url.replace("&", "&amp;") for url in urls]

    rewritten = rewrite_html(FROM_WORD.format(*escaped), links, CLICKS)

    assert [link.url for link in led(rewritten)] == urls
    assert [link.number for link in led(rewritten)] == [1, 2, 3, 4]
    assert OURS.sub("{}", rewritten) == FROM_WORD


def test_a_link_says_whose_it_is_and_which_class_it_has(links, led):
    rewritten = rewrite_html('<a data-link-class="ad" href="https://x.example/">x</a>', links, CLICKS)

    (link,) = led(rewritten)
    assert (link.recipient_id, link.number, link.link_class, link.is_hidden) == (7, 1, "ad", False)


@pytest.mark.parametrize("name", ["", "a b", "x" * 33, "<script>", "ä"])
def test_a_class_that_is_no_short_word_is_left_out(links, led, name):
    rewritten = rewrite_html(f'<a data-link-class="{name}" href="https://x.example/">x</a>', links, CLICKS)

    assert led(rewritten)[0].link_class == ""


@pytest.mark.parametrize(
    ("written", "asked_for"),
    [
        ("http://x.example/?a=1&amp;b=2", "http://x.example/?a=1&b=2"),
        ("http://x.example/?a=1&copy=2&lt=3", "http://x.example/?a=1&copy=2&lt=3"),
        ("http://x.example/?a&#x3D;1&#61", "http://x.example/?a=1="),
        ("http://x.example/?a=%26&amp", "http://x.example/?a=%26&"),
        ("  http://x.example/a\n   b  ", "http://x.example/a%20%20%20b"),
        ("http://x.example/a\nb\t", "http://x.example/ab"),
        ("https://exämple.example/pä?q=ü#ß", "https://xn--exmple-cua.example/p%C3%A4?q=%C3%BC#%C3%9F"),
        ("https://user:pä@x.example/", "https://user:p%C3%A4@x.example/"),
        ("https://x.example/%E4?already=%20&x=100%", "https://x.example/%E4?already=%20&x=100%"),
        ("https://x.example/{{left}}|over^", "https://x.example/{{left}}|over^"),
    ],
)
def test_the_destination_is_what_a_browser_would_have_asked_for(links, led, written, asked_for):
    rewritten = rewrite_html(f'<a href="{written}">x</a>', links, CLICKS)

    assert [link.url for link in led(rewritten)] == [asked_for]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x",
        "//x.example",
        "http://",
        "https:///x",
        "http:\\\\x",
        "x",
        "",
    ],
)
def test_what_is_not_http_is_not_tracked(address):
    assert destination(address) is None


def test_a_link_too_long_for_an_address_stays_as_it_is(links):
    document = f'<a href="https://x.example/{"x" * LONGEST_URL_BYTES}">x</a>'

    assert rewrite_html(document, links, CLICKS) == document


def test_the_unsubscribe_variable_is_filled_in_and_never_counted_as_a_click(links, sealing):
    rewritten = rewrite_html('<a href="%unsubscribe_url%">no more</a> 100%', links, CLICKS)

    found = OURS.search(rewritten)
    opened = sealing.open(UNSUBSCRIBE_PURPOSE, "news.example.com", read_token(found["token"]))
    assert found["segment"] == "u"
    assert read_opt_out(opened) == OptOut(7, "ann@example.org")
    assert rewritten == f'<a href="{found[0]}">no more</a> 100%'


def test_the_unsubscribe_variable_works_without_tracking(links):
    assert OURS.search(rewrite_html("%unsubscribe_url%", links, NOTHING))["segment"] == "u"
    assert OURS.search(rewrite_text("%tag_unsubscribe_url%", links, wants_clicks=False))["segment"] == "u"


@pytest.mark.parametrize(
    ("document", "before", "after"),
    [
        ("<body>x</BODY></html>", "<body>x", "</BODY></html>"),
        ("<html>x</html>", "<html>x", "</html>"),
        ("x", "x", ""),
        ("", "", ""),
        ("<body>a</body>b<!-- </body> --></body>c", "<body>a</body>b<!-- </body> -->", "</body>c"),
    ],
)
def test_the_pixel_stands_at_the_end(links, sealing, document, before, after):
    rewritten = rewrite_html(document, links, OPENS)

    found = OURS.search(rewritten)
    assert rewritten.startswith(before + "<img ")
    assert rewritten.endswith(">" + after)
    assert read_open(sealing.open(OPEN_PURPOSE, "news.example.com", read_token(found["token"]))) == 7


def test_hidden_links_stand_before_the_first_link_and_in_the_middle(links, led):
    document = "".join(f'<p><a href="https://x.example/{number}">x</a></p>' for number in range(4))

    rewritten = rewrite_html(document, links, ALL)

    assert [(link.number, link.is_hidden) for link in led(rewritten)] == [
        (1, True),
        (1, False),
        (2, False),
        (2, True),
        (3, False),
        (4, False),
    ]
    assert {link.url for link in led(rewritten) if link.is_hidden} == {"https://x.example/0"}


def test_hidden_links_follow_a_lone_link_and_an_absent_one(links, led):
    alone = rewrite_html('<a href="https://x.example/">x</a>.', links, ALL._replace(opens=False))
    absent = rewrite_html("<body>x</body>", links, HIDDEN)

    assert [link.is_hidden for link in led(alone)] == [True, False, True]
    assert alone.endswith(".")
    assert [link.url for link in led(absent)] == ["", ""]
    assert absent.endswith("</body>")


def test_hidden_links_have_no_surface_and_are_passed_over_by_tab_and_screen_readers(links, sealing):
    ways = set()
    for recipient_id in range(60):
        rewritten = rewrite_html("", links._replace(recipient_id=recipient_id), HIDDEN)
        ways |= set(re.findall(r"<span.*?</span>|<a.*?</a>", OURS.sub("", rewritten)))

    assert len(ways) == 6
    for way in ways:
        assert "><" in way
        assert 'aria-hidden="true"' in way
        assert 'tabindex="-1"' in way


def test_composing_a_copy_again_gives_the_same_bytes(links):
    document = FROM_WORD.format(*["http://a.example"] * 4)

    assert rewrite_html(document, links, ALL) == rewrite_html(document, links, ALL)


@pytest.mark.parametrize(
    ("written", "address", "rest"),
    [
        ("See https://x.example/a.", "https://x.example/a", "."),
        ("(https://x.example/a)", "https://x.example/a", ")"),
        ("https://x.example/a_(b)!", "https://x.example/a_(b)", "!"),
        ("<https://x.example/?a=1&b=2>", "https://x.example/?a=1&b=2", ">"),
        ("*HTTP://x.example*", "HTTP://x.example", "*"),
    ],
)
def test_links_in_text_end_where_the_sentence_goes_on(links, led, written, address, rest):
    rewritten = rewrite_text(written, links, wants_clicks=True)

    assert [link.url for link in led(rewritten)] == [address]
    assert rewritten.endswith(rest)


def test_links_in_text_stay_where_they_are_not_wanted(links):
    assert rewrite_text("https://x.example/a", links, wants_clicks=False) == "https://x.example/a"


PIECES = st.sampled_from(
    ["<a ", "<a href=", '"', "'", ">", "</a>", "<!--", "-->", "<style>", "</style>", "=", "http://x.example/", " ", "<"]
    * 2
    + ["\n", "/", "&amp;", "<![CDATA[", "]]>", "<body>", "</body>", "%unsubscribe_url%", "ü", "\x00", "<script "]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_whatever_is_written_loses_nothing_but_its_links(sealing, document):
    links = CopyLinks(sealing, BASE, "news.example.com", 7, "ann@example.org")

    pieces = OURS.split(rewrite_html(document, links, CLICKS))[::3]

    assert re.fullmatch("(?s:.+?)".join(map(re.escape, pieces)), document)


@given(st.text(max_size=300))
def test_no_text_breaks_anything(sealing, document):
    links = CopyLinks(sealing, BASE, "news.example.com", 7, "ann@example.org")

    rewrite_html(document, links, ALL)
    rewrite_text(document, links, wants_clicks=True)


HOSTILE = {
    "unclosed tags": "<a " * 300_000,
    "unclosed values": '<a href="' * 100_000,
    "quotes in turn": "<a b=\"'" * 100_000,
    "unclosed comments": "<!--" * 250_000,
    "dashes": "<!--" + "-" * 1_000_000,
    "raw texts": "<style>" * 140_000,
    "equals": "<a " + "=" * 1_000_000,
    "attributes": "<a " + "b=c " * 250_000 + ">",
    "spaces": "<a " + " " * 1_000_000 + "href",
    "brackets": "http://x.example/" + ")" * 1_000_000,
    "addresses": "http://" * 140_000,
    "references": '<a href="' + "&" * 1_000_000 + '">',
    "angles": "<" * 1_000_000,
    "declarations": "<!" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_takes_no_longer_than_its_length(links, name):
    document = HOSTILE[name]

    def seconds(text):
        started = time.process_time()
        rewrite_html(text, links, ALL)
        rewrite_text(text, links, wants_clicks=True)
        return time.process_time() - started

    whole, half = seconds(document), seconds(document[: len(document) // 2])

    # Twice the time for twice the text is linear; quadratic would be four times, and these would take minutes.
    assert whole < 3 * half + 0.5
    assert whole < 5
