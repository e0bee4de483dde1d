"""Cuts the text of an address header into tokens (RFC 5322 3.2), once and in linear time, whatever it holds."""

import re
from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What a token is; the values are the groups of `_TOKEN`."""

    ATOM = 1
    SPACE = 2
    SPECIAL = 3
    """One of `<` `>` `@` `:` `.`"""
    DELIMITER = 4
    """`,` or `;`"""
    QUOTED = 5
    LITERAL = 6
    COMMENT = 7
    LINE_END = 8
    """A line break that no white space follows: it folds nothing."""
    BAD = 9


class Token(NamedTuple):
    """A piece of the text, from `start` to before `end`."""

    kind: Kind
    text: str
    start: int
    end: int


# Format characters reorder or hide what a reader sees; U+2028 and U+2029 end lines; lone surrogates are no text,
# and U+FFFD stands where text was lost.
_INVISIBLE = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffd\ud800-\udfff"
)
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_SPACES = " \\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Possessive, so that a failure costs one reading. A backslash takes a quote or bracket with it everywhere, so that one
# which is reached again after a failure has the meaning that the failed reading gave it, and fails at once.
_TOKEN = re.compile(
    rf"""
    ([^{_SPACES}{_CONTROL}{_INVISIBLE}<>@:.,;"()\[\]\\]++)
    |((?:[{_SPACES}]|\r\n(?=[ \t]))++)
    |([<>@:.])
    |([,;])
    |("(?:[^"\\\x00\r\n]|\\[^\x00\r\n]|\r\n(?=[ \t]))*+")
    |(\[(?:[^\[\]\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*+\])
    |(\()
    |([\r\n]++)
    |(\\["()\[\]\\]|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_COMMENT = re.compile(r"[()\x00]|\\[^\x00\r\n]|\r(?!\n[ \t])|(?<!\r)\n", re.DOTALL)
_KINDS = tuple(Kind)


def tokens(text: str) -> list[Token]:
    """Cut `text` into tokens that cover it without a gap; nothing is too broken for it."""
    found: list[Token] = []
    comments = _Comments(text)
    position, length = 0, len(text)
    match_at = _TOKEN.match
    while position < length:
        match = match_at(text, position)
        assert match is not None
        kind = _KINDS[match.lastindex - 1]  # type: ignore[operator]
        end = match.end()
        if kind is Kind.COMMENT:
            closed = comments.end_of(position)
            if closed is None:
                kind = Kind.BAD
            else:
                end = closed
        found.append(Token(kind, text[position:end], position, end))
        position = end
    return found


class _Comments:
    """Finds where comments end; they nest (RFC 5322 3.2.2)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._never_closed: set[int] = set()

    def end_of(self, start: int) -> int | None:
        """Answer the position after the comment that begins at `start`, or None where it never ends."""
        if start in self._never_closed:
            return None
        open_at: list[int] = []
        for match in _IN_COMMENT.finditer(self._text, start):
            found = match[0]
            if found == "(":
                open_at.append(match.start())
            elif found == ")":
                open_at.pop()
                if not open_at:
                    return match.end()
            elif not found.startswith("\\"):
                # NUL and bare line ends stand in no comment.
                break
        # Remembered, so that the next bracket of a long row is not looked at to the end again.
        self._never_closed.update(open_at)
        return None
