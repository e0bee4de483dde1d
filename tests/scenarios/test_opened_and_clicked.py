"""A campaign from the request to what customers see: people, scanners and a shared address, told apart."""

import asyncio
import email
import email.policy
import html
import json
import re
import time

import aiohttp
import pytest
from yarl import URL

from indicia.messages.model import Options
from indicia.tracking.links import LINK_PURPOSE, read_link, read_token
from tests.api.client import Api
from tests.doubles.browser import Browser
from tests.doubles.dns_zone import DnsZone
from tests.doubles.sent_mail import SentMail
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer
from tests.doubles.webhook_receiver import WebhookReceiver, status

DOMAIN = "news.example.com"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 "
    "Mobile/15E148 Safari/604.1"
)
SCANNER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.88 Safari/537.36"
)
CHROME = SCANNER.replace("79.0.3945.88", "154.0.0.0")
AT_HOME, AT_MICROSOFT, IN_A_CLOUD = "156.17.201.170", "40.107.218.12", "51.15.20.30"
LETTER = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html><body bgcolor=#fff><!--[if mso]><a href="http://mso.example">x</a><![endif]-->
<p>Hello %recipient.name%, <a href='https://shop.example/a?utm_source=news&amp;id=%recipient.id%'>look</a>,
<a href=https://shop.example/b>here</a> and <a href="https://shop.example/c">there</a>.</p>
<a href="mailto:us@example.com">Write</a> <a href="%unsubscribe_url%">No more</a></body></html>"""


@pytest.fixture
async def world(tmp_path):
    async with DnsZone() as zone, SmtpPeer() as peer, WebhookReceiver() as receiver:
        zone.answer("dest.test", "MX", ["10 mx.dest.test"])
        zone.answer("mx.dest.test", "A", ["127.0.0.1"])
        service = Service(
            tmp_path,
            DNS_SERVERS=zone.address,
            SMTP_PORT=str(peer.port),
            RATE_LIMITS="off",
            SETTLE_SECONDS="2",
            TRUSTED_PROXIES="127.0.0.1/32",
        )
        await asyncio.to_thread(service.start)
        add = ("domain", "add", DOMAIN, "--state", "active", "--enable", "bot-detection")
        added = await asyncio.to_thread(service.cli, *add)
        async with Api(service.url, added["sending_key"]) as api, SentMail(tmp_path / "data", service.url) as mail:
            yield World(service, peer, receiver, api, mail)
        await asyncio.to_thread(service.stop)


class World:
    """An installation with its customer, a mail host, and visitors from anywhere."""

    def __init__(self, service, peer, receiver, api, mail) -> None:
        self.service, self.peer, self.receiver, self.api, self.mail = service, peer, receiver, api, mail

    async def send(self, *names, **fields):
        variables = {f"{name}@dest.test": {"name": name, "id": name} for name in names}
        form = {
            "from": f"News <news@{DOMAIN}>",
            "to": list(variables),
            "subject": f"News for {' '.join(names)}",
            "html": LETTER,
            "recipient-variables": variables,
            **fields,
        }
        answer = await self.api.post(f"/{DOMAIN}/messages", json_body=form)
        assert answer.status == 200, answer.body
        taken = await self.peer.wait_for(len(names))
        return {each.recipients[0].partition("@")[0]: Letter(each.content) for each in taken}

    async def press(self, url, ip, uas):
        return await self.visit(url, ip, uas, "POST", data=b"confirm=yes")

    async def visit(self, url, ip, uas, method="GET", data=None, **headers):
        sent = {"X-Forwarded-For": ip, "User-Agent": uas, "Accept": "text/html", "Accept-Language": "en"} | headers
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, URL(url, encoded=True), headers=sent, data=data, allow_redirects=False) as answer,
        ):
            return answer.status, answer.headers.get("Location")

    async def events(self, name, *types, count):
        deadline = time.monotonic() + 25
        while True:
            found = [
                event for event in await self.mail.events(DOMAIN, *types) if event["recipient"] == f"{name}@dest.test"
            ]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.1)


class Letter:
    """A copy as it arrived."""

    def __init__(self, content) -> None:
        self.message = email.message_from_bytes(content, policy=email.policy.default)
        self.html = self.message.get_body(("html",)).get_content()
        addresses = [html.unescape(found) for found in re.findall(r"""(?:href|src)=["']?([^"'> ]+)""", self.html)]
        base = rf"/{re.escape(DOMAIN)}"
        self.links = [address for address in addresses if re.search(rf"{base}/c/", address)]
        self.pixel = next(address for address in addresses if re.search(rf"{base}/o/", address))
        self.unsubscribe = next(address for address in addresses if re.search(rf"{base}/u/", address))


async def test_people_and_scanners_of_one_campaign_are_told_apart(world):
    letters = await world.send("ann", "bob", **{"o:tag": ["spring"], "callback_url": world.receiver.url("/events")})
    ann, bob = letters["ann"], letters["bob"]
    assert len(ann.links) == 5  # Three to be seen, two not.
    assert 'href="http://mso.example"' in ann.html
    assert "List-Unsubscribe=One-Click" in ann.message["List-Unsubscribe-Post"]

    for link in bob.links:
        await world.visit(link, AT_MICROSOFT, SCANNER)
    await world.visit(bob.pixel, AT_MICROSOFT, SCANNER)
    await world.visit(bob.unsubscribe, AT_MICROSOFT, SCANNER)
    await world.visit(ann.pixel, AT_HOME, IPHONE)
    seen = [link for link in ann.links if (await world.visit(link, AT_HOME, IPHONE, "HEAD"))[0] == 302]
    assert len(seen) == 5

    clicks = await world.events("bob", "clicked", count=3)
    assert [event["client-info"]["suspected-bot"] for event in clicks] == [True] * 3
    assert (await world.events("bob", "opened", count=1))[0]["client-info"]["suspected-bot"] is True
    assert clicks[0]["url"] == "https://shop.example/a?utm_source=news&id=bob"
    assert (await world.events("ann", "opened", count=1))[0]["client-info"]["suspected-bot"] is False
    rows = await world.mail.database.fetch("SELECT * FROM suppressions")
    assert rows == []

    report = (await world.api.get(f"/{DOMAIN}/stats?by=tag")).json()["stats"][0]
    assert report["tag"] == "spring"
    assert report["opens"] == {"all": 2, "human": 1, "people": 1}
    assert report["clicks"]["all"] >= 3


async def test_a_person_unsubscribes_with_one_click_and_gets_nothing_more(world):
    ann = (await world.send("ann"))["ann"]
    link = re.search(r"<(https?://[^>]+)>", ann.message["List-Unsubscribe"])[1]

    async with (
        aiohttp.ClientSession() as session,
        session.post(URL(link, encoded=True), data=b"List-Unsubscribe=One-Click") as answer,
    ):
        assert answer.status == 200
    again = await world.api.post(
        f"/{DOMAIN}/messages",
        json_body={"from": f"n@{DOMAIN}", "to": "ann@dest.test", "subject": "Once more", "text": "x"},
    )

    assert again.status == 200
    (event,) = await world.events("ann", "unsubscribed", count=1)
    assert event["recipient"] == "ann@dest.test"
    (refused,) = await world.events("ann", "failed", count=1)
    assert refused["reason"] == "suppress-unsubscribe"


async def test_a_person_with_a_browser_opens_clicks_and_unsubscribes(world):
    async with WebhookReceiver() as shop, Browser() as browser:
        shop.default = status(200, b"<h1>Welcome</h1>", {"Content-Type": "text/html"})
        offer = shop.url("/b")
        ann = (await world.send("ann", html=LETTER.replace("https://shop.example/b", offer)))["ann"]
        await browser.show(ann.html)
        shown = await browser.visible_links()
        opened = await world.events("ann", "opened", count=1)
        await browser.click(f'a[href="{shown[1]}"]')
        await browser.until("document.body && document.body.innerText.includes('Welcome')")
        await browser.show(ann.html)
        await browser.click(f'a[href="{ann.unsubscribe}"]')
        await browser.until("!!document.querySelector('button')")
        asked = await world.mail.database.fetch("SELECT * FROM suppressions")
        await browser.click("button")
        await browser.until("!document.querySelector('button') && document.readyState === 'complete'")
        read = await browser.text()

    # Those to write to us and to unsubscribe are shown too; the hidden ones are not.
    assert len(shown) == 5
    assert len([link for link in shown if link in ann.links]) == 3
    assert opened[0]["client-info"]["client-name"] == "Chrome"
    assert asked == []
    assert "You will get no more mail" in read
    clicked = await world.events("ann", "clicked", count=1)
    assert clicked[0]["url"] == offer
    assert await world.events("ann", "unsubscribed", count=1)


async def test_a_scanner_that_presses_the_button_too_unsubscribes_nobody(world):
    ann = (await world.send("ann"))["ann"]
    for link in ann.links:
        await world.visit(link, AT_MICROSOFT, SCANNER)
    await world.events("ann", "clicked", count=3)

    await world.press(ann.unsubscribe, AT_MICROSOFT, SCANNER)
    after_the_scanner = await world.mail.database.fetch("SELECT type FROM suppressions")
    await world.press(ann.unsubscribe, AT_HOME, IPHONE)
    after_the_person = await world.mail.database.fetch("SELECT type FROM suppressions")

    assert (after_the_scanner, after_the_person) == ([], [("unsubscribe",)])


async def test_what_is_learned_later_revises_the_statistics_and_sends_no_event_again(world):
    options = Options(callback_url=world.receiver.url("/events"))
    (copy,) = await world.mail.send(DOMAIN, "ann@dest.test", message_id="a@x", ago=600, options=options)
    await world.visit(copy.links.link(1, "https://shop.example/"), IN_A_CLOUD, CHROME)
    await world.visit(copy.links.pixel(), IN_A_CLOUD, CHROME)
    (click,) = await world.events("ann", "clicked", count=1)
    (opening,) = await world.events("ann", "opened", count=1)
    before = (await world.api.get(f"/{DOMAIN}/stats")).json()["total"]

    # The customer knows of these two, and of what the same client did before.
    client = {"ip": IN_A_CLOUD, "uas": CHROME, "recipient_id": "ann@dest.test"}
    older = [{"event_id": f"old-{number}", **client} for number in range(60)]
    labels = [{"event_id": event["id"], "label": "bot"} for event in (click, opening)]
    labels += [{"event_id": event["event_id"], "label": "bot", "event": event} for event in older]
    answer = await world.api.post(f"/{DOMAIN}/bot/labels", json_body={"labels": labels})
    assert answer.status == 202, answer.body

    deadline = time.monotonic() + 25
    while (after := (await world.api.get(f"/{DOMAIN}/stats")).json()["total"]) == before:
        assert time.monotonic() < deadline, world.service.log
        await asyncio.sleep(0.2)
    shown = await asyncio.to_thread(world.service.cli, "stats", DOMAIN)
    assert (before["clicks"], before["opens"]) == ({"all": 1, "human": 1, "people": 1},) * 2
    assert (after["clicks"], after["opens"]) == ({"all": 1, "human": 0, "people": 0},) * 2
    assert shown["total"] == after
    events = await world.mail.events(DOMAIN, "clicked", "opened", "bot_clicked", "bot_opened")
    assert sorted(event["id"] for event in events) == sorted((click["id"], opening["id"]))
    told = [json.loads(each.body)["event-data"]["event"] for each in world.receiver.requests]
    assert (told.count("clicked"), told.count("opened")) == (1, 1)


async def test_a_shared_address_that_a_machine_used_condemns_nobody_else_behind_it(world):
    letters = await world.send("ann", *[f"r{number}" for number in range(12)])
    for name, letter in letters.items():
        if name != "ann":
            for link in letter.links:
                await world.visit(link, AT_HOME, SCANNER)

    clicked = next(link for link in letters["ann"].links if _leads_to(world, link).startswith("https://shop"))
    await world.visit(clicked, AT_HOME, IPHONE)

    events = await world.events("ann", "clicked", count=1)
    assert events[-1]["ip"] == AT_HOME
    assert events[-1]["client-info"]["suspected-bot"] is False


def _leads_to(world, link):
    token = read_token(link.rpartition("/")[2])
    read = read_link(world.mail.keyring.sealing.open(LINK_PURPOSE, DOMAIN, token))
    return "" if read.is_hidden else read.url
