"""Recipient variables: `%recipient%`, `%recipient.key%` and `%recipient.path.to.key%` in what a message says.

Substitution is a single pass: what a value brings in is never looked at again.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

_MARK = "%recipient"
# django-anymail names its own `v:key` and `h:Name`.
_PLACEHOLDER = re.compile(r"%recipient(?:\.([\w.:-]{1,128}))?%")

# Documents whose places are remembered.
_LARGEST_KEPT = 256 * 1024
# How far before a placeholder its tag can begin. A longer one is taken for text, whose escapes are those of quotes too.
_LOOK_BACK = 4096
# What decides about the places in a tag.
_IN_TAG = re.compile(r"[\"'=>]|\s+")
_ATTRIBUTE_NAME = re.compile(r"[\w:-]+\Z")
_LONGEST_ATTRIBUTE_NAME = 40
_URL_ATTRIBUTES = frozenset(
    {
        *("action", "background", "cite", "data", "formaction", "href"),
        *("longdesc", "ping", "poster", "src", "srcset", "xlink:href"),
    }
)
# Whatever comes after so many characters of a URL is not its scheme.
_LONGEST_SCHEME = 1024
_SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "cid"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# URL parsers leave these out wherever they stand, so they would hide a scheme.
_IGNORED_IN_URLS = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_UNQUOTED = re.compile(r"[^A-Za-z0-9._~/:?#\[\]@!$()*+,;%-]")
_REFUSED_URL = "#"
# Clients of Mailgun, which fills values in as they are, escape theirs for HTML themselves. `&lt;` says `<` either way.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
LONGEST_ESCAPE = len("&#1114111;")
"""What one character of a value comes to in HTML at most."""


class Values(NamedTuple):
    """What placeholders stand for in one recipient's copy."""

    address: str
    variables: Mapping[str, object]

    @classmethod
    def of(cls, address: str, variables: bytes | None) -> "Values":
        """Read a recipient's variables, a JSON object."""
        return cls(address, msgspec.json.decode(variables, type=dict[str, object]) if variables else {})


def placeholders_in(texts: Iterable[str]) -> Counter[str | None]:
    """Count the placeholders of texts by their paths; None is `%recipient%` itself."""
    return Counter(match[1] for text in texts if _MARK in text for match in _PLACEHOLDER.finditer(text))


def length_filled_in(placeholders: Mapping[str | None, int], values: Values) -> int:
    """Answer how many characters come in place of so many placeholders, before any is escaped."""
    return sum(times * len(_value(path, values) or "") for path, times in placeholders.items())


def substituted(text: str, values: Values) -> str:
    """Fill in the placeholders of plain text; one without a value stays as it is."""
    if _MARK not in text:
        return text

    def fill(match: re.Match[str]) -> str:
        value = _value(match[1], values)
        return match[0] if value is None else value

    return _PLACEHOLDER.sub(fill, text)


def substituted_html(document: str, values: Values) -> str:
    """Fill in the placeholders of HTML, each escaped for where it stands; a value may be escaped already.

    A value that would make a URL of another scheme than a mail's links have (`javascript:`) is replaced by `#`.
    """
    if _MARK not in document:
        return document
    layout = _kept_layout(document) if len(document) <= _LARGEST_KEPT else _layout(document)
    done: list[str] = []
    escaped: dict[tuple[str | None, bool], str] = {}
    for piece in layout.pieces:
        done.append(piece.before)
        done.append(_filled(piece, values, done, escaped))
    done.append(layout.end)
    return "".join(done)


class _Piece(NamedTuple):
    """A placeholder as `written`, with the text `before` it.

    `is_bare` where it stands in a tag without quotes around it. `url_start` is set where a scheme may still come: the
    output's piece, and the character in it, where the URL begins.
    """

    before: str
    written: str
    path: str | None
    is_bare: bool
    url_start: tuple[int, int] | None


class _Layout(NamedTuple):
    """A document cut at its placeholders."""

    pieces: tuple[_Piece, ...]
    end: str


def _layout(document: str) -> _Layout:
    """Find each placeholder's place. Values are escaped for it, so that none changes the place of the next."""
    pieces: list[_Piece] = []
    position = 0
    url_start: tuple[int, int] | None = None
    tag = _Tag(document, 0)
    for match in _PLACEHOLDER.finditer(document):
        start = match.start()
        opened = document.rfind("<", max(tag.read_to, start - _LOOK_BACK), start)
        if opened >= 0:
            tag = _Tag(document, opened)
        tag.read(start)
        url = tag.url_begun(start)
        if url is None:
            url_start = None
        elif tag.value_start is not None and tag.value_start >= position:
            # Every placeholder makes two pieces of the output, the text before it and its value.
            url_start = (2 * len(pieces), tag.value_start - position)
        pieces.append(_Piece(document[position:start], match[0], match[1], tag.is_open and not tag.quote, url_start))
        position = match.end()
    return _Layout(tuple(pieces), document[position:])


