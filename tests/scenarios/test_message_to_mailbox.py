"""A message from the request to the receiver's mail host, and back as signed webhooks."""

import asyncio
import email
import email.policy

import aiohttp
import pytest

from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer
from tests.doubles.webhook_receiver import WebhookReceiver

DOMAIN = "news.example.com"


@pytest.fixture
async def world(tmp_path):
    """A service, a mail host for dest.test, and a receiver of webhooks."""
    async with DnsZone() as zone, SmtpPeer() as peer, WebhookReceiver() as receiver:
        zone.answer("dest.test", "MX", ["10 mx.dest.test"])
        zone.answer("mx.dest.test", "A", ["127.0.0.1"])
        service = Service(tmp_path, DNS_SERVERS=zone.address, SMTP_PORT=str(peer.port), RATE_LIMITS="off")
        await asyncio.to_thread(service.start)
        added = await asyncio.to_thread(service.cli, "domain", "add", DOMAIN, "--state", "active")
        yield service, peer, receiver, added["sending_key"]
        await asyncio.to_thread(service.stop)


async def post(service: Service, key: str, **fields):
    mail = {"from": f"News <news@{DOMAIN}>", "to": "ann@dest.test", "subject": "Hello", "text": "Hi."} | fields
    async with (
        aiohttp.ClientSession(headers={"ov-token": key}) as client,
        client.post(f"{service.url}/{DOMAIN}/messages", json=mail) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return (await answer.json())["id"]


async def test_a_batch_gives_each_recipient_a_signed_copy_and_reports_it(world):
    service, peer, receiver, key = world
    message_id = await post(
        service,
        key,
        to=["ann@dest.test", "bob@dest.test"],
        bcc="cy@dest.test",
        subject="Hi %recipient.name%",
        html='<p>%recipient.name%: <a href="https://example.com/a">a</a></p>',
        callback_url=receiver.url("/events"),
        **{
            "recipient-variables": {"ann@dest.test": {"name": "Änn"}, "bob@dest.test": {"name": "<Bob>"}},
            "v:order": "7",
            "o:tag": ["one", "two"],
        },
    )

    taken = await peer.wait_for(3)
    mails = {each.recipients[0]: email.message_from_bytes(each.content, policy=email.policy.default) for each in taken}
    assert sorted(mails) == ["ann@dest.test", "bob@dest.test", "cy@dest.test"]
    ann, bob = mails["ann@dest.test"], mails["bob@dest.test"]
    assert (ann["Subject"], bob["Subject"]) == ("Hi Änn", "Hi <Bob>")
    assert (ann["To"], bob["To"]) == ("ann@dest.test", "bob@dest.test")
    assert all(mail["Message-ID"] == message_id and mail["Bcc"] is None for mail in mails.values())
    assert [value.partition("; a=")[2].partition(";")[0] for value in ann.get_all("DKIM-Signature")] == [
        "rsa-sha256",
        "ed25519-sha256",
    ]
    assert "&lt;Bob&gt;" in bob.get_body(("html",)).get_content()
    assert len({each.sender for each in taken}) == 3


async def test_a_message_in_test_mode_goes_nowhere(world):
    service, peer, _, key = world
    await post(service, key, **{"o:testmode": "yes"})
    await post(service, key, to="bob@dest.test")

    (taken,) = await peer.wait_for(1)

    assert taken.recipients == ["bob@dest.test"]
    assert "mail.rehearsed" in service.log


async def test_what_was_accepted_survives_a_kill(world):
    service, peer, _, key = world
    ids = [await post(service, key, subject=f"number {number}") for number in range(20)]
    await asyncio.to_thread(service.kill)
    await asyncio.to_thread(service.start)

    # What was in flight at the kill may come twice.
    found: set[str] = set()
    count = 0
    while not set(ids) <= found:
        count += 1
        found = {email.message_from_bytes(each.content)["Message-ID"] for each in await peer.wait_for(count)}
