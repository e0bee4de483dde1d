"""What an address is: the one parser for `to`, `cc`, `bcc`, `from`, suppressions and `/address/parse`.

It reads RFC 5322 (with RFC 6532, and the obsolete forms that still occur) and what people really write: loose words
before an address and a comment after it are its name, `;` separates as `,` does. A piece that cannot be read is handed
back as it came, and never makes its neighbours unreadable. Nothing raises, and the time grows with the length alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from indicia.mail.address_tokens import Kind, Token, tokens
from indicia.mail.display_names import comment_text, name_form, phrase_text
from indicia.mail.domain_names import ascii_domain, unicode_domain

# RFC 5321 4.5.3.1.1. Quotes are counted: they travel.
LONGEST_LOCAL_OCTETS = 64

# Texts of one mailbox are read again and again, and are short. A megabyte or two at most.
_LONGEST_REMEMBERED = 128
_MOST_REMEMBERED = 2048

_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_DOT_ATOM = re.compile(r"[^\s\"(),.:;<>@\[\]\\]+(?:\.[^\s\"(),.:;<>@\[\]\\]+)*")
# A word without letters among others would be two dots in a row where quotes are written only as needed.
_NO_MAILBOX = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff]|\.""(?:\.|\Z)|\A""\.')
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Address(msgspec.Struct, frozen=True):
    """One mailbox.

    Attributes:
        name: The display name, decoded and in one line; empty where there is none. It may hold any printable text:
            write it with `header_form`, never by hand.
        local: The local part as it was written, with its quotes, without comments.
        domain: In lower-case Unicode (U-labels), or a literal such as `[192.0.2.1]`.

    Raises:
        ValueError: `local` or `domain` hold control characters.
    """

    name: str
    local: str
    domain: str

    def __post_init__(self) -> None:
        """Refuse what could end a line of SMTP or of a header."""
        if _NO_TEXT.search(self.local) or _NO_TEXT.search(self.domain):
            raise ValueError("an address holds no control characters")

    @property
    def addr_spec(self) -> str:
        """`local@domain`, for people: Unicode domain, local part as written."""
        return f"{self.local}@{self.domain}"

    @property
    def ascii_domain(self) -> str:
        """The domain as DNS knows it, in A-labels."""
        return ascii_domain(self.domain)

    @property
    def envelope(self) -> str:
        """What goes into `MAIL FROM` and `RCPT TO`: quoted only where it must be, the domain in A-labels."""
        return f"{_quoted_if_needed(_unquoted(self.local))}@{self.ascii_domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only servers with SMTPUTF8 (RFC 6531) can take it. A Unicode domain alone does not need that."""
        return not self.local.isascii()

    @property
    def canonical(self) -> str:
        """The key to compare, store and suppress by: equal for all spellings of one mailbox.

        RFC 5321 2.4 lets a host tell `Bob` from `bob`. None does, and suppressing too much is the safer error.
        """
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", _unquoted(self.local)).casefold())
        return f"{_quoted_if_needed(folded)}@{self.ascii_domain.lower()}"


def header_form(address: Address) -> str:
    """Write an address for `From`, `To` and the like: its name quoted or encoded as needed, never a line end.

    Encoded words are separated by spaces, so that the line can be folded there.
    """
    name = name_form(address.name)
    spelled = address.addr_spec if address.needs_smtputf8 else address.envelope
    return f"{name} <{spelled}>" if name else spelled


class Parsed(NamedTuple):
    """What a list held, in order: the addresses, and the pieces that are none."""

    addresses: tuple[Address, ...]
    unparseable: tuple[str, ...]


def parse_list(text: str) -> Parsed:
    """Read a list of mailboxes and groups, separated by `,` or `;`; an empty text is an empty list."""
    return _remembered_list(text) if len(text) <= _LONGEST_REMEMBERED else _list(text)


def _list(text: str) -> Parsed:
    addresses: list[Address] = []
    unparseable: list[str] = []
    for item in _items(tokens(text)):
        mailbox = _trimmed(item.mailbox, _LINES)
        address = _mailbox(mailbox)
        if address is not None:
            addresses.append(address)
        elif mailbox:
            unparseable.append(text[item.start : mailbox[-1].end].strip())
    return Parsed(tuple(addresses), tuple(unparseable))


_remembered_list = lru_cache(maxsize=_MOST_REMEMBERED)(_list)


def parse_one(text: str) -> Address | None:
    """Read exactly one mailbox, with or without a name; None for anything less or more, or for a group."""
    return _remembered_one(text) if len(text) <= _LONGEST_REMEMBERED else _one(text)


