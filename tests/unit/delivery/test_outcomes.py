"""What errors and replies come to, and what they say about the receiver."""

import pytest

from indicia.delivery.model import Bounced, Deferred
from indicia.delivery.outcomes import copes, delivered, judge
from indicia.mail.bounces import BounceClass
from indicia.mail.replies import Reply
from indicia.net.model import EgressRefusedError, ResolutionError
from indicia.net.smtp.model import (
    MalformedLetterError,
    SmtpConnectError,
    SmtpGarbledError,
    SmtpLackingError,
    SmtpLostError,
    SmtpRefusedError,
    SmtpTimeoutError,
    SmtpTlsError,
    Verb,
)


def refused(verb: Verb, code: int, text: str) -> SmtpRefusedError:
    return SmtpRefusedError(verb, Reply(code, (text,)))


CASES = [
    (refused(Verb.RCPT, 550, "5.1.1 no"), Bounced, BounceClass.BAD_MAILBOX, True),
    (refused(Verb.RCPT, 451, "4.7.1 greylisted"), Deferred, BounceClass.GREYLISTED, None),
    (refused(Verb.RCPT, 452, "4.2.2 full"), Deferred, BounceClass.FULL, None),
    (refused(Verb.RCPT, 421, "4.7.0 too many messages"), Deferred, BounceClass.RATE, False),
    (refused(Verb.MAIL, 451, "4.3.0 later"), Deferred, BounceClass.BUSY, False),
    (refused(Verb.BANNER, 554, "5.7.1 blocked using spamhaus"), Deferred, BounceClass.REPUTATION, False),
    (refused(Verb.AUTH, 535, "5.7.8 wrong"), Deferred, BounceClass.RELAY, False),
    (refused(Verb.DOT, 554, "5.7.1 spam"), Bounced, BounceClass.SPAM, True),
    (SmtpConnectError("refused"), Deferred, BounceClass.CONNECTION, False),
    (SmtpTimeoutError(Verb.RCPT, "x"), Deferred, BounceClass.CONNECTION, False),
    (SmtpGarbledError(Verb.BANNER, "x"), Deferred, BounceClass.CONNECTION, False),
    (SmtpLostError(Verb.DOT, "x"), Deferred, BounceClass.UNCERTAIN, False),
    (SmtpTlsError(Verb.STARTTLS, "x"), Deferred, BounceClass.TLS, False),
    (SmtpLackingError(Verb.MAIL, "SIZE", "x"), Bounced, BounceClass.TOO_LARGE, True),
    (SmtpLackingError(Verb.MAIL, "SMTPUTF8", "x"), Bounced, BounceClass.PROTOCOL, True),
    (SmtpLackingError(Verb.AUTH, "AUTH", "x"), Deferred, BounceClass.RELAY, False),
    (ResolutionError("mx.test", is_permanent=False), Deferred, BounceClass.DNS, None),
    (ResolutionError("mx.test", is_permanent=True), Bounced, BounceClass.BAD_DOMAIN, None),
    (EgressRefusedError("inside"), Bounced, BounceClass.REFUSED, None),
    (MalformedLetterError("bare CR"), Bounced, BounceClass.MALFORMED, None),
]


@pytest.mark.parametrize(("error", "kind", "bounce_class", "well"), CASES, ids=[repr(case[0]) for case in CASES])
def test_error_comes_to_its_outcome(error, kind, bounce_class, well):
    outcome = judge(error)

    assert (type(outcome), outcome.bounce_class) == (kind, bounce_class)
    assert copes(outcome, getattr(error, "verb", None)) is well
    assert outcome.status.description


def test_only_a_loss_after_the_end_is_uncertain():
    after = judge(SmtpTimeoutError(Verb.DOT, "x"))
    before = judge(SmtpTimeoutError(Verb.DATA, "x"))

    assert isinstance(after, Deferred)
    assert after.is_uncertain
    assert isinstance(before, Deferred)
    assert not before.is_uncertain


def test_delivered_keeps_the_servers_words_apart_from_its_codes():
    status = delivered(Reply(250, ("2.0.0 Ok: queued as E15E2203D4",))).status

    assert status.description == "250 2.0.0 Ok: queued as E15E2203D4"
    assert status.message == ("Ok: queued as E15E2203D4",)
    assert (status.code, status.enhanced) == (250, "2.0.0")


def test_our_reasons_do_not_tell_what_the_network_looks_like():
    assert "127" not in judge(EgressRefusedError("127.0.0.1 is ours")).status.description
