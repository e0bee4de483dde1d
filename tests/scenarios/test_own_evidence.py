"""A running service sends, and what becomes of its mail is what it tells about other addresses of the same domain."""

import asyncio
import smtplib
from pathlib import Path

from tests.api.client import Api
from tests.doubles.dns_zone import DnsZone
from tests.doubles.postfix import free_port
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer, reply

DOMAIN = "news.example.com"
NO_USER = reply("550 5.1.1 no such user")
SAMPLE = Path(__file__).parents[1] / "unit" / "mail" / "returned" / "postfix-unknown-user.eml"
SAMPLE_ADDRESS = b"bounce-aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.com"


def _come_back(port, return_path):
    content = SAMPLE.read_bytes().replace(SAMPLE_ADDRESS, return_path.encode())
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.dest.test", timeout=10) as client:
        client.sendmail("", [return_path], content)


async def _until_delivered(api, count):
    async with asyncio.timeout(30):
        while True:
            if len((await api.get(f"/{DOMAIN}/events?event=delivered")).json()["items"]) >= count:
                return
            await asyncio.sleep(0.1)


async def test_mailboxes_that_come_back_make_a_domain_accept_all_and_condemn_nobody_else(tmp_path):
    returns_port = free_port()
    async with DnsZone() as zone, SmtpPeer() as peer:
        zone.answer("dest.test", "MX", ["10 mx.dest.test"])
        zone.answer("mx.dest.test", "A", ["127.0.0.1"])
        settings = {
            "DNS_SERVERS": zone.address,
            "SMTP_PORT": str(peer.port),
            "SMTPD_LISTEN": f"127.0.0.1:{returns_port}",
            "HELLO_NAME": "mail.news.example.com",
        }
        with Service(tmp_path, **settings) as service:
            added = service.cli(
                "domain", "add", DOMAIN, "--account", "ours", "--state", "active", "--enable", "validation"
            )
            async with Api(service.url, added["primary_key"]) as api:
                for name in ("ann", "gone1", "gone2"):
                    form = {"from": f"news@{DOMAIN}", "to": f"{name}@dest.test", "subject": "News", "text": "Hello"}
                    assert (await api.post(f"/{DOMAIN}/messages", form=form)).status == 200
                await _until_delivered(api, 3)
                taken = {letter.recipients[0]: letter for letter in await peer.wait_for(3)}
                before = (await api.get(f"/{DOMAIN}/validate?address=gone1@dest.test")).json()
                for name in ("gone1", "gone2"):
                    await asyncio.to_thread(_come_back, returns_port, taken[f"{name}@dest.test"].sender)
                # The host itself would have it that it knows its mailboxes.
                peer.script["RCPT"].extend([reply("250 2.1.5 ok"), NO_USER])
                other = (await api.get(f"/{DOMAIN}/validate?address=bob@dest.test&explain=true")).json()
                gone = (await api.get(f"/{DOMAIN}/validate?address=gone1@dest.test&explain=true")).json()
                mailed = (await api.get(f"/{DOMAIN}/validate?address=ann@dest.test")).json()

    assert before["result"] == "deliverable"
    assert (gone["result"], gone["reason"], gone["explanation"]["origin"]) == (
        "undeliverable",
        "rejected_email",
        "deliveries",
    )
    assert (other["result"], other["reason"], other["accept_all"]) == ("risky", "low_deliverability", True)
    shown = other["explanation"]["domain"]
    assert (shown["came_back"], shown["refused_a_mailbox_at"], shown["unreached_since"]) == (2, None, None)
    assert shown["took_mail_at"] <= shown["came_back_at"]
    assert other["explanation"]["sendex"][0]["because"].startswith("The server has said yes to mailboxes")
    assert (mailed["result"], mailed["sendex"]) == ("deliverable", 0.9)