def _one(text: str) -> Address | None:
    item = tokens(text)
    if any(token.kind is Kind.DELIMITER for token in item) and not _has_route(item):
        return None
    return _mailbox(_trimmed(item, _BLANK))


# A copy's recipient is read at acceptance, in its header and in its envelope, and a sender for every message.
_remembered_one = lru_cache(maxsize=_MOST_REMEMBERED)(_one)


def is_mailbox(text: str) -> bool:
    """Tell whether RFC 5322 reads one mailbox in `text`, whatever could be done with it.

    Comments, folding, routes, general address literals and domains that no DNS knows are all let through, loose words
    before an address are not.
    """
    item = tokens(text)
    if any(token.kind is Kind.DELIMITER for token in item) and not _has_route(item):
        return False
    item = _trimmed(item, _BLANK)
    at = _position_of_at(item)
    if at is None or any(token.text == "<" for token in item):
        return _spelled(item) is not None
    return _local_text(item[:at]) is not None and _domain_text(item[at + 1 :]) is not None


_BLANK = frozenset({Kind.SPACE})
_LINES = frozenset({Kind.SPACE, Kind.LINE_END})
_NOTHING = frozenset({Kind.SPACE, Kind.COMMENT})
_WORDS = frozenset({Kind.ATOM, Kind.QUOTED})


class _Item(NamedTuple):
    """What stands between two delimiters; `start` is where it begins in the text, with the name of its group."""

    start: int
    mailbox: list[Token]


def _items(found: list[Token]) -> list[_Item]:
    """Split at delimiters and set the names of groups apart, so that each item should be one mailbox."""
    items: list[_Item] = []
    item = _Item(0, [])
    in_group = has_colon = False
    route_end = -1
    for index, token in enumerate(found):
        if token.kind is Kind.DELIMITER and index > route_end:
            items.append(item)
            item = _Item(token.end, [])
            in_group = in_group and token.text != ";"
            has_colon = False
        elif token.text == ":" and index > route_end and not (in_group or has_colon) and _is_phrase(item.mailbox):
            in_group = True
            item.mailbox.clear()
        else:
            if token.text == "<":
                route_end = max(route_end, _route_end(found, index))
            has_colon = has_colon or token.text == ":"
            item.mailbox.append(token)
    items.append(item)
    return items


def _trimmed(item: list[Token], kinds: frozenset[Kind]) -> list[Token]:
    return _without_end(_without_start(item, kinds), kinds)


def _without_start(item: list[Token], kinds: frozenset[Kind]) -> list[Token]:
    start = 0
    while start < len(item) and item[start].kind in kinds:
        start += 1
    return item[start:]


def _without_end(item: list[Token], kinds: frozenset[Kind]) -> list[Token]:
    end = len(item)
    while end and item[end - 1].kind in kinds:
        end -= 1
    return item[:end]


def _is_phrase(item: Sequence[Token]) -> bool:
    """Whether a name stands here: words, and the dots that RFC 5322 4.1 still lets in."""
    has_word = False
    for kind, text, _, _ in item:
        if kind in _WORDS:
            has_word = True
        elif kind not in _NOTHING and text != ".":
            return False
    return has_word


def _route_end(found: Sequence[Token], start: int) -> int:
    """Answer where the route ends whose `<` stands at `start` (RFC 5322 4.4), or -1 where there is none.

    Its commas separate nothing. It goes up to the colon, and nothing but domains stands in it.
    """
    has_domain = False
    for index in range(start + 1, len(found)):
        kind, text, _, _ = found[index]
        if text == ":":
            return index if has_domain else -1
        if text == "@":
            has_domain = True
        elif kind is Kind.ATOM or kind is Kind.LITERAL or text == ".":
            if not has_domain:
                return -1
        elif kind not in _NOTHING and text != ",":
            return -1
    return -1


def _has_route(item: Sequence[Token]) -> bool:
    """Whether all delimiters of `item` stand in one route."""
    for index, token in enumerate(item):
        if token.text == "<":
            end = _route_end(item, index)
            return not any(other.kind is Kind.DELIMITER for other in (*item[:index], *item[max(end, index) :]))
    return False


class _Spelled(NamedTuple):
    """The parts of a mailbox as the grammar finds them, without white space and comments."""

    name: str
    local: str
    domain: str