# The copies of a batch are made one after the other, all from one document.
_kept_layout = lru_cache(32)(_layout)


class _Tag:
    """A tag as far as it was read: each character of a document is read once, whatever a document is made of."""

    def __init__(self, document: str, opened: int) -> None:
        """Begin at the `<` at `opened`, which is none where no letter follows."""
        self._document = document
        self.is_open = document[opened + 1 : opened + 2].isalpha() and document.startswith("<", opened)
        self.read_to = opened
        self.quote = ""
        self.value_start: int | None = None
        self._name = ""

    def read(self, end: int) -> None:
        """Read on up to `end`."""
        if self.is_open:
            for match in _IN_TAG.finditer(self._document, self.read_to, end):
                if match[0] == ">" and not self.quote:
                    self.is_open = False
                    break
                self._take(match[0], match.start(), match.end())
        self.read_to = end

    def url_begun(self, end: int) -> str | None:
        """Answer what of a URL stands before `end`, if one begins there that has no scheme yet."""
        if not self.is_open or self.value_start is None or self._name not in _URL_ATTRIBUTES:
            return None
        if end - self.value_start > _LONGEST_SCHEME:
            return None
        begun = self._document[self.value_start : end]
        return None if any(mark in html.unescape(begun) for mark in ":/?#") else begun

    def _take(self, mark: str, start: int, end: int) -> None:
        if self.quote:
            if mark == self.quote:
                self.quote = ""
                self.value_start = None
        elif mark == "=":
            self._begin_value(start, end)
        elif self.value_start == start:
            # A quote begins a value only where that begins; white space may stand between it and its `=`.
            self.quote = mark if mark in "\"'" else ""
            self.value_start = end
        elif mark not in "\"'":
            self.value_start = None

    def _begin_value(self, start: int, end: int) -> None:
        if self.value_start is None:
            before = self._document[max(0, start - _LONGEST_ATTRIBUTE_NAME) : start].rstrip()
            name = _ATTRIBUTE_NAME.search(before)
            self._name = name[0].lower() if name else ""
            self.value_start = end


def _filled(piece: _Piece, values: Values, done: list[str], escaped: dict[tuple[str | None, bool], str]) -> str:
    """Answer what comes in place of a placeholder, after what is `done`; `escaped` are values that came before."""
    if piece.url_start is None and (known := escaped.get((piece.path, piece.is_bare))) is not None:
        return known
    value = _value(piece.path, values)
    if value is None:
        return piece.written
    if "&" in value:
        value = _REFERENCE.sub(lambda match: html.unescape(match[0]), value)
    if piece.url_start is not None:
        first, offset = piece.url_start
        begun = "".join(done[first:])[offset:]
        return _escaped(_safe_url(html.unescape(begun), value), is_bare=piece.is_bare)
    filled = escaped[piece.path, piece.is_bare] = _escaped(value, is_bare=piece.is_bare)
    return filled


def _value(path: str | None, values: Values) -> str | None:
    if path is None:
        return values.address
    # A key may hold dots itself: the whole path is tried first.
    if path in values.variables:
        return _as_text(values.variables[path])
    found: object = values.variables
    for key in path.split("."):
        if isinstance(found, Mapping) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return _as_text(found)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _escaped(value: str, *, is_bare: bool) -> str:
    if not is_bare:
        return html.escape(value)
    # Without quotes, a space would end the attribute.
    return _UNQUOTED.sub(lambda match: f"&#{ord(match[0])};", value)


def _safe_url(begun: str, value: str) -> str:
    """Answer `value` as the next part of a URL that has `begun`, or something harmless in its place."""
    begun = _IGNORED_IN_URLS.sub("", begun)
    if any(mark in begun for mark in ":/?#"):
        return value
    scheme = _SCHEME.match(begun + _IGNORED_IN_URLS.sub("", value))
    if scheme is not None and scheme[1].lower() not in _SAFE_SCHEMES:
        return _REFUSED_URL
    return value.strip() if begun else _IGNORED_IN_URLS.sub("", value)
