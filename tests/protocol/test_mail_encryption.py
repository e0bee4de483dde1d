"""What encryption a message, a domain's MTA-STS policy and a server agree on."""

from pathlib import Path

import pytest

from indicia.messages.model import Options
from tests.doubles.certificates import CertificateAuthority
from tests.doubles.dns_zone import SERVFAIL, DnsZone
from tests.doubles.mail_worker import MailWorker
from tests.doubles.smtp_peer import SmtpPeer, garbage_for_tls
from tests.doubles.webhook_receiver import WebhookReceiver, redirect, status
from tests.doubles.webhook_worker import until
from tests.protocol.mail_fixtures import delivering

POLICY = b"version: STSv1\nmode: enforce\nmx: mx.b.test\nmax_age: 86400\n"


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


async def test_tls_is_used_where_it_is_offered(tmp_path: Path, zone: DnsZone, authority: CertificateAuthority) -> None:
    async with (
        SmtpPeer(tls=authority.server("anything.test", expired=True)) as peer,
        delivering(tmp_path, zone, peer) as worker,
    ):
        (row,) = await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)
        (attempt,) = await worker.attempts(row)

    assert peer.taken[0].is_encrypted
    assert event["delivery-status"]["tls"] is True
    assert attempt.tls.startswith("TLSv1.3")


async def test_a_handshake_that_fails_is_no_worse_than_none(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer(extensions=("STARTTLS",)) as peer, delivering(tmp_path, zone, peer) as worker:
        peer.always["STARTTLS"] = garbage_for_tls
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

    assert (event["event"], event["delivery-status"]["tls"]) == ("delivered", False)


@pytest.mark.parametrize("skip_verification", [False, True])
async def test_a_message_that_requires_tls_waits_for_it(
    tmp_path: Path, zone: DnsZone, *, skip_verification: bool
) -> None:
    options = Options(require_tls=True, skip_verification=skip_verification)
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit("ann@b.test", options=options)
        (event,) = await worker.until_events("ann@b.test", 1)

    assert (event["severity"], event["delivery-status"]["bounce-class"]) == ("temporary", "tls")
    assert peer.said("MAIL") == 0


async def test_required_tls_is_verified_unless_that_is_skipped(
    tmp_path: Path, zone: DnsZone, authority: CertificateAuthority
) -> None:
    async with SmtpPeer(tls=authority.server("other.test")) as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit("verified@b.test", options=Options(require_tls=True))
        (refused,) = await worker.until_events("verified@b.test", 1)
        await worker.submit("skipped@b.test", options=Options(require_tls=True, skip_verification=True))
        (delivered,) = await worker.until_events("skipped@b.test", 1)

    assert "certificate" in refused["delivery-status"]["description"]
    assert delivered["event"] == "delivered"


async def test_an_enforced_policy_keeps_mail_from_whoever_cannot_prove_the_name(
    tmp_path: Path, zone: DnsZone, authority: CertificateAuthority
) -> None:
    async with (
        SmtpPeer(tls=authority.server("other.test")) as peer,
        policy_host(zone, authority) as receiver,
        delivering(tmp_path, zone, peer, **trusting(authority, receiver)) as worker,
    ):
        receiver.default = status(200, POLICY)
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

    assert (event["severity"], event["delivery-status"]["bounce-class"]) == ("temporary", "tls")
    assert not peer.taken


async def test_an_enforced_policy_lets_mail_go_to_who_proves_the_name(
    tmp_path: Path, zone: DnsZone, authority: CertificateAuthority
) -> None:
    async with (
        SmtpPeer(tls=authority.server("mx.b.test")) as peer,
        policy_host(zone, authority) as receiver,
        delivering(tmp_path, zone, peer, **trusting(authority, receiver)) as worker,
    ):
        receiver.default = status(200, POLICY)
        await worker.submit(*(f"r{number}@b.test" for number in range(20)))
        await peer.wait_for(20)

    assert all(taken.is_encrypted for taken in peer.taken)
    assert len(receiver.requests) == 1
    assert receiver.requests[0].headers["host"].startswith("mta-sts.b.test")


async def test_a_policy_without_the_exchanger_keeps_mail_waiting(
    tmp_path: Path, zone: DnsZone, authority: CertificateAuthority
) -> None:
    async with (
        SmtpPeer(tls=authority.server("mx.b.test")) as peer,
        policy_host(zone, authority) as receiver,
        delivering(tmp_path, zone, peer, **trusting(authority, receiver)) as worker,
    ):
        receiver.default = status(200, POLICY.replace(b"mx.b.test", b"mx.c.test"))
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

    assert "MTA-STS" in event["delivery-status"]["description"]
    assert peer.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        status(200, POLICY.replace(b"enforce", b"testing")),
        status(200, POLICY.replace(b"enforce", b"none")),
        status(200, b"<html>not found</html>"),
        status(404),
        redirect("/elsewhere"),
    ],
)
async def test_what_is_no_policy_to_enforce_changes_nothing(
    tmp_path: Path, zone: DnsZone, authority: CertificateAuthority, answer
) -> None:
    async with (
        SmtpPeer() as peer,
        policy_host(zone, authority) as receiver,
        delivering(tmp_path, zone, peer, **trusting(authority, receiver)) as worker,
    ):
        receiver.default = answer
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

    assert event["event"] == "delivered"
    assert len(receiver.requests) == 1


async def test_a_policy_that_was_seen_holds_when_dns_and_https_no_longer_show_it(
    tmp_path: Path, zone: DnsZone, authority: CertificateAuthority
) -> None:
    async with SmtpPeer() as peer:
        async with (
            policy_host(zone, authority) as receiver,
            delivering(tmp_path, zone, peer, **trusting(authority, receiver)) as worker,
        ):
            receiver.default = status(200, POLICY)
            await worker.submit("ann@b.test")
            await worker.until_events("ann@b.test", 1)
            await until(lambda: _has_policy(worker))

        zone.answer("_mta-sts.b.test", "TXT", SERVFAIL)
        async with delivering(tmp_path, zone, peer) as worker:
            await worker.submit("bob@b.test")
            (event,) = await worker.until_events("bob@b.test", 1)

    assert event["delivery-status"]["bounce-class"] == "tls"
    assert not peer.taken


def policy_host(zone: DnsZone, authority: CertificateAuthority) -> WebhookReceiver:
    zone.answer("_mta-sts.b.test", "TXT", ["v=STSv1; id=20260101;"])
    zone.answer("mta-sts.b.test", "A", ["127.0.0.1"])
    return WebhookReceiver(tls=authority.server("mta-sts.b.test"))


def trusting(authority: CertificateAuthority, receiver: WebhookReceiver) -> dict[str, object]:
    return {
        "smtp_trust": authority.client(),
        "https_trust": authority.client(),
        "policy_url": f"https://mta-sts.b.test:{receiver.port}/.well-known/mta-sts.txt",
    }


async def _has_policy(worker: MailWorker) -> bool:
    return bool(await worker.database.fetch("SELECT 1 FROM mta_sts_policies"))
