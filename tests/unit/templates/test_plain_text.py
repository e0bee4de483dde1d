"""Plain text made from HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.templates.rendering.plain_text import plain_text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", "\n"),
        ("plain", "plain\n"),
        ("a<br>b", "a\nb\n"),
        ("<p>a</p><p>b</p>", "a\n\nb\n"),
        ("<div>a</div>\n  <div>b</div>", "a\n\nb\n"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b\n"),
        ("<head><title>t</title></head><body>a<script>x()</script></body>", "a\n"),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example\n"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example\n"),
        ('<a href="#top">up</a>', "up\n"),
        ('<a href="https://x.example"><img src="i.png" alt="Shop"></a>', "Shop (https://x.example)\n"),
        ('<a href="https://x.example"><img src="i.png"></a>', "https://x.example\n"),
        ("&lt;b&gt; &amp; &#8364;", "<b> & €\n"),
        ("<!-- no --><p>  many   spaces\n here </p>", "many spaces here\n"),
        ("<b>unclosed <i>tags", "unclosed tags\n"),
    ],
)
def test_text_reads_like_the_page(html, text):
    assert plain_text_of(html) == text


@given(st.text(alphabet='<>/ab="& \n', max_size=200))
def test_any_markup_gives_text_without_a_run_of_empty_lines(html):
    assert "\n\n\n" not in plain_text_of(html)
