"""Finds the tags that matter in a customer's HTML, without changing or parsing anything else.

One pass with possessive patterns: whatever the input, no character is looked at more than a few times. Comments (and
with them all that is only for Outlook), raw text such as style sheets, and attribute values of other tags are skipped,
as browsers skip them (HTML 13.2.5).
"""

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import NamedTuple

HREF = "href"
DISABLE_TRACKING = "disable-tracking"
LINK_CLASS = "data-link-class"
ATTRIBUTES = frozenset({HREF, DISABLE_TRACKING, LINK_CLASS})

# Inside a tag a quote opens a value after an equals sign alone; an unquoted value ends at a space.
_ATTRIBUTES = r"""(?>[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))*+"""
_RAW_TEXT = "script|style|title|textarea|xmp|iframe|noembed|noframes"
_TOKEN = re.compile(
    rf"""
      (?P<skipped> <!--(?:-?>|(?s:.*?)(?:--!?>|\Z))
                 | <[!?][^>]*+(?:>|\Z)
                 | <(?P<raw>{_RAW_TEXT})(?=[\s/>]){_ATTRIBUTES}>(?s:.*?)(?:</(?P=raw)(?=[\s/>])|\Z)
      )
    | <(?P<link>a|area)(?=[\s/>]){_ATTRIBUTES}>
    | </(?P<end>a|body|html)(?=[\s/>]){_ATTRIBUTES}>
    | </?[a-z]{_ATTRIBUTES}>
    | </?[a-z](?s:.*+)          # A tag that never ends takes the rest of the document with it.
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?P<name>[^\s/>=][^\s/>=]*+)
        (?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>]*+)))?+""",
    re.VERBOSE | re.ASCII,
)
_REFERENCE = re.compile(r"&(?:\#[0-9]{1,7};?|\#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31}(?:;|(?![A-Za-z0-9=])))")


class Value(NamedTuple):
    """An attribute's value: what it says, and where it stands in the document, without quotes."""

    text: str
    start: int
    end: int


class LinkTag(NamedTuple):
    """The start tag of a link, with those of `ATTRIBUTES` that it has; of a repeated one, the first counts."""

    start: int
    end: int
    attributes: dict[str, Value]


class EndTag(NamedTuple):
    """The end tag of `a`, `body` or `html`."""

    name: str
    start: int
    end: int


def tags(document: str) -> Iterator[LinkTag | EndTag]:
    """Find the links and the end tags of a document, in their order."""
    for found in _TOKEN.finditer(document):
        if found["link"]:
            yield LinkTag(found.start(), found.end(), _attributes(document, found.end("link"), found.end()))
        elif found["end"]:
            yield EndTag(found["end"].lower(), found.start(), found.end())


def _attributes(document: str, start: int, end: int) -> dict[str, Value]:
    attributes: dict[str, Value] = {}
    for found in _ATTRIBUTE.finditer(document, start, end - 1):
        name, group = found["name"].lower(), found.lastgroup
        if name not in ATTRIBUTES or name in attributes:
            continue
        if group is None or group == "name":
            attributes[name] = Value("", found.end(), found.end())
        else:
            attributes[name] = Value(decoded(found[group]), found.start(group), found.end(group))
    return attributes


def decoded(value: str) -> str:
    """Read the character references of an attribute's value.

    A name without its semicolon is one only before what could not continue it: `?a=1&copy=2` has none.
    """
    return _REFERENCE.sub(_character, value) if "&" in value else value


def _character(found: re.Match[str]) -> str:
    text = found[0]
    if text[1] == "#" or text[1:] in html5:
        return html.unescape(text)
    return text
