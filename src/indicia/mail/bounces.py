"""Why a message was refused: one class for each reply, from a table.

The enhanced code decides where it says something (RFC 3463 and its registry); where it is as vague as 5.7.1 or absent,
the words do; then what was refused. The words are those that large providers and common servers use.
"""

import re
from enum import StrEnum

from indicia.mail.replies import Reply


class BounceClass(StrEnum):
    """What stood in the way, in the words of events."""

    BAD_MAILBOX = "bad-mailbox"
    """There is no such recipient."""
    BAD_DOMAIN = "bad-domain"
    """The recipient's domain does not exist or takes no mail."""
    INACTIVE = "inactive-mailbox"
    """The mailbox exists and is switched off."""
    FULL = "mailbox-full"
    TOO_LARGE = "too-large"
    SPAM = "spam"
    """The content was taken for spam or malware."""
    REPUTATION = "reputation"
    """Our address or domain is on a list, or is known badly."""
    AUTHENTICATION = "authentication"
    """SPF, DKIM, DMARC or reverse DNS of ours did not satisfy."""
    POLICY = "policy"
    """The receiver wants no such mail, for reasons of its own."""
    RATE = "rate-limit"
    """Too much at once."""
    GREYLISTED = "greylisted"
    """To be tried again, as everybody is at first."""
    BUSY = "server-busy"
    """The server has troubles of its own."""
    RELAY = "relay-refused"
    """The server does not feel responsible for the recipient, or does not know our login."""
    PROTOCOL = "protocol"
    """The server does not understand, or does not offer what the message needs."""
    DNS = "dns"
    TLS = "tls"
    CONNECTION = "connection"
    """No connection, or one that broke."""
    UNCERTAIN = "uncertain"
    """The end of the message was sent, and no answer came: it may have been taken."""
    EXPIRED = "expired"
    LOOP = "loop"
    MALFORMED = "malformed"
    """The message cannot be sent as it is."""
    REFUSED = "refused-destination"
    """The mail exchanger's address is one that nobody may make us talk to."""
    UNCLASSIFIED = "unclassified"


# Those that say that this recipient will never take mail: what a suppression is for. Others are about us, about the
# message or about the moment.
HARD = frozenset({BounceClass.BAD_MAILBOX, BounceClass.BAD_DOMAIN, BounceClass.INACTIVE, BounceClass.UNCLASSIFIED})

# Those by which the domain is well, and this mailbox is not there.
NO_SUCH_MAILBOX = frozenset({BounceClass.BAD_MAILBOX, BounceClass.INACTIVE})

# Subject and detail of an enhanced code, whatever its class (RFC 3463, RFC 7372, RFC 7505 and the IANA registry).
_BY_ENHANCED = {
    "1.0": BounceClass.BAD_MAILBOX,
    "1.1": BounceClass.BAD_MAILBOX,
    "1.2": BounceClass.BAD_DOMAIN,
    "1.3": BounceClass.BAD_MAILBOX,
    "1.4": BounceClass.BAD_MAILBOX,
    "1.6": BounceClass.BAD_MAILBOX,  # The mailbox has moved.
    "1.7": BounceClass.AUTHENTICATION,  # Our return path does not please.
    "1.8": BounceClass.AUTHENTICATION,
    "1.10": BounceClass.BAD_MAILBOX,  # Exchange says so of unknown recipients, RFC 7505 of domains with a null MX.
    "2.1": BounceClass.INACTIVE,
    "2.2": BounceClass.FULL,
    "2.3": BounceClass.TOO_LARGE,
    "3.1": BounceClass.BUSY,
    "3.2": BounceClass.BUSY,
    "3.4": BounceClass.TOO_LARGE,
    "4.3": BounceClass.DNS,
    "4.4": BounceClass.DNS,
    "4.5": BounceClass.BUSY,
    "4.6": BounceClass.LOOP,
    "5.1": BounceClass.PROTOCOL,
    "5.2": BounceClass.PROTOCOL,
    "5.3": BounceClass.RATE,
    "5.4": BounceClass.PROTOCOL,
    "5.6": BounceClass.PROTOCOL,
    "6.7": BounceClass.PROTOCOL,  # No SMTPUTF8.
    "7.10": BounceClass.TLS,
    "7.11": BounceClass.TLS,
    "7.20": BounceClass.AUTHENTICATION,  # DKIM.
    "7.21": BounceClass.AUTHENTICATION,
    "7.22": BounceClass.AUTHENTICATION,
    "7.23": BounceClass.AUTHENTICATION,  # SPF.
    "7.24": BounceClass.AUTHENTICATION,
    "7.25": BounceClass.AUTHENTICATION,  # Reverse DNS.
    "7.26": BounceClass.AUTHENTICATION,
    "7.27": BounceClass.AUTHENTICATION,
    "7.28": BounceClass.RATE,  # Gmail's mail floods.
    "7.29": BounceClass.AUTHENTICATION,
    "7.30": BounceClass.TLS,
    "7.40": BounceClass.AUTHENTICATION,
    "7.508": BounceClass.RATE,  # Exchange Online.
    "7.509": BounceClass.AUTHENTICATION,
    "7.511": BounceClass.REPUTATION,
    "7.515": BounceClass.AUTHENTICATION,
    "7.520": BounceClass.POLICY,
    "7.606": BounceClass.REPUTATION,
}

