"""Recipient variables: one pass, escaped for where they stand."""

import html
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.messages.variables import Values, substituted, substituted_html

_ANN = Values(
    "ann@example.org", {"name": "Ann", "url": {"link": "https://x.example/?a=1&b=2"}, "list": ["a", {"b": 1}]}
)


def _with(value):
    return Values("ann@example.org", {"v": value})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("to %recipient%", "to ann@example.org"),
        ("Hi %recipient.name%!", "Hi Ann!"),
        ("%recipient.url.link%", "https://x.example/?a=1&b=2"),
        ("%recipient.list.0%%recipient.list.1.b%", "a1"),
        ("100%recipient. and %recipient.name%", "100%recipient. and Ann"),
        ("%recipient.unknown% %recipient.name.more% %recipient.list.9%",) * 2,
        ("%recipient.list%", '["a",{"b":1}]'),
        ("%recipient.%",) * 2,
    ],
)
def test_placeholders_are_filled_and_unknown_ones_stay(text, filled):
    assert substituted(text, _ANN) == filled


def test_a_key_with_dots_is_found_as_it_is_written():
    assert substituted("%recipient.a.b%", Values("x@y", {"a.b": "dotted", "a": {"b": "nested"}})) == "dotted"


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (None, ""), (3, "3"), (1.5, "1.5"), ("", "")])
def test_values_that_are_no_text_become_one(value, text):
    assert substituted("%recipient.v%", _with(value)) == text


def test_a_value_is_never_looked_at_again():
    values = Values("x@y", {"a": "%recipient.b%%recipient.a%", "b": "no"})

    assert substituted("%recipient.a%", values) == "%recipient.b%%recipient.a%"


@pytest.mark.parametrize(
    ("document", "value", "filled"),
    [
        ("<p>%recipient.v%</p>", "<script>", "<p>&lt;script&gt;</p>"),
        ('<p title="%recipient.v%">', '"><img onerror=x>', '<p title="&quot;&gt;&lt;img onerror=x&gt;">'),
        ("<p title='%recipient.v%'>", "' x='", "<p title='&#x27; x=&#x27;'>"),
        ("<p title=%recipient.v%>", "a onclick=b", "<p title=a&#32;onclick&#61;b>"),
        ('<a href="%recipient.v%">', "https://x.example/?a=1&b", '<a href="https://x.example/?a=1&amp;b">'),
        ('<a href="%recipient.v%">', "//www.example.com", '<a href="//www.example.com">'),
        ('<a href="%recipient.v%">', "javascript:alert(1)", '<a href="#">'),
        ('<a href=" %recipient.v%">', " java\tscript\n:alert(1)", '<a href=" #">'),
        ('<A HREF = "%recipient.v%">', "JavaScript:alert(1)", '<A HREF = "#">'),
        ('<a href="java%recipient.v%">', "script:alert(1)", '<a href="java#">'),
        ('<a href="https://x.example/%recipient.v%">', "a:b", '<a href="https://x.example/a:b">'),
        ('<a href="?q=%recipient.v%">', "data:x", '<a href="?q=data:x">'),
        ("<a href=%recipient.v%>", "data:text/html,x", "<a href=#>"),
        ('<img alt="x" src="%recipient.v%">', "data:x", '<img alt="x" src="#">'),
        ('<img src="a.png"> %recipient.v%', "a:b", '<img src="a.png"> a:b'),
        ('<p title="a>b" lang=%recipient.v%>', "a b", '<p title="a>b" lang=a&#32;b>'),
        ("<a href= %recipient.v%>", "data:x", "<a href= #>"),
        ("<a href='%recipient.v%'>", "data:x", "<a href='#'>"),
        ('<v:rect href="%recipient.v%">', "data:x", '<v:rect href="#">'),
        ('<!--[if mso]><v:r href="%recipient.v%"><![endif]-->', "data:x", '<!--[if mso]><v:r href="#"><![endif]-->'),
        ('<a title=x href="%recipient.v%">', "data:x", '<a title=x href="#">'),
        ('<a title="=" href="%recipient.v%">', "data:x", '<a title="=" href="#">'),
        ("1 < 2 %recipient.v%", "a b", "1 < 2 a b"),
        ("<p>%recipient.v%</p>", "O&#x27;Neil &amp; &lt;b&gt; R&D;", "<p>O&#x27;Neil &amp; &lt;b&gt; R&amp;D;</p>"),
        ("<p>%recipient.v%</p>", "&amp;lt;&#60;script&#62;", "<p>&amp;lt;&lt;script&gt;</p>"),
        (
            '<a href="%recipient.v%">',
            "https://x.example/?a=1&amp;b=2&copy=3",
            '<a href="https://x.example/?a=1&amp;b=2&amp;copy=3">',
        ),
        ('<a href="%recipient.v%">', "java&#115;cript&colon;alert(1)", '<a href="#">'),
        ("<p title=%recipient.v%>", "a&#32;onclick&#61;b", "<p title=a&#32;onclick&#61;b>"),
        ('<p title="it\'s" lang="%recipient.v%">', "a b", '<p title="it\'s" lang="a b">'),
    ],
)
def test_values_are_escaped_for_where_they_stand_in_html(document, value, filled):
    assert substituted_html(document, _with(value)) == filled


