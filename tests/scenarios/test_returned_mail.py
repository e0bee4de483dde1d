"""Mail that comes back to a running service: what is authentic is acted on once, and nothing else changes anything."""

import asyncio
import smtplib
import socket
import ssl
from pathlib import Path

import pytest

from tests.api.client import Api
from tests.doubles.sent_mail import SentMail
from tests.doubles.service import Service

DOMAIN = "news.example.com"
CORPUS = Path(__file__).parents[1] / "unit" / "mail" / "returned"
SAMPLE_ADDRESS = b"bounce-aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.com"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    directory = tmp_path_factory.mktemp("returned")
    port = free_port()
    with Service(directory, SMTPD_LISTEN=f"127.0.0.1:{port}", HELLO_NAME="mx.news.example.com") as service:
        service.key = service.cli("domain", "add", DOMAIN, "--account", "ours", "--state", "active")["primary_key"]
        service.smtpd_port = port
        yield service


@pytest.fixture
async def mail(service):
    async with SentMail(service.directory / "data", service.url) as mail:
        yield mail


def sample(name, address):
    return (CORPUS / f"{name}.eml").read_bytes().replace(SAMPLE_ADDRESS, address.encode())


async def post(service, recipient, content, *, sender="", with_tls=False):
    """Send a message as a mail server does; answer None, or the code with which it was refused."""

    def send():
        with smtplib.SMTP("127.0.0.1", service.smtpd_port, local_hostname="mx.example.net", timeout=10) as client:
            if with_tls:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                client.starttls(context=context)
            client.sendmail(sender, [recipient], content)

    try:
        await asyncio.to_thread(send)
    except smtplib.SMTPRecipientsRefused as error:
        return error.recipients[recipient][0]
    return None


async def types_of(mail, address):
    events = [event for event in await mail.events(DOMAIN) if event["recipient"] == address]
    return [event["event"] for event in events if event["event"] not in {"accepted", "delivered"}], events[-1]


async def suppressions_of(mail, address):
    return [row[0] for row in await mail.database.fetch("SELECT type FROM suppressions WHERE canonical = $1", address)]


async def test_a_bounce_after_delivery_is_a_failure_and_suppresses_who_does_not_exist(service, mail):
    (copy,) = await mail.send(DOMAIN, "b1@example.org", message_id="b1@x")

    for _ in range(2):
        assert await post(service, copy.return_path, sample("postfix-unknown-user", copy.return_path)) is None

    types, event = await types_of(mail, "b1@example.org")
    assert types == ["failed"]
    assert (event["severity"], event["reason"]) == ("permanent", "bounce")
    assert event["delivery-status"]["enhanced-code"] == "5.1.1"
    assert event["delivery-status"]["bounce-class"] == "bad-mailbox"
    assert event["delivery-status"]["mx-host"] == "mail.example.org"
    assert await suppressions_of(mail, "b1@example.org") == ["bounce"]


async def test_a_full_mailbox_is_a_failure_and_suppresses_nobody(service, mail):
    (copy,) = await mail.send(DOMAIN, "b2@example.org", message_id="b2@x")

    await post(service, copy.return_path, sample("postfix-over-quota", copy.return_path), with_tls=True)

    types, event = await types_of(mail, "b2@example.org")
    assert types == ["failed"]
    assert event["delivery-status"]["bounce-class"] == "mailbox-full"
    assert await suppressions_of(mail, "b2@example.org") == []


async def test_a_delay_is_told_once_and_the_failure_after_it_too(service, mail):
    (copy,) = await mail.send(DOMAIN, "d1@example.org", message_id="d1@x")

    for name in ("postfix-delayed", "exim-old-warning", "postfix-delayed"):
        assert await post(service, copy.return_path, sample(name, copy.return_path)) is None
    types, event = await types_of(mail, "d1@example.org")
    await post(service, copy.return_path, sample("postfix-unknown-user", copy.return_path))
    await post(service, copy.return_path, sample("postfix-delayed", copy.return_path))

    assert types == ["failed"]
    assert (event["severity"], event["reason"]) == ("temporary", "delayed")
    async with Api(service.url, service.key) as api:
        (shown,) = (await api.get(f"/domains/{DOMAIN}/webhooks/temporary_fail/sample")).json()
    promised = shown["event-data"]
    assert event.keys() == promised.keys()
    assert event["delivery-status"].keys() == promised["delivery-status"].keys()
    assert (event["delivery-status"]["code"], event["delivery-status"]["enhanced-code"]) == (450, "4.4.1")
    assert (await types_of(mail, "d1@example.org"))[0] == ["failed", "failed"]
    assert (await mail.events(DOMAIN))[-1]["severity"] == "permanent"
    assert await suppressions_of(mail, "d1@example.org") == ["bounce"]


