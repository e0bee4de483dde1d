"""A message from the request to the receiver's mail host, and back as signed webhooks."""

import asyncio
import email
import email.policy

import aiohttp
import pytest

from tests.doubles.mail_world import DOMAIN, MailWorld


@pytest.fixture
async def world(tmp_path):
    async with MailWorld(tmp_path) as world:
        yield world


async def post(world: MailWorld, **fields):
    mail = {"from": f"News <news@{DOMAIN}>", "to": "ann@dest.test", "subject": "Hello", "text": "Hi."} | fields
    async with (
        aiohttp.ClientSession(headers={"ov-token": world.added["sending_key"]}) as client,
        client.post(f"{world.service.url}/{DOMAIN}/messages", json=mail) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return (await answer.json())["id"]


async def test_a_batch_gives_each_recipient_a_signed_copy_and_reports_it(world):
    message_id = await post(
        world,
        to=["ann@dest.test", "bob@dest.test"],
        bcc="cy@dest.test",
        subject="Hi %recipient.name%",
        html='<p>%recipient.name%: <a href="https://example.com/a">a</a></p>',
        callback_url=world.receiver.url("/events"),
        **{
            "recipient-variables": {"ann@dest.test": {"name": "Änn"}, "bob@dest.test": {"name": "<Bob>"}},
            "v:order": "7",
            "o:tag": ["one", "two"],
        },
    )

    taken = await world.peer.wait_for(3)
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

    received = await world.receiver.wait_for(6)
    data = [each.json()["event-data"] for each in received]
    assert sorted(each["event"] for each in data) == ["accepted"] * 3 + ["delivered"] * 3
    delivered = next(each for each in data if each["event"] == "delivered" and each["recipient"] == "ann@dest.test")
    assert delivered["tags"] == ["one", "two"]
    assert delivered["user-variables"] == {"name": "Änn", "order": "7"}
    assert delivered["delivery-status"]["mx-host"] == "mx.dest.test"
    assert delivered["message"]["headers"]["message-id"] == message_id.strip("<>")


async def test_a_message_in_test_mode_goes_nowhere(world):
    await post(world, **{"o:testmode": "yes"})
    await post(world, to="bob@dest.test")

    (taken,) = await world.peer.wait_for(1)

    assert taken.recipients == ["bob@dest.test"]
    assert "mail.rehearsed" in world.service.log


async def test_what_was_accepted_survives_a_kill(world):
    ids = [await post(world, subject=f"number {number}") for number in range(20)]
    await asyncio.to_thread(world.service.kill)
    await asyncio.to_thread(world.service.start)

    # What was in flight at the kill may come twice.
    found: set[str] = set()
    count = 0
    while not set(ids) <= found:
        count += 1
        found = {email.message_from_bytes(each.content)["Message-ID"] for each in await world.peer.wait_for(count)}