_WORDS = {
    BounceClass.GREYLISTED: (r"gr[ea]y-?list",),
    BounceClass.FULL: (
        r"mailbox (is )?full",
        r"over ?quota",
        r"quota exceed",
        r"exceeded.{0,20}quota",
        r"insufficient.{0,9}storage",
    ),
    BounceClass.RATE: (
        r"rate.?limit",
        r"too many (messages|connections|recipients|emails|errors|concurrent)",
        r"too fast",
        r"throttl",
        r"excessive",
        r"unusual rate",
        r"concurren",
    ),
    BounceClass.AUTHENTICATION: (
        r"\b(spf|dkim|dmarc|rdns|ptr)\b",
        r"reverse dns",
        r"unauthenticated",
        r"does not resolve",
        r"sender verif",
        r"sender address rejected: domain not found",
    ),
    BounceClass.REPUTATION: (
        r"spamhaus|barracudacentral|spamcop|sorbs",
        r"\b(rbl|dnsbl)\b",
        r"(block|black|deny)(ed)? ?-?list",
        r"reputation",
        r"poor sender",
        r"blocked using",
        r"listed (at|by|in|on)",
        r"ip (address )?(is |has been )?(blocked|banned)",
    ),
    BounceClass.SPAM: (
        r"\b(spam|virus|junk)\b",
        r"spammy|unsolicited|malware|phish",
        r"bulk mail",
        r"content (was )?reject",
    ),
    BounceClass.BAD_MAILBOX: (
        r"(user|mailbox|recipient|address|account|addressee).{0,40}(unknown|not (be )?found|n[o']t exist|not exist)",
        r"(user|mailbox|recipient|address|account|addressee).{0,40}(invalid|unavailable|undeliverable|no longer)",
        r"(unknown|no such|invalid|bad|non-?existent) (local )?(user|mailbox|recipient|address|account|dest)",
        r"no mailbox",
        r"not a valid (mailbox|recipient)",
        r"unroutable",
        r"not our customer",
        r"recipient address rejected: access",
    ),
    BounceClass.INACTIVE: (r"disabled|inactive|suspended|deactivated", r"not active"),
    BounceClass.RELAY: (
        r"relay(ing)?.{0,20}(denied|not permitted|not allowed|access)",
        r"unable to relay",
        r"not relay",
    ),
    BounceClass.TOO_LARGE: (r"message.{0,20}(too (big|large)|size)", r"size limit", r"exceeds.{0,20}size"),
    BounceClass.BAD_DOMAIN: (
        r"domain.{0,20}(not found|not exist|unknown)",
        r"unknown (domain|host)",
        r"host not found",
    ),
    BounceClass.TLS: (r"must issue a starttls", r"tls (is )?required", r"encryption required"),
    BounceClass.LOOP: (r"\bloop\b", r"too many hops", r"hop count"),
    BounceClass.POLICY: (r"policy|not allowed|denied|prohibited|not accept|refused|rejected",),
    BounceClass.BUSY: (r"try again|temporar|later|busy|unavailable|\bload\b|maintenance|resource",),
}
# The first that matches decides. Each is linear: plain words, and gaps of bounded length.
_BY_WORDS = tuple(
    (re.compile("|".join(patterns), re.IGNORECASE), bounce_class) for bounce_class, patterns in _WORDS.items()
)
# How much of a reply is looked at: what somebody writes there must not cost more.
_MOST_CHARACTERS = 1000


def classify(reply: Reply, *, of_recipient: bool) -> BounceClass:
    """Tell why `reply` refuses.

    Args:
        reply: A refusal.
        of_recipient: Whether it answers RCPT, so that a bare 550 is about the recipient.
    """
    enhanced = reply.enhanced
    known = _BY_ENHANCED.get(enhanced.partition(".")[2]) if enhanced else None
    # A disabled mailbox is permanent; for the moment it is only busy (4.2.1 is Gmail's word for too much mail to one).
    if known is BounceClass.INACTIVE and reply.is_temporary:
        return BounceClass.RATE
    if known is not None:
        return known
    text = " ".join(reply.texts)[:_MOST_CHARACTERS]
    for words, bounce_class in _BY_WORDS:
        if words.search(text):
            return bounce_class
    return _by_basic_code(reply, of_recipient=of_recipient)


def _by_basic_code(reply: Reply, *, of_recipient: bool) -> BounceClass:
    if reply.code in {552, 452}:
        return BounceClass.FULL
    if 500 <= reply.code < 505:
        return BounceClass.PROTOCOL
    if reply.is_temporary:
        return BounceClass.BUSY
    if of_recipient:
        return BounceClass.BAD_MAILBOX
    return BounceClass.UNCLASSIFIED
