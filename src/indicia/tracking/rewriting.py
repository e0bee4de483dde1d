"""Puts tracking into a copy's bodies: every byte that is no link stays as it was."""

import re
import string
from typing import NamedTuple
from urllib.parse import quote

import idna

from indicia.tracking.html_tags import DISABLE_TRACKING, HREF, LINK_CLASS, EndTag, LinkTag, Value, tags
from indicia.tracking.links import LONGEST_LINK_CLASS, LONGEST_URL_BYTES, MOST_LINKS, CopyLinks

# What the API we implement calls the ways out; the variants are Mailgun's, for lists we do not have.
_UNSUBSCRIBE_VARIABLE = re.compile(r"%(?:tag_|mailing_list_)?unsubscribe_(url|email)%")
_TRACKED_SCHEME = re.compile(r"https?://[^/?#\\]", re.IGNORECASE)
_TEXT_LINK = re.compile(r"https?://[^\s<>\"]++", re.IGNORECASE)
_AFTER_LINK = ".,;:!?'*_~"
_CLOSING = {")": "(", "]": "[", "}": "{"}
_CLASS_NAME = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST_LINK_CLASS}}}")
_URL_CHARACTERS = "".join(sorted({*string.ascii_letters, *string.digits, *string.punctuation} - {*'"<>`'}))
_PLAIN_URL = frozenset(_URL_CHARACTERS)
_AUTHORITY = re.compile(r"(?P<scheme>https?://)(?P<login>(?:[^/?#\\]*@)?)(?P<host>[^/?#\\:@]+)", re.IGNORECASE)

# Scanners have learned what `display:none` is for, so hidden links hide in different ways. None has a surface to tap,
# and screen readers and the tab key pass over all of them.
_HIDDEN_LINKS = (
    '<a href="{}" style="display:none" aria-hidden="true" tabindex="-1"></a>',
    '<a href="{}" aria-hidden="true" tabindex="-1" style="font-size:0;line-height:0;text-decoration:none"></a>',
    '<span style="display:inline-block;width:0;height:0" aria-hidden="true"><a href="{}" tabindex="-1"></a></span>',
    '<a tabindex="-1" aria-hidden="true" style="visibility:hidden;font-size:1px" href="{}"></a>',
    '<a href="{}" tabindex="-1" aria-hidden="true" style="max-height:0;max-width:0;overflow:hidden;opacity:0"></a>',
    '<span style="max-height:0;overflow:hidden;mso-hide:all" aria-hidden="true"><a tabindex="-1" href="{}"></a></span>',
)
_PIXEL = (
    '<img src="{}" alt="" width="1" height="1" border="0" style="height:1px!important;width:1px!important;'
    'border-width:0!important;margin:0!important;padding:0!important">'
)


class Wanted(NamedTuple):
    """What to put into a copy."""

    opens: bool
    clicks: bool
    hidden_links: bool


class _Edit(NamedTuple):
    """A replacement of a piece of the document."""

    start: int
    end: int
    text: str


def rewrite_html(document: str, links: CopyLinks, wanted: Wanted) -> str:
    """Answer an HTML body with its links tracked, hidden links and pixel added, and the ways out filled in.

    A link with `disable-tracking="true"` stays as it is, as do anchors, `mailto:` and whatever else is not http; so do
    links of more than `LONGEST_URL_BYTES`.
    """
    found = list(tags(document)) if wanted.opens or wanted.clicks or wanted.hidden_links else []
    tracked = _tracked(found)[:MOST_LINKS]
    edits: list[_Edit] = []
    if wanted.clicks:
        edits += [
            _Edit(href.start, href.end, links.link(number, url, link_class))
            for number, (_, href, url, link_class) in enumerate(tracked, 1)
        ]
    if wanted.hidden_links:
        edits += _hidden_links(document, found, tracked, links)
    if wanted.opens:
        end = _end_of_body(document, found)
        edits.append(_Edit(end, end, _PIXEL.format(links.pixel())))
    return with_ways_out(_edited(document, edits), links)


def rewrite_text(document: str, links: CopyLinks, *, wants_clicks: bool, first_number: int = 1) -> str:
    """Answer a plain-text body with its links tracked, if wanted, and the ways out filled in.

    Its links are counted from `first_number` on.
    """
    if not wants_clicks:
        return with_ways_out(document, links)
    number = first_number - 1

    def tracked(found: re.Match[str]) -> str:
        nonlocal number
        if len(found[0]) > 2 * LONGEST_URL_BYTES:
            return found[0]
        address = _without_punctuation(found[0])
        url = destination(address)
        if url is None or number >= MOST_LINKS:
            return found[0]
        number += 1
        return links.link(number, url) + found[0][len(address) :]

    return with_ways_out(_TEXT_LINK.sub(tracked, document), links)


