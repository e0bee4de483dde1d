"""What a server's words mean for a mailbox: every row was once misread by somebody."""

import pytest

from indicia.mail.replies import Reply
from indicia.validation.model import Reason
from indicia.validation.replies import BUSY_SECONDS, GREYLISTED_SECONDS, before_recipient, of_recipient

NOW = 1_800_000_000.0


def _reply(text):
    return Reply(int(text[:3]), (text[4:],))


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table",
        "550-5.1.1 The email account that you tried to reach does not exist.",
        "550 5.5.0 Requested action not taken: mailbox unavailable",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 No such user here",
        "550 Requested action not taken: mailbox unavailable",
        "550 unknown user",
        "553 5.3.0 <a@b.example>... Addressee unknown",
        "554 5.2.1 mailbox disabled",
        "554 delivery error: this user doesn't have a b.example account; no such user",
        "550 5.2.1 The email account that you tried to reach is disabled",
        "551 User not local",
    ],
)
def test_refusal_of_the_mailbox_is_a_rejection(text):
    assert of_recipient(_reply(text), NOW).reason is Reason.REJECTED_EMAIL


@pytest.mark.parametrize(
    "text",
    [
        "554 5.7.0 Blocked - see https://support.apple.com/en-us/HT204137",
        "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus",
        "550 5.7.1 Unfortunately, messages from [192.0.2.1] were not sent. Contact your Internet service provider",
        "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
        "550 5.7.25 The IP address sending this message does not have a PTR record setup",
        "550 Recipient address rejected: sender IP is on our blacklist",
        "550 Mailbox unavailable: your host is listed at dnsbl.example",
        "550 5.7.1 Relaying denied",
        "554 Transaction failed",
        "571 Delivery not authorized, message refused",
        "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted",
        "451 4.7.1 Please try again later",
        "452 4.5.3 Too many recipients",
        "421 4.7.0 Try again later, closing connection",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    ],
)
def test_what_is_about_us_or_the_moment_is_no_rejection(text):
    finding = of_recipient(_reply(text), NOW)

    assert finding.reason in {Reason.UNAVAILABLE_SMTP, Reason.UNEXPECTED_ERROR}
    assert finding.detail == text


@pytest.mark.parametrize("text", ["452 4.2.2 Mailbox full", "552 5.2.2 Over quota", "552 mailbox is full"])
def test_full_mailbox_exists(text):
    finding = of_recipient(_reply(text), NOW)

    assert (finding.reason, finding.is_full) == (Reason.ACCEPTED_EMAIL, True)


def test_greylisting_says_when_to_ask_again():
    assert of_recipient(_reply("451 4.7.1 Greylisted"), NOW).ask_again_at == NOW + GREYLISTED_SECONDS
    assert of_recipient(_reply("421 busy"), NOW).ask_again_at == NOW + BUSY_SECONDS
    assert of_recipient(_reply("554 5.7.1 blocked"), NOW).ask_again_at is None


def test_whatever_comes_before_the_recipient_is_never_about_it():
    assert before_recipient(_reply("550 5.1.1 user unknown"), NOW).reason is Reason.UNAVAILABLE_SMTP


def test_long_replies_are_cut():
    assert len(of_recipient(Reply(550, ("x" * 5000,)), NOW).detail) == 300