@pytest.mark.parametrize(
    "document",
    [
        '<p title="%recipient.v%"><a href="%recipient.v%">',
        '<a href="https://x.example/%recipient.v%"><a href="%recipient.v%">',
        '%recipient.v%<a href="%recipient.v%">%recipient.v%<a href="%recipient.v%">',
        "<p title=%recipient.v%><a href=%recipient.v%>",
    ],
)
def test_a_value_that_was_harmless_elsewhere_is_still_refused_as_a_link(document):
    filled = substituted_html(document, _with("javascript:alert(1)"))

    assert not re.search(r"href=\W?javascript", filled)


def test_a_scheme_in_two_values_is_refused_too():
    values = Values("x@y", {"a": "java" + "\t" * 5000, "b": "script:alert(1)"})

    assert "script:" not in substituted_html('<a href="%recipient.a%%recipient.b%">', values)


@pytest.mark.parametrize(
    "document",
    [
        "<a " + "href=" * 20_000 + "%recipient.v%" * 5_000,
        "<a href=%recipient.v%" * 5_000,
        '<a title="' + "'%recipient.v%" * 5_000,
        "<" * 50_000 + "%recipient.v%" * 5_000,
        ("<a " + " " * 4_000 + "%recipient.v%") * 50,
        "%recipient" * 20_000,
    ],
)
def test_no_document_takes_long(document):
    before = time.process_time()
    substituted_html(document, _with("x"))

    assert time.process_time() - before < 0.5


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))


@pytest.mark.parametrize("quote", ['"', "'", ""])
@given(value=st.text(max_size=60) | st.text(alphabet="<>\"'=& \t\n/ao:", max_size=60))
def test_no_value_adds_a_tag_or_an_attribute(quote, value):
    document = f"<a href={quote}%recipient.v%{quote}>x</a><p title={quote}%recipient.v%{quote}>%recipient.v%</p>"
    tags = _Tags()
    tags.feed(substituted_html(document, _with(value)))
    tags.close()

    assert tags.seen == [("a", ["href"]), ("p", ["title"])]


@given(st.text(alphabet="jJaAvVsScCrRiIpPtT:/?#&;\t\n %37580x", max_size=40))
def test_no_value_makes_a_link_run_a_script(value):
    filled = substituted_html('<a href="%recipient.v%">', _with("javascript:" + value))
    target = html.unescape(filled.removeprefix('<a href="').removesuffix('">'))

    assert not "".join(target.split()).lower().startswith("javascript:")