def with_ways_out(text: str, links: CopyLinks) -> str:
    """Answer a text with `%unsubscribe_url%` and `%unsubscribe_email%` filled in, both as URLs."""
    if "%" not in text:
        return text
    return _UNSUBSCRIBE_VARIABLE.sub(
        lambda found: links.unsubscribe() if found[1] == "url" else links.unsubscribe_by_mail(), text
    )


def destination(text: str) -> str | None:
    """Write a link's address as browsers would ask for it; None where it is not for us to track."""
    # Browsers drop these wherever they stand (URL Standard 4.4), and customers wrap long links.
    address = text.strip(" \t\n\f\r").translate({9: None, 10: None, 13: None})
    if not _TRACKED_SCHEME.match(address) or _UNSUBSCRIBE_VARIABLE.search(address):
        return None
    url = address if _PLAIN_URL.issuperset(address) else _escaped(address)
    return url if url is not None and len(url) <= LONGEST_URL_BYTES else None


class _Tracked(NamedTuple):
    tag: LinkTag
    href: Value
    url: str
    link_class: str


def _tracked(found: list[LinkTag | EndTag]) -> list[_Tracked]:
    tracked = []
    for tag in found:
        if isinstance(tag, EndTag) or _is_disabled(tag):
            continue
        href = tag.attributes.get(HREF)
        url = destination(href.text) if href is not None else None
        if href is not None and url is not None:
            tracked.append(_Tracked(tag, href, url, _link_class(tag)))
    return tracked


def _is_disabled(tag: LinkTag) -> bool:
    disabled = tag.attributes.get(DISABLE_TRACKING)
    return disabled is not None and disabled.text.strip().lower() == "true"


def _link_class(tag: LinkTag) -> str:
    named = tag.attributes.get(LINK_CLASS)
    return named.text if named is not None and _CLASS_NAME.fullmatch(named.text) else ""


def _hidden_links(
    document: str, found: list[LinkTag | EndTag], tracked: list[_Tracked], links: CopyLinks
) -> list[_Edit]:
    """Place one hidden link before the first link, for machines that follow only that, and one in the middle."""
    if not tracked:
        end = _end_of_body(document, found)
        return [_Edit(end, end, _hidden_link(links, place, "")) for place in (1, 2)]
    middle = len(tracked) // 2
    if middle == 0:
        after = tracked[0].tag.end
        ends = (tag.end for tag in found if isinstance(tag, EndTag) and tag.name == "a" and tag.start >= after)
        second = next(ends, _end_of_body(document, found))
    else:
        second = tracked[middle].tag.start
    first = tracked[0].tag.start
    return [
        _Edit(place, place, _hidden_link(links, number, tracked[0].url))
        for number, place in enumerate((first, second), 1)
    ]


def _hidden_link(links: CopyLinks, number: int, url: str) -> str:
    address = links.hidden_link(number, url)
    # The address is as good as random and the same for every composition of this copy.
    way = sum(address[-8:].encode()) % len(_HIDDEN_LINKS)
    return _HIDDEN_LINKS[way].format(address)


def _end_of_body(document: str, found: list[LinkTag | EndTag]) -> int:
    ends = {tag.name: tag.start for tag in found if isinstance(tag, EndTag)}
    return ends.get("body", ends.get("html", len(document)))


def _edited(document: str, edits: list[_Edit]) -> str:
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += (document[done : edit.start], edit.text)
        done = edit.end
    return "".join([*pieces, document[done:]])


def _without_punctuation(address: str) -> str:
    """Leave out what ends a sentence and not an address, and closing brackets that were opened before it."""
    end = len(address)
    while end and _ends_early(address, end):
        end -= 1
    return address[:end]


def _ends_early(address: str, end: int) -> bool:
    last = address[end - 1]
    if last in _CLOSING:
        return address.count(last, 0, end) > address.count(_CLOSING[last], 0, end)
    return last in _AFTER_LINK


def _escaped(address: str) -> str | None:
    """Write an address with spaces or letters beyond ASCII for a `Location` header; None where its host is no name."""
    found = _AUTHORITY.match(address)
    if found is None:
        return None
    host = found["host"]
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return None
    rest = found["login"], host, address[found.end() :]
    return found["scheme"] + "".join(quote(part, safe=_URL_CHARACTERS, errors="replace") for part in rest)
