"""Sendex: how good an address is, as the lowest of the caps that apply to it; docs/addresses.md has them in words.

The anchors are what Kickbox documents: 1 for an accepted person, 0.7 for a role or an accept-all domain, 0.5 for low
quality, 0 for what cannot be delivered or is thrown away. The others are judgement, kept between those.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from indicia.validation.model import RESULTS, AcceptAll, Cap, Facts, Finding, Result
from indicia.validation.track_record import NOT_KNOWN, TrackRecord

_UNDELIVERABLE = Cap("undeliverable", 0.0, "Mail to it will not arrive")
_DISPOSABLE = Cap("disposable", 0.0, "The mailbox lives for minutes")
_COMPLAINED = Cap("complained", 0.1, "Its owner has called mail from this domain spam")
_FULL = Cap("full", 0.4, "The mailbox takes nothing at present")
_RANDOM_FREE = Cap("random_free", 0.5, "A local part like random letters, at a free provider")
_ROLE_UNKNOWN = Cap("role_unknown", 0.4, "A function's address, and nothing is known about the mailbox")
# The seed's own sample has 0.6 for a person's address of which nothing could be learnt.
_UNKNOWN = Cap("unknown", 0.6, "Nothing is known about the mailbox")
# Between that and 0.7: its domain is one that takes our mail, which at a free provider says nothing of a mailbox.
_UNKNOWN_AT_KNOWN = Cap(
    "unknown", 0.65, "Nothing is known about the mailbox, but its domain has taken mail from this domain lately"
)
_UNREACHED = Cap("unreached", 0.2, "No mail from this domain has got to its domain for a day or longer")
_ROLE = Cap("role", 0.7, "A function's address, read by several people or by none")
_ACCEPT_ALL = Cap("accept_all", 0.7, "The server takes every address, so its yes says little")
_SHOWN_ACCEPT_ALL = Cap(
    "accept_all", 0.7, "The server has said yes to mailboxes from which mail of this domain came back"
)
_RANDOM = Cap("random", 0.8, "A local part like random letters")
_UNPROVEN = Cap("unproven", 0.9, "The server said yes, and may say so to every address")
_PERFECT = Cap("accepted", 1.0, "The server takes this address")

_LETTERS_OF_NO_WORD = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}")
_SHORTEST_RANDOM = 8


def caps(facts: Facts, finding: Finding, record: TrackRecord = NOT_KNOWN) -> tuple[Cap, ...]:
    """List what keeps the score down, the lowest first; never empty.

    Args:
        facts: What the address alone tells.
        finding: What is known of the mailbox.
        record: What our own mail has shown about its domain.
    """
    all_caps = [*_of_finding(facts, finding, record), *_of_facts(facts, finding)]
    return tuple(sorted(all_caps, key=lambda cap: cap.at_most))


def looks_random(local: str) -> bool:
    """Tell whether nobody would choose this local part: letters that no word has, or as many digits as letters."""
    plain = local.partition("+")[0]
    if len(plain) < _SHORTEST_RANDOM or not plain.isascii():
        return False
    digits = sum(character.isdigit() for character in plain)
    switches = sum(a.isdigit() != b.isdigit() for a, b in pairwise(plain))
    return bool(_LETTERS_OF_NO_WORD.search(plain)) or (digits * 2 >= len(plain) and switches >= 3)


def _of_finding(facts: Facts, finding: Finding, record: TrackRecord) -> Iterator[Cap]:
    result = RESULTS[finding.reason]
    if result is Result.UNKNOWN:
        yield _UNKNOWN if record.took_at is None or facts.is_free else _UNKNOWN_AT_KNOWN
        if record.unreached_since is not None:
            yield _UNREACHED
    else:
        yield _PERFECT if result is Result.DELIVERABLE else _UNDELIVERABLE
    if finding.is_full:
        yield _FULL
    if finding.has_complained:
        yield _COMPLAINED
    if finding.accept_all is AcceptAll.YES:
        yield _SHOWN_ACCEPT_ALL if record.accept_all is AcceptAll.YES else _ACCEPT_ALL
    elif finding.accept_all is AcceptAll.UNKNOWN and result is Result.DELIVERABLE:
        yield _UNPROVEN


def _of_facts(facts: Facts, finding: Finding) -> Iterator[Cap]:
    if facts.is_disposable:
        yield _DISPOSABLE
    if facts.is_role:
        yield _ROLE_UNKNOWN if RESULTS[finding.reason] is Result.UNKNOWN else _ROLE
    if facts.is_random:
        yield _RANDOM_FREE if facts.is_free else _RANDOM
