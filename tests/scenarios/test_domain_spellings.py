"""A domain that may be written to may be parsed, mailed, suppressed, verified and looked up, however it is spelled."""

import asyncio
from urllib.parse import quote

import pytest

from tests.api.client import Api
from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer, reply

DOMAIN = "news.example.com"


@pytest.mark.parametrize(
    ("written", "spelled", "carried"),
    [
        ("Under_Score.Test", "under_score.test", "under_score.test"),
        ("_team.bücher.test", "_team.bücher.test", "_team.xn--bcher-kva.test"),
    ],
)
async def test_domain_with_underscores_is_a_domain_all_the_way(tmp_path, written, spelled, carried):
    async with DnsZone() as zone, SmtpPeer() as peer:
        zone.answer(carried, "MX", [f"10 mx_1.{carried}"])
        zone.answer(f"mx_1.{carried}", "A", ["127.0.0.1"])
        with Service(tmp_path, DNS_SERVERS=zone.address, SMTP_PORT=str(peer.port)) as service:
            added = service.cli("domain", "add", DOMAIN, "--state", "active", "--enable", "validation")
            async with Api(service.url, added["primary_key"]) as api:
                parsed = (await api.get(f"/address/parse?addresses={quote(f'Ann <ann@{written}>')}")).json()
                form = {"from": f"news@{DOMAIN}", "to": f"ann@{written}", "subject": "News", "text": "Hello"}
                sent = await api.post(f"/{DOMAIN}/messages", form=form)
                await peer.wait_for(1)
                delivered = await _event(api, "delivered")
                peer.script["RCPT"].append(reply("550 5.1.1 no such user"))
                verified = (await api.get(f"/{DOMAIN}/validate?address={quote(f'bob@{written}')}")).json()
                suppressed = await api.post(f"/{DOMAIN}/suppress", form={"address": f"ANN@{written}"})
                await api.post(f"/{DOMAIN}/messages", form=form | {"subject": "More news"})
                failed = await _event(api, "failed")
                found = await api.get(f"/{DOMAIN}/suppress/{quote(f'ann@{spelled}')}")

    assert parsed["parsed"] == [
        {"domain": spelled, "email": f"ann@{spelled}", "localpart": "ann", "name": "Ann"},
    ]
    assert sent.status == 200
    assert peer.taken[0].recipients == [f"ann@{carried}"]
    assert delivered["recipient-domain"] == carried
    assert (verified["reason"], verified["domain"]) == ("rejected_email", spelled)
    assert (suppressed.status, found.status, found.json()["type"]) == (200, 200, "unsubscribe")
    assert failed["reason"].startswith("suppress")
    assert len(peer.taken) == 1


async def _event(api, kind):
    async with asyncio.timeout(30):
        while True:
            if items := (await api.get(f"/{DOMAIN}/events?event={kind}")).json()["items"]:
                return items[0]
            await asyncio.sleep(0.1)
