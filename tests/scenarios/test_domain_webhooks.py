"""A domain's webhooks tell what became of its mail, in the form of their samples, and the log says the same."""

import aiohttp
import pytest

from tests.doubles.event_fields import fields
from tests.doubles.mail_world import DOMAIN, MailWorld
from tests.doubles.smtp_peer import reply

TYPES = ("delivered", "permanent_fail", "temporary_fail")


@pytest.fixture
async def world(tmp_path):
    async with MailWorld(tmp_path) as world:
        yield world


@pytest.fixture
async def client(world):
    headers = {"ov-token": world.added["sending_key"]}
    async with aiohttp.ClientSession(world.service.url, headers=headers) as client:
        yield client


async def test_each_outcome_is_told_to_its_subscribers_and_stands_in_the_log(world, client):
    for kind in TYPES:
        body = {"id": kind, "url": world.receiver.url(f"/{kind}")}
        async with client.post(f"/domains/{DOMAIN}/webhooks", json=body) as answer:
            assert answer.status == 200
    world.receiver.requests.clear()
    world.peer.script["RCPT"].extend([reply("550 5.1.1 no such user"), reply("451 4.3.0 later")])

    for subject in TYPES:
        mail = {"from": f"n@{DOMAIN}", "to": f"{subject}@dest.test", "subject": subject, "text": "Hi."}
        async with client.post(f"/{DOMAIN}/messages", json=mail) as answer:
            assert answer.status == 200
        await world.receiver.wait_for(TYPES.index(subject) + 1)

    told = {request.target.strip("/"): request.json() for request in world.receiver.requests}
    assert set(told) == set(TYPES)
    async with client.get(f"/{DOMAIN}/events?event=delivered OR failed") as answer:
        logged = {item["id"]: item for item in (await answer.json())["items"]}
    assert logged == {payload["event-data"]["id"]: payload["event-data"] for payload in told.values()}
    for kind, payload in told.items():
        async with client.get(f"/domains/{DOMAIN}/webhooks/{kind}/sample") as answer:
            (sample,) = await answer.json()
        assert fields(payload) == fields(sample)
    async with client.get(f"/{DOMAIN}/suppress") as answer:
        assert [item["type"] for item in (await answer.json())["items"]] == ["bounce"]