def _mailbox(item: list[Token]) -> Address | None:
    """Read a mailbox that mail can be sent to."""
    spelled = _spelled(item)
    if spelled is None or _NO_MAILBOX.search(spelled.local) or len(spelled.local.encode()) > LONGEST_LOCAL_OCTETS:
        return None
    domain = unicode_domain(spelled.domain)
    return None if domain is None else Address(spelled.name, spelled.local, domain)


def _spelled(item: list[Token]) -> _Spelled | None:
    if not item:
        return None
    for index, token in enumerate(item):
        if token.text == "<":
            return _named(item, index)
    return _bare(item)


def _named(item: list[Token], opening: int) -> _Spelled | None:
    """Read `name <address>`, and nothing after it but comments."""
    name, rest = item[:opening], item[opening + 1 :]
    after = _without_end(rest, _NOTHING)
    if not after or after[-1].text != ">" or not (_is_phrase(name) or not _trimmed(name, _NOTHING)):
        return None
    route_end = _route_end(item, opening)
    inside = after[route_end - opening if route_end > 0 else 0 : -1]
    at = _position_of_at(inside)
    if at is None:
        return None
    local, domain = _local_text(inside[:at]), _domain_text(inside[at + 1 :])
    if local is None or domain is None:
        return None
    return _Spelled(phrase_text(name) or _comment_after(rest[len(after) :]), local, domain)


def _bare(item: list[Token]) -> _Spelled | None:
    """Read an address without brackets; words before it, or else a comment after it, are its name."""
    at = _position_of_at(item)
    if at is None:
        return None
    start = _local_start(item, at)
    loose = item[:start]
    words = _without_end(loose, _NOTHING)
    # A comment alone parts no words: `first(middle)last@example.com` is neither's address.
    if words and not (_is_phrase(words) and any(token.kind is Kind.SPACE for token in loose[len(words) :])):
        return None
    after = _without_end(item[at + 1 :], _NOTHING)
    local, domain = _local_text(item[start:at]), _domain_text(after)
    if local is None or domain is None:
        return None
    return _Spelled(phrase_text(loose) or _comment_after(item[at + 1 + len(after) :]), local, domain)


def _position_of_at(item: Sequence[Token]) -> int | None:
    for index, token in enumerate(item):
        if token.text == "@":
            return index
    return None


def _local_start(item: Sequence[Token], at: int) -> int:
    """Answer where the local part begins that ends before `at`: words joined by dots.

    White space may stand around such a dot (RFC 5322 4.4). Only after it, it ends an abbreviation: in
    `Dr. who@example.com` the name is `Dr.`
    """
    start = at
    wants_word = True
    for index in range(at - 1, -1, -1):
        kind, text, _, _ = item[index]
        if kind in _NOTHING:
            continue
        if wants_word and kind in _WORDS:
            start, wants_word = index, False
        elif not wants_word and text == "." and not (_is_spaced(item, index + 1) and not _is_spaced(item, index - 1)):
            start, wants_word = index, True
        else:
            break
    return start


def _is_spaced(item: Sequence[Token], index: int) -> bool:
    return index >= 0 and item[index].kind is Kind.SPACE


def _comment_after(item: Sequence[Token]) -> str:
    comments = [token.text for token in item if token.kind is Kind.COMMENT]
    return comment_text(comments[-1]) if comments else ""


def _local_text(item: Sequence[Token]) -> str | None:
    """Join `word *("." word)`, leaving out white space and comments; None where it is something else."""
    return _joined(item, _WORDS)


def _domain_text(item: Sequence[Token]) -> str | None:
    words = [token for token in item if token.kind not in _NOTHING]
    if len(words) == 1 and words[0].kind is Kind.LITERAL:
        return words[0].text
    return _joined(item, frozenset({Kind.ATOM}))


def _joined(item: Sequence[Token], words: frozenset[Kind]) -> str | None:
    parts: list[str] = []
    wants_word = True
    for kind, text, _, _ in item:
        if kind in _NOTHING:
            continue
        if not (kind in words if wants_word else text == "."):
            return None
        # Folding is undone (RFC 5322 2.2.3).
        parts.append(text.replace("\r\n", "") if kind is Kind.QUOTED else text)
        wants_word = not wants_word
    return None if wants_word else "".join(parts)


def _unquoted(local: str) -> str:
    """Answer what the mailbox is called, without the quotes and backslashes that only carry it."""
    if '"' not in local:
        return local
    words = [token.text for token in tokens(local)]
    return "".join(_QUOTED_PAIR.sub(r"\1", word[1:-1]) if word.startswith('"') else word for word in words)


def _quoted_if_needed(local: str) -> str:
    if _DOT_ATOM.fullmatch(local):
        return local
    escaped = local.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
