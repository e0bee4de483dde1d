"""What a server's reply says about a mailbox: tables, so that each case stands in one row.

`mail.bounces` reads the reply: enhanced codes before words. Here its classes become reasons. Where the reply is about
us, about the moment or about a rule of the receiver's, nothing is known of the mailbox: such an answer must never end
as `rejected_email`.
"""

import re

from indicia.mail.bounces import BounceClass, classify
from indicia.mail.replies import Reply
from indicia.validation.model import Finding, Origin, Reason

_BY_CLASS = {
    BounceClass.BAD_MAILBOX: Reason.REJECTED_EMAIL,
    BounceClass.BAD_DOMAIN: Reason.REJECTED_EMAIL,
    BounceClass.INACTIVE: Reason.REJECTED_EMAIL,
    BounceClass.FULL: Reason.ACCEPTED_EMAIL,
    BounceClass.GREYLISTED: Reason.UNAVAILABLE_SMTP,
    BounceClass.BUSY: Reason.UNAVAILABLE_SMTP,
    BounceClass.RATE: Reason.UNAVAILABLE_SMTP,
    BounceClass.SPAM: Reason.UNAVAILABLE_SMTP,
    BounceClass.REPUTATION: Reason.UNAVAILABLE_SMTP,
    BounceClass.AUTHENTICATION: Reason.UNAVAILABLE_SMTP,
    BounceClass.POLICY: Reason.UNAVAILABLE_SMTP,
    BounceClass.RELAY: Reason.UNAVAILABLE_SMTP,
    BounceClass.TLS: Reason.UNAVAILABLE_SMTP,
    BounceClass.TOO_LARGE: Reason.UNAVAILABLE_SMTP,
    BounceClass.DNS: Reason.UNAVAILABLE_SMTP,
    BounceClass.LOOP: Reason.UNAVAILABLE_SMTP,
    BounceClass.PROTOCOL: Reason.UNEXPECTED_ERROR,
    BounceClass.UNCLASSIFIED: Reason.UNEXPECTED_ERROR,
}

# Enhanced codes about addressing and mailboxes (RFC 3463 3.2 and 3.3) say it themselves, whatever the words are.
_OF_MAILBOX = re.compile(r"5\.(?:1\.(?:0|1|2|3|6|10)|2\.1)")
# Without such a code these words are about us or about a rule, even beside "recipient": iCloud's `554 5.7.0 Blocked`,
# Outlook's `banned sending IP`, and lists of all kinds were all once read as "no such user".
_ABOUT_US = re.compile(
    r"block|black|banned|\blist|spam|abuse|reputation|policy|client host|your (?:ip|host|server|network)|sender"
    r"|reverse|\bptr\b|\brdns\b|dnsbl|\brbl\b|not allowed|authenticat|denied",
    re.IGNORECASE,
)
# RFC 5321 4.2.3: these refuse a mailbox; a bare 554 refuses a transaction, 571 a permission.
_MAILBOX_CODES = frozenset({550, 551, 553})
_MOST_CHARACTERS = 1000
_LONGEST_DETAIL = 300

GREYLISTED_SECONDS = 300.0
"""After how long a server that asks for patience is asked again: Postgrey's default, the longest in wide use."""
BUSY_SECONDS = 900.0


def of_recipient(reply: Reply, now: float) -> Finding:
    """Conclude from the answer to RCPT for the address itself."""
    if reply.is_positive:
        return Finding(Reason.ACCEPTED_EMAIL, Origin.PROBE, detail=_shown(reply))
    bounce_class = classify(reply, of_recipient=True)
    reason = _BY_CLASS.get(bounce_class, Reason.UNEXPECTED_ERROR)
    if reason is Reason.REJECTED_EMAIL and not _refuses_mailbox(reply):
        reason = Reason.UNAVAILABLE_SMTP
    # Microsoft's `452 4.5.3 Too many recipients` and Gmail's `4.2.1` are rates; only a quota is a full mailbox.
    return _finding(reason, bounce_class, reply, now, is_full=bounce_class is BounceClass.FULL)


def before_recipient(reply: Reply, now: float) -> Finding:
    """Conclude from a refusal to talk at all: it is never about the mailbox."""
    return _finding(Reason.UNAVAILABLE_SMTP, classify(reply, of_recipient=False), reply, now)


def _finding(reason: Reason, bounce_class: BounceClass, reply: Reply, now: float, *, is_full: bool = False) -> Finding:
    wait = GREYLISTED_SECONDS if bounce_class is BounceClass.GREYLISTED or reply.code == 450 else BUSY_SECONDS
    asks = reason is Reason.UNAVAILABLE_SMTP and reply.is_temporary
    return Finding(
        reason, Origin.PROBE, is_full=is_full, detail=_shown(reply), ask_again_at=now + wait if asks else None
    )


def _refuses_mailbox(reply: Reply) -> bool:
    if reply.is_temporary:
        return False
    enhanced = reply.enhanced
    if enhanced is not None and _OF_MAILBOX.fullmatch(enhanced):
        return True
    text = " ".join(reply.texts)[:_MOST_CHARACTERS]
    if _ABOUT_US.search(text) or (enhanced is not None and enhanced.startswith("5.7.")):
        return False
    return reply.code in _MAILBOX_CODES or classify(Reply(421, reply.texts), of_recipient=False) in _OF_WORDS


# What only words can have led to: a bare 421 alone would be "busy".
_OF_WORDS = frozenset({BounceClass.BAD_MAILBOX, BounceClass.INACTIVE})


def _shown(reply: Reply) -> str:
    return str(reply)[:_LONGEST_DETAIL]
