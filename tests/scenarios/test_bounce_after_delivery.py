"""A message that a real mail server takes and then cannot deliver: its own report comes back and is told."""

import asyncio
import time

import pytest

from tests.api.client import Api
from tests.doubles.certificates import CertificateAuthority
from tests.doubles.dns_zone import DnsZone
from tests.doubles.postfix import Postfix, free_port
from tests.doubles.sent_mail import SentMail
from tests.doubles.service import Service

DOMAIN = "news.example.com"


@pytest.fixture
async def zone():
    async with DnsZone() as zone:
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        yield zone


async def until_events(mail, recipient, count):
    deadline = time.monotonic() + 30
    while True:
        events = [event for event in await mail.events(DOMAIN) if event["recipient"] == recipient]
        if len(events) >= count:
            return events
        assert time.monotonic() < deadline, events
        await asyncio.sleep(0.1)


async def test_postfix_s_own_report_comes_back_encrypted_and_is_told_once(tmp_path, zone):
    returns_port = free_port()
    certificate = CertificateAuthority(tmp_path).server_file("mx.b.test")
    async with Postfix(certificate, returns=DOMAIN, returns_port=returns_port) as postfix:
        with Service(
            tmp_path / "service",
            DNS_SERVERS=zone.address,
            SMTP_PORT=str(postfix.port),
            SMTPD_LISTEN=f"127.0.0.1:{returns_port}",
            HELLO_NAME="mail.news.example.com",
        ) as service:
            added = service.cli("domain", "add", DOMAIN, "--account", "ours", "--state", "active")
            async with (
                SentMail(service.directory / "data", service.url) as mail,
                Api(service.url, added["sending_key"]) as api,
            ):
                form = {"from": f"News <news@{DOMAIN}>", "to": "gone@b.test", "subject": "News", "text": "Hello"}
                answer = await api.post(f"/{DOMAIN}/messages", form=form)
                assert answer.status == 200
                accepted, delivered, failed = await until_events(mail, "gone@b.test", 3)
                rows = await mail.database.fetch("SELECT canonical, type FROM suppressions")

        log = postfix.log

    assert [event["event"] for event in (accepted, delivered, failed)] == ["accepted", "delivered", "failed"]
    assert failed["severity"] == "permanent"
    assert failed["delivery-status"]["enhanced-code"] == "5.1.1"
    assert failed["delivery-status"]["bounce-class"] == "bad-mailbox"
    assert rows == [("gone@b.test", "bounce")]
    assert "TLS connection established to 127.0.0.1" in log
