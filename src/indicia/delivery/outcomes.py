"""What an attempt's end means: for the copy, and for how much its receiver is sent."""

from typing import NamedTuple

from indicia.delivery.model import Bounced, Deferred, Delivered, Outcome, Report, Status
from indicia.mail.bounces import NO_SUCH_MAILBOX, BounceClass, classify
from indicia.mail.replies import Reply
from indicia.messages.model import Showing
from indicia.net.model import EgressRefusedError, NetError, ResolutionError
from indicia.net.smtp.model import (
    MalformedLetterError,
    SmtpConnectError,
    SmtpError,
    SmtpLackingError,
    SmtpRefusedError,
    SmtpTlsError,
    Verb,
)

# What a server says before it knows what it is about concerns us, and is settled by somebody within hours or days: a
# list we are on, a login that is wrong.
_BEFORE_MAIL = frozenset({Verb.BANNER, Verb.EHLO, Verb.STARTTLS, Verb.AUTH})
_OVERLOAD = frozenset({BounceClass.RATE, BounceClass.BUSY, BounceClass.REPUTATION})


class _Verdict(NamedTuple):
    """What stands in for a reply; codes of 500 and more are final."""

    code: int
    enhanced: str
    bounce_class: BounceClass


_SHOWN_BY_REFUSAL_OF: dict[Verb | None, Showing] = {
    Verb.RCPT: Showing.REFUSED,
    Verb.DATA: Showing.CAME_BACK,
    Verb.DOT: Showing.CAME_BACK,
}
_NOT_FOUND = frozenset({BounceClass.BAD_DOMAIN, BounceClass.DNS})

# The first kind that fits.
_WITHOUT_REPLY: tuple[tuple[type[NetError], _Verdict], ...] = (
    (SmtpTlsError, _Verdict(454, "4.7.5", BounceClass.TLS)),
    (SmtpConnectError, _Verdict(421, "4.4.1", BounceClass.CONNECTION)),
    (SmtpError, _Verdict(421, "4.4.2", BounceClass.CONNECTION)),
    (ResolutionError, _Verdict(451, "4.4.3", BounceClass.DNS)),
    (EgressRefusedError, _Verdict(550, "5.4.4", BounceClass.REFUSED)),
    (MalformedLetterError, _Verdict(550, "5.6.0", BounceClass.MALFORMED)),
    (NetError, _Verdict(451, "4.3.0", BounceClass.CONNECTION)),
)
_NO_SUCH_HOST = _Verdict(550, "5.4.4", BounceClass.BAD_DOMAIN)
_LACKING = {
    "SIZE": _Verdict(552, "5.3.4", BounceClass.TOO_LARGE),
    "SMTPUTF8": _Verdict(550, "5.6.7", BounceClass.PROTOCOL),
    "AUTH": _Verdict(454, "4.7.0", BounceClass.RELAY),
}


def delivered(reply: Reply) -> Delivered:
    """Judge the reply that takes a message."""
    return Delivered(_status_of(reply))


def judge(error: NetError) -> Deferred | Bounced:
    """Judge why a message was not taken."""
    if isinstance(error, SmtpRefusedError):
        return _refused(error.verb, error.reply)
    if isinstance(error, SmtpError) and error.is_uncertain:
        description = f"{error.detail}, after the whole message was sent: the server may have taken it"
        return Deferred(Status(451, description, "4.4.2"), BounceClass.UNCERTAIN, is_uncertain=True)
    if isinstance(error, SmtpLackingError):
        verdict = _LACKING[error.extension]
    elif isinstance(error, ResolutionError) and error.is_permanent:
        verdict = _NO_SUCH_HOST
    else:
        verdict = next(verdict for kind, verdict in _WITHOUT_REPLY if isinstance(error, kind))
    status = Status(verdict.code, _described(error), verdict.enhanced)
    return Bounced(status, verdict.bounce_class) if verdict.code >= 500 else Deferred(status, verdict.bounce_class)


def copes(outcome: Outcome, verb: Verb | None) -> bool | None:
    """Tell whether a receiver is well that an attempt ended with like this; None where it does not tell.

    A refusal of one recipient, greylisting too, says nothing about how much the receiver can take.

    Args:
        outcome: What became of the copy.
        verb: How far the dialogue got; None where there was no dialogue.
    """
    if isinstance(outcome, Delivered):
        return True
    if verb is None:
        return None
    if verb in _BEFORE_MAIL or verb is Verb.CONNECT:
        return False
    if outcome.bounce_class in {BounceClass.CONNECTION, BounceClass.UNCERTAIN} or outcome.status.code == 421:
        return False
    if isinstance(outcome, Bounced):
        return None if outcome.bounce_class in _OVERLOAD else True
    return False if outcome.bounce_class in _OVERLOAD or verb is Verb.MAIL else None


def shown_by(report: Report, *, is_last: bool) -> Showing | None:
    """Tell what an attempt's end shows about the recipient's domain; None where it shows nothing.

    Args:
        report: What came of the attempt.
        is_last: The copy is not tried again. One that is may arrive yet.
    """
    outcome = report.outcome
    if report.is_relayed:
        return None
    if isinstance(outcome, Delivered):
        return Showing.TOOK
    if isinstance(outcome, Bounced) and outcome.bounce_class in NO_SUCH_MAILBOX:
        return _SHOWN_BY_REFUSAL_OF.get(report.verb)
    is_lost = outcome.bounce_class in _NOT_FOUND if report.verb is None else report.verb is Verb.CONNECT
    return Showing.UNREACHED if is_lost and is_last else None


def _refused(verb: Verb, reply: Reply) -> Deferred | Bounced:
    status, bounce_class = _status_of(reply), classify(reply, of_recipient=verb is Verb.RCPT)
    if verb is Verb.AUTH:
        return Deferred(status, BounceClass.RELAY)
    if reply.is_temporary or verb in _BEFORE_MAIL:
        return Deferred(status, bounce_class)
    return Bounced(status, bounce_class)


def _status_of(reply: Reply) -> Status:
    return Status(reply.code, str(reply), reply.enhanced or "", reply.texts)


def _described(error: NetError) -> str:
    match error:
        case ResolutionError():
            return f"no address of {error.host} could be found"
        case EgressRefusedError():
            return "the mail exchanger has no address that mail may be sent to"
        case SmtpLackingError() | SmtpConnectError():
            return error.detail
    return str(error)
