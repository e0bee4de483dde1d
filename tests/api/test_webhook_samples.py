"""What visitors do is reported with the fields of the samples that customers build on."""

import asyncio

import aiohttp
import pytest
from yarl import URL

from tests.api.client import Api
from tests.api.conftest import DOMAIN
from tests.doubles.event_fields import fields
from tests.doubles.sent_mail import SentMail

RECIPIENT = "samples@example.org"
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


@pytest.fixture
async def reported(strict, strict_api: Api):
    """What came of an open, a click and an unsubscribe of one recipient."""
    async with SentMail(strict.directory / "data", strict.url) as mail, aiohttp.ClientSession() as session:
        (copy,) = await mail.send(DOMAIN, RECIPIENT, message_id="samples@news")
        for method, url in (
            ("GET", copy.links.pixel()),
            ("GET", copy.links.link(1, "https://shop.example/")),
            ("POST", copy.links.unsubscribe()),
        ):
            data = b"List-Unsubscribe=One-Click" if method == "POST" else None
            headers = {"User-Agent": AGENT, "Content-Type": "application/x-www-form-urlencoded"}
            await session.request(method, URL(url, encoded=True), data=data, headers=headers, allow_redirects=False)
        async with asyncio.timeout(20):
            while True:
                events = await mail.events(DOMAIN, "opened", "clicked", "unsubscribed")
                ours = {event["event"]: event for event in events if event["recipient"] == RECIPIENT}
                if len(ours) == 3:
                    return ours
                await asyncio.sleep(0.1)


async def test_opens_clicks_and_unsubscribes_have_the_fields_of_their_samples(strict_api: Api, reported):
    for kind, event in reported.items():
        (sample,) = (await strict_api.get(f"/domains/{DOMAIN}/webhooks/{kind}/sample")).json()

        assert fields(event) == fields(sample["event-data"])
