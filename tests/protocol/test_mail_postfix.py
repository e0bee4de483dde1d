"""Mail to the server that most of the Internet's mail meets, and to its sink when that misbehaves."""

from pathlib import Path

import pytest

from tests.doubles.certificates import CertificateAuthority
from tests.doubles.dns_zone import DnsZone
from tests.doubles.mail_worker import DOMAIN, MailWorker
from tests.doubles.postfix import Postfix, SmtpSink
from tests.doubles.webhook_worker import until


async def test_postfix_takes_mail_encrypted_and_as_it_was_written(tmp_path: Path, zone: DnsZone) -> None:
    authority = CertificateAuthority(tmp_path)
    async with Postfix(authority.server_file("mx.b.test")) as postfix:
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        async with MailWorker(tmp_path, zone.address, port=postfix.port) as worker:
            (row, *_) = await worker.submit("ann@b.test", "nobody@b.test")
            (delivered,) = await worker.until_events("ann@b.test", 1)
            (bounced,) = await worker.until_events("nobody@b.test", 1)
            await until(lambda: _has(postfix, "ann", 1))
            await worker.submit("bob@b.test", subject="a file")
            await until(lambda: _has(postfix, "bob", 1))

        (mail,) = postfix.mails("ann")
    assert delivered["delivery-status"]["description"].startswith("250 2.0.0 Ok: queued as ")
    assert delivered["delivery-status"]["tls"] is True
    assert (bounced["severity"], bounced["delivery-status"]["bounce-class"]) == ("permanent", "bad-mailbox")
    assert mail.startswith(f"Return-Path: <bounce-{row}@{DOMAIN}>\n".encode())
    assert b"with ESMTPS" in mail
    assert mail.endswith(b"\n\n.\nThe end.\n")


@pytest.mark.parametrize("options", [(), ("-p",), ("-e",), ("-8",)])
async def test_a_sink_that_offers_less_gets_mail_all_the_same(
    tmp_path: Path, zone: DnsZone, options: tuple[str, ...]
) -> None:
    async with SmtpSink(*options) as sink, sending(tmp_path, zone, sink) as worker:
        rows = await worker.submit(*(f"r{number}@b.test" for number in range(50)))
        await until(lambda: _is_done(worker))

        assert {await worker.state(row) for row in rows} == {"delivered"}


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_a_sink_that_drops_at_a_verb_loses_nothing(tmp_path: Path, zone: DnsZone, verb: str) -> None:
    async with SmtpSink("-q", verb) as sink, sending(tmp_path, zone, sink) as worker:
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

        assert event["severity"] == "temporary"
        assert event["delivery-status"]["bounce-class"] == ("uncertain" if verb == "." else "connection")
        assert await worker.jobs_left() == 1


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_a_sink_that_defers_at_a_verb_is_tried_again(tmp_path: Path, zone: DnsZone, verb: str) -> None:
    async with SmtpSink("-r", verb) as sink, sending(tmp_path, zone, sink) as worker:
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

        assert (event["severity"], event["delivery-status"]["code"] // 100) == ("temporary", 4)
        assert await worker.jobs_left() == 1


def sending(directory: Path, zone: DnsZone, sink: SmtpSink) -> MailWorker:
    zone.answer("b.test", "MX", ["10 mx.b.test"])
    zone.answer("mx.b.test", "A", ["127.0.0.1"])
    return MailWorker(directory, zone.address, port=sink.port)


async def _has(postfix: Postfix, box: str, count: int) -> bool:
    return len(postfix.mails(box)) >= count


async def _is_done(worker: MailWorker) -> bool:
    return await worker.jobs_left() == 0