@pytest.mark.parametrize("name", ["delivered-receipt", "vacation-rfc3834", "vacation-outlook", "human-reply", "spam"])
async def test_what_is_no_bounce_changes_nothing(service, mail, name):
    (copy,) = await mail.send(DOMAIN, f"{name}@example.org", message_id=f"{name}@x")

    assert await post(service, copy.return_path, sample(name, copy.return_path)) is None

    assert (await types_of(mail, f"{name}@example.org"))[0] == []


async def test_a_complaint_is_reported_and_suppresses_at_whichever_address_it_comes(service, mail):
    (first, second) = await mail.send(DOMAIN, "c1@example.org", "c2@example.org", message_id="c1@x")

    await post(service, first.feedback_address, sample("arf-redacted-return-path", second.return_path))
    await post(service, second.return_path, sample("arf-yahoo", second.return_path))
    await post(service, second.return_path, sample("arf-yahoo", second.return_path))

    for address in ("c1@example.org", "c2@example.org"):
        types, event = await types_of(mail, address)
        assert types == ["complained"]
        assert event["complaint"]["feedback-type"] == "abuse"
        assert await suppressions_of(mail, address) == ["complaint"]


async def test_mail_to_the_unsubscribe_address_ends_the_mail_and_an_automatic_answer_does_not(service, mail):
    (wants, is_away) = await mail.send(DOMAIN, "u1@example.org", "u2@example.org", message_id="u1@x")

    for _ in range(2):
        await post(service, wants.unsubscribe_address, b"From: u1@example.org\r\nSubject: unsubscribe\r\n\r\n")
    await post(service, is_away.unsubscribe_address, sample("vacation-outlook", is_away.return_path))

    assert (await types_of(mail, "u1@example.org"))[0] == ["unsubscribed"]
    assert await suppressions_of(mail, "u1@example.org") == ["unsubscribe"]
    assert (await types_of(mail, "u2@example.org"))[0] == []


async def test_forged_addresses_are_refused(service, mail):
    (copy,) = await mail.send(DOMAIN, "f1@example.org", message_id="f1@x")
    path = copy.return_path
    flipped = path[:20] + ("a" if path[20] != "a" else "b") + path[21:]
    forged = [
        flipped,
        path.replace(DOMAIN, "rival.example.net"),
        path.replace("bounce-", "unsubscribe-"),
        SAMPLE_ADDRESS.decode(),
        f"postmaster@{DOMAIN}",
        "victim@elsewhere.example",
    ]

    refusals = [await post(service, address, sample("postfix-unknown-user", path)) for address in forged]

    assert refusals == [550] * len(forged)
    assert (await types_of(mail, "f1@example.org"))[0] == []


async def test_a_report_that_names_another_domain_s_mail_changes_nothing(service, mail):
    (copy,) = await mail.send(DOMAIN, "g1@example.org", message_id="g1@x")
    whole_domain = copy.feedback_address

    await post(service, whole_domain, sample("arf-yahoo", SAMPLE_ADDRESS.decode()).replace(b"abuse", b"not-spam"))

    assert (await types_of(mail, "g1@example.org"))[0] == []


async def test_messages_that_arrive_together_are_each_acted_on(service, mail):
    copies = await mail.send(DOMAIN, *[f"m{number}@example.org" for number in range(15)], message_id="m@x")

    await asyncio.gather(
        *(post(service, copy.return_path, sample("postfix-unknown-user", copy.return_path)) for copy in copies)
    )

    for copy in copies:
        assert (await types_of(mail, copy.recipient.address))[0] == ["failed"]
