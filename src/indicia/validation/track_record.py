"""What our own mail has shown about a domain, held against what was found out about an address of it: pure.

A mailbox is never judged by another one's bounce. What is judged is the domain: whether it takes mail at all, and
whether its yes means anything.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from indicia.messages.model import Destination
from indicia.validation.mail_hosts import DNS_SILENT, NULL_MX
from indicia.validation.model import AcceptAll, Finding, Origin, Reason

_DAY = 24 * 3600.0
# For how long a domain that took mail is known to work, whatever DNS says meanwhile. Delegations lapse and outages pass
# within days; a domain that is gone for longer is gone.
_TOOK_SECONDS = 7 * _DAY
# How long nothing must have got there: outages last for hours.
_UNREACHED_SECONDS = _DAY
_SHOWN_SECONDS = 31 * _DAY
# One may have been closed this week, or forwarded to elsewhere. Two that a server says yes to, and of which it never
# refused one, are a rule.
_MAILBOXES_THAT_CAME_BACK = 2
_ASK_AGAIN_SECONDS = 900.0


class TrackRecord(NamedTuple):
    """What a domain is known for.

    Attributes:
        accept_all: Whether it takes mail for every local part.
        took_at: Unix seconds at which it last took mail, if that was lately.
        unreached_since: Unix seconds since which no mail has got there, if that is so.
    """

    accept_all: AcceptAll = AcceptAll.UNKNOWN
    took_at: float | None = None
    unreached_since: float | None = None


NOT_KNOWN = TrackRecord()


def record_of(shown: Destination | None, now: float) -> TrackRecord:
    """Conclude what is true at `now` (unix seconds) from what mail has shown."""
    if shown is None:
        return NOT_KNOWN
    took_at = shown.took_at if _is_within(_TOOK_SECONDS, shown.took_at, now) else None
    return TrackRecord(_accept_all(shown, now), took_at, _unreached_since(shown, now))


def weigh(found: Finding, record: TrackRecord, now: float) -> Finding:
    """Correct what was found out about a mailbox by what is known of its domain."""
    if found.origin is Origin.DELIVERIES:
        return found
    if found.reason in _CONTRADICTED and found != NULL_MX and record.took_at is not None:
        detail = f"{found.detail}; but mail from this domain was delivered there on {_day(record.took_at)}"
        again_at = found.ask_again_at or now + _ASK_AGAIN_SECONDS
        return Finding(Reason.UNAVAILABLE_SMTP, Origin.DELIVERIES, detail=detail, ask_again_at=again_at)
    if found == DNS_SILENT and record.unreached_since is not None:
        detail = f"{found.detail}, and no mail from this domain has got there since {_day(record.unreached_since)}"
        return Finding(Reason.INVALID_DOMAIN, Origin.DELIVERIES, detail=detail)
    if found.reason is Reason.ACCEPTED_EMAIL and record.accept_all is not AcceptAll.UNKNOWN:
        return found._replace(accept_all=record.accept_all)
    return found


# What is no mail domain cannot have taken mail lately. A null MX is another matter: somebody has published it.
_CONTRADICTED = frozenset({Reason.INVALID_DOMAIN, Reason.NO_CONNECT, Reason.INVALID_SMTP})


def _accept_all(shown: Destination, now: float) -> AcceptAll:
    if _is_within(_SHOWN_SECONDS, shown.refused_at, now):
        return AcceptAll.NO
    # Where nothing was taken directly, mail goes through a relay, which says yes to everything for a while.
    took = _is_within(_SHOWN_SECONDS, shown.took_at, now)
    came_back = _is_within(_SHOWN_SECONDS, shown.came_back_at, now)
    is_rule = shown.came_back >= _MAILBOXES_THAT_CAME_BACK
    return AcceptAll.YES if took and came_back and is_rule else AcceptAll.UNKNOWN


def _unreached_since(shown: Destination, now: float) -> float | None:
    if shown.unreached_since is None or not _is_within(_SHOWN_SECONDS, shown.unreached_at, now):
        return None
    since = max(shown.unreached_since, shown.took_at or 0.0, shown.refused_at or 0.0)
    return since if now - since >= _UNREACHED_SECONDS else None


def _is_within(seconds: float, moment: float | None, now: float) -> bool:
    return moment is not None and now - moment <= seconds


def _day(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
