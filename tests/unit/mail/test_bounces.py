"""Replies as large providers and common servers write them, and what they come to."""

import time

import pytest

from indicia.mail.bounces import BounceClass, classify
from indicia.mail.replies import Reply

REPLIES = [
    ("550", "5.1.1 The email account that you tried to reach does not exist. gsmtp", BounceClass.BAD_MAILBOX),
    ("550", "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP", BounceClass.BAD_MAILBOX),
    ("550", "5.4.1 Recipient address rejected: Access denied.", BounceClass.BAD_MAILBOX),
    ("554", "delivery error: dd This user doesn't have a yahoo.com account", BounceClass.BAD_MAILBOX),
    ("550", "No such user here", BounceClass.BAD_MAILBOX),
    ("550", "", BounceClass.BAD_MAILBOX),
    ("550", "Unrouteable address", BounceClass.BAD_MAILBOX),
    ("550", "5.2.1 The email account that you tried to reach is disabled.", BounceClass.INACTIVE),
    ("450", "4.2.1 The user you are trying to contact is receiving mail at a rate that", BounceClass.RATE),
    ("452", "4.2.2 The email account that you tried to reach is over quota.", BounceClass.FULL),
    ("552", "5.2.2 Mailbox full", BounceClass.FULL),
    ("552", "Requested mail action aborted: exceeded storage allocation", BounceClass.FULL),
    ("552", "5.3.4 Message size exceeds fixed limit", BounceClass.TOO_LARGE),
    ("550", "5.7.1 Our system has detected that this message is likely unsolicited mail.", BounceClass.SPAM),
    (
        "554",
        "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        BounceClass.REPUTATION,
    ),
    ("550", "5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. on our block list", BounceClass.REPUTATION),
    ("550", "5.7.26 This mail is unauthenticated, which poses a security risk", BounceClass.AUTHENTICATION),
    ("550", "5.7.1 Email rejected per DMARC policy for a.test", BounceClass.AUTHENTICATION),
    ("421", "4.7.28 Our system has detected an unusual rate of unsolicited mail", BounceClass.RATE),
    ("421", "Too many concurrent SMTP connections from this IP address", BounceClass.RATE),
    ("451", "4.7.1 Greylisting in action, please come back later", BounceClass.GREYLISTED),
    ("450", "4.2.0 Recipient address rejected: Greylisted", BounceClass.GREYLISTED),
    ("421", "4.3.2 Service not available, closing transmission channel", BounceClass.BUSY),
    ("451", "", BounceClass.BUSY),
    ("554", "5.7.1 Relay access denied", BounceClass.RELAY),
    ("530", "5.7.0 Must issue a STARTTLS command first", BounceClass.TLS),
    ("554", "5.4.6 Hop count exceeded - possible mail loop", BounceClass.LOOP),
    ("550", "5.7.1 Message rejected due to local policy.", BounceClass.POLICY),
    ("502", "Command not implemented", BounceClass.PROTOCOL),
]


@pytest.mark.parametrize(("code", "text", "expected"), REPLIES, ids=[f"{code} {text}" for code, text, _ in REPLIES])
def test_reply_falls_into_its_class(code, text, expected):
    assert classify(Reply(int(code), (text,)), of_recipient=True) is expected


def test_a_bare_refusal_of_the_message_says_nothing_about_the_recipient():
    assert classify(Reply(554, ()), of_recipient=False) is BounceClass.UNCLASSIFIED


def test_the_enhanced_code_counts_more_than_the_words():
    assert classify(Reply(550, ("5.1.1 spam spam spam",)), of_recipient=True) is BounceClass.BAD_MAILBOX


def test_hostile_words_cost_little():
    hostile = ("user " * 2000 + "mailbox exceeded " * 2000, "relay " * 5000)
    began = time.perf_counter()

    classify(Reply(550, hostile), of_recipient=False)

    assert time.perf_counter() - began < 0.1
